"""The control socket: what the owner's commands may ask of a running service.

HTTP on a Unix socket of mode 0600, never reachable through the public port. It knows the wire of
the commands, not what they do.
"""

import contextlib
import os
import socket
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Final, TypeVar

import aiohttp
import msgspec
from aiohttp import web

from tonearm.poller.errors import LoginFailed, StateRefused, TonearmError
from tonearm.poller.login import Login, Welcome

from . import paths

ADDRESS: Final = "http://control"
BODY_LIMIT_BYTES: Final = 65_536
SHUTDOWN_S: Final = 1.0
GREETING_S: Final = 5.0
ANSWER_S: Final = 60.0

Message = TypeVar("Message")


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """A login that has begun: where to consent, and where the browser will land."""

    url: str
    redirect_uri: str


class Landed(msgspec.Struct, frozen=True, kw_only=True):
    """Where the browser landed, or the query of it."""

    address: str
    is_other_account: bool = False


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence that says what to do."""

    error: str


def application(login: Login) -> web.Application:
    """Return the routes of the control socket."""

    async def begin(_request: web.Request) -> web.Response:
        return _json(Begun(url=login.begin(), redirect_uri=login.redirect_uri))

    async def finish(request: web.Request) -> web.Response:
        landed = await _asked(request, Landed)
        welcome = await login.finish(landed.address, is_other_account=landed.is_other_account)
        return _json(welcome)

    app = web.Application(client_max_size=BODY_LIMIT_BYTES, middlewares=[_sentences])
    app.router.add_post("/login/begin", begin)
    app.router.add_post("/login/finish", finish)
    return app


@web.middleware
async def _sentences(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except TonearmError as error:
        return _json(Failed(error=str(error)), 409)


async def _asked(request: web.Request, kind: type[Message]) -> Message:
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise TonearmError("The control socket did not understand the request.") from None


def _json(value: msgspec.Struct, status: int = 200) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(value), content_type="application/json", status=status
    )


@contextlib.asynccontextmanager
async def listen(app: web.Application, wanted: Path) -> AsyncIterator[Path]:
    """Serve ``app`` on the Unix socket ``wanted`` while the context lasts; yield its real path.

    Raises:
        StateRefused: its directory is not this user's alone.
    """
    path = paths.socket_path(wanted)
    bound = _bound(path)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
    try:
        await runner.setup()
        await web.SockSite(runner, bound).start()
        yield path
    finally:
        await runner.cleanup()
        bound.close()
        path.unlink(missing_ok=True)


def _bound(path: Path) -> socket.socket:
    """Return a socket bound to ``path`` that is this user's alone from its first moment."""
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        paths.private_directory(path.parent)
        # Whoever holds the state directory's lock is the only service, so what lies here is dead.
        path.unlink(missing_ok=True)
        _bind_privately(bound, path)
    except OSError as error:
        bound.close()
        raise StateRefused(f"The control socket {path} cannot be made: {error.strerror}.") from None
    except StateRefused:
        bound.close()
        raise
    return bound


def _bind_privately(bound: socket.socket, path: Path) -> None:
    # The process has one umask for all its threads and tasks, so nothing is awaited under it.
    mask = os.umask(0o177)
    try:
        bound.bind(str(path))
    finally:
        os.umask(mask)


class NotRunning(TonearmError):
    """No service answers on the control socket."""


class NotOurs(TonearmError):
    """A service is there, but it is another user's."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"The service behind {path} runs as another user: run this command as that user, or"
            " with sudo."
        )


class ControlClient:
    """The commands' side of the control socket."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def begin_login(self) -> Begun:
        """Begin a login in the service."""
        return await self._post("/login/begin", None, Begun)

    async def finish_login(self, landed: Landed) -> Welcome:
        """Finish it.

        Raises:
            LoginFailed: with the service's sentence.
        """
        return await self._post("/login/finish", landed, Welcome)

    async def _post(self, path: str, value: msgspec.Struct | None, kind: type[Message]) -> Message:
        """Return the service's answer.

        Raises:
            LoginFailed: with the service's sentence.
            NotRunning: it did not answer, or not as a service of this version would.
        """
        try:
            async with self._session.post(
                ADDRESS + path, data=msgspec.json.encode(value)
            ) as answer:
                body = await answer.read()
            if answer.status == web.HTTPOk.status_code:
                return msgspec.json.decode(body, type=kind)
            sentence = msgspec.json.decode(body, type=Failed).error
        except (aiohttp.ClientError, TimeoutError):
            raise NotRunning("The service stopped in the middle of it: try again.") from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise NotRunning(
                "The service does not understand this command: restart it, it may be of another"
                " version."
            ) from None
        raise LoginFailed(sentence)


@contextlib.asynccontextmanager
async def connect(wanted: Path, *, greeting_s: float = GREETING_S) -> AsyncIterator[ControlClient]:
    """Connect to the service whose control socket is ``wanted``.

    A service that does not greet within ``greeting_s`` seconds is taken for dead.

    Raises:
        NotRunning: nobody answers there.
        NotOurs: another user's service does.
        StateRefused: anybody could have put the socket there.
    """
    path = paths.socket_path(wanted)
    _check_directory(path)
    async with aiohttp.ClientSession(
        connector=aiohttp.UnixConnector(path=str(path)),
        timeout=aiohttp.ClientTimeout(total=ANSWER_S),
    ) as session:
        try:
            async with session.get(ADDRESS, timeout=aiohttp.ClientTimeout(total=greeting_s)):
                pass
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, PermissionError):
                raise NotOurs(path) from None
            raise NotRunning("No service is running.") from None
        except (aiohttp.ClientError, TimeoutError):
            raise NotRunning("The service does not answer.") from None
        yield ControlClient(session)


def _check_directory(path: Path) -> None:
    """Raise what :func:`connect` raises if nothing is at ``path``, or nothing to be trusted."""
    try:
        path.lstat()
        is_open_to_all = path.parent.parent.stat().st_mode & stat.S_IWOTH
    except PermissionError:
        raise NotOurs(path) from None
    except OSError:
        raise NotRunning("No service is running.") from None
    if is_open_to_all:  # in /tmp, somebody else may have made the directory
        paths.private_directory(path.parent)
