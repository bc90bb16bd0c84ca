"""Behind the usual web server: every feed, visitors told apart, and a pool of used connections."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
from installed import Home, Service, service
from nginx import POOL_KEEPS_S, in_front
from websockets.asyncio.client import ClientConnection, connect

UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


@asynccontextmanager
async def fronted(
    home: Home, folder: Path, *, declared: str = "127.0.0.1"
) -> AsyncIterator[tuple[Service, str]]:
    """Run the service and nginx in front of it; yield the service, and nginx's address."""
    home.variables["TONEARM_SERVER_TRUSTED_PROXIES"] = declared
    home.variables["TONEARM_SERVER_MAX_PER_IP"] = "3"
    async with service(home) as running, in_front(running.url, folder) as nginx:
        yield running, nginx.url


def visitor(number: int) -> aiohttp.ClientSession:
    """Return a visitor with an address of its own."""
    connector = aiohttp.TCPConnector(local_addr=(f"127.1.0.{number}", 0))
    return aiohttp.ClientSession(connector=connector)


async def viewer(stack: AsyncExitStack, url: str, number: int) -> ClientConnection:
    """Let a visitor watch until the end of ``stack``."""
    address = url.replace("http", "ws", 1) + "/v1/ws"
    watching = connect(address, proxy=None, local_addr=(f"127.1.0.{number}", 0))
    return await stack.enter_async_context(watching)


async def status_of(session: aiohttp.ClientSession, address: str, **headers: str) -> int:
    """Ask, and return the answer's status."""
    async with session.get(address, headers=headers) as answer:
        await answer.read()
        return answer.status


async def test_every_feed_works_through_nginx_and_says_good_bye(home: Home, tmp_path: Path) -> None:
    """WebSocket, events and JSON tell the same, and a stop reaches the viewer as one."""
    async with (
        fronted(home, tmp_path) as (running, url),
        AsyncExitStack() as stack,
        visitor(1) as session,
    ):
        watching = await viewer(stack, url, 1)
        by_socket = json.loads(await watching.recv())
        async with session.get(f"{url}/v1/events") as events:
            async for line in events.content:
                if line.startswith(b"data:"):
                    break
        by_event = json.loads(line.removeprefix(b"data:"))
        async with session.get(f"{url}/v1/current") as answer:
            by_json = await answer.json()
        code = await running.stop()
        await watching.wait_closed()

    assert {told["seq"] for told in (by_socket, by_event, by_json)} == {by_json["seq"]}
    assert (code, watching.close_code) == (0, 1012)


async def test_visitors_are_limited_one_by_one_when_nginx_is_declared(
    home: Home, tmp_path: Path
) -> None:
    """All of them come from one address, by way of one pool."""
    async with (
        fronted(home, tmp_path) as (running, url),
        AsyncExitStack() as stack,
        visitor(1) as greedy,
        visitor(2) as modest,
    ):
        for number in (1, 1, 1, 2, 3, 4):
            await viewer(stack, url, number)
        invented = {"X-Forwarded-For": "127.1.0.99"}
        refused = await status_of(greedy, f"{url}/healthz", **invented)
        served = await status_of(modest, f"{url}/v1/current")

    assert (refused, served) == (429, 200)
    assert "undeclared" not in running.program.errors


async def test_refused_upgrade_does_not_spoil_the_connection_it_came_on(
    home: Home, tmp_path: Path
) -> None:
    """Nginx puts it back into its pool, and the next visitor's request goes out on it."""
    async with (
        fronted(home, tmp_path) as (_, url),
        visitor(1) as session,
    ):
        statuses = []
        for _ in range(8):
            statuses.append(await status_of(session, f"{url}/nowhere", **UPGRADE))
            statuses.append(await status_of(session, f"{url}/v1/current"))

    assert statuses == [404, 200] * 8


async def test_request_after_the_pools_connections_have_expired_is_served(
    home: Home, tmp_path: Path
) -> None:
    """A quiet minute on a small page, here a second, costs nobody an error page."""
    async with (
        fronted(home, tmp_path) as (_, url),
        visitor(1) as session,
        AsyncExitStack() as stack,
    ):
        watching = await viewer(stack, url, 2)
        await watching.recv()
        before = await status_of(session, f"{url}/v1/current")
        await asyncio.sleep(POOL_KEEPS_S + 0.5)  # noqa: TID251  (nginx has its own clock)
        after = await status_of(session, f"{url}/v1/current")
        await (await watching.ping())

    assert (before, after) == (200, 200)


async def test_undeclared_nginx_is_told_of_and_its_visitors_get_in(
    home: Home, tmp_path: Path
) -> None:
    """Some other proxy is declared, so this one's address has limits like everybody's."""
    async with (
        fronted(home, tmp_path, declared="192.0.2.0/24") as (running, url),
        AsyncExitStack() as stack,
    ):
        for number in range(1, 51):
            await viewer(stack, url, number)

    told = [line for line in running.program.errors.splitlines() if "proxy_undeclared" in line]
    assert len(told) == 1
    assert 'server.trusted_proxies = [\\"127.0.0.1\\"]' in told[0]
