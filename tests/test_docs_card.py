"""The card's page lists what card.js has: attributes, parts, events and the rest, and no more."""

import re
from typing import Any

from documents import ROOT, Document

PAGE = Document.named("docs/card.md")
CARD = (ROOT / "web" / "card.js").read_text("utf-8")
CODE = CARD.partition("*/")[2]


OF_ANY_ELEMENT = {"hidden", "data-state"}


def found(pattern: str) -> set[Any]:
    """Return what the pattern finds in the card's code: texts, or tuples of its groups."""
    return set(re.findall(pattern, CODE))


def test_attributes_are_those_the_card_reads() -> None:
    """By script, or by a selector on its host."""
    selectors = " ".join(found(r":host\((:?\w*\(?(?:\[[^\]]+\],?)+)"))
    styled = set(re.findall(r"\[([\w-]+)", selectors)) - OF_ANY_ELEMENT
    read = found(r"host\.getAttribute\('(\w+)'\)")

    assert set(PAGE.words("attribute")) == styled | read


def test_values_are_those_the_card_knows() -> None:
    """Every value that a selector or a comparison names stands in the attribute's row."""
    rows = {cells[0].strip("`"): cells[1] for cells in PAGE.rows("attribute")}
    known = found(r"\[(variant|theme)=(\w+)\]") | {
        ("tint", value) for value in found(r"tint === '(\w+)'")
    }

    assert len(known) > 5
    assert [(name, value) for name, value in known if f"`{value}`" not in rows[name]] == []


def test_parts_are_those_the_card_has() -> None:
    """Whoever styles the card from outside finds every name."""
    assert set(PAGE.words("part")) == found(r"make\('\w+', '([\w-]+)'")


def test_custom_properties_are_those_the_card_reads() -> None:
    """The same for colours and sizes."""
    assert set(PAGE.words("custom property")) == found(r"var\((--np-[\w-]+)")


def test_events_are_those_the_card_sends() -> None:
    """All of them are sent through one function."""
    assert set(PAGE.words("event")) == found(r"[^.]\btell\('(np-[\w-]+)'")


def test_properties_and_slots_are_those_the_card_has() -> None:
    """The element's own getters, and the one slot with a name."""
    element = CODE.partition("extends HTMLElement")[2]

    assert set(PAGE.words("property")) == set(re.findall(r"\n  get (\w+)\(", element))
    assert set(PAGE.words("slot")) == found(r"\blogo\.name = '(\w+)'")


def test_states_are_those_the_card_can_say() -> None:
    """They are the keys of its labels."""
    labels = re.search(r"const LABELS = \{(.*?)\};", CODE, re.DOTALL)

    assert labels is not None
    assert set(PAGE.words("state")) == set(re.findall(r"^  (\w+):", labels[1], re.MULTILINE))


def test_room_to_leave_is_the_height_of_the_card() -> None:
    """128 and 56 px are a cover and the card's padding, above and below."""
    art_px, pad_px = (re.findall(rf"--{name}:\D*(\d+)px", CODE) for name in ("art", "pad"))

    heights = [int(art) + 2 * int(pad) for art, pad in zip(art_px, pad_px, strict=False)]

    assert all(f"{height}" in PAGE.text for height in heights)
    assert heights == [128, 56]
