"""Takes a connection away from aiohttp and readies it for a viewer.

aiohttp accepts, parses and routes; a viewer that stays needs none of its machinery (a task, a
timer, a request object), and thousands of them can not afford it. This module knows the one private
name that this takes (``_message_tail``; a test guards it) and what a viewer's socket is set to.
"""

import asyncio
import contextlib
import socket
from asyncio.trsock import TransportSocket
from typing import Final

from aiohttp import web

# NOTSENT_LOWAT bounds what the kernel queues for a viewer that does not read (2.7 MiB without it).
# USER_TIMEOUT ends a peer that no longer acknowledges: with a beat or a change every 25 s, a viewer
# that vanished is gone within 45 s, and no ping, pong or timer per viewer is needed.
_SOCKET_OPTIONS: Final = (
    ("TCP_NODELAY", 1),
    ("TCP_NOTSENT_LOWAT", 16 * 1024),
    ("TCP_USER_TIMEOUT", 18_000),
)


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
    _tune(transport.get_extra_info("socket"))
    transport.resume_reading()  # aiohttp pauses a transport that pipelines much
    if tail:
        viewer.data_received(tail)
    return web.Response()


def _tune(sock: TransportSocket) -> None:
    for name, setting in _SOCKET_OPTIONS:
        option = getattr(socket, name, None)  # not every system has every one
        if option is not None:
            with contextlib.suppress(OSError):  # the peer may be gone already
                sock.setsockopt(socket.IPPROTO_TCP, option, setting)
