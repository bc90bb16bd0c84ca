"""Takes a connection away from aiohttp and readies it for a viewer.

aiohttp accepts, parses and routes; a viewer that stays needs none of its machinery (a task, a
timer, a request object), and thousands of them can not afford it. This module knows the one private
name that this takes (``_message_tail``; a test guards it).
"""

import asyncio

from aiohttp import web


class _Unsent(web.Response):
    """An answer that nobody waits for: aiohttp need not make its headers first to find that out."""

    async def prepare(self, request: web.BaseRequest) -> None:  # noqa: ARG002
        raise ConnectionResetError


def take_over(request: web.Request, viewer: asyncio.Protocol) -> web.Response:
    """Make ``viewer`` the protocol of the request's connection, from ``connection_made`` on.

    Return the answer that aiohttp wants from a handler; it has no connection left to write it to.
    """
    handler = request.protocol
    transport = handler.transport
    if transport is None or transport.is_closing():  # the peer left while its request waited
        return _Unsent()
    tail = handler._message_tail  # noqa: SLF001  (bytes that came in one packet with the request)

    handler.transport = None
    handler.connection_lost(None)

    transport.set_protocol(viewer)
    viewer.connection_made(transport)
    transport.resume_reading()  # aiohttp pauses a transport that pipelines much
    if tail:
        viewer.data_received(tail)
    return _Unsent()
