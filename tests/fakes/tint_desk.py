"""A tint between a poller that the test plays and viewers that remember what they were told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fake_clock import FakeClock
from msgspec.structs import replace
from viewers import TRACK, playing

from tonearm.poller.playback import Art, Health, Item, Snapshot, State
from tonearm.server.artwork import palette as recipe
from tonearm.server.artwork.covers import Cover
from tonearm.server.artwork.tint import Tint

A_PALETTE = recipe.palette([recipe.Swatch(1, "#2456b8")])
A_COVER = Cover(palette=A_PALETTE, thumbnail=b"small", picture=b"large")


def cover(name: str) -> str:
    """Return the address of a cover."""
    return f"https://i.scdn.co/image/{name}"


def album(name: str) -> Item:
    """Return an item whose cover is called ``name``."""
    return replace(TRACK, uri=name, art=(Art(url=cover(name), width=64, height=64),))


class TintDesk:
    """Covers are read when :meth:`finish` is called, and not before."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.published: list[Snapshot] = []
        self.asked: list[str] = []
        self._reading: dict[str, asyncio.Future[Cover]] = {}
        self.tint = Tint(publish=self.published.append, read=self._read, clock=self.clock)

    async def _read(self, url: str) -> Cover:
        self.asked.append(url)
        self._reading[url] = asyncio.get_running_loop().create_future()
        return await self._reading[url]

    async def show(self, name: str | None, seq: int) -> None:
        """Emit a snapshot as the poller would."""
        snapshot = playing(seq, item=album(name)) if name else nothing(seq)
        self.tint.emit(snapshot)
        await self.clock.settle()

    async def finish(self, name: str, error: Exception | None = None) -> None:
        """Let the reading of a cover end."""
        reading = self._reading.pop(cover(name))
        if error is None:
            reading.set_result(A_COVER)
        else:
            reading.set_exception(error)
        await self.clock.settle()

    @property
    def is_reading(self) -> list[str]:
        return [url.rpartition("/")[2] for url in self._reading]

    @property
    def told(self) -> list[tuple[int, bool]]:
        """Each ``seq`` that was published, and whether it was tinted."""
        return [
            (each.seq, each.item is not None and each.item.palette is not None)
            for each in self.published
        ]


def nothing(seq: int) -> Snapshot:
    """Return a snapshot without an item."""
    return Snapshot(epoch="k3f9", seq=seq, state=State.NOTHING, health=Health.OK)


@contextlib.asynccontextmanager
async def at_work() -> AsyncIterator[TintDesk]:
    """Yield a desk whose tint runs."""
    desk = TintDesk()
    running = asyncio.create_task(desk.tint.run())
    await desk.clock.settle()
    try:
        yield desk
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
