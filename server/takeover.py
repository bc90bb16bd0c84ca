"""Takes a connection away from aiohttp and readies it for a viewer.

aiohttp accepts, parses and routes; a viewer that stays needs none of its machinery (a task, a
timer, a request object), and thousands of them can not afford it. This module knows the one private
name that this takes (``_message_tail``; a test guards it) and what a viewer's socket is set to.
"""

import asyncio
import contextlib
import socket
from typing import Final

from aiohttp import web

from tonearm.poller.clock import Clock

WRITE_HIGH_WATER_BYTES: Final = 8 * 1024

# NOTSENT_LOWAT bounds what the kernel queues for a viewer that does not read (2.7 MiB without it).
# USER_TIMEOUT ends a peer that no longer acknowledges: with a beat every 25 s, a viewer that
# vanished is gone within 45 s, and no ping, pong or timer per viewer is needed.
_SOCKET_OPTIONS: Final = (
    ("TCP_NODELAY", 1),
    ("TCP_NOTSENT_LOWAT", 16 * 1024),
    ("TCP_USER_TIMEOUT", 20_000),
)

_ALLOWANCE_BYTES: Final = 4 * 1024
_ALLOWANCE_BYTES_PER_S: Final = 256


class Allowance:
    """What a viewer may still send: it has nothing to say, so more than this is a flood."""

    __slots__ = ("_at_s", "_clock", "_left")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._left: float = _ALLOWANCE_BYTES
        self._at_s = clock.monotonic()

    def covers(self, size: int) -> bool:
        """Take ``size`` bytes off and return whether they were covered."""
        now_s = self._clock.monotonic()
        earned = (now_s - self._at_s) * _ALLOWANCE_BYTES_PER_S
        self._left = min(_ALLOWANCE_BYTES, self._left + earned) - size
        self._at_s = now_s
        return self._left >= 0


def take_over(request: web.Request, viewer: asyncio.Protocol) -> web.Response:
    """Make ``viewer`` the protocol of the request's connection, from ``connection_made`` on.

    Return the answer that aiohttp wants from a handler; it has no connection left to write it to.
    """
    handler = request.protocol
    transport = handler.transport
    if transport is None or transport.is_closing():  # the peer left while its request waited
        return web.Response()
    tail = handler._message_tail  # noqa: SLF001  (bytes that came in one packet with the request)

    handler.transport = None
    handler.connection_lost(None)

    transport.set_protocol(viewer)
    viewer.connection_made(transport)
    _tune(transport)  # last: it may pause a viewer whose earlier answers are not all sent yet
    transport.resume_reading()  # aiohttp pauses a transport that pipelines much
    if tail:
        viewer.data_received(tail)
    return web.Response()


def _tune(transport: asyncio.Transport) -> None:
    transport.set_write_buffer_limits(high=WRITE_HIGH_WATER_BYTES)
    sock = transport.get_extra_info("socket")
    for name, setting in _SOCKET_OPTIONS:
        option = getattr(socket, name, None)  # not every system has every one
        if option is not None:
            with contextlib.suppress(OSError):  # the peer may be gone already
                sock.setsockopt(socket.IPPROTO_TCP, option, setting)
