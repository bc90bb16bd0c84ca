"""Every way in which no answer comes, each told by one word for the log."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import cast

import aiohttp
import pytest
from aiohttp import web
from loopback import listening, serving

from tonearm.poller.clock import SystemClock
from tonearm.poller.errors import Unreachable
from tonearm.poller.session import HttpTransport, open_session
from tonearm.poller.transport import Request


@pytest.fixture
async def transport() -> AsyncIterator[HttpTransport]:
    """Yield the transport as the service has it."""
    async with open_session() as session:
        yield HttpTransport(session)


@pytest.fixture
async def hasty() -> AsyncIterator[HttpTransport]:
    """Yield a transport that gives up after half a second instead of fifteen."""
    async with open_session() as session:
        yield HttpTransport(session, deadline_s=0.5)


async def test_a_body_that_dribbles_is_given_up_at_the_deadline(hasty: HttpTransport) -> None:
    """Each byte in time, and never an end: only an outer deadline helps."""
    ticks = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal ticks
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            ticks += 1
            await SystemClock().sleep(0.01)

    async with serving(handler) as url:
        with pytest.raises(Unreachable) as caught:
            await hasty.send(Request(method="GET", url=url))

    assert ticks > 1
    assert caught.value.reason == "timeout"


async def test_each_step_has_a_limit_of_its_own() -> None:
    """A dead router is known after 5 s, a line that fell silent after 10."""

    class Session:
        limits: aiohttp.ClientTimeout

        def request(self, *_rest: object, timeout: aiohttp.ClientTimeout, **_named: object) -> None:
            self.limits = timeout
            raise aiohttp.ServerDisconnectedError

    session = Session()
    transport = HttpTransport(cast("aiohttp.ClientSession", session))

    with pytest.raises(Unreachable):
        await transport.send(Request(method="GET", url="http://127.0.0.1/"))

    assert session.limits == aiohttp.ClientTimeout(total=None, sock_connect=5.0, sock_read=10.0)


async def test_a_server_that_never_answers_is_given_up(hasty: HttpTransport) -> None:
    """It took the request and is silent."""

    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with listening(silence) as url:
        with pytest.raises(Unreachable) as caught:
            await hasty.send(Request(method="GET", url=url))

    assert caught.value.reason == "timeout"


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 999999 Odd\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"x" * 100_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x00\x00",
    ],
)
async def test_an_answer_that_breaks_off_or_is_no_http_is_no_answer(
    transport: HttpTransport, sent: bytes
) -> None:
    """Wi-Fi that drops, a proxy that dies, something else on the port."""

    async def break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(sent)
        await writer.drain()
        writer.close()

    async with listening(break_off) as url:
        with pytest.raises(Unreachable) as caught:
            await transport.send(Request(method="GET", url=url))

    assert caught.value.reason == "cut"


async def test_a_refused_connection_is_told_from_a_broken_one(transport: HttpTransport) -> None:
    """Nobody listens there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

        with pytest.raises(Unreachable) as caught:
            await transport.send(Request(method="GET", url=f"http://127.0.0.1:{port}/"))

    assert caught.value.reason == "connect"


async def test_a_name_that_does_not_resolve_is_told_as_dns() -> None:
    """A router without a line answers nothing; no real name server is asked here."""

    class NoNames(aiohttp.abc.AbstractResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[aiohttp.abc.ResolveResult]:
            raise OSError(socket.EAI_AGAIN, "Temporary failure in name resolution")

        async def close(self) -> None:
            pass

    connector = aiohttp.TCPConnector(resolver=NoNames())
    async with aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(Unreachable) as caught:
            await HttpTransport(session).send(Request(method="GET", url="http://api.invalid/"))

    assert caught.value.reason == "dns"


async def test_a_server_without_tls_is_told_as_tls(transport: HttpTransport) -> None:
    """Verification is never turned off, and a login would not help."""

    async def handler(_request: web.Request) -> web.Response:
        return web.Response()

    async with serving(handler) as url:
        with pytest.raises(Unreachable) as caught:
            await transport.send(Request(method="GET", url=url.replace("http:", "https:")))

    assert caught.value.reason == "tls"


async def test_a_cancelled_request_is_cancelled(transport: HttpTransport) -> None:
    """A stop is not mistaken for a time-out."""
    asked = asyncio.Event()

    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()
        writer.close()

    async with listening(silence) as url:
        sending = asyncio.create_task(transport.send(Request(method="GET", url=url)))
        await asked.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending


@pytest.mark.parametrize("answered", [0, 1], ids=["a new connection", "a kept connection"])
async def test_a_request_that_was_cut_off_is_not_sent_again(
    answered: int, transport: HttpTransport
) -> None:
    """Each one was counted once; aiohttp would repeat a GET whose connection ended."""
    asked = 0

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        while await reader.readuntil(b"\r\n\r\n"):
            asked += 1
            if asked > answered:
                break
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()

    async with listening(cut) as url:
        for _ in range(answered):
            await transport.send(Request(method="GET", url=url))
        with pytest.raises(Unreachable) as caught:
            await transport.send(Request(method="GET", url=url))

    assert caught.value.reason == "cut"
    assert asked == answered + 1
