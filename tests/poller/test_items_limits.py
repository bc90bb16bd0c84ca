"""The sizes of an item, whatever Spotify puts into it."""

from typing import Any

import pytest
from hostile import HOSTS, assert_publishable
from hypothesis import given, settings
from hypothesis import strategies as st

from tonearm.poller.items import read_item
from tonearm.poller.playback import Item


def item_of(raw: object) -> Item:
    """Return the item that must be in ``raw``."""
    item = read_item(raw, hosts=HOSTS)
    assert item is not None
    return item


def full(letter: str, size: int = 5000) -> dict[str, Any]:
    """Return a track with every field far over its limit."""
    text = letter * size
    page = {"spotify": "https://open.spotify.com/" + "a" * 175}
    covers = [
        {"url": f"https://i.scdn.co/{number}" + "a" * 181, "width": 9999, "height": 9999}
        for number in range(9)
    ]
    return {
        "type": "track",
        "uri": f"spotify:{'t' * 20}:{'A' * 64}",
        "name": text,
        "external_urls": page,
        "artists": [{"name": text, "external_urls": page}] * 60,
        "album": {"name": text, "external_urls": page, "images": covers},
        "duration_ms": 2**53,
        "explicit": True,
    }


@pytest.mark.parametrize("letter", ['"', "\\", "a", "é", "夜", "\U0001f3b5", "\u0301", "\x7f\\"])
def test_the_largest_item_fits_a_frame(letter: str) -> None:
    """Whatever the letters cost on the wire, a frame has room; the covers and names are kept."""
    item = item_of(full(letter))

    assert_publishable(item)
    assert len(item.art) == 3
    assert len(item.artists) >= 1
    assert item.album is not None


def test_an_item_of_usual_size_keeps_every_link() -> None:
    """Only what could not happen by itself is cut: five long names with links are not."""
    page = {"spotify": "https://open.spotify.com/artist/0MarshLantern000000001"}
    raw = {
        "type": "track",
        "name": "X",
        "artists": [{"name": "Long " * 12, "external_urls": page}] * 5,
    }

    item = item_of(raw)

    assert [artist.url for artist in item.artists] == [page["spotify"]] * 5


texts = st.text(st.characters() | st.characters(categories=["Cs"]) | st.sampled_from('"\\'))
objects = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=5,
)
pages = st.fixed_dictionaries({"spotify": texts | objects})
covers = st.lists(st.fixed_dictionaries({"url": texts | objects, "width": objects}) | objects)
linked = st.fixed_dictionaries(
    {"name": texts | objects},
    optional={"external_urls": pages | objects, "images": covers},
)
raw_items = st.fixed_dictionaries(
    {"name": texts | objects},
    optional={
        "type": st.sampled_from(["track", "episode", "chapter", "ad"]) | objects,
        "uri": texts | objects,
        "id": texts | objects,
        "is_local": objects,
        "artists": st.lists(linked | objects) | objects,
        "album": linked | objects,
        "show": linked | objects,
        "images": covers | objects,
        "duration_ms": objects,
        "explicit": objects,
        "external_urls": pages | objects,
    },
)


@given(raw_items)
@settings(deadline=None)  # the first cut loads tables
def test_any_item_keeps_the_limits_of_the_contract(raw: dict[str, Any]) -> None:
    """Whatever the fields hold, what comes out may be published."""
    item = read_item(raw, hosts=HOSTS, expected="track")

    if item is not None:
        assert_publishable(item)
