"""What is wrong with the settings, as sentences that never show a secret."""

import difflib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from tonearm.poller.errors import TonearmError

LONGEST_SHOWN: Final = 80
SETTINGS_FILE: Final = "settings file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to mend.

    ``value`` is None where there is none or it may be a secret; ``where`` is a file or an
    environment variable; ``allowed`` says what to write instead.
    """

    key: str
    where: str
    allowed: str
    value: str | None = None

    @property
    def is_unreadable_file(self) -> bool:
        """Whether nothing is known of what the settings file says."""
        return self.key == SETTINGS_FILE

    def __str__(self) -> str:
        found = self.key if self.value is None else f"{self.key} = {self.value}"
        return f"{found} ({self.where}): {self.allowed}"


class ConfigError(TonearmError):
    """The settings cannot be used; ``problems`` holds everything that was found, not the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def shown(value: object) -> str | None:
    """Return a value as the owner wrote it, fit for a terminal; None for a table or an array."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            text = json.dumps(re.sub(r"//[^/?#]*@", "//***@", value))
        case int() if value.bit_length() > LONGEST_SHOWN:  # Python refuses to print the largest
            return "a huge number"
        case int() | float() | date() | time():
            text = str(value)
        case _:
            return None
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "..."


def did_you_mean(name: str, known: Iterable[str], *, nearness: float) -> str | None:
    """Return the known name that ``name`` was probably meant to be."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=nearness)
    return near[0] if near else None
