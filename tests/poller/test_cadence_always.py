"""What holds of the next look in every situation there can be."""

import math

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from observations import AD, STOPPED, UNKNOWN, after, paused, playing, track

from tonearm.poller.cadence import (
    ARRIVAL_GAP_S,
    END_MARGIN_S,
    LEAST_GAP_S,
    REFUSED_S,
    Situation,
    Why,
    next_look,
)
from tonearm.poller.endings import Endings
from tonearm.poller.governor import MOST_STRETCH, MOST_UNWATCHED_STRETCH, Stretch
from tonearm.poller.hints import Hints
from tonearm.poller.listening import Session
from tonearm.poller.options import Pace

LAST_S = 50_000.0  # every look and change of these situations lies before it
MOST_RETRY_S = 60.0

instants = st.floats(0, LAST_S)
tracks = st.integers(0, 600).map(lambda duration_s: track("A", duration_s=duration_s))
progress = st.one_of(st.none(), st.floats(0, 700))
playbacks = st.one_of(
    st.sampled_from((STOPPED, AD, UNKNOWN)),
    st.builds(playing, tracks, progress),
    st.builds(paused, tracks, progress),
)
looks = st.lists(st.tuples(instants, playbacks), max_size=6).map(
    lambda drawn: sorted(drawn, key=lambda look: look[0])
)
settings = st.floats(2, 3_600)
paces = st.builds(
    Pace,
    watched_s=settings,
    unwatched_s=settings,
    idle_s=settings,
    look_ahead=st.booleans(),
)

early = st.floats(-3, 13)
stretches = st.builds(
    Stretch,
    watched=st.floats(1, MOST_STRETCH),
    unwatched=st.floats(1, MOST_UNWATCHED_STRETCH),
)


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """Draw anything that may be so; a look may have failed after those that were seen."""
    seen = draw(looks)
    session = after(seen)[0] if seen else Session()
    looked_s = draw(st.floats(session.seen_s, LAST_S)) if seen else draw(st.none() | instants)
    return Situation(
        session=session,
        audience=draw(st.integers(0, 3)),
        has_readers=draw(st.booleans()),
        watched_since_s=draw(instants),
        looked_s=looked_s,
        changed_s=draw(instants | st.just(-math.inf)),
        asked=draw(st.sampled_from((None, Why.VIEWER_ARRIVED, Why.LOGGED_IN))),
        arrival_look_s=draw(instants | st.just(-math.inf)),
        retry_s=draw(st.none() | st.floats(2, MOST_RETRY_S)),
        hints=draw(st.builds(Hints, at_s=st.none() | instants, looks=st.integers(0, 2))),
        endings=draw(st.builds(Endings, recent_s=st.tuples(early, early, early))),
        stretch=draw(stretches),
        rations_until_s=draw(st.none() | st.floats(0, 10 * LAST_S)),
        blocked_until_s=draw(st.none() | st.floats(0, 10 * LAST_S)),
        is_refused=draw(st.booleans()),
        needs_login=draw(st.booleans()),
    )


later = st.floats(LAST_S, 2 * LAST_S)


@given(situations(), paces, later)
def test_no_two_looks_are_closer_than_a_second(
    situation: Situation, pace: Pace, now_s: float
) -> None:
    """Whoever asks for them."""
    look = next_look(situation, pace, now_s)

    if situation.looked_s is not None:
        assert look.at_s >= situation.looked_s + LEAST_GAP_S


@given(situations(), paces, later)
def test_no_look_comes_through_a_closed_gate(
    situation: Situation, pace: Pace, now_s: float
) -> None:
    """A cooldown holds for every reason to look."""
    look = next_look(situation, pace, now_s)

    for gate_s in (situation.blocked_until_s, situation.rations_until_s):
        if gate_s is not None:
            assert look.at_s >= gate_s


@given(situations(), paces, later)
def test_every_wait_ends(situation: Situation, pace: Pace, now_s: float) -> None:
    """Only an owner who has to log in is waited for without end."""
    look = next_look(situation, pace, now_s)

    if look.why is Why.LOGIN_NEEDED:
        assert situation.needs_login
        assert math.isinf(look.at_s)
    elif look.why in (Why.COOLDOWN, Why.BUDGET):
        assert look.at_s in (situation.blocked_until_s, situation.rations_until_s)
    else:
        aimed_s = max(pace.watched_s, pace.unwatched_s, pace.idle_s) * MOST_STRETCH
        longest_s = max(aimed_s, REFUSED_S, MOST_RETRY_S)
        # A look may be put off to just behind the end of an item that was about to end.
        assert look.at_s <= max(now_s, (situation.looked_s or 0.0) + longest_s + 2 + END_MARGIN_S)


@given(situations(), paces, later)
def test_who_watches_alone_decides_and_not_how_many(
    situation: Situation, pace: Pace, now_s: float
) -> None:
    """A visitor never causes a call."""
    crowd = msgspec.structs.replace(situation, audience=situation.audience * 1_000)

    assert next_look(crowd, pace, now_s) == next_look(situation, pace, now_s)


@given(situations(), paces, later)
def test_arrivals_bring_a_look_once_a_minute_at_most(
    situation: Situation, pace: Pace, now_s: float
) -> None:
    """Reloading a page is no way to make Spotify work."""
    look = next_look(situation, pace, now_s)

    if look.why is Why.VIEWER_ARRIVED:
        assert situation.audience
        assert now_s >= situation.arrival_look_s + ARRIVAL_GAP_S


@given(situations(), paces, later)
def test_a_look_that_is_due_stays_due(situation: Situation, pace: Pace, now_s: float) -> None:
    """To ask again a little later puts nothing off."""
    look = next_look(situation, pace, now_s)

    again = next_look(situation, pace, now_s + 0.25)

    assert again.at_s <= max(look.at_s, now_s + 0.25)
