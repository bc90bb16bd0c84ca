"""When the next look comes, and why."""

import math
from typing import Any

import pytest
from observations import AD, STOPPED, UNKNOWN, after, paused, playing, track

from tonearm.poller.cadence import Look, Situation, Why, next_look, retry_wait_s
from tonearm.poller.errors import (
    CoolingDown,
    InvalidGrant,
    RateLimited,
    Rationed,
    ServerTrouble,
    TonearmError,
    Unauthorized,
    Unreachable,
)
from tonearm.poller.governor import Stretch
from tonearm.poller.hints import Hints, after_hint
from tonearm.poller.listening import Session
from tonearm.poller.options import Pace
from tonearm.poller.playback import Playback

PACE = Pace()
NO_GUESSES = Pace(look_ahead=False)
A = track("A")
LONG_AGO_S = -10_000.0


def believing(*looks: tuple[float, Playback]) -> Session:
    """Return what is believed after ``looks``."""
    return after(looks)[0]


IN_MID_TRACK = believing((100.0, playing(A, 50)))  # it ends at second 250


def situation(session: Session = IN_MID_TRACK, **others: Any) -> Situation:
    """Return a situation in which nothing is special; the last look was at second 100."""
    return Situation(**{"session": session, "looked_s": 100.0, **others})


def due(now_s: float = 101.0, pace: Pace = PACE, **others: Any) -> Look:
    """Return the next look in the situation that differs in ``others``."""
    return next_look(situation(**others), pace, now_s)


def test_the_first_look_is_at_once() -> None:
    """Nothing is known yet."""
    assert due(looked_s=None) == Look(at_s=101.0, why=Why.START)


@pytest.mark.parametrize(
    ("audience", "expected"),
    [(0, Look(at_s=160.0, why=Why.UNWATCHED)), (1, Look(at_s=105.0, why=Why.WATCHED))],
)
def test_a_playing_item_is_looked_at_as_the_settings_say(audience: int, expected: Look) -> None:
    """Often while somebody watches, seldom while nobody does."""
    assert due(audience=audience) == expected


def test_the_number_of_viewers_does_not_matter() -> None:
    """One viewer or a million: the same look."""
    assert due(audience=1) == due(audience=1_000_000)


@pytest.mark.parametrize("playback", [AD, UNKNOWN])
def test_an_advert_is_looked_at_like_an_item(playback: Playback) -> None:
    """It lasts half a minute; to wait as for silence would miss the music after it."""
    session = believing((98.0, playback), (100.0, playback))

    assert due(session=session, audience=1).at_s == 105.0
    assert due(session=session).at_s == 160.0


@pytest.mark.parametrize("audience", [0, 1])
def test_a_look_falls_just_after_the_end_of_the_item(audience: int) -> None:
    """The API lags by a second: a look at the very end would see the old item."""
    near_the_end = believing((100.0, playing(A, 196)))

    look = due(session=near_the_end, audience=audience, pace=NO_GUESSES)

    assert look == Look(at_s=105.0, why=Why.END_OF_TRACK)


def test_a_regular_look_just_before_the_end_is_saved() -> None:
    """Two seconds later the look at the end tells more."""
    near_the_end = believing((100.0, playing(A, 193.5)))

    look = due(session=near_the_end, audience=1, pace=NO_GUESSES)

    assert look == Look(at_s=107.5, why=Why.END_OF_TRACK)


def test_the_end_is_looked_for_again_while_the_old_item_stays() -> None:
    """Some answers lag by more than a second; for some seconds each look may be the one."""
    over = believing((100.0, playing(A, 198.5)), (102.7, playing(A, 200)))

    assert due(session=over, audience=1, looked_s=104.0) == Look(at_s=105.0, why=Why.END_OF_TRACK)


def test_an_overdue_end_is_let_go_when_nobody_watches() -> None:
    """One look at the end is enough for nobody."""
    over = believing((100.0, playing(A, 198.5)), (102.7, playing(A, 200)))

    assert due(session=over, looked_s=104.0) == Look(at_s=164.0, why=Why.UNWATCHED)


