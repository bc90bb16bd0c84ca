"""What Spotify really sent, read as tonearm reads it."""

import json
import random
from itertools import pairwise
from pathlib import Path

import pytest
from hostile import HOSTS, assert_publishable, every_damage, random_damage, survives

from tonearm.poller import parse
from tonearm.poller.errors import RefusedReason
from tonearm.poller.playback import Item, Kind, Playback, Repeat, Status

PARSER_OF = {
    "playback-track": "playback",
    "playback-track-album-context": "playback",
    "playback-episode": "playback",
    "playback-local-file": "playback",
    "currently-playing-track": "playback",
    "constructed-ad": "playback",
    "constructed-private-session": "playback",
    "queue-tracks": "queue",
    "recently-played": "recently_played",
    "me-before-2026": "account",
    "error-429-rate-limit": "rate_limit",
}


def playback(samples: Path, name: str) -> Playback:
    """Return what the player endpoint said."""
    return parse.playback((samples / f"{name}.json").read_bytes(), hosts=HOSTS)


def item_of(playback: Playback) -> Item:
    """Return the item that must be there, fit to be published."""
    assert playback.item is not None
    assert_publishable(playback.item)
    return playback.item


@pytest.mark.parametrize(
    ("name", "shown", "times_ms"),
    [
        (
            "playback-track",
            (
                "WARRIORS, Pt. 1 (Final Stage)",
                "Machinae Supremacy",
                "WARRIORS, Pt. 1 (Final Stage)",
            ),
            (225_564, 268_525),
        ),
        (
            "playback-track-album-context",
            (
                "The Sandpits Of Zonhoven",
                "Dubmood, MASTER BOOT RECORD",
                "Bloodbags And Downtube Shifters",
            ),
            (78_823, 213_539),
        ),
        (
            "currently-playing-track",
            ("Witte Was", "Goldband", "Dun Smeren Geld Verdienen"),
            (134_749, 245_581),
        ),
    ],
)
def test_a_recorded_track_is_playing(
    samples: Path,
    name: str,
    shown: tuple[str, str, str],
    times_ms: tuple[int, int],
) -> None:
    """Tracks from two years and two endpoints read alike."""
    seen = playback(samples, name)
    item = item_of(seen)

    assert (seen.status, seen.is_private, seen.repeat) == (Status.PLAYING, False, Repeat.OFF)
    assert (seen.progress_ms, item.duration_ms) == times_ms
    assert item.kind is Kind.TRACK
    assert item.album is not None
    assert (item.title, item.byline, item.album.name) == shown
    assert item.url == f"https://open.spotify.com/track/{item.uri.removeprefix('spotify:track:')}"
    assert [art.width for art in item.art] == [640, 300, 64]
    assert all(artist.url for artist in item.artists)


def test_a_recorded_explicit_track_is_marked(samples: Path) -> None:
    """The mark that Spotify asks to be shown."""
    assert item_of(playback(samples, "currently-playing-track")).explicit


def test_a_recorded_episode_stands_under_its_show(samples: Path) -> None:
    """It has no artists, its own cover, and came from a device without an id."""
    item = item_of(playback(samples, "playback-episode"))

    assert (item.kind, item.uri) == (Kind.EPISODE, "spotify:episode:3o0RYoo5iOMKSmEbunsbvW")
    assert item.title == "My Squirrel Has Brain Damage - Safety Third 119"
    assert item.byline == "Safety Third"
    assert (item.artists, item.album, len(item.art)) == ((), None, 3)


def test_a_recorded_local_file_keeps_its_address_to_itself(samples: Path) -> None:
    """Title and artists, nothing else."""
    item = item_of(playback(samples, "playback-local-file"))

    assert (item.kind, item.title) == (Kind.LOCAL, "Coachella 2023")
    assert item.byline == "Four Tet x Fred again.. x Skrillex"
    assert item.uri.startswith("tonearm:local:")
    assert (item.album, item.url, item.art) == (None, None, ())


def test_an_advert_has_no_item(samples: Path) -> None:
    """The shape after the documentation."""
    assert playback(samples, "constructed-ad") == Playback(status=Status.AD)


