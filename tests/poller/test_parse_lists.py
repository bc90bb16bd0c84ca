"""What the queue, the recent plays and the account say, as values."""

from pathlib import Path

import msgspec
import pytest
from hostile import HOSTS

from tonearm.poller import parse
from tonearm.poller.errors import BadAnswer
from tonearm.poller.playback import Account, Kind

ANSWERS = Path(__file__).with_name("answers")


def answer(name: str) -> bytes:
    """Return one of the project's own answers."""
    return (ANSWERS / f"{name}.json").read_bytes()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"<html>", b'{"item":', pytest.param(b"[" * 100_000, id="deep")]
)
def test_every_answer_must_be_a_json_object(body: bytes) -> None:
    """A captive portal or a cut connection is no news of the player."""
    with pytest.raises(BadAnswer):
        parse.playback(body, hosts=HOSTS)
    with pytest.raises(BadAnswer):
        parse.queue(body, hosts=HOSTS)
    with pytest.raises(BadAnswer):
        parse.recently_played(body, hosts=HOSTS)
    with pytest.raises(BadAnswer):
        parse.account(body)


def test_queue_has_the_current_item_and_those_to_come() -> None:
    """Elements that are no items are left out, the order stays."""
    queue = parse.queue(answer("queue"), hosts=HOSTS)

    assert queue.current is not None
    assert queue.current.title == "Tide Tables"
    assert [(item.kind, item.title) for item in queue.upcoming] == [
        (Kind.TRACK, "Heron Street"),
        (Kind.EPISODE, "Fog Signals"),
        (Kind.LOCAL, "Rehearsal, Second Take"),
    ]


@pytest.mark.parametrize("body", [b"{}", b'{"currently_playing": null, "queue": []}',
                                  b'{"currently_playing": 1, "queue": {"0": {}}}'])  # fmt: skip
def test_queue_is_empty_when_there_is_none(body: bytes) -> None:
    """An idle player has an empty queue."""
    assert parse.queue(body, hosts=HOSTS) == parse.Queue(current=None, upcoming=())


def test_recently_played_has_the_ends_of_plays() -> None:
    """Newest first, in milliseconds UTC."""
    plays = parse.recently_played(answer("recently-played"), hosts=HOSTS)

    assert [(play.item.title, play.ended_at) for play in plays] == [
        ("Heron Street", 1_795_197_811_497),
        ("Tide Tables", 1_795_197_624_000),
    ]


def test_recently_played_is_empty_for_a_new_account() -> None:
    """Spotify then sends null cursors."""
    assert parse.recently_played(answer("recently-played-empty"), hosts=HOSTS) == ()


@pytest.mark.parametrize(
    ("played_at", "ended_at"),
    [
        ("2026-11-20T18:03:31.497Z", 1_795_197_811_497),
        ("2026-11-20T18:03:31Z", 1_795_197_811_000),
        ("2026-11-20T18:03:31.4971234Z", 1_795_197_811_497),
        ("2026-11-20T18:03:31.497", 1_795_197_811_497),
        ("2026-11-20T19:03:31.497+01:00", 1_795_197_811_497),
        ("2026-11-20 18:03:31+00:00", 1_795_197_811_000),
        ("1969-12-31T23:59:59Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", 253_402_351_199_000),
        ("yesterday", None),
        ("", None),
        (None, None),
        (1_795_197_811_497, None),
    ],
)
def test_recently_played_reads_iso_instants(played_at: object, ended_at: int | None) -> None:
    """Any spelling of an instant will do; a play without one is left out."""
    body = msgspec.json.encode(
        {"items": [None, {"track": {"name": "X"}, "played_at": played_at}, {"played_at": 1}]},
    )

    plays = parse.recently_played(body, hosts=HOSTS)

    assert [play.ended_at for play in plays] == ([] if ended_at is None else [ended_at])


def test_recently_played_sorts_plays_that_come_in_another_order() -> None:
    """Late entries are where they belong."""
    days = ("2026-11-18", "2026-11-20", "2026-11-19")
    body = msgspec.json.encode(
        {"items": [{"track": {"name": day}, "played_at": f"{day}T12:00:00Z"} for day in days]},
    )

    plays = parse.recently_played(body, hosts=HOSTS)

    assert [play.item.title for play in plays] == ["2026-11-20", "2026-11-19", "2026-11-18"]


def test_account_is_known_by_its_stable_id() -> None:
    """The key does not change when the owner is renamed."""
    assert parse.account(answer("me")) == Account(key="acc-0000000000000001", name="Owner")


def test_account_of_an_older_app_is_known_by_its_id() -> None:
    """Without a display name the id is shown."""
    assert parse.account(answer("me-before-2026")) == Account(key="owner01", name="owner01")


@pytest.mark.parametrize("body", [b"{}", b'{"id": ""}', b'{"id": 7, "display_name": "Owner"}'])
def test_account_without_an_id_is_a_bad_answer(body: bytes) -> None:
    """A grant must belong to somebody."""
    with pytest.raises(BadAnswer):
        parse.account(body)
