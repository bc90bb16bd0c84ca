"""Cleaning strings."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonearm.poller.text import CHARACTERS, NAME_BYTES, TEXT_BYTES, clean, wire_bytes

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"

HEBREW = "\u05e9\u05dc\u05d5\u05dd \u200f\u05e2\u05d5\u05dc\u05dd"  # two words and a mark

# Surrogates included, which hypothesis leaves out by itself; in one alphabet with all others they
# would be drawn once in a thousand.
lone = st.characters(categories=["Cs"])
any_text = st.lists(st.text(max_size=350) | lone, max_size=6).map("".join)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Tide Tables", "Tide Tables"),
        ("  a\n\tb\u2028\u00a0c\x85d  ", "a b c d"),
        ("nul\x00 esc\x1b[1m del\x7f c1\x9b", "nul esc[1m del c1"),
        ("\u202egnp.exe\u202c \u2066x\u2069", "gnp.exe x"),
        ("a \u202e b", "a b"),
        ("half \ud83d", "half \ufffd"),
        (HEBREW, HEBREW),
        (f"{FAMILY} क्षि e\u0301", f"{FAMILY} क्षि e\u0301"),
        ("<script>\"'&", "<script>\"'&"),
        ("", ""),
    ],
)
def test_clean_gives_one_visible_line(raw: str, shown: str) -> None:
    """What could hide, reorder or break text is gone; everything else is as delivered."""
    assert clean(raw, TEXT_BYTES) == shown


@pytest.mark.parametrize("raw", [None, True, 3, 1.5, [], {}, b"bytes"])
def test_clean_gives_nothing_for_what_is_no_string(raw: object) -> None:
    """A field of another type reads like a missing one."""
    assert clean(raw, TEXT_BYTES) == ""


def test_clean_cuts_at_three_hundred_characters() -> None:
    """Plain letters are cut by number."""
    assert clean("a" * 1_000_000, TEXT_BYTES) == "a" * 300


def test_clean_cuts_wide_letters_by_bytes() -> None:
    """Letters of three bytes are cut by their bytes."""
    assert clean("夜" * 200, TEXT_BYTES) == "夜" * 160


def test_clean_counts_what_json_escapes_twice() -> None:
    """A title of quotes takes no more room on the wire than any other."""
    assert clean('"' * 300, TEXT_BYTES) == '"' * 240


@pytest.mark.parametrize("grapheme", [FAMILY, "\U0001f1e9\U0001f1ea", "e\u0301\u0323"])
def test_clean_never_cuts_inside_a_grapheme(grapheme: str) -> None:
    """Families, flags and accents stay whole or go, even with room left for a part of them."""
    kept = "a" * (NAME_BYTES - len(grapheme.encode()) + 1)

    assert clean(kept + grapheme, NAME_BYTES) == kept


@pytest.mark.parametrize("glue", [" ", "\u200c", "\u200d"])
def test_clean_leaves_no_joiner_or_blank_at_the_cut(glue: str) -> None:
    """What would have joined the next letter, or set it apart, goes with that letter."""
    kept = "a" * (NAME_BYTES - len(glue.encode()))

    assert clean(f"{kept}{glue}b", NAME_BYTES) == kept


def test_clean_cuts_a_heap_of_marks_anywhere() -> None:
    """One grapheme over the limit still shows its beginning."""
    assert clean("e" + "\u0301" * 3000, NAME_BYTES) == "e" + "\u0301" * 99


@given(any_text, st.sampled_from([NAME_BYTES, TEXT_BYTES]))
@settings(deadline=None)  # the first cut loads tables
def test_clean_keeps_its_promise_for_any_text(raw: str, size: int) -> None:
    """Any text comes out as valid UTF-8 within both limits, on the wire too."""
    shown = clean(raw, size)

    assert len(shown) <= CHARACTERS
    assert wire_bytes(shown) == len(json.dumps(shown, ensure_ascii=False).encode()) - 2 <= size


@given(any_text)
@settings(deadline=None)  # the first cut loads tables
def test_clean_changes_nothing_twice(raw: str) -> None:
    """What was cleaned once is clean."""
    once = clean(raw, TEXT_BYTES)

    assert clean(once, TEXT_BYTES) == once
