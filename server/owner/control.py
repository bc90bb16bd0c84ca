"""The control socket: HTTP on a Unix socket of mode 0600, never reachable by the public port.

It knows the wire of the owner's commands, not what they do: that is for the routes it is given.
"""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path
from typing import Final, TypeVar

import msgspec
from aiohttp import web

from tonearm.poller.errors import TonearmError
from tonearm.server.configuration import paths

from . import unix_socket
from .control_messages import Failed

BODY_LIMIT_BYTES: Final = 65_536
SHUTDOWN_S: Final = 1.0

Message = TypeVar("Message")


def application(routes: Iterable[web.RouteDef]) -> web.Application:
    """Return an application in which every error we know is answered with its sentence."""
    app = web.Application(client_max_size=BODY_LIMIT_BYTES, middlewares=[_sentences])
    app.add_routes(routes)
    return app


@contextlib.asynccontextmanager
async def listen(app: web.Application, wanted: Path) -> AsyncIterator[Path]:
    """Serve ``app`` on the Unix socket ``wanted`` while the context lasts; yield its real path.

    Raises:
        StateRefused: it cannot be made there.
    """
    bound = unix_socket.bound(wanted, mode=0o600)
    path = paths.socket_path(wanted)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
    try:
        await runner.setup()
        await web.SockSite(runner, bound).start()
        yield path
    finally:
        await runner.cleanup()
        bound.close()
        path.unlink(missing_ok=True)


async def asked(request: web.Request, kind: type[Message]) -> Message:
    """Return what the command sent; raise TonearmError if it is something else."""
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise TonearmError("The control socket did not understand the request.") from None


def answer(value: msgspec.Struct | None, *, status: int = 200) -> web.Response:
    """Return ``value`` for the command."""
    return web.Response(
        body=msgspec.json.encode(value), content_type="application/json", status=status
    )


@web.middleware
async def _sentences(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except TonearmError as error:
        return answer(Failed(error=str(error)), status=409)
