"""One stream of server-sent events: the answer's head, then whatever the hub gives it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import ClassVar, Final

from aiohttp import web

from tonearm.poller.clock import Clock

from .answers import PUBLIC_HEADERS, no_room
from .edition import Encoding
from .hub import Hub
from .takeover import Allowance, take_over

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
        return take_over(request, EventsViewer(hub, clock, head=head))

    return handle


class EventsViewer(asyncio.Protocol):
    """A viewer at the other end of a stream of events."""

    __slots__ = ("_allowance", "_head", "_hub", "_transport", "sent", "write")

    encoding: ClassVar = Encoding.SSE

    def __init__(self, hub: Hub, clock: Clock, *, head: bytes) -> None:
        self._hub = hub
        self._allowance = Allowance(clock)
        self._head = head
        self.sent = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self.write = transport.write
        head, self._head = self._head, b""
        self._hub.join(self, head=head)

    def data_received(self, data: bytes) -> None:
        if not self._allowance.covers(len(data)):
            self._transport.abort()

    def pause_writing(self) -> None:
        self._hub.lag(self)

    def resume_writing(self) -> None:
        self._hub.catch_up(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._hub.leave(self)

    def close(self) -> None:
        self._transport.close()
        self._hub.retire(self)

    def abort(self) -> None:
        self._transport.abort()
