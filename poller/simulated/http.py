"""A simulated account on a real port: Web API, accounts service and covers on one address.

Carries requests in and answers out, and acts out those that never come or break off.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from tonearm.poller.clock import Clock
from tonearm.poller.transport import Request

from . import covers
from .account import Account
from .faults import CUT, HANG

FORM: Final = "application/x-www-form-urlencoded"
COVER_PATH: Final = re.compile(r"/covers/([a-z]+)-(640|300|64)\.png")


@asynccontextmanager
async def serve(
    account: Account,
    *,
    clock: Clock,
    host: str = "127.0.0.1",
    port: int = 0,
) -> AsyncIterator[str]:
    """Serve ``account`` while the context lasts and yield its base address.

    ``<base>/v1`` is the API's address, ``<base>`` that of the accounts service. The account's
    instants are the clock's monotonic seconds. Port 0 takes a free one.
    """
    exchange = _Exchange(account, clock)
    server = web.Server(exchange.handle, handler_cancellation=True, access_log=None)
    runner = web.ServerRunner(server, shutdown_timeout=0.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound_host, bound_port = runner.addresses[0][:2]
        yield f"http://{bound_host}:{bound_port}"
    finally:
        exchange.stopping.set()
        await runner.cleanup()


class _Exchange:
    def __init__(self, account: Account, clock: Clock) -> None:
        self.stopping = asyncio.Event()
        self._account = account
        self._clock = clock

    async def handle(self, http: web.BaseRequest) -> web.StreamResponse:
        if cover := COVER_PATH.fullmatch(http.path):
            return await _cover(cover[1], int(cover[2]))
        is_form = http.content_type == FORM
        form = (
            {name: str(value) for name, value in (await http.post()).items()} if is_form else None
        )
        request = Request(
            method=http.method,
            url=str(http.url),
            headers=dict(http.headers),
            form=form,
        )
        answer = self._account.answer(request, self._clock.monotonic())
        if answer is HANG:
            await self.stopping.wait()
            return _dropped(http, web.Response())
        if answer is CUT:
            return _dropped(http, await _half(http))
        return web.Response(status=answer.status, headers=answer.headers, body=answer.body or None)


async def _half(http: web.BaseRequest) -> web.StreamResponse:
    """Promise a body and send half of it."""
    half = b'{"timestamp":1795000000000,"is_playing":'
    response = web.StreamResponse(headers={"content-type": "application/json"})
    response.content_length = 2 * len(half)
    await response.prepare(http)
    await response.write(half)
    return response


def _dropped(http: web.BaseRequest, response: web.StreamResponse) -> web.StreamResponse:
    """Close the connection; aiohttp finds that the rest of ``response`` has nowhere to go."""
    if http.transport is not None:
        http.transport.close()
    return response


async def _cover(slug: str, size: int) -> web.Response:
    if slug not in covers.SLUGS:
        return web.Response(status=404)
    body = await asyncio.to_thread(covers.png, slug, size)
    return web.Response(
        body=body,
        content_type="image/png",
        headers={"cache-control": "public, max-age=86400", "access-control-allow-origin": "*"},
    )
