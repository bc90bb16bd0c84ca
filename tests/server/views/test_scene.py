"""What a visitor is told, which is less than what is known."""

import pytest
from msgspec.structs import replace
from viewers import TRACK, playing

from tonearm.poller.playback import Health, Kind, Snapshot, State
from tonearm.server.public.words import Languages
from tonearm.server.views.scene import Scene, byline, label, scene, title

WORDS = Languages.load().words("en")
ENDED_AT = 1_795_290_352_492  # 21 November 2026, 22:25 UTC


def test_scene_is_the_snapshots_when_all_is_well() -> None:
    """State, item and end are passed on."""
    idle = replace(playing(), state=State.IDLE, as_of_s=None, position_ms=None, ended_at=ENDED_AT)

    assert scene(playing()) == Scene(State.PLAYING, TRACK)
    assert scene(idle) == Scene(State.IDLE, TRACK, ENDED_AT)


@pytest.mark.parametrize("health", [each for each in Health if each is not Health.OK])
def test_trouble_is_last_played_to_a_visitor(health: Health) -> None:
    """What is wrong between the owner and Spotify is nobody else's business."""
    silent = Snapshot(epoch="k3f9", seq=1, state=State.NOTHING, health=health)

    assert scene(replace(playing(), health=health)).state is State.IDLE
    assert scene(silent).state is State.NOTHING


def test_scene_of_a_service_that_starts_is_empty() -> None:
    """No view has to fail in the first second."""
    assert scene(None) == Scene(State.NOTHING, None)


@pytest.mark.parametrize(
    ("state", "is_on"),
    [(State.PLAYING, True), (State.PAUSED, True), (State.IDLE, False), (State.UNKNOWN, False)],
)
def test_only_what_is_in_the_player_is_on(state: State, *, is_on: bool) -> None:
    """An old song is never shown as if it played."""
    assert Scene(state, TRACK).is_on is is_on


@pytest.mark.parametrize(
    ("state", "ended_at", "said"),
    [
        (State.PLAYING, None, "Now playing"),
        (State.PAUSED, None, "Paused"),
        (State.IDLE, ENDED_AT, "Last played 21 Nov"),
        (State.IDLE, None, "Last played"),
        (State.NOTHING, None, "Nothing played yet"),
        (State.AD, None, "Ad break"),
        (State.UNKNOWN, None, "One moment"),
    ],
)
def test_label_says_what_goes_on(state: State, ended_at: int | None, said: str) -> None:
    """A day instead of '12 minutes ago': it stays true in every cache."""
    assert label(Scene(state, TRACK, ended_at), WORDS) == said


def test_label_names_the_day_in_a_form_for_every_language() -> None:
    """Month names are known in English only."""
    words = Languages.load().words("ja")

    assert "2026-11-21" in label(Scene(State.IDLE, TRACK, ENDED_AT), words)


def test_title_without_an_item_is_a_word() -> None:
    """The middle of the card is never empty."""
    states = (State.NOTHING, State.AD, State.UNKNOWN)

    assert [title(Scene(state, None), WORDS) for state in states] == [
        "Quiet so far",
        "Back in a moment",
        "One moment",
    ]


def test_byline_of_a_local_file_without_artist_says_what_it_is() -> None:
    """As on the card."""
    item = replace(TRACK, kind=Kind.LOCAL, byline="")

    assert byline(Scene(State.PLAYING, item), WORDS) == "Local file"
    assert byline(Scene(State.PLAYING, TRACK), WORDS) == TRACK.byline
    assert byline(Scene(State.NOTHING, None), WORDS) == ""
