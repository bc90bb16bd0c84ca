"""One stream of server-sent events: the answer's head, then whatever the hub gives it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import ClassVar, Final

from aiohttp import web

from tonearm.poller.clock import Clock
from tonearm.server.door.answers import PUBLIC_HEADERS, no_room

from .connection import Connection
from .edition import Encoding
from .hub import Hub
from .takeover import take_over

_RETRY_LEAST_MS: Final = 1_000
_RETRY_SPREAD_MS: Final = 5_000

# No length and no chunks: the stream ends with its connection. That is right for HTTP/1.0 as well,
# and lets every event be the same bytes for everyone.
_HEADERS: Final = {
    **PUBLIC_HEADERS,
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "Connection": "close",
}
_HEAD: Final = "".join(
    ("HTTP/1.1 200 OK\r\n", *(f"{name}: {value}\r\n" for name, value in _HEADERS.items()), "\r\n"),
)


def events_handler(
    hub: Hub,
    clock: Clock,
    *,
    jitter: Callable[[], float],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return the handler of ``GET /v1/events``.

    ``jitter`` returns a number in [0, 1): how long a viewer waits before it comes back is spread by
    it, so that a restart does not bring all of them at once.
    """

    async def handle(request: web.Request) -> web.Response:
        if request.method == "HEAD":
            answer = web.Response(headers=_HEADERS)
            answer.force_close()
            return answer
        if not hub.has_room:
            return no_room()
        retry_ms = _RETRY_LEAST_MS + round(jitter() * _RETRY_SPREAD_MS)
        head = f"{_HEAD}retry: {retry_ms}\n\n".encode("ascii")
        return take_over(request, Connection(hub, clock, EventsDialect(), head=head))

    return handle


class EventsDialect:
    """Server-sent events: one direction, and the end of the connection is the end."""

    __slots__ = ()

    encoding: ClassVar = Encoding.SSE
    is_open: ClassVar = True

    def hear(self, data: bytes, transport: asyncio.Transport) -> None:
        """Ignore it."""

    def hear_end(self, transport: asyncio.Transport) -> None:
        """Say nothing more either."""

    def part(self, transport: asyncio.Transport) -> None:
        transport.close()

    def release(self) -> None:
        """Hold nothing."""
