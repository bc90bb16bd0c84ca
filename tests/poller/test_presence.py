"""What changes by itself while the poller waits."""

from fake_clock import FakeClock
from fake_ledger import FakeLedgerStore
from fake_spotify import FakeSpotify

from tonearm.poller.calls import Endpoint
from tonearm.poller.ledger import Ledger
from tonearm.poller.options import Pace
from tonearm.poller.presence import LATE_S, Presence
from tonearm.poller.situation import Situation


class Rig:
    """A presence with everything around it; ``viewers`` and ``has_readers`` are the audience."""

    def __init__(self, *, daily_calls: int = 1_000) -> None:
        self.clock = FakeClock()
        self.spotify = FakeSpotify(self.clock)
        self.ledger = Ledger(store=FakeLedgerStore(), clock=self.clock, setting=daily_calls)
        self.viewers = 0
        self.has_readers = False
        self.presence = Presence(
            spotify=self.spotify,
            ledger=self.ledger,
            clock=self.clock,
            audience=lambda: self.viewers,
            has_readers=lambda: self.has_readers,
            pace=Pace(),
        )

    def present(self, *, is_hidden: bool = False) -> Situation:
        """Return an empty situation as it is now."""
        return self.presence.added_to(Situation(), is_hidden=is_hidden)


async def test_an_audience_is_watching_since_it_came() -> None:
    """However often one asks."""
    rig = Rig()
    nobody = rig.present()
    rig.viewers, rig.has_readers = 3, True
    came_s = rig.clock.monotonic()

    rig.present()
    await rig.clock.advance(40)
    somebody = rig.present()

    assert (nobody.audience, nobody.is_watched, nobody.has_readers) == (0, False, False)
    assert (somebody.audience, somebody.has_readers) == (3, True)
    assert somebody.watched_since_s == came_s


async def test_who_sees_nothing_is_no_audience() -> None:
    """What nobody may see is worth no call, and the audience comes anew afterwards."""
    rig = Rig()
    rig.viewers, rig.has_readers = 3, True
    rig.present()

    await rig.clock.advance(40)
    hidden = rig.present(is_hidden=True)
    await rig.clock.advance(40)
    back_s = rig.clock.monotonic()
    back = rig.present()

    assert (hidden.audience, hidden.has_readers) == (0, False)
    assert (back.audience, back.watched_since_s) == (3, back_s)


async def test_a_cooldown_blocks_until_it_is_over() -> None:
    """By the clock that waits, and by the wall clock for viewers."""
    rig = Rig()
    until_s = rig.spotify.cooldown_until_s = rig.clock.monotonic() + 60
    until_at = round((rig.clock.now() + 60) * 1000)

    during = rig.present(), rig.presence.limited_until_at
    await rig.clock.advance(60)
    after = rig.present(), rig.presence.limited_until_at

    assert (during[0].blocked_until_s, during[1]) == (until_s, until_at)
    assert (after[0].blocked_until_s, after[1]) == (None, None)


async def test_a_ceiling_that_holds_for_long_is_late() -> None:
    """The last minute of it is a wait like any other."""
    rig = Rig(daily_calls=20)
    await rig.ledger.load()
    before = rig.presence.is_late

    while rig.ledger.rations_until_s is None:
        await rig.ledger.count(Endpoint.PLAYER)
    opens_s = rig.ledger.rations_until_s
    rationed = rig.present().rations_until_s, rig.presence.is_late
    await rig.clock.advance(opens_s - rig.clock.monotonic() - LATE_S)

    assert before is False
    assert rationed == (opens_s, True)
    assert rig.presence.is_late is False
