"""What a log line may show of a value: nothing that looks like a secret, nothing a terminal obeys.

The last line of defence. Nobody should hand a secret to a log; titles and headers, on the other
hand, are strangers' text by nature.
"""

import re
import unicodedata
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

MASK: Final = "***"
DEEPEST: Final = 4

# The last word of a field's name, so that access_token and X-Hint-Token are both met.
_SECRET_WORDS: Final = frozenset(
    {"authorization", "code", "cookie", "password", "secret", "token", "tokens", "verifier"}
)
_SPELT_OUT: Final = re.compile(
    r"""(?ix) ( (?:token|secret|code|verifier|password|authorization|cookie) ["']? \s*[=:]\s* ["']?
              | \b(?:bearer|basic)\s+ )
        [^\s"'&,;<>]{8,}""",
)
# Spotify's tokens and codes start with AQ or BQ; nothing else in a log is this long in one piece.
_LOOKS_LIKE_ONE: Final = re.compile(r"\b[AB]Q[\w-]{30,}|[\w-]{80,}")

_SPOKEN_TO_TERMINALS: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def redacted(value: object, name: str = "", *, depth: int = 0) -> object:
    """Return ``value``, the field ``name`` of an event, as it may be logged.

    Numbers pass as they are; whatever is no number, text or container becomes its repr.
    """
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if re.split(r"[_.\s-]", name.lower())[-1] in _SECRET_WORDS:
        return MASK
    if isinstance(value, str):
        return line(value)
    if isinstance(value, Mapping) and depth < DEEPEST:
        return {
            line(str(key)): redacted(inner, str(key), depth=depth + 1)
            for key, inner in value.items()
        }
    if isinstance(value, (list, tuple, AbstractSet)) and depth < DEEPEST:
        return [redacted(inner, depth=depth + 1) for inner in value]
    return line(repr(value))


def line(text: str) -> str:
    """Return text as one line without secrets and without anything a terminal would obey."""
    return "".join(map(_escaped, masked(text)))


def lines(text: str) -> str:
    """Return the same for a traceback, which keeps its lines."""
    return "\n".join(map(line, text.splitlines()))


def masked(text: str) -> str:
    """Return text with everything masked that looks like a secret."""
    return _LOOKS_LIKE_ONE.sub(MASK, _SPELT_OUT.sub(rf"\1{MASK}", text))


def _escaped(char: str) -> str:
    if unicodedata.category(char) not in _SPOKEN_TO_TERMINALS:
        return char
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")
