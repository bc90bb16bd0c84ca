"""Where things stand after looks that saw something, and after looks that did not."""

import pytest
import structlog
from fake_clock import FakeClock
from fake_ledger import FakeLedgerStore
from fake_spotify import FakePlays, FakeSpotify
from observations import playing, seen, track

from tonearm.poller.display import Display
from tonearm.poller.errors import LoginNeeded, Refused, RefusedReason, Unreachable
from tonearm.poller.ledger import Ledger
from tonearm.poller.listening import Session
from tonearm.poller.options import Pace, Rules
from tonearm.poller.playback import Health, Snapshot, State
from tonearm.poller.presence import Presence
from tonearm.poller.standing import Standing

A = track("A")


class Rig:
    """A standing with everything around it, and what it showed."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.shown: list[Snapshot] = []
        spotify = FakeSpotify(self.clock)
        ledger = Ledger(store=FakeLedgerStore(), clock=self.clock, setting=1_000)
        self.display = Display(
            plays=FakePlays(), clock=self.clock, emit=self.shown.append, rules=Rules(), epoch="test"
        )
        presence = Presence(
            spotify=spotify,
            ledger=ledger,
            clock=self.clock,
            audience=lambda: 1,
            has_readers=lambda: False,
            pace=Pace(),
        )
        self.standing = Standing(
            display=self.display, presence=presence, clock=self.clock, chance=lambda: 0.5
        )

    def look(self) -> None:
        """Let a look see A."""
        now_s = self.clock.monotonic()
        self.standing.succeeded(seen(playing(A, 10), now_s), now_s)

    async def show(self) -> Snapshot:
        """Return what is shown now."""
        await self.standing.show()
        return self.shown[-1]


async def test_what_was_seen_stays_when_the_next_looks_fail() -> None:
    """A hiccup is no news; an outage is told once, and once more when it is over."""
    rig = Rig()
    rig.look()
    healths = []

    with structlog.testing.capture_logs() as logged:
        for _ in range(4):
            rig.standing.failed(Unreachable("dns"))
            healths.append((await rig.show()).health)
        rig.look()
        after = await rig.show()

    assert healths == [Health.OK, *[Health.OFFLINE] * 3]
    assert {shown.item for shown in rig.shown} == {A}
    assert after.health is Health.OK
    assert [(line["event"], line["log_level"]) for line in logged] == [
        *[("look_failed", "warning")] * 2,
        *[("look_failed", "debug")] * 2,
        ("spotify_answers_again", "info"),
    ]
    assert rig.standing.setbacks.failures == 0


async def test_a_login_lets_looks_begin_anew() -> None:
    """What the account before was refused says nothing of this one."""
    rig = Rig()
    rig.standing.failed(Refused(RefusedReason.PREMIUM))
    refused = await rig.show()

    rig.standing.logged_in()

    assert refused.health is Health.REFUSED
    assert (await rig.show()).health is Health.OK
    assert not rig.standing.present.is_refused


async def test_a_logout_leaves_nothing() -> None:
    """Neither what played nor what was played before."""
    rig = Rig()
    rig.look()
    await rig.show()

    rig.standing.logged_out()
    shown = await rig.show()

    assert (shown.state, shown.item, shown.health) == (State.NOTHING, None, Health.LOGIN_NEEDED)
    assert isinstance(rig.standing.setbacks.last_error, LoginNeeded)
    assert rig.standing.present.needs_login


@pytest.mark.parametrize("is_over", [True, False])
async def test_what_was_seen_while_it_was_hidden_is_not_shown_afterwards(*, is_over: bool) -> None:
    """Only a look from after its end is."""
    rig = Rig()
    rig.display.hide(60.0)
    rig.look()
    before = rig.standing.situation.session

    await rig.clock.advance(60 if is_over else 30)
    rig.look()
    shown = await rig.show()

    assert before != Session()
    assert shown.state is (State.PLAYING if is_over else State.NOTHING)
    assert rig.standing.situation.session.item == A
