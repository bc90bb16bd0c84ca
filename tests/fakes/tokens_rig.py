"""Tokens on a real store in a directory of the test's, and a disk that can be full."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fake_clock import FakeClock

from tonearm.poller.errors import StateUnwritable
from tonearm.poller.options import App
from tonearm.poller.store import GrantStore, open_state
from tonearm.poller.stored_grant import StoredGrant
from tonearm.poller.tokens import Tokens
from tonearm.poller.transport import Transport

APP = App(client_id="app")


class FullDisk(GrantStore):
    """A store whose writes fail while ``is_full``."""

    is_full = False

    async def note_intent(self, generation: int) -> None:
        self._check()
        await super().note_intent(generation)

    async def save_refresh(self, grant: StoredGrant, *, over: int) -> None:
        self._check()
        await super().save_refresh(grant, over=over)

    async def save_consent(self, grant: StoredGrant) -> int:
        self._check()
        return await super().save_consent(grant)

    async def mark_dead(self, generation: int) -> None:
        self._check()
        await super().mark_dead(generation)

    def _check(self) -> None:
        if self.is_full:
            raise StateUnwritable("The disk is full.")


@dataclass(frozen=True, kw_only=True)
class Rig:
    """What one start of the service has in its hands."""

    tokens: Tokens
    store: FullDisk
    clock: FakeClock
    runtime: Path

    async def until_saved(self) -> None:
        """Wait for a write that time has set off: the store does one after the other."""
        while self.tokens.is_unsaved:
            await self.store.read()


@asynccontextmanager
async def started(
    directory: Path, transport: Transport, *, clock: FakeClock, app: App = APP
) -> AsyncIterator[Rig]:
    """Start on ``directory``, as after a restart; leaving the block stops it in good order."""
    runtime = directory / "run"
    runtime.mkdir(parents=True, exist_ok=True)
    async with open_state(directory / "state", clock=clock) as opened:
        store = FullDisk(opened._database, opened.directory)
        tokens = Tokens(
            store=store,
            transport=transport,
            clock=clock,
            app=app,
            runtime_directory=runtime,
            jitter=lambda: 0.5,
        )
        await tokens.load()
        try:
            yield Rig(tokens=tokens, store=store, clock=clock, runtime=runtime)
        finally:
            await tokens.close()
