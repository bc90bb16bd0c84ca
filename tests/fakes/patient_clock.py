"""A fake clock for tests with a real database: time stands still while a statement runs."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import aiosqlite
from fake_clock import FakeClock


class PatientClock(FakeClock):
    """Waits for SQLite's thread before it moves on; use it within :meth:`watching`."""

    def __init__(self) -> None:
        super().__init__()
        self._running = 0
        self._is_quiet = asyncio.Event()
        self._is_quiet.set()

    async def settle(self) -> None:
        await super().settle()
        while self._running:
            await self._is_quiet.wait()
            await super().settle()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count the statements that every connection of aiosqlite has under way."""
        execute: Callable[..., Any] = aiosqlite.Connection._execute

        async def counted(connection: aiosqlite.Connection, *rest: Any, **named: Any) -> Any:
            self._running += 1
            self._is_quiet.clear()
            try:
                return await execute(connection, *rest, **named)
            finally:
                self._running -= 1
                if not self._running:
                    self._is_quiet.set()

        with patch.object(aiosqlite.Connection, "_execute", counted):
            yield
