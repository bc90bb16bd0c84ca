"""The one port: binds it, keeps silent callers from holding it, and gives it back at the end.

It knows the application only as something that answers requests. Its limits work before anything
is parsed, or while too little has come to be parsed.
"""

import asyncio
import contextlib
import errno
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from tonearm.poller.clock import Clock
from tonearm.poller.errors import TonearmError

from .answers import refusal

FIRST_REQUEST_S: Final = 10.0
_SWEEP_S: Final = 2.0

# Ten thousand viewers that come back at once wait in the kernel: 2 s in all, against 15-58 s when
# only 100 may wait. They are let in by the hundred: thousands of half-parsed requests at a time
# would stop the loop, and leave the heap so torn that each viewer takes 8.6 KiB instead of 3.4.
_BACKLOG: Final = 4096
_ACCEPTED_PER_TURN: Final = 100

_KEEP_ALIVE_S: Final = 75.0  # longer than the pools of the usual proxies (nginx: 60 s)
_TLS_HANDSHAKE_S: Final = 10.0
_STOP_S: Final = 2.0

log = structlog.get_logger()


class CannotListen(TonearmError):
    """An address can not be listened on; the message says which setting to change."""


class PortTaken(CannotListen):
    """Another program listens on the port already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where the port really is: one (host, port) per socket, and an address to open."""

    url: str
    addresses: tuple[tuple[str, int], ...]


@contextlib.asynccontextmanager
async def listen(
    app: web.Application,
    host: str,
    port: int,
    *,
    clock: Clock,
    tls: ssl.SSLContext | None = None,
    setting: str = "server.listen",
) -> AsyncIterator[Listening]:
    """Serve ``app`` on one port while the context is open; port 0 takes any that is free.

    ``setting`` is what an owner has to change when the address is not to be had.

    Raises:
        CannotListen: the address is not to be had; PortTaken when somebody else has it.
    """
    door = Door(clock)
    app.middlewares.insert(0, door.admit)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_STOP_S)
    await runner.setup()
    try:
        server = await _bind(door, runner, _listener(host, port, setting), tls)
        sweep = asyncio.create_task(door.sweep(), name="front sweep")
        try:
            yield _where(server, host, is_tls=tls is not None)
        finally:
            sweep.cancel()
            await asyncio.gather(sweep, return_exceptions=True)
            server.close()
    finally:
        await runner.cleanup()


class Door:
    """Who has connected and not yet asked for anything, and until when that is all right."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[web.RequestHandler, float] = {}  # oldest first
        self._knocked = asyncio.Event()

    def knock(self, caller: web.RequestHandler) -> None:
        """Note a new connection."""
        self._waiting[caller] = self._clock.monotonic() + FIRST_REQUEST_S
        self._knocked.set()

    def leave(self, caller: web.RequestHandler) -> None:
        """Forget a connection that is gone, or that has asked for something."""
        self._waiting.pop(caller, None)

    @web.middleware
    async def admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a whole request through."""
        self.leave(request.protocol)
        return await handler(request)

    async def sweep(self) -> None:
        """End connections that stay silent or send half a request, until cancelled."""
        while True:
            await self._knocked.wait()  # while nobody is at the door, nothing wakes
            await self._clock.sleep(_SWEEP_S)
            now_s = self._clock.monotonic()
            overdue = [caller for caller, until_s in self._waiting.items() if until_s <= now_s]
            for caller in overdue:
                self.leave(caller)
                if caller.transport is not None:
                    caller.transport.abort()
            if overdue:
                log.info("silent_callers_dropped", count=len(overdue))
            if not self._waiting:
                self._knocked.clear()


class Caller(web.RequestHandler):
    """aiohttp's connection, which tells the door of itself and answers garbage with JSON."""

    __slots__ = ("_door",)

    def __init__(self, door: Door, server: web.Server) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=_KEEP_ALIVE_S,
            access_log=None,  # type: ignore[arg-type]  # aiohttp's own way to say "none"
            max_line_size=4096,
            max_field_size=8190,
            max_headers=64,
            lingering_time=2.0,
        )
        self._door = door

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._door.knock(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._door.leave(self)
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002  (it quotes what the caller sent)
    ) -> web.StreamResponse:
        """Answer what is not HTTP; aiohttp would log a traceback for it."""
        log.debug("request_not_understood", error=type(exc).__name__)
        if request.writer.output_size > 0:  # half an answer is out: all that is left is to hang up
            raise ConnectionError
        answer = refusal(status, "bad_request", "This is not a request that can be answered.")
        answer.force_close()
        return answer


async def _bind(
    door: Door,
    runner: web.AppRunner,
    listener: socket.socket,
    tls: ssl.SSLContext | None,
) -> asyncio.Server:
    server = runner.server
    assert server is not None  # noqa: S101  (the runner is set up)
    bound = await asyncio.get_running_loop().create_server(
        lambda: Caller(door, server),
        sock=listener,
        backlog=_ACCEPTED_PER_TURN,
        ssl=tls,
        ssl_handshake_timeout=None if tls is None else _TLS_HANDSHAKE_S,
    )
    listener.listen(_BACKLOG)  # asyncio takes one number for both
    return bound


def check_free(host: str, port: int) -> None:
    """Raise CannotListen if :func:`listen` could not have this address now."""
    _listener(host, port, "server.listen").close()


def _listener(host: str, port: int, setting: str) -> socket.socket:
    is_v6 = ":" in host
    try:
        return socket.create_server(
            (host, port),
            family=socket.AF_INET6 if is_v6 else socket.AF_INET,
            backlog=_BACKLOG,
            dualstack_ipv6=is_v6 and host == "::" and socket.has_dualstack_ipv6(),
        )
    except (socket.gaierror, UnicodeError):  # the latter: not even a name (`a..b`)
        raise CannotListen(
            f"There is no address called {host}: correct {setting}.",
        ) from None
    except OSError as error:
        raise _explain(error, host, port, setting) from None


def _explain(error: OSError, host: str, port: int, setting: str) -> CannotListen:
    match error.errno:
        case errno.EADDRINUSE:
            return PortTaken(
                f"Port {port} on {host} is taken: stop the program that listens there (perhaps"
                f" another tonearm), or choose another port with {setting}.",
            )
        case errno.EACCES:
            return CannotListen(
                f"Port {port} needs rights this user does not have: choose one above 1023 with"
                f" {setting}.",
            )
        case errno.EADDRNOTAVAIL:
            return CannotListen(
                f"This machine does not have the address {host}: correct {setting}.",
            )
        case _:
            return CannotListen(
                f"Cannot listen on {host} port {port} ({error.strerror}): check {setting}.",
            )


def _where(server: asyncio.Server, host: str, *, is_tls: bool) -> Listening:
    addresses = tuple(listener.getsockname()[:2] for listener in server.sockets)
    open_at = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(  # noqa: S104
        host, f"[{host}]" if ":" in host else host
    )
    scheme = "https" if is_tls else "http"
    return Listening(url=f"{scheme}://{open_at}:{addresses[0][1]}", addresses=addresses)
