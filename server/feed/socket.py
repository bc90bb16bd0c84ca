"""One WebSocket: the handshake, then a viewer that only listens to what the hub gives it.

``websockets`` speaks the protocol (masking, pings, closing) without I/O. Whatever a viewer sends is
read by the protocol's rules and otherwise ignored.
"""

import asyncio
import logging
from base64 import b64decode
from collections.abc import Awaitable, Callable
from typing import ClassVar, Final

from aiohttp import HttpVersion11, web
from websockets.frames import CloseCode
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.utils import accept_key

from tonearm.poller.clock import Clock
from tonearm.server.door.answers import no_room, refusal

from .connection import Connection
from .edition import Encoding
from .hub import Hub
from .takeover import take_over

_INBOUND_LIMIT_BYTES: Final = 1024
# The library would log every viewer that leaves: ten thousand lines, one second, at each stop.
_SILENCE: Final = logging.Logger("silence", level=logging.CRITICAL + 1)  # noqa: LOG001

_OUR_VERSION: Final = {"Sec-WebSocket-Version": "13"}  # RFC 6455 4.4 wants it said to others
_END: Final = b""  # what ``data_to_send`` has for "no more"
_KEY_BYTES: Final = 16
_HEAD: Final = (
    b"HTTP/1.1 101 Switching Protocols\r\n"
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %b\r\n\r\n"
)


def websocket_handler(hub: Hub, clock: Clock) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return the handler of ``GET /v1/ws``."""

    async def handle(request: web.Request) -> web.Response:
        if not _wants_upgrade(request):
            return refusal(
                426,
                "upgrade_required",
                "This address speaks WebSocket. Open it with a WebSocket client;"
                " /v1/current has the same as plain JSON.",
                headers={"Upgrade": "websocket", "Connection": "Upgrade", **_OUR_VERSION},
            )
        key = _key(request)
        if key is None or request.can_read_body:
            return refusal(
                400,
                "bad_handshake",
                "This is not a WebSocket handshake (RFC 6455, version 13).",
                headers=_OUR_VERSION,
            )
        if not hub.has_room:
            return no_room()
        head = _HEAD % accept_key(key).encode("ascii")
        return take_over(request, Connection(hub, clock, WebSocketDialect(), head=head))

    return handle


def _wants_upgrade(request: web.Request) -> bool:
    return (
        request.method == "GET"
        and request.version >= HttpVersion11
        and "upgrade" in _tokens(request, "Connection")
        and _tokens(request, "Upgrade") == ["websocket"]
    )


def _tokens(request: web.Request, name: str) -> list[str]:
    values = ",".join(request.headers.getall(name, ()))
    tokens = (token.strip(" \t").lower() for token in values.split(","))
    return [token for token in tokens if token]


def _key(request: web.Request) -> str | None:
    """Return the key that the answer has to prove it has read; None if it is no handshake."""
    keys = request.headers.getall("Sec-WebSocket-Key", ())
    versions = request.headers.getall("Sec-WebSocket-Version", ())
    if len(keys) != 1 or list(versions) != ["13"]:
        return None
    try:
        is_key = len(b64decode(keys[0], validate=True)) == _KEY_BYTES
    except ValueError:
        return None
    return keys[0] if is_key else None


class WebSocketDialect:
    """RFC 6455, after the handshake.

    There is no protocol before one of both has something to say: it is half of what a viewer costs,
    and few ever do.
    """

    __slots__ = ("_begun",)

    encoding: ClassVar = Encoding.WEBSOCKET

    def __init__(self) -> None:
        self._begun: ServerProtocol | None = None

    @property
    def is_open(self) -> bool:
        return self._begun is None or self._begun.state is State.OPEN

    def hear(self, data: bytes, transport: asyncio.Transport) -> None:
        protocol = self._protocol()
        protocol.receive_data(data)
        protocol.events_received()  # viewers have nothing to say
        _answer(protocol, transport)

    def hear_end(self, transport: asyncio.Transport) -> None:
        if self._begun is not None:
            self._begun.receive_eof()
            _answer(self._begun, transport)

    def part(self, transport: asyncio.Transport) -> None:
        if self.is_open:
            protocol = self._protocol()
            protocol.send_close(CloseCode.SERVICE_RESTART)
            _answer(protocol, transport)

    def release(self) -> None:
        # The parser (a generator) and the exception it may have stopped with hold the protocol
        # that holds them: ten thousand leaving viewers would wait for a full garbage collection.
        if self._begun is not None:
            self._begun.parser.close()
            self._begun.parser_exc = None

    def _protocol(self) -> ServerProtocol:
        if self._begun is None:
            self._begun = ServerProtocol(
                state=State.OPEN, max_size=_INBOUND_LIMIT_BYTES, logger=_SILENCE
            )
        return self._begun


def _answer(protocol: ServerProtocol, transport: asyncio.Transport) -> None:
    # In one write: asyncio logs each beyond the fifth to a peer that is gone, and an allowance
    # holds six hundred pings.
    answers = protocol.data_to_send()
    if said := b"".join(answers):
        transport.write(said)
    if _END not in answers:
        return
    if transport.can_write_eof():
        transport.write_eof()
    else:  # TLS has no half-close
        transport.close()
