"""`tonearm watch`: one more viewer of the public feed, in a terminal or in a pipe.

It follows the feed's own rules: it comes back with growing, random waits, and not where it was
told to stay away. The service is asked anew each time where it is, so a restart may move it.
"""

import asyncio
import shutil
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Final, TextIO
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.frames import CloseCode

from tonearm.poller.clock import Clock
from tonearm.poller.errors import TonearmError
from tonearm.poller.resolver import Resolver
from tonearm.server.ink import Ink
from tonearm.server.owner.control_client import NotRunning

from .live_line import Seen, live, plain

TICK_S: Final = 1.0
RESTART_WAIT_S: Final = 10.0
LONGEST_WAIT_S: Final = 60.0
OPEN_S: Final = 10.0
LARGEST_FRAME_BYTES: Final = 65_536
_SCHEMES: Final = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
_STAY_AWAY: Final = range(4400, 4500)
_TO_THE_START, _CLEAR_REST = "\r", "\x1b[K"


class CannotWatch(TonearmError):
    """There is nothing to watch at this address, or it does not want to be watched."""


class NobodyReads(TonearmError):
    """What we write goes nowhere: `tonearm watch | head -1` has seen enough."""


def feed_address(url: str) -> str:
    """Return the address of a service's feed; raise CannotWatch if ``url`` cannot have one."""
    parts = urlsplit(url)
    scheme = _SCHEMES.get(parts.scheme)
    if scheme is None or not parts.hostname:
        raise CannotWatch(f"{url!r} cannot be watched: write an http or https address.")
    path = parts.path.removesuffix("/")
    return parts._replace(scheme=scheme, path=f"{path}/v1/ws", query="", fragment="").geturl()


def wait_s(losses: int, *, is_restart: bool, chance: float) -> float:
    """Return how long to stay away after ``losses`` in a row; ``chance`` is drawn from [0, 1)."""
    if is_restart and losses == 0:
        return RESTART_WAIT_S * chance
    return min(LONGEST_WAIT_S, 2.0**losses) * chance


class Watching:
    """Shows the feed whose service ``find`` names, until it is cancelled.

    ``is_live`` is for a terminal in which a line can be drawn again and again.
    """

    def __init__(
        self,
        *,
        find: Callable[[], Awaitable[str]],
        stdout: TextIO,
        ink: Ink,
        clock: Clock,
        chance: Callable[[], float],
        is_live: bool,
    ) -> None:
        self._find = find
        self._names = Resolver()
        self._stdout = stdout
        self._is_live = is_live
        self._ink = ink
        self._clock = clock
        self._chance = chance
        self._seen: Seen | None = None
        self._seen_s = 0.0
        self._is_connected = False
        self._said = ""

    async def run(self) -> None:
        """Watch for ever.

        Raises:
            CannotWatch, NotRunning: there was nothing to watch to begin with, or we are unwanted.
        """
        try:
            if self._is_live:
                await self._with_ticks()
            else:
                await self._follow()
        finally:
            if self._is_live and self._said:
                self._stdout.write("\n")

    async def _with_ticks(self) -> None:
        ticking = asyncio.create_task(self._tick(), name="watch ticks")
        following = asyncio.create_task(self._follow(), name="watch feed")
        try:
            done, _ = await asyncio.wait({ticking, following}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (ticking, following):
                task.cancel()
            await asyncio.gather(ticking, following, return_exceptions=True)

    async def _tick(self) -> None:
        while True:
            await self._clock.sleep(TICK_S)
            self._draw()

    async def _follow(self) -> None:
        losses = 0
        while True:
            code, error = await self._connection()
            if code in _STAY_AWAY:
                raise CannotWatch("The service does not want to be watched from here.")
            if self._seen is None and error is not None:
                raise error
            if self._is_connected:
                losses, self._is_connected = 0, False
            self._draw()
            await self._clock.sleep(
                wait_s(losses, is_restart=code == CloseCode.SERVICE_RESTART, chance=self._chance())
            )
            losses += 1

    async def _connection(self) -> tuple[int | None, TonearmError | None]:
        """Watch one connection to its end; return its close code, and why there was none."""
        try:
            url = await self._find()
            address = feed_address(url)
            await self._look_up(address)
            async with connect(
                address,
                compression=None,
                max_size=LARGEST_FRAME_BYTES,
                open_timeout=OPEN_S,
                proxy=None,
                user_agent_header="tonearm watch",
            ) as connection:
                try:
                    async for frame in connection:
                        self._take(frame)
                except WebSocketException:
                    pass  # the close code tells more
                return connection.close_code, None
        except NotRunning as error:
            return None, error
        except InvalidStatus as error:
            said = f"{url} answers with status {error.response.status_code}: is that tonearm?"
            return None, CannotWatch(said)
        except ssl.SSLError:
            return None, CannotWatch(
                f"{url} does not speak https, or not with a valid certificate."
            )
        except (OSError, TimeoutError, WebSocketException):
            return None, CannotWatch(f"{url} cannot be reached: does the service run there?")

    async def _look_up(self, address: str) -> None:
        """Raise OSError unless the host is known; ``connect`` would make Ctrl-C wait for that."""
        async with asyncio.timeout(OPEN_S):
            await self._names.resolve(urlsplit(address).hostname or "", family=socket.AF_UNSPEC)

    def _take(self, frame: str | bytes) -> None:
        try:
            seen = msgspec.json.decode(frame, type=Seen)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return  # of a later version, perhaps; the next one may be understood
        self._is_connected = True
        if seen.type == "state":
            self._seen, self._seen_s = seen, self._clock.monotonic()
            self._draw()

    def _draw(self) -> None:
        if self._seen is None:
            return
        if self._is_live:
            self._say_live(self._seen)
        elif (line := plain(self._seen)) != self._said:
            self._said = line
            self._write(f"{line}\n")

    def _say_live(self, seen: Seen) -> None:
        since_s = self._clock.monotonic() - self._seen_s
        if not self._is_connected:
            seen = msgspec.structs.replace(seen, health="connecting")
        columns = shutil.get_terminal_size().columns
        self._said = live(seen, since_s, columns=columns, ink=self._ink)
        self._write(f"{_TO_THE_START}{self._said}{_CLEAR_REST}")

    def _write(self, text: str) -> None:
        try:
            self._stdout.write(text)
            self._stdout.flush()
        except BrokenPipeError:  # an OSError, like a lost connection
            raise NobodyReads from None
        except OSError as error:
            raise CannotWatch(f"The output cannot be written ({error.strerror}).") from None