def test_a_change_is_followed_by_closer_looks() -> None:
    """Who skipped once often skips again."""
    assert due(audience=1, changed_s=95.0) == Look(at_s=102.0, why=Why.SETTLING)


def test_the_first_seconds_of_an_item_are_looked_at_closely() -> None:
    """Half of all skips come in them."""
    young = believing((100.0, playing(A, 3)))

    assert due(session=young, audience=1) == Look(at_s=102.0, why=Why.WATCHED)
    assert due(session=young) == Look(at_s=160.0, why=Why.UNWATCHED)


def test_closer_looks_end_after_some_seconds() -> None:
    """Then it has settled."""
    assert due(audience=1, changed_s=87.0).why is Why.WATCHED


def test_a_change_is_left_alone_when_nobody_watches() -> None:
    """Nobody would see it."""
    assert due(changed_s=99.0).why is Why.UNWATCHED


@pytest.mark.parametrize("audience", [0, 1])
def test_a_doubt_is_cleared_soon(audience: int) -> None:
    """A stop is shown only once it is confirmed."""
    doubted = believing((95.0, playing(A, 50)), (100.0, STOPPED))

    assert due(session=doubted, audience=audience) == Look(at_s=102.0, why=Why.CONFIRMING)


@pytest.mark.parametrize(
    ("session", "audience", "wait_s", "why"),
    [
        (believing((100.0, paused(A, 5))), 1, 5.0, Why.PAUSED),
        (believing((-220.0, paused(A, 5))), 1, 5.0, Why.PAUSED),
        (believing((-405.0, paused(A, 5))), 1, 6.281, Why.PAUSED),
        (believing((LONG_AGO_S, paused(A, 5))), 1, 30.0, Why.IDLE),
        (believing((100.0, paused(A, 0))), 1, 5.0, Why.PAUSED),
        (believing((100.0, paused(A, 5))), 0, 60.0, Why.PAUSED),
        (believing((LONG_AGO_S, paused(A, 5))), 0, 300.0, Why.PAUSED),
        (believing((100.0, STOPPED)), 1, 30.0, Why.IDLE),
        (believing((LONG_AGO_S, STOPPED)), 1, 30.0, Why.IDLE),
        (believing((100.0, STOPPED)), 0, 300.0, Why.IDLE),
    ],
)
def test_looks_back_off_while_nothing_plays(
    session: Session, audience: int, wait_s: float, why: Why
) -> None:
    """The longer it is quiet, the less a look is worth."""
    look = due(session=session, audience=audience)

    assert look.at_s == pytest.approx(100.0 + wait_s, abs=0.01)
    assert look.why is why


def test_a_visit_is_served_better_than_one_who_stays() -> None:
    """Visits are short and cost little: theirs is a share of the stretch."""
    stretched = Stretch(watched=4.0)

    visit = due(audience=1, stretch=stretched, watched_since_s=0.0)
    overlay = due(audience=1, stretch=stretched, watched_since_s=-1_000.0)

    assert visit == Look(at_s=108.0, why=Why.WATCHED)
    assert overlay == Look(at_s=120.0, why=Why.WATCHED)


@pytest.mark.parametrize("regular_s", [0.1, 0.9])
def test_a_look_just_before_that_of_a_hint_waits_for_it(regular_s: float) -> None:
    """It would see less, and put the better one off."""
    hinted = after_hint(Hints(), 105.0 - regular_s)

    look = due(audience=1, hints=hinted)

    assert look.why is Why.HINT
    assert look.at_s == pytest.approx(105.9 - regular_s)


def test_a_viewer_does_not_wait_for_the_look_of_a_hint() -> None:
    """Who arrives is shown something fresh at once."""
    look = due(
        audience=1, hints=after_hint(Hints(), 101.0), asked=Why.VIEWER_ARRIVED, looked_s=90.0
    )

    assert look == Look(at_s=101.0, why=Why.VIEWER_ARRIVED)


def test_a_dead_session_is_looked_at_like_silence() -> None:
    """Is_playing alone is not worth a look every five seconds."""
    dead = believing((100.0, playing(A, 17_800)))

    assert due(session=dead, audience=1).why is Why.IDLE


