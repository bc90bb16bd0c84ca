"""A process that dies between any two steps of a refresh, a login or a logout leaves one truth."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from fake_clock import FakeClock
from token_answers import consent
from token_server import Rotation, TokenServer
from tokens_rig import APP, started

from tonearm.poller.database import Database, Values
from tonearm.poller.errors import InvalidGrant, LoginNeeded
from tonearm.poller.schema import LAYOUT
from tonearm.poller.store import GrantStore, open_state
from tonearm.poller.stored_grant import StoredGrant
from tonearm.poller.tokens import Tokens
from tonearm.poller.transport import Answer, Request

# Each step has an instant before it and one after it. A refresh: intent, request, commit.
REFRESH_STEPS = 3
UNANSWERED = 3
"""Spotify has committed, and nobody heard of it."""


class Death(BaseException):
    """The process is no more."""


class Life:
    """So many instants until death; from then on nothing is done any more."""

    def __init__(self, instants: int) -> None:
        self._left = instants

    @contextmanager
    def step(self) -> Iterator[None]:
        """Do in the block what outlives the process."""
        self._pass()
        yield
        self._pass()

    def _pass(self) -> None:
        if self._left == 0:
            raise Death
        self._left -= 1


class Disk(Database):
    """What was written before the death is on it."""

    def __init__(self, database: Database, life: Life) -> None:
        super().__init__(database._connection, LAYOUT)
        self._life = life

    async def write(self, statement: str, values: Values = ()) -> int:
        with self._life.step():
            return await super().write(statement, values)

    async def write_returning(self, statement: str, values: Values = ()) -> list[dict[str, Any]]:
        with self._life.step():
            return await super().write_returning(statement, values)


class Line:
    """What was asked before the death was asked."""

    def __init__(self, server: TokenServer, life: Life) -> None:
        self._server = server
        self._life = life

    async def send(self, request: Request) -> Answer:
        with self._life.step():
            return await self._server.send(request)


async def die_after(
    instants: int,
    folder: Path,
    server: TokenServer,
    clock: FakeClock,
    act: Callable[[Tokens], Awaitable[object]],
) -> None:
    """Start a process, let it act, and end it in the middle of that, without any good-bye."""
    async with open_state(folder / "state", clock=clock) as store:
        life = Life(instants)
        tokens = Tokens(
            store=GrantStore(Disk(store._database, life), store.directory),
            transport=Line(server, life),
            clock=clock,
            app=APP,
            runtime_directory=folder / "run",
            jitter=lambda: 0.5,
        )
        await tokens.load()
        with suppress(Death):
            await act(tokens)


async def is_login_lost(folder: Path, server: TokenServer, clock: FakeClock) -> bool:
    """Start anew, go on for some hours, and tell whether only the owner can help."""
    async with started(folder, server, clock=clock) as rig:
        for _ in range(3):
            await clock.advance(3600)
            try:
                with suppress(InvalidGrant):
                    await rig.tokens.access()
            except LoginNeeded:
                return True
    return False


@pytest.mark.parametrize("rotation", Rotation)
@pytest.mark.parametrize("instants", range(2 * REFRESH_STEPS + 1))
async def test_a_refresh_survives_a_death_at_any_step(
    instants: int, rotation: Rotation, tmp_path: Path
) -> None:
    """But for the one that nobody survives: a token voided by an answer that never came."""
    server, clock = TokenServer(rotation), FakeClock()
    async with started(tmp_path, server, clock=clock) as rig:
        await rig.tokens.adopt(consent(clock, refresh=server.new_login()), None)
    await clock.advance(3600)

    await die_after(instants, tmp_path, server, clock, lambda tokens: tokens.access())

    is_lost = await is_login_lost(tmp_path, server, clock)
    assert is_lost == (rotation is Rotation.STRICT and instants == UNANSWERED)
    assert is_lost or server.refusals == 0


class SlowCard(GrantStore):
    """A write of new tokens begins, and does not end before it may."""

    def __init__(self, store: GrantStore) -> None:
        super().__init__(store._database, store.directory)
        self.writes = asyncio.Event()
        self.may_end = asyncio.Event()

    async def save_refresh(self, grant: StoredGrant, *, over: int) -> None:
        self.writes.set()
        await self.may_end.wait()
        await super().save_refresh(grant, over=over)


async def test_nobody_gets_an_access_token_whose_refresh_token_is_not_on_disk(
    tmp_path: Path,
) -> None:
    """With its first use the token before may be void."""
    server, clock = TokenServer(Rotation.GRACE), FakeClock()
    async with open_state(tmp_path / "state", clock=clock) as store:
        card = SlowCard(store)
        tokens = Tokens(
            store=card,
            transport=server,
            clock=clock,
            app=APP,
            runtime_directory=None,
            jitter=lambda: 0.5,
        )
        await tokens.load()
        await tokens.adopt(consent(clock, refresh=server.new_login()), None)
        await clock.advance(3600)

        caller = asyncio.create_task(tokens.access())
        await card.writes.wait()
        await clock.advance(60)
        was_early = caller.done()
        card.may_end.set()

        assert await caller
        assert not was_early


@pytest.mark.parametrize("instants", range(3))
async def test_a_login_is_kept_whole_or_not_at_all(instants: int, tmp_path: Path) -> None:
    """One statement: the old grant before it, the new one after it."""
    server, clock = TokenServer(Rotation.NONE), FakeClock()
    async with started(tmp_path, server, clock=clock) as rig:
        await rig.tokens.adopt(consent(clock, refresh="old"), None)
    new = consent(clock, refresh=server.new_login(), access="access-new")

    await die_after(instants, tmp_path, server, clock, lambda tokens: tokens.adopt(new, None))

    async with started(tmp_path, server, clock=clock) as rig:
        stored = await rig.store.read()
        assert stored
        kept = (stored.refresh_token.reveal(), (await rig.tokens.access()).reveal())
    assert kept == (("old", "access-1") if instants == 0 else ("refresh-1", "access-new"))


@pytest.mark.parametrize("instants", range(5))
async def test_a_logout_that_was_begun_holds(instants: int, tmp_path: Path) -> None:
    """Its first write takes the tokens away; what is left of it is a login to be made."""
    server, clock = TokenServer(Rotation.NONE), FakeClock()
    async with started(tmp_path, server, clock=clock) as rig:
        await rig.tokens.adopt(consent(clock, refresh=server.new_login()), None)

    await die_after(instants, tmp_path, server, clock, lambda tokens: tokens.forget())

    assert await is_login_lost(tmp_path, server, clock) == (instants > 0)
