"""The card's page lists what card.js has: attributes, parts, events and the rest, and no more."""

import json
import re
from typing import Any

from documents import ROOT, Document
from manifest import FILE, manifest

LIST = r"\[([^\]]*)\]\.map\(\(name\) => make\(name\)\)"
PAGE = Document.named("docs/card.md")
SOURCES = ROOT / "web" / "card"
CODE = "".join(file.read_text("utf-8").partition("*/")[2] for file in sorted(SOURCES.iterdir()))
TYPES = (ROOT / "web" / "card.d.ts").read_text("utf-8")


def found(pattern: str) -> set[Any]:
    """Return what the pattern finds in the card's code: texts, or tuples of its groups."""
    return set(re.findall(pattern, CODE))


def test_attributes_are_those_the_card_reads() -> None:
    """All of them are read in one way, but for the one that has no value and the language."""
    read = found(r"\bwish\('([\w-]+)'\)") | found(r"host\.hasAttribute\('(\w+)'\)")

    assert set(PAGE.words("attribute")) == read | {"lang"}


def test_attributes_and_their_values_have_types() -> None:
    """Whatever stands in the table can be written in TypeScript, and the other way round."""
    block = TYPES.partition("interface NowPlayingAttributes {")[2].partition("}")[0]
    typed = {
        name: re.findall(r"'([\w-]+)'", values)
        for name, values in re.findall(r"^  '?([\w-]+)'?\?: (.*);$", block, re.MULTILINE)
    }
    rows = {cells[0].strip("`"): cells[1] for cells in PAGE.rows("attribute")}

    assert set(typed) == set(rows)
    assert [
        (name, value)
        for name, values in typed.items()
        for value in values
        if f"`{value}`" not in rows[name]
    ] == []


def test_values_are_those_the_card_knows() -> None:
    """Every value that a comparison or a selector names stands in the attribute's row."""
    rows = {cells[0].strip("`"): cells[1] for cells in PAGE.rows("attribute")}
    known = (
        found(r"wish\('(\w+)'\) [!=]== '(\w+)'")
        | found(r"\[(variant)=(\w+)\]")
        | {("tint", value) for value in found(r"tint [!=]== '(\w+)'")}
    )

    assert len(known) > 7
    assert [(name, value) for name, value in known if f"`{value}`" not in rows[name]] == []


def test_parts_are_those_the_card_has() -> None:
    """Whoever styles the card from outside finds every name."""
    assert set(PAGE.words("part")) == (
        found(r"make\('([\w-]+)'")
        | {name for names in found(LIST) for name in re.findall(r"'([\w-]+)'", names)}
    )


def test_custom_properties_are_those_the_card_reads() -> None:
    """The same for colours and sizes."""
    assert set(PAGE.words("custom property")) == found(r"var\((--np-[\w-]+)")


def test_events_are_those_the_card_sends() -> None:
    """All of them are sent through one function."""
    assert set(PAGE.words("event")) == found(r"[^.]\btell\('(np-[\w-]+)'")


def test_properties_methods_and_slots_are_those_the_card_has() -> None:
    """What the element is given when it is dressed, and the slots with a name."""
    properties = re.search(r"defineProperties\(host, \{(.*?)\n  \}\);", CODE, re.DOTALL)

    assert properties is not None
    assert set(PAGE.words("property")) == set(
        re.findall(r"^    (\w+): \{", properties[1], re.MULTILINE)
    )
    methods = found(r"\n  host\.(\w+) = \(\)") - {"changed"}
    assert set(PAGE.words("method")) == {f"{name}()" for name in methods}
    assert set(PAGE.words("slot")) == found(r"\w+\.name = '(\w+)'")


def test_states_are_those_the_card_can_say() -> None:
    """Each has its words."""
    words = json.loads((ROOT / "web" / "words" / "en.json").read_text("utf-8"))
    states = set(PAGE.words("state"))

    assert states <= set(words)
    assert set(re.findall(r"'(\w+)'", TYPES.partition("  state: ")[2].partition(";")[0])) == (
        states - {"connecting", "offline"}
    )


def test_editors_are_told_the_same() -> None:
    """After a change of docs/card.md or card.d.ts: python tests/web/manifest.py."""
    assert FILE.read_text("utf-8") == manifest()


def test_manifest_has_everything_the_page_has() -> None:
    """And each of it is described and, where it has one, typed."""
    [module] = json.loads(manifest())["modules"]
    [element] = module["declarations"]
    named = {
        "attributes": "attribute",
        "events": "event",
        "slots": "slot",
        "cssParts": "part",
        "cssProperties": "custom property",
    }

    assert {list_: {entry["name"] for entry in element[list_]} - {""} for list_ in named} == {
        list_: set(PAGE.words(header)) for list_, header in named.items()
    }
    assert [entry for list_ in named for entry in element[list_] if not entry["description"]] == []
    assert all("type" in entry for entry in element["attributes"] + element["events"])


def test_room_to_leave_is_the_height_of_the_card() -> None:
    """128, 56 and 152 px are a cover and the card's padding, above and below."""
    art_px, pad_px = (re.findall(rf"--{name}:\D*(\d+)px", CODE) for name in ("size", "pad"))

    heights = [int(art) + 2 * int(pad) for art, pad in zip(art_px, pad_px, strict=False)]

    assert all(f"{height}" in PAGE.text for height in heights)
    assert heights == [128, 56, 152]


def test_types_have_every_field_of_the_snapshot() -> None:
    """What np-change brings is the whole of it, whether the card needs it or not."""
    fields = Document.named("docs/protocol.md").words("field")
    block = TYPES.partition("interface Snapshot {")[2].partition("\n}")[0]

    typed = set(re.findall(r"^ +(\w+)\??:", block, re.MULTILINE))
    assert {field.rpartition(".")[2] for field in fields} == typed