def test_a_private_session_is_told(samples: Path) -> None:
    """The item is there, and so is the flag that must hide it."""
    seen = playback(samples, "constructed-private-session")

    assert (seen.status, seen.is_private) == (Status.PLAYING, True)
    assert item_of(seen).title == "Guilty Pleasure"


def test_a_recorded_queue_has_two_tracks_to_come(samples: Path) -> None:
    """The item playing now is not one of them."""
    queue = parse.queue((samples / "queue-tracks.json").read_bytes(), hosts=HOSTS)

    assert queue.current is not None
    assert queue.current.title == "Get Money, Spend Money, No Money"
    assert [item.title for item in queue.upcoming] == ["C-Walk", "Only If You Want It"]


def test_recorded_plays_are_all_read_newest_first(samples: Path) -> None:
    """Forty-eight plays of one evening."""
    plays = parse.recently_played((samples / "recently-played.json").read_bytes(), hosts=HOSTS)

    assert len(plays) == 48
    assert (plays[0].item.title, plays[0].ended_at) == (
        "We'll Fight! - Re-recorded",
        1_772_050_520_497,
    )
    assert [play.ended_at for play in plays] == sorted(
        (play.ended_at for play in plays),
        reverse=True,
    )


def test_recorded_plays_show_that_the_instant_is_their_end(samples: Path) -> None:
    """The gap between two plays is the later one's duration far more often than the earlier's."""
    plays = parse.recently_played((samples / "recently-played.json").read_bytes(), hosts=HOSTS)
    gaps = [
        (later.ended_at - earlier.ended_at, later.item.duration_ms, earlier.item.duration_ms)
        for later, earlier in pairwise(plays)
    ]

    as_ends = sum(abs(gap_ms - later_ms) < 2000 for gap_ms, later_ms, _ in gaps)
    as_starts = sum(abs(gap_ms - earlier_ms) < 2000 for gap_ms, _, earlier_ms in gaps)

    assert (as_ends, as_starts) == (29, 1)


def test_a_recorded_account_of_an_older_app_is_known_by_its_id(samples: Path) -> None:
    """It was recorded before there was an account id."""
    account = parse.account((samples / "me-before-2026.json").read_bytes())

    assert (account.key, account.name) == ("exampleuser01", "Example User")


def test_a_recorded_rate_limit_is_no_quota(samples: Path) -> None:
    """The short window's 429 has no reason field."""
    body = (samples / "error-429-rate-limit.json").read_bytes()

    limit = parse.rate_limit({"retry-after": "7"}, body, now=0.0)

    assert (limit.retry_after_s, limit.is_quota) == (7.0, False)


def test_reported_rate_limits_say_how_long_to_wait(samples: Path) -> None:
    """Every 429 collected from public reports is read with its header."""
    cases = json.loads((samples / "http-errors.json").read_bytes())
    limits = {
        case["case"]: parse.rate_limit(case["headers"], json.dumps(case["body"]).encode(), now=0.0)
        for case in cases
        if case["status"] == 429
    }

    assert {name: limit.retry_after_s for name, limit in limits.items()} == {"plain rate limit": 7}
    assert not any(limit.is_quota for limit in limits.values())


def test_reported_errors_are_no_refusals_to_explain(samples: Path) -> None:
    """No other failure collected from public reports reads as Premium, allow-list or scope."""
    cases = json.loads((samples / "http-errors.json").read_bytes())

    reasons = {parse.refusal(json.dumps(case["body"]).encode()) for case in cases if "body" in case}

    assert reasons == {RefusedReason.OTHER}


@pytest.mark.parametrize(("name", "parser"), PARSER_OF.items())
def test_a_recorded_answer_with_any_field_missing_or_retyped_is_taken(
    samples: Path,
    name: str,
    parser: str,
) -> None:
    """No single field can cost an answer, but the ids that name an account."""
    for body in every_damage((samples / f"{name}.json").read_bytes()):
        assert survives(parser, body) or parser == "account"


@pytest.mark.parametrize(("name", "parser"), PARSER_OF.items())
def test_a_recorded_answer_with_random_damage_raises_nothing_but_bad_answer(
    samples: Path,
    name: str,
    parser: str,
) -> None:
    """A hundred bodies each; the many are tried on the project's own answers."""
    source = random.Random(name)
    body = (samples / f"{name}.json").read_bytes()

    for _ in range(100):
        survives(parser, random_damage(body, source))
