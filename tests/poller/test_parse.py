"""What the player endpoint says, as a value."""

from pathlib import Path

import msgspec
import pytest
from hostile import HOSTS

from tonearm.poller import parse
from tonearm.poller.playback import (
    Art,
    Artist,
    Item,
    Kind,
    Linked,
    Playback,
    Repeat,
    Status,
)

ANSWERS = Path(__file__).with_name("answers")
PAGE = "https://open.spotify.com"
COVER = "https://i.scdn.co/image/ab67616d0000b273"

TIDE_TABLES = Item(
    kind=Kind.TRACK,
    uri="spotify:track:0TideTables00000000001",
    title="Tide Tables",
    byline="Marsh Lantern, Kiln & Daughters",
    artists=(
        Artist(name="Marsh Lantern", url=f"{PAGE}/artist/0MarshLantern000000001"),
        Artist(name="Kiln & Daughters", url=f"{PAGE}/artist/0KilnDaughters00000002"),
    ),
    album=Linked(name="Low Water", url=f"{PAGE}/album/0LowWater0000000000001"),
    show=None,
    url=f"{PAGE}/track/0TideTables00000000001",
    duration_ms=211_000,
    explicit=False,
    art=(
        Art(url=f"{COVER}000000000000000000000001", width=640, height=640),
        Art(url=f"{COVER}000000000000000000000002", width=300, height=300),
        Art(url=f"{COVER}000000000000000000000003", width=64, height=64),
    ),
)


def answer(name: str) -> bytes:
    """Return one of the project's own answers."""
    return (ANSWERS / f"{name}.json").read_bytes()


def playback(name: str) -> Playback:
    """Return what the player endpoint says in one of the project's own answers."""
    return parse.playback(answer(name), hosts=HOSTS)


def item_of(playback: Playback) -> Item:
    """Return the item that must be there."""
    assert playback.item is not None
    return playback.item


def test_playback_of_a_track_is_complete() -> None:
    """Everything a card shows is there."""
    assert playback("playback-track") == Playback(
        status=Status.PLAYING,
        item=TIDE_TABLES,
        progress_ms=62_013,
        is_private=False,
        repeat=Repeat.CONTEXT,
    )


def test_playback_is_paused_when_it_does_not_play() -> None:
    """A paused item is still the item."""
    paused = playback("playback-paused")

    assert (paused.status, paused.item) == (Status.PAUSED, TIDE_TABLES)


@pytest.mark.parametrize("flag", [b"null", b"1", b'"true"', b"[]"])
def test_playback_is_paused_when_nobody_says_whether_it_plays(flag: bytes) -> None:
    """A progress bar that stands still claims the least."""
    body = answer("playback-track").replace(b'"is_playing": true', b'"is_playing": ' + flag)

    assert parse.playback(body, hosts=HOSTS).status is Status.PAUSED


def test_playback_of_an_episode_has_a_show_for_artists() -> None:
    """What stands under an episode's title is its show."""
    item = item_of(playback("playback-episode"))

    assert (item.kind, item.title, item.byline) == (
        Kind.EPISODE,
        "Fog Signals",
        "The Harbour Watch",
    )
    assert item.show == Linked(name="The Harbour Watch", url=f"{PAGE}/show/0HarbourWatch000000001")
    assert (item.artists, item.album, item.explicit, len(item.art)) == ((), None, True, 3)


def test_playback_of_a_chapter_is_an_episode_of_its_book() -> None:
    """Audiobooks come as shows with sparse fields."""
    item = item_of(playback("playback-chapter"))

    assert (item.kind, item.byline) == (Kind.EPISODE, "A Field Guide to Weirs")


def test_playback_of_a_local_file_hides_its_address() -> None:
    """Title and artists leave the house, the tags in the address do not."""
    item = item_of(playback("playback-local-file"))

    assert (item.kind, item.title, item.byline) == (
        Kind.LOCAL,
        "Rehearsal, Second Take",
        "Attic Choir",
    )
    assert b"Demo" not in msgspec.json.encode(item)


def test_playback_tells_of_a_private_session() -> None:
    """Whoever publishes must know."""
    assert playback("playback-private-session").is_private
    assert not playback("playback-track").is_private


def test_playback_counts_an_odd_private_flag_as_private() -> None:
    """If Spotify ever says it another way, nothing leaks meanwhile."""
    body = answer("playback-track").replace(
        b'"is_private_session": false',
        b'"is_private_session": "maybe"',
    )

    assert parse.playback(body, hosts=HOSTS).is_private


def test_playback_of_an_advert_has_no_item() -> None:
    """An advert is a state of its own."""
    assert playback("playback-ad") == Playback(status=Status.AD)


def test_playback_of_an_advert_ignores_an_item_left_over() -> None:
    """The track before the advert is not what plays."""
    body = answer("playback-track").replace(
        b'"currently_playing_type": "track"',
        b'"currently_playing_type": "ad"',
    )

    advert = parse.playback(body, hosts=HOSTS)

    assert (advert.status, advert.item, advert.progress_ms) == (Status.AD, None, None)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"item": null, "progress_ms": 62013, "is_playing": true}',
        b'{"item": {"type": "hologram", "name": "X"}, "is_playing": true}',
        b'{"item": {"type": "track"}, "currently_playing_type": "track", "is_playing": true}',
        b'{"item": [], "currently_playing_type": [], "repeat_state": {}, "device": 7}',
    ],
)
def test_playback_is_unknown_when_there_is_something_unnamed(body: bytes) -> None:
    """Spotify says 'something' for a moment at a handover, and of kinds yet to come."""
    assert parse.playback(body, hosts=HOSTS) == Playback(status=Status.UNKNOWN)


def test_playback_keeps_the_private_flag_without_an_item() -> None:
    """A private session often comes without its item."""
    body = b'{"item": null, "device": {"is_private_session": true}}'

    assert parse.playback(body, hosts=HOSTS).is_private


@pytest.mark.parametrize(
    ("progress", "read"),
    [
        (b"17800000", 17_800_000),
        (b"62013.0", 62_013),
        (b"null", None),
        (b"-1", None),
        (b"true", None),
        (b"1e400", None),
        (b'"62013"', None),
    ],
)
def test_playback_keeps_any_progress_that_is_a_time(progress: bytes, read: int | None) -> None:
    """Past the end is kept, for later code to judge; what is no time is None."""
    body = answer("playback-track").replace(b"62013", progress)

    assert parse.playback(body, hosts=HOSTS).progress_ms == read


def test_playback_reads_a_new_repeat_mode_as_off() -> None:
    """Every list of names may grow."""
    body = answer("playback-track").replace(
        b'"repeat_state": "context"',
        b'"repeat_state": "spiral"',
    )

    assert parse.playback(body, hosts=HOSTS).repeat is Repeat.OFF


def test_playback_reads_the_currently_playing_endpoint_too() -> None:
    """It lacks the device and the modes, nothing else."""
    assert item_of(playback("currently-playing-track")) == TIDE_TABLES
