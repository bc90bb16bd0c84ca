"""The entrance: who is let in is decided before a byte is read, and noticed when it ends."""

import asyncio
import contextlib
import errno
import ipaddress
import json
import socket
from contextlib import AsyncExitStack
from typing import Any

import pytest
import structlog
from fake_clock import FakeClock
from viewers import HANDSHAKE, RawCaller, Service, playing

from tonearm.server.door.digest import Digest
from tonearm.server.door.entrance import REST_S, Connection, Entrance
from tonearm.server.door.front import Listening
from tonearm.server.door.guard import CONNECTIONS_AT_ONCE, Guard, Limits

ASK = b"GET /healthz HTTP/1.1\r\nHost: tonearm\r\n\r\n"
# With a proxy declared, the limits hold for loopback addresses as well: each is a visitor.
PROXIES = (ipaddress.ip_network("10.0.0.0/8"),)


async def status(listening: Listening, source: str = "127.0.0.1") -> int | None:
    """Ask once and hang up; return the answer's status, None if there was none."""
    with contextlib.suppress(ConnectionError, EOFError):
        async with RawCaller.connect(listening, source=source) as caller:
            await caller.send(ASK)
            return (await caller.head())[0]
    return None


async def test_connection_over_the_limit_of_its_address_is_closed_unread() -> None:
    """The others do not notice."""
    service = Service()

    async with (
        service.open(limits=Limits(max_per_ip=2, trusted_proxies=PROXIES)) as listening,
        RawCaller.connect(listening) as first,
        RawCaller.connect(listening) as second,
    ):
        for caller in (first, second):
            await caller.send(ASK)
            await caller.head()
        over = await status(listening)
        other = await status(listening, "127.0.0.2")

    assert (over, other) == (None, 503)


@pytest.mark.parametrize("ask", [HANDSHAKE, ASK.replace(b"/healthz", b"/v1/events")])
@pytest.mark.parametrize("is_abrupt", [True, False])
async def test_viewer_counts_until_its_connection_ends(ask: bytes, *, is_abrupt: bool) -> None:
    """Although it is no HTTP connection any more, and whoever ends it."""
    service = Service()
    service.hub.publish(playing(1))

    async with service.open(limits=Limits(max_per_ip=1, trusted_proxies=PROXIES)) as listening:
        async with RawCaller.connect(listening) as viewer:
            await viewer.send(ask)
            await viewer.head()
            await service.until_audience_is(1)
            while_there = await status(listening)
            if is_abrupt:
                viewer._writer.transport.abort()
        await service.until_audience_is(0)
        afterwards = await status(listening)

    assert (while_there, afterwards) == (None, 200)


async def test_address_that_connects_without_pause_is_closed_unread() -> None:
    """In a second it may again."""
    service = Service()

    async with service.open(limits=Limits(trusted_proxies=PROXIES)) as listening:
        burst = [await status(listening) for _ in range(CONNECTIONS_AT_ONCE + 1)]
        await service.clock.advance(1.0)
        later = await status(listening)

    assert burst == [503] * CONNECTIONS_AT_ONCE + [None]
    assert later == 503


async def test_this_machine_is_not_limited_while_no_proxy_is_declared() -> None:
    """A tunnel brings everybody from here."""
    service = Service()

    async with service.open(limits=Limits(max_per_ip=1)) as listening, AsyncExitStack() as stack:
        for _ in range(50):
            caller = await stack.enter_async_context(RawCaller.connect(listening))
            await caller.send(ASK)
            assert (await caller.head())[0] == 503


@pytest.mark.parametrize("ask", [HANDSHAKE, ASK])
async def test_house_that_is_full_says_so_to_everybody_else(ask: bytes) -> None:
    """Plain HTTP counts as well, and whoever was in before is served on."""
    service = Service()
    service.hub.publish(playing(1))

    async with (
        service.open(limits=Limits(max_connections=2)) as listening,
        RawCaller.connect(listening) as viewer,
        RawCaller.connect(listening) as reader,
    ):
        await viewer.upgrade()
        await reader.send(ASK)
        await reader.answer()
        async with RawCaller.connect(listening) as late:
            await late.send(ask)
            answered, headers, body = await late.answer()
            rest = await late.rest()
        await reader.send(ASK)
        still, _, _ = await reader.answer()

    assert (answered, json.loads(body)["error"], rest) == (503, "full", b"")
    assert int(headers["retry-after"]) > 0
    assert headers["access-control-allow-origin"] == "*"
    assert still == 200


async def test_refusals_are_told_as_a_sum() -> None:
    """A flood fills no log, and names nobody."""
    service = Service()

    with structlog.testing.capture_logs() as logged:
        async with service.open(limits=Limits(trusted_proxies=PROXIES)) as listening:
            for _ in range(CONNECTIONS_AT_ONCE + 30):
                await status(listening)

    assert logged == [
        {
            "event": "connections_too_fast",
            "count": 30,
            "some_from": ["127.0.0.0/24"],
            "log_level": "info",
        }
    ]


class Greeter(asyncio.Protocol):
    """A protocol that says hello."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"hello")
        transport.close()


class Exhausted(socket.socket):
    """A listening socket whose process is out of files while ``is_exhausted``."""

    is_exhausted = True
    asked = 0

    def accept(self) -> tuple[socket.socket, Any]:
        self.asked += 1
        if self.is_exhausted:
            raise OSError(errno.EMFILE, "Too many open files")
        return super().accept()


async def test_entrance_rests_when_there_are_no_files_and_lets_in_whoever_waited() -> None:
    """It neither gives up nor spins."""
    clock = FakeClock()
    guard = Guard(Limits())
    greeted: list[Connection] = []

    def greet(connection: Connection) -> Greeter:
        greeted.append(connection)
        return Greeter()

    with Exhausted() as listener, socket.socket() as caller:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        entrance = Entrance(
            listener, guard=guard, digest=Digest(clock), clock=clock, protocol=greet, tls=None
        )
        entrance.open()
        caller.connect(listener.getsockname())
        await clock.settle()
        await clock.settle()
        while_exhausted = listener.asked, len(greeted)
        listener.is_exhausted = False
        await clock.advance(REST_S)
        caller.setblocking(False)
        heard = await entrance._loop.sock_recv(caller, 5)
        await entrance.close()

    assert while_exhausted == (1, 0)
    assert heard == b"hello"


async def test_connection_that_never_got_a_protocol_counts_no_longer() -> None:
    """A failed handshake is no open connection."""
    guard = Guard(Limits())
    ours, theirs = socket.socketpair()
    guard.connect(None, 0.0)

    with theirs, Connection(ours, guard, None, None, is_surplus=False) as connection:
        connection.close()

    assert guard.open == 0
