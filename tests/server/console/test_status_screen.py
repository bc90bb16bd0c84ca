"""`tonearm status` for people: what stands on the screen, and what it advises."""

from typing import Any

import msgspec
import pytest
from observations import track
from reports import DAY_MS, NOW_AT, report

from tonearm.poller.cadence import Why
from tonearm.poller.errors import REFUSED_ADVICE, RefusedReason
from tonearm.poller.playback import Health, State
from tonearm.server.console.status_screen import WHY, advice, screen
from tonearm.server.ink import Ink, local_time, width
from tonearm.server.owner.control_messages import Calls, Login, NextLook, Report


def text(shown: Report, *, columns: int = 80, ink: Ink | None = None) -> str:
    """Return the screen."""
    return "\n".join(screen(shown, now_at=NOW_AT, columns=columns, ink=ink or Ink()))


def advised(**changes: Any) -> list[str]:
    """Return the advice for a service whose status is changed so."""
    return list(advice(report(**changes), now_at=NOW_AT))


def test_the_screen_says_what_plays_and_how_the_service_is() -> None:
    """All of it at one glance."""
    shown = text(report()).splitlines()

    assert shown[:3] == ["▶ Paper Lanterns", "  Paper Lanterns Band · Low Tide", ""]
    assert "Health      ok" in shown
    assert "Next look   in 3 s (somebody watches)" in shown
    assert "Viewers     4" in shown
    assert "Calls       812 in 24 hours, of 3,000" in shown
    assert any(line.startswith("Login       Ann, until ") for line in shown)
    assert shown[-1] == "Service     tonearm 0.1.0 at http://127.0.0.1:3345, up 3 h 12 min"


def test_a_narrow_terminal_tears_no_word() -> None:
    """What is too long goes on below itself."""
    shown = text(report(), columns=30).splitlines()

    place = shown.index("Next look   in 3 s (somebody")
    assert shown[place + 1] == "            watches)"


def test_what_was_played_last_is_called_so() -> None:
    """Silence is not an error."""
    assert "played last" in text(report(state=State.IDLE))
    assert "Nothing was played yet" in text(report(state=State.NOTHING, item=None))


def test_a_long_title_does_not_break_the_lines() -> None:
    """Wide characters included."""
    shown = text(report(item=track("長い題名" * 40)), columns=40)

    assert all(width(line) <= 40 for line in shown.splitlines()[:2])


def test_there_is_colour_on_a_terminal_only() -> None:
    """And no letter more than without."""
    coloured = text(report(), ink=Ink(is_coloured=True))

    assert "\x1b[1m" in coloured
    assert "\x1b" not in text(report())


def test_only_ascii_is_printed_where_nothing_else_can_be() -> None:
    """Everything but titles, which are the owner's."""
    for state in State:
        assert text(report(state=state), ink=Ink(is_unicode=False)).isascii()


def test_what_spotify_seems_to_allow_is_shown_once_it_is_known() -> None:
    """Nobody publishes it; who was refused knows a little."""
    calls = Calls(last_24h=1_900, ceiling=2_100, learned=2_100)

    assert "seems to be 2,100" in text(report(calls=calls))
    assert "seems" not in text(report())


def test_no_look_is_promised_while_only_the_owner_can_help() -> None:
    """An infinite wait is none."""
    shown = text(report(next_look=NextLook(in_s=None, why="login_needed"), login=None))

    assert "Next look" not in shown
    assert "Login       none" in shown


def test_every_reason_for_a_look_has_words() -> None:
    """A new one gets some, too."""
    assert set(Why) - set(WHY) == {Why.LOGIN_NEEDED}


def test_nothing_is_advised_while_all_is_well() -> None:
    """A calm screen."""
    assert advised() == []


@pytest.mark.parametrize("reason", RefusedReason)
def test_a_refusal_says_what_to_do(reason: RefusedReason) -> None:
    """Premium, allow-list, permissions: each has its own remedy."""
    sentence = REFUSED_ADVICE[reason]

    assert advised(health=Health.REFUSED, trouble=sentence) == [sentence]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"health": Health.LOGIN_NEEDED, "login": None}, "run `tonearm login`"),
        ({"health": Health.OFFLINE, "trouble": "No way (dns)."}, "No way (dns)."),
        ({"health": Health.STALE}, "did not answer"),
        ({"is_unsaved": True}, "make room"),
        ({"paused_until": "resume"}, "Nothing you play is shown: `tonearm resume`"),
    ],
)
def test_each_trouble_has_one_sentence(changes: dict[str, Any], said: str) -> None:
    """Who must act, and how."""
    (sentence,) = advised(**changes)

    assert said in sentence


@pytest.mark.parametrize(
    "changes",
    [
        {"health": Health.LIMITED, "until": NOW_AT + 7_200_000},
        {"paused_until": NOW_AT + 7_200_000},
    ],
)
def test_what_ends_by_itself_says_when(changes: dict[str, Any]) -> None:
    """In the time of the owner's own clock."""
    (sentence,) = advised(**changes)

    assert f"until {local_time(NOW_AT + 7_200_000, now_at=NOW_AT)}" in sentence


@pytest.mark.parametrize(
    ("days", "said"), [(31, None), (30, "in 30 days"), (1, "in 1 day,"), (0, "today")]
)
def test_the_end_of_the_login_is_announced_a_month_ahead(days: int, said: str | None) -> None:
    """Six months are Spotify's rule, and easy to forget."""
    login = Login(valid_until=NOW_AT + days * DAY_MS, days_left=days, account=None)

    sentences = advised(login=login)

    assert [said in sentence for sentence in sentences if said] == [True] * bool(said)
    assert len(sentences) == bool(said)


def test_the_keys_of_the_json_are_the_contract() -> None:
    """Programs rely on them, in this order."""
    assert " ".join(msgspec.to_builtins(report().status)) == (
        "state health until item next_look calls login viewers version uptime_s paused_until"
    )
    assert list(msgspec.to_builtins(report().status.next_look)) == ["in_s", "why"]
    assert list(msgspec.to_builtins(report().status.calls)) == ["last_24h", "ceiling", "learned"]
    login = msgspec.to_builtins(report().status.login)
    assert list(login) == ["valid_until", "days_left", "account"]
