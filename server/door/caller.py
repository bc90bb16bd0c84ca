"""aiohttp's connection, before a viewer may take its place.

It knows how long a caller may be silent, how much it may send, and how to answer what is not HTTP.
"""

import asyncio
from typing import Final

import structlog
from aiohttp import web

from tonearm.poller.clock import Clock

from .answers import refusal
from .digest import Digest
from .entrance import READ_BYTES, Connection

FIRST_REQUEST_S: Final = 10.0
_SWEEP_S: Final = 2.0
_KEEP_ALIVE_S: Final = 75.0  # longer than the pools of the usual proxies (nginx: 60 s)

log = structlog.get_logger()


class Door:
    """Who has connected and not yet asked for anything, and until when that is all right."""

    def __init__(self, clock: Clock, digest: Digest) -> None:
        self._clock = clock
        self._digest = digest
        self._waiting: dict[web.RequestHandler, float] = {}  # oldest first
        self._knocked = asyncio.Event()

    def knock(self, caller: web.RequestHandler) -> None:
        """Note a new connection."""
        self._waiting[caller] = self._clock.monotonic() + FIRST_REQUEST_S
        self._knocked.set()

    def leave(self, caller: web.RequestHandler) -> None:
        """Forget a connection that is gone, or that has asked for something."""
        self._waiting.pop(caller, None)

    async def sweep(self) -> None:
        """End connections that stay silent or send half a request, until cancelled."""
        while True:
            await self._knocked.wait()  # while nobody is at the door, nothing wakes
            await self._clock.sleep(_SWEEP_S)
            now_s = self._clock.monotonic()
            overdue = [caller for caller, until_s in self._waiting.items() if until_s <= now_s]
            for caller in overdue:
                self.leave(caller)
                self._digest.note("silent_callers_dropped")
                if caller.transport is not None:
                    caller.transport.abort()
            if not self._waiting:
                self._knocked.clear()


class Caller(web.RequestHandler):
    """aiohttp's connection, which tells the door of itself and answers garbage with JSON."""

    __slots__ = ("_door", "connection")

    def __init__(self, door: Door, server: web.Server, connection: Connection) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=_KEEP_ALIVE_S,
            access_log=None,  # type: ignore[arg-type]  # aiohttp's own way to say "none"
            max_line_size=4096,
            max_field_size=8190,
            max_headers=64,
            lingering_time=2.0,
        )
        self._door = door
        self.connection: Final = connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        transport.max_size = READ_BYTES  # type: ignore[attr-defined]
        self._door.knock(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._door.leave(self)
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002  (it quotes what the caller sent)
    ) -> web.StreamResponse:
        """Answer what is not HTTP; aiohttp would log a traceback for it."""
        log.debug("request_not_understood", error=type(exc).__name__)
        if request.writer.output_size > 0:  # half an answer is out: all that is left is to hang up
            raise ConnectionError
        answer = refusal(status, "bad_request", "This is not a request that can be answered.")
        answer.force_close()
        return answer
