"""One item out of one of Spotify's objects."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hostile import HOSTS

from tonearm.poller.items import read_item
from tonearm.poller.playback import Item, Kind

ANSWERS = Path(__file__).with_name("answers")


def track(**changes: Any) -> dict[str, Any]:
    """Return a track as Spotify sends it, with ``changes``."""
    item: dict[str, Any] = json.loads((ANSWERS / "playback-track.json").read_bytes())["item"]
    return item | changes


def item_of(raw: object) -> Item:
    """Return the item that must be in ``raw``."""
    item = read_item(raw, hosts=HOSTS)
    assert item is not None
    return item


def image(width: int | None, name: str = "x") -> dict[str, Any]:
    """Return one size of a cover."""
    return {"url": f"https://i.scdn.co/image/{name}{width}", "width": width, "height": width}


@pytest.mark.parametrize("raw", [None, [], "text", 7, {}, {"type": "hologram", "name": "X"},
                                 {"type": "track"}, {"name": "X"}])  # fmt: skip
def test_no_item_when_kind_or_name_is_missing(raw: object) -> None:
    """What cannot be told apart or shown is no item."""
    assert read_item(raw, hosts=HOSTS) is None


def test_a_blank_title_is_kept_when_the_artists_are_known() -> None:
    """Some tracks are called a space; the byline still tells what plays."""
    item = item_of(track(name=" "))

    assert (item.title, item.byline) == ("", "Marsh Lantern, Kiln & Daughters")


def test_no_item_when_nothing_can_be_shown() -> None:
    """Without title and artists there is nothing for a card, whatever the address says."""
    assert read_item(track(name="", artists=[]), hosts=HOSTS) is None


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"type": None}, Kind.TRACK),
        ({"type": 3, "uri": "spotify:episode:0Fog"}, Kind.EPISODE),
        ({"type": "chapter", "show": {"name": "A Field Guide to Weirs"}}, Kind.EPISODE),
        ({"is_local": "yes"}, Kind.LOCAL),
        ({"is_local": None, "uri": "spotify:local:A:B:C:9"}, Kind.LOCAL),
    ],
)
def test_the_kind_is_found_when_the_type_is_not_plain(changes: dict[str, Any], kind: Kind) -> None:
    """The address helps out, and any sign of a local file makes one."""
    assert item_of(track(**changes)).kind is kind


def test_the_answer_around_an_item_names_its_kind_as_a_last_resort() -> None:
    """An item that says nothing of itself is what the answer said it would be."""
    item = read_item({"name": "X"}, hosts=HOSTS, expected="track")

    assert item is not None
    assert item.kind is Kind.TRACK


@pytest.mark.parametrize(
    ("changes", "uri"),
    [
        ({}, "spotify:track:0TideTables00000000001"),
        ({"uri": None}, "spotify:track:0TideTables00000000001"),
        ({"uri": "javascript:alert(1)"}, "spotify:track:0TideTables00000000001"),
        ({"uri": "spotify:track:" + "9" * 65}, "spotify:track:0TideTables00000000001"),
    ],
)
def test_a_uri_is_spotifys_or_made_from_the_id(changes: dict[str, Any], uri: str) -> None:
    """What is published can be opened in Spotify and nowhere else."""
    assert item_of(track(**changes)).uri == uri


def test_a_uri_is_a_digest_when_there_is_no_id_either() -> None:
    """Two items without any address are still told apart by what is shown of them."""
    one, two = (item_of(track(uri=None, id=None, name=name)) for name in ("One", "Two"))

    assert one.uri != two.uri
    assert one.uri == item_of(track(uri="", id="", name="One")).uri
    assert one.uri.startswith("tonearm:track:")


def test_a_local_file_gives_away_title_and_artists_only() -> None:
    """Nothing of the address, the album, links or covers leaves, even if Spotify sent them."""
    uri = "spotify:local:Attic+Choir:Secret+Folder:Take:98"

    item = item_of(track(is_local=True, uri=uri))

    assert item.uri.startswith("tonearm:local:")
    assert len(item.uri) == len("tonearm:local:") + 16
    assert (item.title, item.byline) == ("Tide Tables", "Marsh Lantern, Kiln & Daughters")
    assert [artist.url for artist in item.artists] == [None, None]
    assert (item.album, item.show, item.url, item.art) == (None, None, None, ())
    assert b"Secret" not in msgspec.json.encode(item)


def test_two_local_files_are_told_apart_by_their_address() -> None:
    """The same title twice in a folder is two items."""
    one, two = (
        item_of(track(is_local=True, uri=f"spotify:local:::Take:{length}")) for length in (1, 2)
    )

    assert one.uri != two.uri


@pytest.mark.parametrize(
    ("widths", "kept"),
    [
        ((640, 300, 64), (640, 300, 64)),
        ((64, 300, 640), (640, 300, 64)),
        ((2000, 640, 320, 160, 64, 32), (2000, 320, 64)),
        ((None,), (None,)),
        ((1000, 999, 998, 997), (1000, 998, 997)),
    ],
)
def test_covers_are_the_largest_a_medium_and_a_small_one(
    widths: tuple[int | None, ...],
    kept: tuple[int | None, ...],
) -> None:
    """Three sizes serve every card; which three does not depend on Spotify's order."""
    item = item_of(track(album={"name": "A", "images": [image(width) for width in widths]}))

    assert tuple(art.width for art in item.art) == kept


def test_covers_without_a_size_keep_spotifys_order() -> None:
    """Spotify sends the largest first."""
    images = [image(None, name) for name in "abcd"]

    item = item_of(track(album={"name": "A", "images": images}))

    assert [art.url[-5] for art in item.art] == ["a", "b", "c"]


def test_a_cover_sent_twice_is_kept_once() -> None:
    """Repeats do not push another size out."""
    images = [image(640), image(640), image(640), image(64)]

    item = item_of(track(album={"name": "A", "images": images}))

    assert [art.width for art in item.art] == [640, 64]


@pytest.mark.parametrize("size", [0, -1, "640", True, 10**9, 640.5])
def test_an_odd_size_of_a_cover_reads_as_none(size: object) -> None:
    """The cover is kept: a card does without the numbers."""
    images = [{"url": "https://i.scdn.co/image/x", "width": size, "height": size}]

    item = item_of(track(album={"name": "A", "images": images}))

    assert [(art.width, art.height) for art in item.art] == [(None, None)]


def test_an_episode_without_cover_shows_the_one_of_its_show() -> None:
    """Old episodes have none of their own."""
    item = item_of({"type": "episode", "name": "X", "show": {"name": "Y", "images": [image(64)]}})

    assert [art.width for art in item.art] == [64]


def test_at_most_five_artists_but_all_in_the_byline() -> None:
    """The list is for links; the byline is what a viewer reads."""
    artists = [{"name": f"Player {number}"} for number in range(8)]

    item = item_of(track(artists=[None, {}, {"name": ""}, *artists]))

    assert [artist.name for artist in item.artists] == [f"Player {number}" for number in range(5)]
    assert item.byline == ", ".join(f"Player {number}" for number in range(8))


@pytest.mark.parametrize("duration", [None, -5, "211000", True, 2**60, 1.5])
def test_an_odd_duration_reads_as_unknown(duration: object) -> None:
    """Zero stands for unknown."""
    assert item_of(track(duration_ms=duration)).duration_ms == 0
