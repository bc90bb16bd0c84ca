"""A connection before it is a viewer's: silent callers, garbage, and requests in a row."""

import asyncio
import json
import socket

import pytest
import structlog
from aiohttp import web
from viewers import HANDSHAKE, RawCaller, Service, unsent_bytes

from tonearm.server.door.caller import FIRST_REQUEST_S
from tonearm.server.door.entrance import READ_BYTES

ASK = b"GET /healthz HTTP/1.1\r\nHost: tonearm\r\n\r\n"


@pytest.mark.parametrize("start", [b"", b"GET / HT", ASK[:-2]], ids=["silent", "line", "headers"])
async def test_caller_without_a_whole_request_is_dropped_in_time(start: bytes) -> None:
    """A slow loris holds a socket for seconds, not for ever."""
    service = Service()

    with structlog.testing.capture_logs() as logged:
        async with service.open() as listening, RawCaller.connect(listening) as caller:
            await caller.send(start)
            await service.clock.settle()
            await service.clock.advance(FIRST_REQUEST_S + 2.0)

            assert await caller.rest() == b""

    assert logged == [{"event": "silent_callers_dropped", "count": 1, "log_level": "info"}]


async def test_caller_that_has_asked_is_not_dropped() -> None:
    """A connection kept alive between two requests is in good order."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.send(ASK)
        await caller.answer()
        await service.clock.advance(FIRST_REQUEST_S * 3)
        await caller.send(ASK)

        assert (await caller.answer())[0] == 503


async def test_caller_that_never_reads_its_answers_costs_little_and_is_dropped() -> None:
    """The kernel would keep 4 MB for it, and for ever: it does say that it is there."""
    service = Service()
    transports: list[asyncio.Transport] = []

    async def long_answer(request: web.Request) -> web.Response:
        assert request.transport is not None
        transports.append(request.transport)
        return web.Response(body=bytes(1 << 20))

    async with (
        service.open(extra_routes=[web.get("/long", long_answer)]) as listening,
        RawCaller.connect(listening, buffer_bytes=4096) as caller,
    ):
        await caller.send(ASK.replace(b"/healthz", b"/long"))
        await service.until(lambda: bool(transports))
        await service.clock.settle()
        ours = transports[0].get_extra_info("socket")
        in_kernel = unsent_bytes(ours.fileno())
        patience_ms = ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
        ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 200)  # a test is in a hurry
        await service.until(transports[0].is_closing)

    assert 0 < in_kernel < 64 * 1024
    assert 0 < patience_ms <= 20_000


async def test_viewer_is_not_dropped_as_a_silent_caller() -> None:
    """Once taken over, a connection is the hub's."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.send(HANDSHAKE)
        await caller.head()
        await service.clock.advance(FIRST_REQUEST_S * 2)

        assert service.hub.audience() == 1


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(200)) + b"\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"y" * 20_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    ],
    ids=["tls", "nonsense", "version", "long-path", "many-headers", "long-header", "length"],
)
async def test_garbage_is_answered_400_without_a_traceback(
    garbage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Not a word of what came goes back, and the log is not for strangers to fill."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.send(garbage)
        status, headers, body = await caller.answer()
        rest = await caller.rest()

    assert (status, rest) == (400, b"")
    assert json.loads(body)["error"] == "bad_request"
    assert headers["server"] == "tonearm"
    assert not [record for record in caplog.records if record.exc_info]


async def test_requests_in_a_row_are_answered_in_order() -> None:
    """Pipelining is old, and some proxies are older."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.send(ASK + ASK.replace(b"/healthz", b"/nowhere") + ASK)
        statuses = [(await caller.answer())[0] for _ in range(3)]

    assert statuses == [503, 404, 503]


async def test_refused_upgrade_leaves_the_connection_as_it_was() -> None:
    """A proxy puts it back into its pool."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as pooled:
        statuses = []
        for request in (HANDSHAKE.replace(b"/v1/ws", b"/nowhere"), ASK) * 3:
            await pooled.send(request)
            statuses.append((await pooled.answer())[0])

    assert statuses == [404, 503] * 3


async def test_asyncio_reads_no_more_at_a_time_than_it_is_told() -> None:
    """The name that bounds what a thousand hostile callers make us hold is not a documented one."""
    sizes: list[int] = []
    ended = asyncio.Event()

    class Reader(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            transport.max_size = READ_BYTES  # type: ignore[attr-defined]

        def data_received(self, data: bytes) -> None:
            sizes.append(len(data))

        def connection_lost(self, exc: Exception | None) -> None:
            ended.set()

    near, far = socket.socketpair()
    await asyncio.get_running_loop().create_connection(Reader, sock=near)
    with far:
        far.sendall(bytes(100_000))

    await ended.wait()

    assert sum(sizes) == 100_000
    assert max(sizes) == READ_BYTES
