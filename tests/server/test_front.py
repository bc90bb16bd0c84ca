"""The one port: binding it, silent callers, garbage, and giving it back."""

import asyncio
import json
import socket

import pytest
import structlog
from aiohttp import web
from fake_clock import FakeClock
from viewers import HANDSHAKE, RawCaller, Service

from tonearm.server.front import FIRST_REQUEST_S, CannotListen, PortTaken, listen

ASK = b"GET /healthz HTTP/1.1\r\nHost: tonearm\r\n\r\n"


async def test_listen_tells_where_it_is() -> None:
    """Port 0 becomes a real one, and the address can be opened as it is."""
    async with listen(web.Application(), "127.0.0.1", 0, clock=FakeClock()) as listening:
        host, port = listening.addresses[0]

        assert host == "127.0.0.1"
        assert listening.url == f"http://127.0.0.1:{port}"


async def test_listen_on_every_address_prints_one_that_can_be_opened() -> None:
    """Nobody can open 0.0.0.0."""
    async with listen(web.Application(), "0.0.0.0", 0, clock=FakeClock()) as listening:
        assert listening.url.startswith("http://127.0.0.1:")


async def test_listen_queues_a_storm_and_serves_everybody() -> None:
    """Three times what asyncio lets wait by default, while the loop looks elsewhere."""
    ask = b"GET / HTTP/1.1\r\nHost: tonearm\r\nConnection: close\r\n\r\n"

    async def answer(caller: socket.socket) -> bytes:
        reader, writer = await asyncio.open_connection(sock=caller)
        answered = await reader.read()
        writer.close()
        return answered[:12]

    async with listen(web.Application(), "127.0.0.1", 0, clock=FakeClock()) as listening:
        callers = [socket.socket() for _ in range(300)]
        for caller in callers:
            caller.settimeout(0.5)  # a full queue would drop the connect for a second
            caller.connect(listening.addresses[0])
            caller.sendall(ask)
        answers = await asyncio.gather(*(answer(caller) for caller in callers))

    assert answers == [b"HTTP/1.1 404"] * 300


async def test_listen_on_every_ipv6_address_takes_ipv4_as_well() -> None:
    """``::`` means everywhere."""
    async with listen(web.Application(), "::", 0, clock=FakeClock()) as listening:
        reader, writer = await asyncio.open_connection("127.0.0.1", listening.addresses[0][1])
        writer.write(b"GET / HTTP/1.1\r\nHost: tonearm\r\nConnection: close\r\n\r\n")
        answer = await reader.read()
        writer.close()

    assert answer.startswith(b"HTTP/1.1 404")
    assert listening.url.startswith("http://[::1]:")


async def test_listen_says_which_setting_to_change_when_the_port_is_taken() -> None:
    """The owner reads what to do, not an errno."""
    async with listen(web.Application(), "127.0.0.1", 0, clock=FakeClock()) as first:
        port = first.addresses[0][1]

        with pytest.raises(PortTaken, match=r"server\.listen") as raised:
            async with listen(web.Application(), "127.0.0.1", port, clock=FakeClock()):
                pass

    assert str(port) in str(raised.value)


@pytest.mark.parametrize("host", ["192.0.2.1", "not..a.name"])
async def test_listen_says_so_when_the_address_is_not_this_machine(host: str) -> None:
    """A typing error in the settings is named as one."""
    with pytest.raises(CannotListen, match=r"server\.listen"):
        async with listen(web.Application(), host, 0, clock=FakeClock()):
            pass


async def test_port_is_free_again_after_listen() -> None:
    """A restart needs no waiting, although connections were just open."""
    service = Service()
    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.send(ASK)
        await caller.answer()
        host, port = listening.addresses[0]

    async with listen(web.Application(), host, port, clock=FakeClock()) as again:
        assert again.addresses == listening.addresses


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


async def test_request_in_progress_is_finished_when_the_port_closes() -> None:
    """A stop lets an answer out that is being made."""
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_request: web.Request) -> web.Response:
        entered.set()
        await go_on.wait()
        return web.Response(text="done")

    app = web.Application()
    app.router.add_get("/", slow)
    async with listen(app, "127.0.0.1", 0, clock=FakeClock()) as listening:
        connecting = RawCaller.connect(listening)
        caller = await connecting.__aenter__()
        await caller.send(b"GET / HTTP/1.1\r\nHost: tonearm\r\n\r\n")
        await entered.wait()
        asyncio.get_running_loop().call_soon(go_on.set)

    assert (await caller.answer())[2] == b"done"
    await connecting.__aexit__(None, None, None)
