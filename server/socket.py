"""One WebSocket: the handshake, then a connection that only listens to what the hub gives it.

``websockets`` speaks the protocol (masking, pings, closing) without I/O; the class here moves its
bytes. Whatever a viewer sends is read by the protocol's rules and otherwise ignored.
"""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import ClassVar, Final

from aiohttp import HttpVersion11, web
from websockets.datastructures import Headers
from websockets.frames import CloseCode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from tonearm.poller.clock import Clock

from .answers import no_room, refusal
from .edition import Encoding
from .hub import Hub
from .takeover import Allowance, take_over

_INBOUND_LIMIT_BYTES: Final = 1024
_HANDSHAKE_HEADERS: Final = ("Connection", "Upgrade", "Sec-WebSocket-Key", "Sec-WebSocket-Version")


def websocket_handler(hub: Hub, clock: Clock) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return the handler of ``GET /v1/ws``."""

    async def handle(request: web.Request) -> web.Response:
        protocol = ServerProtocol(state=State.OPEN, max_size=_INBOUND_LIMIT_BYTES)
        headers = Headers()
        for name in _HANDSHAKE_HEADERS:
            for value in request.headers.getall(name, ()):
                headers[name] = value
        answer = protocol.accept(Request(request.path, headers))
        wants_upgrade = answer.status_code != HTTPStatus.UPGRADE_REQUIRED
        if not wants_upgrade or request.method != "GET" or request.version < HttpVersion11:
            return refusal(
                426,
                "upgrade_required",
                "This address speaks WebSocket. Open it with a WebSocket client;"
                " /v1/current has the same as plain JSON.",
                headers={"Upgrade": "websocket", "Connection": "Upgrade"},
            )
        if answer.status_code != HTTPStatus.SWITCHING_PROTOCOLS or request.can_read_body:
            return refusal(400, "bad_handshake", "This is not a WebSocket handshake (RFC 6455).")
        if not hub.has_room:
            return no_room()
        return take_over(request, WebSocketViewer(hub, clock, protocol, head=answer.serialize()))

    return handle


class WebSocketViewer(asyncio.Protocol):
    """A viewer at the other end of a WebSocket, after its handshake."""

    __slots__ = ("_allowance", "_head", "_hub", "_protocol", "_transport", "sent", "write")

    encoding: ClassVar = Encoding.WEBSOCKET

    def __init__(self, hub: Hub, clock: Clock, protocol: ServerProtocol, *, head: bytes) -> None:
        self._hub = hub
        self._protocol = protocol
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
            return
        self._protocol.receive_data(data)
        self._protocol.events_received()  # viewers have nothing to say
        self._send()

    def eof_received(self) -> None:
        self._protocol.receive_eof()
        self._send()

    def pause_writing(self) -> None:
        self._hub.lag(self)

    def resume_writing(self) -> None:
        self._hub.catch_up(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._hub.leave(self)
        # The parser (a generator) and the exception it may have stopped with hold the protocol
        # that holds them: ten thousand leaving viewers would wait for a full garbage collection.
        self._protocol.parser.close()
        self._protocol.parser_exc = None

    def close(self) -> None:
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(CloseCode.SERVICE_RESTART)
            self._send()

    def abort(self) -> None:
        self._transport.abort()

    def _send(self) -> None:
        """Write what the protocol has to say; a closing connection leaves the hub's rounds."""
        for data in self._protocol.data_to_send():
            if data:
                self._transport.write(data)
            elif self._transport.can_write_eof():
                self._transport.write_eof()
            else:  # TLS has no half-close
                self._transport.close()
        if self._protocol.state is not State.OPEN:
            self._hub.retire(self)
