"""Asking the queue what follows."""

from fake_clock import FakeClock
from fake_spotify import FakeSpotify
from observations import after, playing, track

from tonearm.poller.errors import ServerTrouble
from tonearm.poller.foresight import foreseen
from tonearm.poller.look_ahead import LookAhead, guessed
from tonearm.poller.options import Pace
from tonearm.poller.situation import Situation

A, B = track("A"), track("B")


def nearly_over(clock: FakeClock) -> Situation:
    """Return what is believed while A has four seconds to go."""
    session, _ = after([(clock.monotonic(), playing(A, 196))])
    return Situation(session=session, audience=1)


async def test_what_the_queue_has_next_is_guessed_for_the_end() -> None:
    """And not before it."""
    clock = FakeClock()
    spotify, situation = FakeSpotify(clock), nearly_over(clock)
    spotify.playback, spotify.queued = playing(A, 196), (B,)

    ahead = await foreseen(spotify, situation, Pace())

    now_s = clock.monotonic()
    at_end = guessed(ahead, situation.session, now_s + 4.1)
    assert guessed(ahead, situation.session, now_s + 3.0) is None
    assert at_end is not None
    assert (at_end.item, at_end.is_guess) == (B, True)


async def test_a_queue_that_fails_is_no_trouble() -> None:
    """Nothing is guessed, and the item is heard to its end."""
    clock = FakeClock()
    spotify, situation = FakeSpotify(clock), nearly_over(clock)
    spotify.queued = ServerTrouble(503)

    ahead = await foreseen(spotify, situation, Pace())

    assert guessed(ahead, situation.session, clock.monotonic() + 4.1) is None


async def test_nothing_is_asked_where_no_end_is_known() -> None:
    """It may have stopped while the question waited for its turn."""
    clock = FakeClock()
    spotify = FakeSpotify(clock)

    ahead = await foreseen(spotify, Situation(), Pace())

    assert ahead == LookAhead()
    assert spotify.queue_asked == []
