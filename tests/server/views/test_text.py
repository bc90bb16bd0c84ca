"""The line for chat bots: never empty, one line, and harmless in the mouth of a moderator."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from viewers import TRACK, playing

from tonearm.poller.playback import Health, Snapshot, State
from tonearm.server.views.text import IDLE, MOST, line

NOTHING = Snapshot(epoch="k3f9", seq=1, state=State.NOTHING, health=Health.OK)
NOW_S = 1_000.0
INVISIBLE = "\u200b\u200d\ufeff\u00ad\u2060\ufe0f\u0301\u3164\u2800 \u3000"


def said(
    snapshot: Snapshot | None,
    template: str = "{title} - {artist}",
    idle: str = IDLE,
    most: int = MOST,
) -> str:
    """Return the line."""
    return line(snapshot, template=template, idle=idle, most=most, now_s=NOW_S)


def called(title: str) -> Snapshot:
    """Return a snapshot in which something of this title plays."""
    return playing(item=replace(TRACK, title=title))


def test_line_names_what_plays() -> None:
    """The everyday case."""
    assert said(playing()) == "Glass Harbour - Mara Lind, Otto"


def test_line_tells_the_time_of_this_moment() -> None:
    """The position moves on since the last look."""
    told = line(playing(), template="{progress}", idle="", most=MOST, now_s=NOW_S + 5)

    assert told == "1:05"


@pytest.mark.parametrize(
    "snapshot",
    [None, NOTHING, replace(NOTHING, state=State.AD), replace(playing(), health=Health.OFFLINE)],
    ids=["starting", "nothing", "ad", "offline"],
)
def test_line_is_the_idle_one_when_nothing_is_on(snapshot: Snapshot | None) -> None:
    """An old song is not announced."""
    assert said(snapshot, idle="Silence") == "Silence"


def test_idle_line_may_tell_what_was_last() -> None:
    """The names stand for the last item then."""
    idle = replace(playing(), state=State.IDLE, as_of_s=None, position_ms=None, ended_at=1)

    assert said(idle, idle="Last: {title}") == "Last: Glass Harbour"


@pytest.mark.parametrize("template", ["", " ", "{show}", "\x00", INVISIBLE])
def test_line_that_would_be_empty_is_the_usual_one(template: str) -> None:
    """Nightbot reports an error when it gets nothing."""
    assert said(playing(), template=template) == "Glass Harbour - Mara Lind, Otto"
    assert said(NOTHING, idle=template) == IDLE


@pytest.mark.parametrize("title", ["/ban mara", ".ban mara", "!so mara", "...Baby One More Time"])
@pytest.mark.parametrize("before", ["", " ", INVISIBLE])
def test_line_never_begins_like_a_command(title: str, before: str) -> None:
    """Whatever hides before it: what is seen first counts."""
    assert said(called(before + title), template="{title}") == f"♪ {title}"


@pytest.mark.parametrize(
    ("template", "idle"), [("/me hears {title}", ""), ("", "!ad"), ("{show}/ban {title}", "")]
)
def test_templates_make_no_commands_either(template: str, idle: str) -> None:
    """They may have come with somebody's message."""
    assert said(playing() if template else NOTHING, template, idle).startswith("♪ ")


@pytest.mark.parametrize("call", ["@everyone", "@here", "@Everyone", "<@42>", "<@!42>", "<@&42>"])
def test_line_calls_nobody_on_discord(call: str) -> None:
    """Bots post to Discord, too."""
    told = said(called(f"Hello {call}"), template="{title}")

    assert call not in told
    assert told.replace("\u200b", "") == f"Hello {call}"


@pytest.mark.parametrize(("most", "told"), [(1, "…"), (6, "Glass…"), (13, "Glass Harbour")])
def test_line_is_cut_to_what_fits(most: int, told: str) -> None:
    """With a sign that something is missing."""
    assert said(playing(), template="{title}", most=most) == told


def test_line_is_cut_between_characters_as_people_see_them() -> None:
    """Half a family is no family."""
    assert said(called("ab" + "👨‍👩‍👧" + "cd"), template="{title}", most=5) == "ab…"


@given(
    title=st.text(max_size=300),
    byline=st.text(max_size=300),
    template=st.text(max_size=400) | st.sampled_from(["{title}", "{artist}{title}", "{progress}"]),
    idle=st.text(max_size=400),
    most=st.integers(1, 2_000),
    is_on=st.booleans(),
)
def test_line_is_always_one_that_a_bot_may_say(
    title: str, byline: str, template: str, idle: str, most: int, *, is_on: bool
) -> None:
    """For any title, any template and any limit."""
    item = replace(TRACK, title=title, byline=byline)

    told = said(playing(item=item) if is_on else NOTHING, template, idle, most)

    assert 1 <= len(told) <= most
    assert told == told.strip()
    assert not {unicodedata.category(each) for each in told} & {"Cc", "Cs", "Zl", "Zp"}
    assert not set(told) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert told[0] not in "/.!"
    assert unicodedata.category(told[0])[0] not in "CMZ"
    assert told.encode("utf-8")
