"""The commands' side of the control socket: finds the running service and asks it.

A refusal is a :class:`ServiceRefused` with the service's own sentence, whatever was asked.
"""

import contextlib
import stat
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Final, TypeVar

import aiohttp
import msgspec

from tonearm.poller.errors import TonearmError
from tonearm.poller.login import Welcome
from tonearm.server.configuration import paths

from .control_messages import Begun, Failed, Farewell, Landed, Pause, Report

ADDRESS: Final = "http://control"
GREETING_S: Final = 5.0
ANSWER_S: Final = 60.0
OK: Final = 200

Message = TypeVar("Message")


class NotRunning(TonearmError):
    """No service answers on the control socket."""


class Silent(NotRunning):
    """Something holds the control socket and says nothing."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"The service behind {path} does not answer: restart it.")


class NotOurs(TonearmError):
    """A service is there, but it is another user's."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"The service behind {path} runs as another user: run this command as that user, or"
            " with sudo."
        )


class ServiceRefused(TonearmError):
    """The service understood and said no; the message is its sentence."""


class ControlClient:
    """The service, as a command sees it.

    Every method raises ServiceRefused with the service's sentence, or NotRunning when it did not
    answer, or not as a service of this version would.
    """

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def begin_login(self) -> Begun:
        """Begin a login in the service."""
        return await self._ask("POST", "/login/begin", None, Begun)

    async def finish_login(self, landed: Landed) -> Welcome:
        """Finish it."""
        return await self._ask("POST", "/login/finish", landed, Welcome)

    async def logout(self) -> Farewell:
        """Have the grant and the stored plays deleted."""
        return await self._ask("POST", "/logout", None, Farewell)

    async def report(self) -> Report:
        """Ask how the service is."""
        return await self._ask("GET", "/status", None, Report)

    async def pause(self, duration_s: float | None) -> Report:
        """Go incognito, for ``duration_s`` or until :meth:`resume`."""
        return await self._ask("POST", "/pause", Pause(duration_s=duration_s), Report)

    async def resume(self) -> Report:
        """End the incognito."""
        return await self._ask("POST", "/resume", None, Report)

    async def _ask(
        self, method: str, path: str, value: msgspec.Struct | None, kind: type[Message]
    ) -> Message:
        body = None if method == "GET" else msgspec.json.encode(value)
        try:
            async with self._session.request(method, ADDRESS + path, data=body) as answer:
                content = await answer.read()
            if answer.status == OK:
                return msgspec.json.decode(content, type=kind)
            sentence = msgspec.json.decode(content, type=Failed).error
        except (aiohttp.ClientError, TimeoutError):
            raise NotRunning("The service stopped in the middle of it: try again.") from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise NotRunning(
                "The service does not understand this command: restart it, it may be of another"
                " version."
            ) from None
        raise ServiceRefused(sentence)


@contextlib.asynccontextmanager
async def reach(
    sockets: Iterable[Path], *, greeting_s: float = GREETING_S
) -> AsyncIterator[ControlClient]:
    """Connect to the first service that answers on one of ``sockets``.

    Raises:
        NotRunning: none does.
        NotOurs, StateRefused: as :func:`connect`.
    """
    async with contextlib.AsyncExitStack() as stack:
        client = None
        missing = NotRunning("No service is running: start it with `tonearm run`.")
        for wanted in sockets:
            try:
                client = await stack.enter_async_context(connect(wanted, greeting_s=greeting_s))
                break
            except Silent as error:
                missing = error
            except NotRunning:
                pass
        if client is None:
            raise missing
        yield client


@contextlib.asynccontextmanager
async def connect(wanted: Path, *, greeting_s: float = GREETING_S) -> AsyncIterator[ControlClient]:
    """Connect to the service whose control socket is ``wanted``.

    A service that does not greet within ``greeting_s`` seconds is taken for dead.

    Raises:
        NotRunning: nobody is there.
        Silent: somebody is, and does not answer.
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
            raise Silent(path) from None
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
