"""An owner learns of what only they can mend, on the service they named."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer
from installed import PATIENCE_S, Home, log_in, program, service

from tonearm.poller.clock import SystemClock

TOPIC = "canary-topic-3345"
DAY_MS = 86_400_000


@pytest.fixture
async def inbox() -> AsyncIterator[tuple[BaseTestServer, asyncio.Queue[dict[str, Any]]]]:
    """Yield a service that apprise can post to, and what it was sent."""
    sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        sent.put_nowait(await request.json())
        return web.Response()

    app = web.Application()
    app.router.add_post(f"/{TOPIC}", take)
    async with TestServer(app) as server:
        yield server, sent


async def log_in_long_ago(home: Home, clock: SystemClock) -> None:
    """Leave a login that ends in ten days."""
    await log_in(home)
    with sqlite3.connect(home.state / "grant.db") as database:
        database.execute(
            "UPDATE grant SET authorized_at = ?", (round(clock.now() * 1000) - 170 * DAY_MS,)
        )
    database.close()


async def test_a_login_that_ends_soon_is_told_once_over_restarts(
    home: Home,
    clock: SystemClock,
    inbox: tuple[BaseTestServer, asyncio.Queue[dict[str, Any]]],
) -> None:
    """The message says what to do; the address it went to is written nowhere."""
    server, sent = inbox
    await log_in_long_ago(home, clock)
    home.variables["TONEARM_ALERTS_APPRISE_URLS"] = f"json://127.0.0.1:{server.port}/{TOPIC}"

    outputs: list[str] = []
    for _ in range(2):
        async with service(home) as running, asyncio.timeout(PATIENCE_S):
            if not outputs:
                message = await sent.get()
            assert await running.stop() == 0
            outputs.append(running.program.output)

    assert message["title"] in {"tonearm's login ends in 9 days", "tonearm's login ends in 10 days"}
    assert "tonearm login" in message["message"]
    assert sent.empty()
    assert "owner_has_to_act" in outputs[0]
    assert "owner_has_to_act" not in outputs[1]
    assert TOPIC not in "".join(outputs)


async def test_a_login_in_a_damaged_file_is_told(
    home: Home, inbox: tuple[BaseTestServer, asyncio.Queue[dict[str, Any]]]
) -> None:
    """The service runs on, but only the owner can give what was lost."""
    server, sent = inbox
    await log_in(home)
    (home.state / "grant.db").write_bytes(b"rust")
    home.variables["TONEARM_ALERTS_APPRISE_URLS"] = f"json://127.0.0.1:{server.port}/{TOPIC}"

    async with service(home) as running, asyncio.timeout(100):
        message = await sent.get()
        assert await running.stop() == 0

    assert message["title"] == "tonearm needs a new login"
    assert "damaged" in message["message"]


async def test_a_silent_service_delays_no_stop(home: Home, clock: SystemClock) -> None:
    """Systemd kills what has not ended after 20 s, and with it what the service wanted to keep."""
    asked, is_over = asyncio.Event(), asyncio.Event()

    async def listen(_request: web.Request) -> web.Response:
        asked.set()
        await is_over.wait()
        return web.Response()

    await log_in_long_ago(home, clock)
    app = web.Application()
    app.router.add_post(f"/{TOPIC}", listen)

    async with TestServer(app) as server:
        home.variables["TONEARM_ALERTS_APPRISE_URLS"] = (
            f"json://127.0.0.1:{server.port}/{TOPIC}?rto=60"
        )
        async with service(home) as running:
            async with asyncio.timeout(PATIENCE_S):
                await asked.wait()
            began_s = clock.monotonic()
            assert await running.stop() == 0
            took_s = clock.monotonic() - began_s
        is_over.set()

    assert took_s < 5.0


async def test_a_service_nobody_knows_is_a_mistake_in_the_settings(home: Home) -> None:
    """Systemd does not restart on it, and the address is not repeated."""
    home.variables["TONEARM_ALERTS_APPRISE_URLS"] = f"pigeon://{TOPIC}"

    async with program(home, "run") as started:
        assert await started.end() == 78

    assert "alerts.apprise_urls" in started.output
    assert TOPIC not in started.output