@pytest.mark.parametrize("session", [IN_MID_TRACK, believing((50.0, STOPPED))])
def test_the_first_viewer_is_greeted_with_a_look(session: Session) -> None:
    """Nobody should read a minute-old state on arrival."""
    look = due(190.0, session=session, audience=1, asked=Why.VIEWER_ARRIVED)

    assert look == Look(at_s=190.0, why=Why.VIEWER_ARRIVED)


@pytest.mark.parametrize(
    "others",
    [
        {"arrival_look_s": 130.5},  # not a minute ago
        {"looked_s": 186.0},  # what is known is fresh
        {"audience": 0},  # gone again
        {"retry_s": 100.0},  # Spotify has trouble
    ],
)
def test_a_viewer_is_not_greeted_when_that_is_not_worth_a_call(others: dict[str, Any]) -> None:
    """A page that is reloaded all day costs one look a minute at most."""
    idle = believing((50.0, STOPPED))

    look = due(190.0, **{"session": idle, "audience": 1, "asked": Why.VIEWER_ARRIVED, **others})

    assert look.why is not Why.VIEWER_ARRIVED


def test_a_failed_look_is_tried_again_after_its_wait() -> None:
    """Whatever plays and whoever watches."""
    assert due(audience=1, retry_s=17.0) == Look(at_s=117.0, why=Why.RETRY)


def test_a_refused_account_is_asked_seldom() -> None:
    """Only the owner can mend a 403, but Premium comes back by itself."""
    assert due(audience=1, is_refused=True, retry_s=2.0) == Look(at_s=700.0, why=Why.REFUSED)


def test_no_look_comes_while_a_login_is_needed() -> None:
    """Without a grant there is nothing to ask with, and no viewer changes that."""
    look = due(audience=1, needs_login=True, asked=Why.VIEWER_ARRIVED)

    assert look == Look(at_s=math.inf, why=Why.LOGIN_NEEDED)


@pytest.mark.parametrize("others", [{"needs_login": True}, {"is_refused": True}, {"retry_s": 60.0}])
def test_a_login_brings_a_look_at_once(others: dict[str, Any]) -> None:
    """The owner waits in front of the terminal."""
    assert due(105.0, asked=Why.LOGGED_IN, **others) == Look(at_s=105.0, why=Why.LOGGED_IN)


def test_nothing_comes_before_the_end_of_a_cooldown() -> None:
    """Not even a login."""
    look = due(105.0, asked=Why.LOGGED_IN, blocked_until_s=5_000.0)

    assert look == Look(at_s=5_000.0, why=Why.COOLDOWN)


def test_a_cooldown_that_ends_before_the_next_look_changes_nothing() -> None:
    """The gate only holds back."""
    assert due(blocked_until_s=120.0) == due()


@pytest.mark.parametrize("chance", [0.0, 0.5, 0.999])
def test_waits_after_failures_grow_to_a_minute(chance: float) -> None:
    """Jittered from two seconds up: at most about a hundred tries an hour."""
    waits_s = [retry_wait_s(Unreachable("dns"), failures, chance) for failures in range(1, 40)]

    assert waits_s == sorted(waits_s)
    assert 2.0 <= waits_s[0] <= 4.0
    assert waits_s[5] >= 30.0
    assert waits_s[-1] <= 60.0


@pytest.mark.parametrize(
    ("error", "wait_s"),
    [
        (RateLimited(None, is_quota=False), 2.0),  # the gate knows better
        (RateLimited(79_892.0, is_quota=True), 2.0),
        (CoolingDown(1), 2.0),
        (Rationed(5.0), 2.0),
        (InvalidGrant(), 30.0),  # the tokens ask once more then, and no sooner
        (Unauthorized(), 60.0),  # the new token did not help: no loop of refreshes
    ],
)
def test_some_failures_have_a_wait_of_their_own(error: TonearmError, wait_s: float) -> None:
    """Where time alone is no cure, or the cure is known."""
    assert retry_wait_s(error, 1, 0.5) == wait_s
    assert retry_wait_s(error, 30, 0.5) == wait_s


def test_any_number_of_failures_is_no_overflow() -> None:
    """A month offline is some 50,000 failures."""
    assert retry_wait_s(ServerTrouble(503), 10**9, 0.0) == 30.0
