"""Templates of one line: listed names are replaced, and nothing else happens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from viewers import TRACK, playing

from tonearm.poller.playback import Artist, Kind, Linked, State
from tonearm.server.views.scene import Scene, scene
from tonearm.server.views.template import DEFAULT, NAMES, fill, values

FOUND = values(scene(playing()), 63_000)
EPISODE = replace(
    TRACK,
    kind=Kind.EPISODE,
    title="On Tides",
    byline="Slow Radio",
    artists=(),
    album=None,
    show=Linked(name="Slow Radio"),
    duration_ms=3_729_000,
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", "Glass Harbour"),
        ("artist", "Mara Lind, Otto"),
        ("artists", "Mara Lind, Otto"),
        ("first_artist", "Mara Lind"),
        ("album", "Low Tide"),
        ("show", ""),
        ("url", "https://open.spotify.com/track/4iV5W9uYEdYUVa79Axb7Rh"),
        ("state", "playing"),
        ("progress", "1:03"),
        ("duration", "3:31"),
        ("time_left", "2:28"),
    ],
)
def test_names_stand_for_what_plays(name: str, value: str) -> None:
    """Each of them, for a track."""
    assert fill(f"{{{name}}}", FOUND) == value


def test_every_name_has_a_value() -> None:
    """No listed name is left standing."""
    assert tuple(FOUND) == NAMES


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("artist", "Slow Radio"),
        ("first_artist", "Slow Radio"),
        ("show", "Slow Radio"),
        ("album", ""),
        ("duration", "1:02:09"),
        ("time_left", "1:01:06"),
    ],
)
def test_names_of_an_episode_name_its_show(name: str, value: str) -> None:
    """So that one template does for music and podcasts."""
    found = values(Scene(State.PLAYING, EPISODE), 63_000)

    assert fill(f"{{{name}}}", found) == value


def test_names_without_an_item_stand_for_nothing_but_the_state() -> None:
    """Nothing is invented."""
    found = values(scene(None), None)

    assert fill("{state}{title}{artist}{progress}{duration}{time_left}", found) == "nothing"


@pytest.mark.parametrize(
    "template",
    ["{nonsense}", "{title.__class__}", "{title!r}", "{0}", "{title:>99}", "%(title)s", "{}", "{{"],
)
def test_what_is_no_name_stays_as_it_is(template: str) -> None:
    """A misspelt name shows itself; Python's formats do not exist."""
    assert fill(template, FOUND) == template


def test_names_inside_a_title_are_not_replaced() -> None:
    """What was put in is not looked at again."""
    item = replace(TRACK, title="{artist}", byline="{title}")

    assert fill(DEFAULT, values(Scene(State.PLAYING, item), 0)) == "{artist} - {title}"


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{title} - {show}", "Glass Harbour"),
        ("{show} - {title}", "Glass Harbour"),
        ("{show}: {title} | {album}", "Glass Harbour | Low Tide"),
        ("{title} - {show} - {album}", "Glass Harbour - Low Tide"),
        ("{title} by {show}", "Glass Harbour by"),
    ],
)
def test_empty_name_takes_its_separator_along(template: str, filled: str) -> None:
    """No dash is left hanging; words are the owner's to choose."""
    assert fill(template, FOUND) == filled


def test_separators_in_a_title_stay() -> None:
    """Metadata is shown as delivered."""
    item = replace(TRACK, title="- Live -", byline="", artists=(Artist(name=""),))

    assert fill(DEFAULT, values(Scene(State.PLAYING, item), 0)) == "- Live -"


@given(template=st.text(max_size=1000), title=st.text(max_size=400), byline=st.text(max_size=400))
def test_filled_templates_are_one_clean_line(template: str, title: str, byline: str) -> None:
    """Whatever a stranger writes and whatever a song is called."""
    item = replace(TRACK, title=title, byline=byline)

    filled = fill(f"{template}{{title}}{{artist}}", values(Scene(State.PLAYING, item), 0))

    assert filled == " ".join(filled.split())
    assert filled.isprintable() or not set(filled) & set(map(chr, [*range(32), *range(127, 160)]))
    assert not set(filled) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028")
    assert len(filled) <= 900
