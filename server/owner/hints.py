"""Hints: somebody near the player says 'look now', and nothing else is ever believed of it.

They come in by ``hint.sock``, which any user of this machine may open, and by ``POST /v1/hint``
from elsewhere, with a token. The socket takes one line, ``look``, and answers with one: ``ok``, or
``later`` when too many came.
"""

import asyncio
import contextlib
import hmac
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

from aiohttp import web

from tonearm.poller.clock import Clock
from tonearm.poller.secret import Secret
from tonearm.server.configuration import paths
from tonearm.server.door.answers import json_answer, refusal

from . import unix_socket

PATH: Final = "/v1/hint"
LOOK: Final = b"look"
BURST: Final = 10
REFILL_S: Final = 1.0
LONGEST_LINE_BYTES: Final = 16
DEADLINE_S: Final = 2.0
MOST_CALLERS: Final = 32


class Doorbell:
    """Passes hints on, but not more than a flood of them deserves.

    What a hint is worth in calls to Spotify is the poller's business; this one spares it the noise.
    """

    def __init__(self, clock: Clock, ring: Callable[[], None]) -> None:
        self._clock = clock
        self._ring = ring
        self._left = float(BURST)
        self._counted_s = clock.monotonic()

    def ring(self) -> bool:
        """Pass a hint on, or return False when too many came."""
        now_s = self._clock.monotonic()
        self._left = min(BURST, self._left + (now_s - self._counted_s) / REFILL_S)
        self._counted_s = now_s
        if self._left < 1:
            return False
        self._left -= 1
        self._ring()
        return True


class Caller(asyncio.Protocol):
    """One connection to ``hint.sock``: a line in, a line out, and good-bye."""

    def __init__(self, doorbell: Doorbell, callers: set["Caller"], deadline_s: float) -> None:
        self._doorbell = doorbell
        self._callers = callers
        self._deadline_s = deadline_s
        self._heard = b""
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  (a stream socket)
        self._transport = transport
        self._callers.add(self)
        if len(self._callers) > MOST_CALLERS:
            self.abort()
        else:
            loop = asyncio.get_running_loop()
            self._deadline = loop.call_later(self._deadline_s, self.abort)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  (asyncio's)
        self._callers.discard(self)
        if self._deadline is not None:
            self._deadline.cancel()

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if b"\n" in self._heard or len(self._heard) > LONGEST_LINE_BYTES:
            self._answer()

    def eof_received(self) -> bool:
        self._answer()
        return True  # the answer is still to be written; it closes

    def abort(self) -> None:
        """End the connection now."""
        if self._transport is not None:
            self._transport.abort()

    def _answer(self) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if self._heard.split(b"\n")[0].strip() != LOOK:
            said = b"say: look\n"
        else:
            said = b"ok\n" if self._doorbell.ring() else b"later\n"
        self._transport.write(said)
        self._transport.close()


@contextlib.asynccontextmanager
async def listen(
    doorbell: Doorbell, control: Path, *, deadline_s: float = DEADLINE_S
) -> AsyncIterator[Path]:
    """Take hints beside the control socket ``control`` while the context lasts; yield the path.

    Raises:
        StateRefused: the socket cannot be made there.
    """
    wanted = paths.hint_socket(control)
    bound = unix_socket.bound(wanted, mode=0o666)
    path = paths.socket_path(wanted)
    callers: set[Caller] = set()
    try:
        server = await asyncio.get_running_loop().create_unix_server(
            lambda: Caller(doorbell, callers, deadline_s), sock=bound
        )
        try:
            yield path
        finally:
            server.close()
            for caller in tuple(callers):
                caller.abort()
    finally:
        bound.close()
        path.unlink(missing_ok=True)


def hint_routes(doorbell: Doorbell, token: Secret | None) -> tuple[web.RouteDef, ...]:
    """Return the public route for hints from another machine; without a token there is none."""
    if token is None:
        return ()
    expected = f"Bearer {token.reveal()}".encode()

    async def handle(request: web.Request) -> web.Response:
        said = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(said, expected):
            return refusal(
                401,
                "unauthorized",
                "This takes the token of look.hint_token, as Authorization: Bearer TOKEN.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        if not doorbell.ring():
            return refusal(
                429,
                "too_many",
                "Hints come faster than they can be of use.",
                headers={"Retry-After": "1"},
            )
        return json_answer({"hint": "taken"}, status=202)

    return (web.post(PATH, handle),)
