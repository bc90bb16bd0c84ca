"""The badge, as shields.io takes it: https://shields.io/badges/endpoint-badge."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from viewers import TRACK

from tonearm.poller.playback import Item, State
from tonearm.server.artwork.palette import Swatch, palette
from tonearm.server.public.words import Languages
from tonearm.server.views.badge import MOST, badge
from tonearm.server.views.scene import Scene

GREEN = palette([Swatch(1, "#207040")])
LANGUAGES = Languages.load()


def shown(item: Item | None, state: State = State.PLAYING, lang: str = "en") -> dict[str, Any]:
    """Return the badge, parsed."""
    return dict(json.loads(badge(Scene(state, item, 1_795_290_352_492), LANGUAGES.words(lang))))


def test_badge_says_what_plays_in_the_covers_colour() -> None:
    """Exactly the fields that shields.io knows."""
    assert shown(replace(TRACK, palette=GREEN)) == {
        "schemaVersion": 1,
        "label": "now playing",
        "message": "Glass Harbour · Mara Lind, Otto",
        "color": GREEN.bold.bg.removeprefix("#"),
        "namedLogo": "spotify",
        "logoColor": "white",
        "cacheSeconds": 300,
    }


@pytest.mark.parametrize(
    ("state", "label", "message"),
    [
        (State.NOTHING, "nothing played yet", "Quiet so far"),
        (State.AD, "ad break", "Back in a moment"),
        (State.UNKNOWN, "now playing", "One moment"),
    ],
)
def test_badge_without_an_item_has_a_message(state: State, label: str, message: str) -> None:
    """Shields.io refuses an empty one."""
    made = shown(None, state)

    assert (made["label"], made["message"], made["color"]) == (label, message, "555555")


def test_badge_of_the_last_item_says_so() -> None:
    """Without the day, for which a badge has no room."""
    assert shown(TRACK, State.IDLE)["label"] == "last played"


def test_badge_keeps_the_capitals_of_other_languages() -> None:
    """German nouns would be misspelt."""
    assert shown(TRACK, State.NOTHING, "de")["label"][0].isupper()


@given(title=st.text(max_size=300), byline=st.text(max_size=300), state=st.sampled_from(State))
def test_badge_always_has_a_message_that_fits(title: str, byline: str, state: State) -> None:
    """Whatever a song is called."""
    made = shown(replace(TRACK, title=title, byline=byline), state)

    assert made["message"].strip()
    assert len(made["message"]) <= MOST
    assert made["cacheSeconds"] >= 300
