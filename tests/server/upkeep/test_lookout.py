"""An owner is told, once, and again only when it did not arrive."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fake_clock import FakeClock
from reports import report
from structlog.testing import capture_logs

from tonearm.poller.errors import StateUnwritable
from tonearm.poller.playback import Health
from tonearm.server.owner.control_messages import Report
from tonearm.server.upkeep.alerts import Alert, Cause, Told
from tonearm.server.upkeep.lookout import PERIOD_S, RETRY_S, Delivers, Lookout

LOST = report(health=Health.LOGIN_NEEDED, login=None)


class Notebook:
    """Keeps what was told; full when it says so."""

    def __init__(self, told: dict[Cause, Told] | None = None, *, is_full: bool = False) -> None:
        self.kept = dict(told or {})
        self._is_full = is_full

    async def told(self) -> dict[Cause, Told]:
        return dict(self.kept)

    async def keep(self, cause: Cause, told: Told | None) -> None:
        if self._is_full:
            raise StateUnwritable("full")
        if told is None:
            del self.kept[cause]
        else:
            self.kept[cause] = told


class Postman:
    """Takes what it is given, while the line is up."""

    def __init__(self, *, is_up: bool = True) -> None:
        self.is_up = is_up
        self.tries = 0
        self.delivered: list[Alert] = []

    async def deliver(self, alert: Alert) -> bool:
        self.tries += 1
        if self.is_up:
            self.delivered.append(alert)
        return self.is_up


@asynccontextmanager
async def on_watch(
    clock: FakeClock,
    seen: Callable[[], Report],
    *,
    messenger: Delivers | None,
    notes: Notebook,
    directory: Path = Path("/"),
) -> AsyncIterator[None]:
    """Run a lookout that reports what ``seen`` returns."""
    lookout = Lookout(
        report=seen,
        had_login=lambda: True,
        is_damaged=lambda: False,
        directory=directory,
        messenger=messenger,
        notes=notes,
        clock=clock,
    )
    task = asyncio.create_task(lookout.run())
    await clock.settle()
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_an_alert_is_delivered_once_a_day_and_noted() -> None:
    """Three days without a login: three messages."""
    clock, postman, notes = FakeClock(), Postman(), Notebook()

    async with on_watch(clock, lambda: LOST, messenger=postman, notes=notes):
        await clock.advance(3 * 86_400 - PERIOD_S)

    assert [alert.cause for alert in postman.delivered] == [Cause.LOGIN_LOST] * 3
    assert list(notes.kept) == [Cause.LOGIN_LOST]


async def test_a_restart_tells_nothing_again() -> None:
    """A service that is restarted every minute nags nobody."""
    clock, postman = FakeClock(), Postman()
    notes = Notebook({Cause.LOGIN_LOST: Told(told_at=round(clock.now() * 1000), mark=None)})

    async with on_watch(clock, lambda: LOST, messenger=postman, notes=notes):
        await clock.advance(3_600)

    assert postman.delivered == []


async def test_an_alert_that_did_not_arrive_is_tried_again_while_it_is_true() -> None:
    """The message that the line is down waits for the line, without hammering it."""
    clock, postman, notes = FakeClock(), Postman(is_up=False), Notebook()

    async with on_watch(clock, lambda: LOST, messenger=postman, notes=notes):
        await clock.advance(3_600)
        tries, noted = postman.tries, dict(notes.kept)
        postman.is_up = True
        await clock.advance(RETRY_S + PERIOD_S)

    assert 3 <= tries <= 5
    assert noted == {}
    assert [alert.cause for alert in postman.delivered] == [Cause.LOGIN_LOST]


async def test_an_alert_that_is_no_longer_true_is_not_delivered() -> None:
    """Health turns green again by itself, and so does this."""
    clock, postman = FakeClock(), Postman(is_up=False)
    present = LOST

    async with on_watch(clock, lambda: present, messenger=postman, notes=Notebook()):
        await clock.advance(PERIOD_S)
        present, postman.is_up = report(), True
        await clock.advance(86_400)

    assert postman.delivered == []


async def test_the_log_tells_where_nobody_named_a_service() -> None:
    """Whoever reads the journal finds the same sentence."""
    clock = FakeClock()

    with capture_logs() as logged:
        async with on_watch(clock, lambda: LOST, messenger=None, notes=Notebook()):
            await clock.advance(3_600)

    [entry] = logged
    assert entry["event"] == "owner_has_to_act"
    assert "tonearm login" in entry["advice"]


async def test_trouble_is_told_once_it_has_lasted() -> None:
    """How long it has lasted counts from when it began, not from the start of the service."""
    clock, postman = FakeClock(), Postman()
    present = report()

    async with on_watch(clock, lambda: present, messenger=postman, notes=Notebook()):
        await clock.advance(86_400)
        present = report(health=Health.OFFLINE)
        await clock.advance(1_800)
        early = list(postman.delivered)
        await clock.advance(2 * PERIOD_S)

    assert early == []
    assert [alert.cause for alert in postman.delivered] == [Cause.STALE]


async def test_trouble_that_changes_its_name_is_one_trouble() -> None:
    """A line that sometimes answers with an error page is told of as one that never answers."""
    clock, postman = FakeClock(), Postman()
    names = itertools.cycle([Health.OFFLINE, Health.STALE])

    async with on_watch(
        clock, lambda: report(health=next(names)), messenger=postman, notes=Notebook()
    ):
        await clock.advance(1_800 + PERIOD_S)

    assert [alert.cause for alert in postman.delivered] == [Cause.STALE]


async def test_a_full_disk_keeps_no_alert_back_and_repeats_none(tmp_path: Path) -> None:
    """What cannot be noted is remembered for as long as the process lives."""
    clock, postman = FakeClock(), Postman()

    with capture_logs() as logged:
        async with on_watch(
            clock,
            lambda: report(is_unsaved=True),
            messenger=postman,
            notes=Notebook(is_full=True),
            directory=tmp_path / "gone",
        ):
            await clock.advance(3_600)

    assert [alert.cause for alert in postman.delivered] == [Cause.UNSAVED]
    assert "alert_not_noted" in [entry["event"] for entry in logged]


@pytest.mark.parametrize("is_up", [True, False])
async def test_a_try_is_logged_once(*, is_up: bool) -> None:
    """A line that is down all night fills no journal."""
    clock = FakeClock()

    with capture_logs() as logged:
        async with on_watch(clock, lambda: LOST, messenger=Postman(is_up=is_up), notes=Notebook()):
            await clock.advance(6 * 3_600)

    assert [entry["event"] for entry in logged].count("owner_has_to_act") == 1


async def test_trouble_that_comes_back_is_logged_and_told() -> None:
    """That nobody could be reached the last time is no reason to be silent now."""
    clock, postman = FakeClock(), Postman(is_up=False)
    present = LOST

    with capture_logs() as logged:
        async with on_watch(clock, lambda: present, messenger=postman, notes=Notebook()):
            present = report()
            await clock.advance(RETRY_S)
            present, postman.is_up = LOST, True
            await clock.advance(PERIOD_S)

    assert [entry["event"] for entry in logged].count("owner_has_to_act") == 2
    assert [alert.cause for alert in postman.delivered] == [Cause.LOGIN_LOST]
