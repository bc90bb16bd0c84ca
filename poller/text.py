"""Strings from outside, made fit to be shown and sent: valid, visible, on one line, short enough.

It knows Unicode and the sizes of the wire contract, and nothing of what a string is for.
"""

import re
from collections.abc import Iterable
from typing import Final

CHARACTERS: Final = 300
TEXT_BYTES: Final = 480
NAME_BYTES: Final = 200

# A megabyte of title is cleaned no further than this; it is cut to 300 characters anyway.
_READ_CHARACTERS: Final = 4096

_SURROGATES: Final = re.compile("[\ud800-\udfff]")
# C0, C1 and DEL but for those that count as white space, then the bidi embeddings, overrides and
# isolates. The marks (U+200E, U+200F, U+061C) stay: right-to-left names need them, and they
# cannot reorder what stands beside them.
_REMOVED: Final = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
_JOINERS: Final = "\u200c\u200d"


def clean(value: object, size: int) -> str:
    """Return ``value`` as one line of at most 300 characters and ``size`` bytes on the wire.

    Anything but a string gives an empty one. What is too long ends after a whole grapheme.
    """
    if not isinstance(value, str):
        return ""
    text = _SURROGATES.sub("\ufffd", value[:_READ_CHARACTERS])
    text = " ".join(_REMOVED.sub("", text).split())
    if len(text) <= CHARACTERS and wire_bytes(text) <= size:
        return text
    return _cut(text, size)


def wire_bytes(text: str) -> int:
    """Return how many bytes a clean string takes inside JSON, its quotes not counted."""
    return len(text.encode()) + text.count('"') + text.count("\\")


def _cut(text: str, size: int) -> str:
    # Loaded at the first cut: its tables take 11 MB and some 40 ms, and few titles are this long.
    from wcwidth import iter_graphemes  # noqa: PLC0415

    # With one character too many the last grapheme cannot seem to end where the slice does.
    head = text[: CHARACTERS + 1]
    # A single grapheme over the limit is a heap of combining marks: cut it anywhere.
    kept = _fill(iter_graphemes(head), size) or _fill(head, size)
    return kept.rstrip(_JOINERS + " ")


def _fill(pieces: Iterable[str], size: int) -> str:
    kept = ""
    for piece in pieces:
        longer = kept + piece
        if len(longer) > CHARACTERS or wire_bytes(longer) > size:
            break
        kept = longer
    return kept
