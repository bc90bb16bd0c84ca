"""The loopback address on which the owner's browser lands after the consent.

It serves one exact address of this very machine and believes whoever brings the right ``state``.
Everybody else (a favicon, a scanner, another site's forged landing) gets an answer and ends
nothing. It never repeats what a browser sent.
"""

import asyncio
import contextlib
import errno
import hmac
from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import SplitResult, urlsplit

from aiohttp import hdrs, web

from tonearm.poller.errors import LoginFailed, TonearmError

from . import landing_page

SHUTDOWN_S: Final = 2.0
HTTP_PORT: Final = 80

FOREIGN: Final = (
    "This answer belongs to another login, an older one perhaps. Nothing was changed: use the"
    " newest link that `tonearm login` printed."
)

_REASONS: Final = {
    errno.EADDRINUSE: "another program uses it (another `tonearm login`, perhaps)",
    errno.EACCES: "this user may not listen there",
    errno.EADDRNOTAVAIL: "this machine does not have that address",
}


class Landing:
    """What is known of the browser's landing."""

    def __init__(self, address: SplitResult, state: str) -> None:
        loop = asyncio.get_running_loop()
        self._host = _without_usual_port(address.netloc)
        self._path = address.path or "/"
        self._state = state.encode()
        self._query: asyncio.Future[str] = loop.create_future()
        self._page: asyncio.Future[tuple[int, str]] = loop.create_future()

    async def query(self) -> str:
        """Return the query of the first landing with the right state, as soon as it is there."""
        return await asyncio.shield(self._query)

    def welcome(self, sentence: str) -> None:
        """Tell the browser that waits that all went well."""
        self._page.set_result((web.HTTPOk.status_code, sentence))

    def refuse(self, sentence: str) -> None:
        """Tell it what went wrong."""
        self._page.set_result((web.HTTPBadRequest.status_code, sentence))

    def give_up(self) -> None:
        """Hang up on a browser that still waits."""
        self._page.cancel()

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """Answer a browser; a second tab or a reload waits for what becomes of the first."""
        # A foreign name in Host means a page whose name was made to point to this machine.
        is_here = _without_usual_port(request.host) == self._host
        if not is_here or request.rel_url.raw_path != self._path:
            return landing_page.answer(web.HTTPNotFound.status_code, "There is nothing here.")
        if request.method != hdrs.METH_GET:
            return landing_page.answer(
                web.HTTPMethodNotAllowed.status_code, "A browser lands here with GET."
            )
        state = request.query.get("state", "").encode(errors="replace")
        if not hmac.compare_digest(state, self._state):
            return landing_page.answer(web.HTTPBadRequest.status_code, FOREIGN)
        if not self._query.done():
            self._query.set_result(request.rel_url.raw_query_string)
        return landing_page.answer(*await asyncio.shield(self._page))


@contextlib.asynccontextmanager
async def listen(redirect_uri: str, *, state: str) -> AsyncIterator[Landing]:
    """Listen at ``redirect_uri`` while the context lasts; ``state`` tells our login from others.

    A TonearmError that leaves the context is told to the browser too, and the context does not
    end before the browser has its page.

    Raises:
        LoginFailed: this machine cannot listen there.
    """
    address = urlsplit(redirect_uri)
    landing = Landing(address, state)
    runner = web.ServerRunner(
        web.Server(landing.handle, access_log=None), shutdown_timeout=SHUTDOWN_S
    )
    await runner.setup()
    try:
        await _start(runner, address)
        yield landing
    except TonearmError as error:
        landing.refuse(str(error))
        raise
    finally:
        landing.give_up()
        await runner.cleanup()


async def _start(runner: web.ServerRunner, address: SplitResult) -> None:
    port = address.port or HTTP_PORT
    try:
        await web.TCPSite(runner, address.hostname, port).start()
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, "the system refuses")
        raise LoginFailed(
            f"The browser is to land on port {port} of {address.hostname}, but {reason}: free it,"
            " or run `tonearm login --paste`, or write another port into spotify.redirect_uri and"
            " into your app at Spotify."
        ) from None


def _without_usual_port(host: str) -> str:
    return host.removesuffix(f":{HTTP_PORT}")
