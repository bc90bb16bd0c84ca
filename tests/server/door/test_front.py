"""The one port: binding it, who waits at it, and giving it back."""

import asyncio
import contextlib
import socket
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import web
from certificates import SelfSigned
from fake_clock import FakeClock
from viewers import RawCaller, Service

from tonearm.server.door.binding import CannotListen, PortTaken
from tonearm.server.door.front import listen

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


async def test_caller_that_never_reads_its_answers_delays_no_stop() -> None:
    """A restart is over in two seconds, whoever is connected; this part of it in half a second."""
    entered = asyncio.Event()

    async def long_answer(_request: web.Request) -> web.Response:
        entered.set()
        return web.Response(body=bytes(1 << 20))

    app = web.Application()
    app.router.add_get("/", long_answer)
    async with AsyncExitStack() as stack:
        listening = await stack.enter_async_context(listen(app, "127.0.0.1", 0, clock=FakeClock()))
        connecting = RawCaller.connect(listening, buffer_bytes=4096)
        caller = await connecting.__aenter__()
        await caller.send(b"GET / HTTP/1.1\r\nHost: tonearm\r\n\r\n")
        await entered.wait()
        async with asyncio.timeout(1.5):
            await stack.aclose()

    await connecting.__aexit__(None, None, None)


async def test_a_tls_caller_that_does_not_say_good_bye_is_hung_up_on(tmp_path: Path) -> None:
    """Else its connection outlives the port, for asyncio waits half a minute for that."""
    service, files = Service(), SelfSigned.make(tmp_path)
    trust = files.trust()

    def ask(port: int) -> socket.socket:
        """Ask once, and return what is below the encryption: nobody answers there any more."""
        caller = socket.create_connection(("127.0.0.1", port), timeout=10)
        encrypted = trust.wrap_socket(caller, server_hostname="127.0.0.1")
        encrypted.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        encrypted.recv(65_536)
        return socket.socket(fileno=encrypted.detach())

    def hear_end(caller: socket.socket) -> None:
        caller.settimeout(10)
        with contextlib.suppress(ConnectionResetError):
            while caller.recv(65_536):
                pass

    async with listen(
        web.Application(), "127.0.0.1", 0, clock=service.clock, tls=files.identity
    ) as listening:
        caller = await asyncio.to_thread(ask, listening.addresses[0][1])

    with caller:
        await asyncio.to_thread(hear_end, caller)
