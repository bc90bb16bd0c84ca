"""``GET /v1/ws`` over real sockets: the handshake, the feed, and whatever strangers send."""

import asyncio
import base64
import gc
import json
import os
import weakref
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from certificates import SelfSigned
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict
from viewers import HANDSHAKE, NO_PAGES, RawCaller, Service, playing
from websockets.asyncio.client import connect
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from tonearm.server.door.entrance import READ_BYTES
from tonearm.server.door.front import Listening, listen
from tonearm.server.feed.edition import Encoding
from tonearm.server.feed.socket import _key, _wants_upgrade
from tonearm.server.public.http import application

CURRENT = b"GET /v1/current HTTP/1.1\r\nHost: tonearm\r\n\r\n"


def address(listening: Listening) -> str:
    """Return what a WebSocket client opens."""
    return listening.url.replace("http", "ws", 1) + "/v1/ws"


async def test_viewer_gets_the_snapshot_at_once_and_then_each_change() -> None:
    """It need not send, ask or wait for anything."""
    service = Service()
    service.hub.publish(playing(1))

    async with service.open() as listening, connect(address(listening), proxy=None) as viewer:
        seqs = [json.loads(await viewer.recv())["seq"]]
        for seq in (2, 3):
            service.hub.publish(playing(seq))
            seqs.append(json.loads(await viewer.recv())["seq"])

    assert seqs == [1, 2, 3]


async def test_viewer_gets_a_beat_while_nothing_changes() -> None:
    """A page can tell a silent feed from a dead one."""
    service = Service()
    service.hub.publish(playing(1))

    async with service.open() as listening, connect(address(listening), proxy=None) as viewer:
        await viewer.recv()
        await service.clock.advance(30.0)
        beat = json.loads(await viewer.recv())

    assert beat == {"v": 1, "type": "beat", "now": beat["now"]}


async def test_compression_is_not_negotiated_when_offered() -> None:
    """Every viewer reads the same bytes, and no bomb can be unpacked."""
    service = Service()

    async with (
        service.open() as listening,
        connect(address(listening), proxy=None, compression="deflate") as viewer,
    ):
        assert viewer.response is not None
        assert "Sec-WebSocket-Extensions" not in viewer.response.headers


async def test_hub_close_ends_with_service_restart() -> None:
    """1012 tells a card to come back after a while."""
    service = Service()

    async with service.open() as listening, connect(address(listening), proxy=None) as viewer:
        await asyncio.gather(service.hub.close(), viewer.wait_closed())

        assert viewer.close_code == 1012


async def test_viewer_that_closes_gets_its_close_frame_back_and_leaves() -> None:
    """A closing handshake as RFC 6455 wants it, after which nobody is counted."""
    service = Service()

    async with service.open() as listening:
        async with connect(address(listening), proxy=None) as viewer:
            watched = service.hub.audience()
        await service.until_audience_is(0)

    assert (viewer.close_code, watched) == (1000, 1)


async def test_first_viewer_is_an_arrival() -> None:
    """The poller hears of the first, once."""
    service = Service()

    async with (
        service.open() as listening,
        connect(address(listening), proxy=None),
        connect(address(listening), proxy=None),
    ):
        pass

    assert service.arrivals == 1


async def test_upgrade_works_on_a_connection_that_was_kept_alive() -> None:
    """Proxies send an upgrade on any connection of their pool."""
    service = Service()
    service.hub.publish(playing(5))

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.send(CURRENT)
        status, _, _ = await caller.answer()
        await caller.upgrade()

        assert status == 200
        assert (await caller.state())["seq"] == 5


async def test_upgrade_works_when_pipelined_behind_a_get_with_a_frame_in_one_packet() -> None:
    """Bytes that came too early belong to the WebSocket, not to HTTP."""
    service = Service()
    service.hub.publish(playing(5))
    ping = Frame(Opcode.PING, b"early").serialize(mask=True)

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.send(CURRENT + HANDSHAKE + ping)
        status, _, _ = await caller.answer()
        upgraded, _ = await caller.head()

        assert (status, upgraded) == (200, 101)
        assert (await caller.state())["seq"] == 5
        assert await caller.frame() == (Opcode.PONG, b"early")


async def test_upgrade_works_byte_by_byte() -> None:
    """The slowest line is a line."""
    service = Service()
    service.hub.publish(playing(5))

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        for byte in HANDSHAKE:
            await caller.send(bytes([byte]))
            await service.clock.settle()
        status, _ = await caller.head()

        assert status == 101
        assert (await caller.state())["seq"] == 5


async def test_get_without_upgrade_is_told_what_this_is() -> None:
    """A person who opens the address in a browser reads a sentence."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.send(b"GET /v1/ws HTTP/1.1\r\nHost: tonearm\r\n\r\n")
        status, headers, body = await caller.answer()

    assert status == 426
    assert headers["upgrade"] == "websocket"
    assert "WebSocket" in json.loads(body)["message"]


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        (b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", b"", 400),
        (b"dGhlIHNhbXBsZSBub25jZQ==", b"short", 400),
        (b"dGhlIHNhbXBsZSBub25jZQ==", b"dGhlIHNhbXBsZSBub25jZ\xff==", 400),
        (b"dGhlIHNhbXBsZSBub25jZQ==", "٣٣".encode(), 400),
        (b"Upgrade: websocket", b"Upgrade: \xff", 426),
        (b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Version: 8", 400),
        (b"Upgrade: websocket", b"Upgrade: h2c", 426),
        (b"Connection: Upgrade", b"Connection: keep-alive", 426),
        (b"HTTP/1.1", b"HTTP/1.0", 426),
        (b"GET", b"HEAD", 426),
        (b"GET", b"POST", 405),
        (b"Host: tonearm", b"Host: tonearm\r\nContent-Length: 3", 400),
    ],
)
async def test_bad_handshake_is_refused_as_json(old: bytes, new: bytes, status: int) -> None:
    """Nothing is upgraded, and the caller learns why."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.send(HANDSHAKE.replace(old, new) + (b"abc" if b"Length" in new else b""))
        answered, headers = await caller.head()

        assert (answered, headers["content-type"]) == (status, "application/json")
        assert service.hub.audience() == 0


@given(
    connection=st.lists(st.sampled_from(["Upgrade", "upgrade, keep-alive", "close", ", Upgrade"])),
    upgrade=st.lists(st.sampled_from(["websocket", " ,\tWebSocket", "h2c", "websocket, h2c"])),
    key=st.lists(
        st.one_of(
            st.binary(min_size=15, max_size=17).map(lambda raw: base64.b64encode(raw).decode()),
            st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=25),
        ),
        min_size=1,
        max_size=2,
    ),
    version=st.lists(st.sampled_from(["13", "8", "13, 8"]), min_size=1, max_size=2),
)
@example(["Upgrade"], ["websocket"], ["dGhlIHNhbXBsZSBub25jZQ=="], ["13"])
def test_handshake_is_accepted_only_if_the_library_would(
    connection: list[str], upgrade: list[str], key: list[str], version: list[str]
) -> None:
    """It is ours for the sake of speed; the rules are the library's."""
    names = {"Connection": connection, "Upgrade": upgrade}
    names |= {"Sec-WebSocket-Key": key, "Sec-WebSocket-Version": version}
    said = [(name, value.strip()) for name, values in names.items() for value in values]
    request = make_mocked_request("GET", "/v1/ws", headers=CIMultiDict(said))

    ours = _wants_upgrade(request) and _key(request) is not None

    try:
        theirs = ServerProtocol().accept(Request("/v1/ws", Headers(said))).status_code
    except InvalidHandshake:
        theirs = 400
    assert ours == (theirs == 101)


async def test_handshake_of_another_version_is_told_ours() -> None:
    """RFC 6455, 4.4: so that a program may try again."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.send(HANDSHAKE.replace(b"Version: 13", b"Version: 14"))
        status, headers, _ = await caller.answer()

    assert (status, headers["sec-websocket-version"]) == (400, "13")


async def test_viewer_over_the_cap_is_answered_503_before_upgrading() -> None:
    """A browser sees a failed handshake, a program the time to come back."""
    service = Service(max_connections=1)

    async with (
        service.open() as listening,
        connect(address(listening), proxy=None),
        RawCaller.connect(listening) as caller,
    ):
        await caller.send(HANDSHAKE)
        status, headers, body = await caller.answer()

    assert status == 503
    assert int(headers["retry-after"]) > 0
    assert json.loads(body)["error"] == "full"


@pytest.mark.parametrize(
    "message",
    [
        [Frame(Opcode.TEXT, b"hello")],
        [Frame(Opcode.BINARY, b"\x00\xff")],
        [Frame(Opcode.TEXT, b"\xff\xfe not utf-8")],
        [Frame(Opcode.TEXT, b"one", fin=False), Frame(Opcode.CONT, b"two")],
        [Frame(Opcode.PONG, b"nobody asked")],
    ],
    ids=["text", "binary", "not-utf-8", "fragments", "pong"],
)
async def test_message_of_a_viewer_is_ignored(message: list[Frame]) -> None:
    """Whatever a viewer says, it goes on watching."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.upgrade()
        await caller.send(b"".join(frame.serialize(mask=True) for frame in message))
        await caller.send_frame(Opcode.PING, b"there?")

        assert await caller.frame() == (Opcode.PONG, b"there?")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (Frame(Opcode.TEXT, b"hello").serialize(mask=False), 1002),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 1002),
        (Frame(Opcode.CONT, b"of what?").serialize(mask=True), 1002),
        (Frame(Opcode.TEXT, b"x" * 1025).serialize(mask=True), 1009),
        (b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff", 1009),
    ],
    ids=["unmasked", "tls-hello", "lone-continuation", "oversized", "claims-exabytes"],
)
async def test_broken_frame_is_answered_with_a_close_code(data: bytes, code: int) -> None:
    """The protocol's own words, then the end."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.upgrade()
        await caller.send(data)

        assert await caller.close_code() == code
        assert await caller.rest() == b""


@pytest.mark.parametrize("opcode", [Opcode.PING, Opcode.TEXT])
async def test_flood_is_cut_off_after_its_allowance(opcode: Opcode) -> None:
    """A viewer has nothing to say; four kibibytes of it are enough."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.upgrade()
        flood = Frame(opcode, b"x" * 100).serialize(mask=True) * 100
        await caller.send(flood)
        echoed = await caller.rest()

        assert len(echoed) <= 4096
        assert service.hub.audience() == 0


async def test_flood_of_pings_by_one_who_is_gone_fills_no_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """To asyncio each pong that finds nobody is worth a line: 600 for each connection."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.upgrade()
        await caller.send(Frame(Opcode.PING, b"").serialize(mask=True) * 600)
        caller.reset()
        await service.until_audience_is(0)

    assert not caplog.records


async def test_allowance_grows_back_with_time() -> None:
    """A page that pings now and then may stay for a year."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.upgrade()
        for _ in range(45):  # 5.7 KiB in 22 s, before the first beat
            await caller.send_frame(Opcode.PING, b"x" * 120)
            pong, _ = await caller.frame()
            await service.clock.advance(0.5)

            assert pong == Opcode.PONG


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.binary(min_size=1, max_size=200))
def test_random_bytes_never_show_a_traceback(data: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """Garbage after the handshake is an ordinary way to leave."""

    async def play() -> None:
        service = Service()
        async with service.open() as listening, RawCaller.connect(listening) as caller:
            await caller.upgrade()
            await caller.send(data)

    asyncio.run(play())

    assert not [record for record in caplog.records if record.exc_info or record.levelno >= 30]


async def test_taking_over_leaves_nothing_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """The answer that goes nowhere is aiohttp's idea of a lost connection; nobody need read it."""
    service = Service()

    with structlog.testing.capture_logs() as logged:
        async with service.open() as listening, RawCaller.connect(listening) as caller:
            await caller.upgrade()

    assert logged == []
    assert not [record for record in caplog.records if record.name.startswith("aiohttp")]


def test_aiohttp_still_has_the_names_that_the_takeover_touches() -> None:
    """A guard: when this fails under a new aiohttp, server/feed/takeover.py needs a new way."""
    names = {name for kind in web.RequestHandler.__mro__ for name in vars(kind)}

    assert {"_message_tail", "transport", "connection_lost"} <= names


async def test_viewer_that_never_reads_stalls_nobody_and_ends_on_the_newest() -> None:
    """Others get each change; it gets a bounded few, never goes back, and then the last."""
    service = Service()
    last = 400

    async with (
        service.open() as listening,
        RawCaller.connect(listening) as other,
        RawCaller.connect(listening, buffer_bytes=4096) as sleeper,
    ):
        await other.upgrade()
        await sleeper.upgrade()
        for seq in range(1, last + 1):
            service.hub.publish(playing(seq))
            await other.state()
        held = [
            viewer._transport.get_write_buffer_size()  # type: ignore[attr-defined]
            for viewer in service.hub._lagging
        ]

        seqs = [(await sleeper.state())["seq"]]
        while seqs[-1] != last:
            seqs.append((await sleeper.state())["seq"])

    assert len(held) == 1
    assert held[0] < 4096  # less than one frame
    assert seqs == sorted(set(seqs))
    assert len(seqs) < last / 2


async def test_two_hundred_viewers_that_come_and_go_all_end_on_the_newest() -> None:
    """Nobody who stays misses the end, and nobody who left is remembered."""
    service = Service()

    async def watch(listening: Listening, until: int) -> list[int]:
        seqs = [0]
        async with RawCaller.connect(listening) as caller:
            await caller.upgrade()
            while seqs[-1] < until:
                seqs.append((await caller.state())["seq"])
        return seqs

    async with service.open() as listening:
        watches = []
        for seq in range(1, 41):
            service.hub.publish(playing(seq))
            watches += [asyncio.create_task(watch(listening, until=seq + 5)) for _ in range(5)]
            await service.clock.settle()
        for seq in range(41, 46):
            service.hub.publish(playing(seq))
            await service.clock.settle()
        everything = await asyncio.gather(*watches)
        await service.until_audience_is(0)

    assert len(everything) == 200
    assert all(seqs == sorted(set(seqs)) for seqs in everything)


async def test_socket_works_under_tls(tmp_path: Path) -> None:
    """No half-close there; snapshot, ping and closing handshake all the same."""
    files = SelfSigned.make(tmp_path)
    trust = files.trust()
    service = Service()
    service.hub.publish(playing(1))
    app = application(service.hub, pages=NO_PAGES, clock=service.clock, jitter=lambda: 0.0)

    async with listen(app, "127.0.0.1", 0, clock=service.clock, tls=files.identity) as listening:
        async with connect(address(listening), ssl=trust, proxy=None) as viewer:
            seq = json.loads(await viewer.recv())["seq"]
            await (await viewer.ping())
        async with connect(address(listening), ssl=trust, proxy=None) as last:
            await asyncio.gather(service.hub.close(), last.wait_closed())

    assert listening.url.startswith("https://")
    assert (seq, viewer.close_code, last.close_code) == (1, 1000, 1012)


async def test_asyncio_lays_out_no_more_for_tls_than_it_is_told(tmp_path: Path) -> None:
    """A guard: it would be 256 KiB for each connection, from before the first byte comes."""
    files = SelfSigned.make(tmp_path)
    trust = files.trust()
    service = Service()
    app = application(service.hub, pages=NO_PAGES, clock=service.clock, jitter=lambda: 0.0)

    async with (
        listen(app, "127.0.0.1", 0, clock=service.clock, tls=files.identity) as listening,
        connect(address(listening), ssl=trust, proxy=None),
    ):
        await service.until_audience_is(1)
        viewer = next(iter(service.hub._ready[Encoding.WEBSOCKET]))
        reader = viewer._transport._ssl_protocol  # type: ignore[attr-defined]

        assert len(reader.get_buffer(-1)) == READ_BYTES


async def test_handshake_accepts_any_key_and_any_origin() -> None:
    """A public feed: OBS sends no origin, a file sends ``null``."""
    service = Service()
    service.hub.publish(playing(1))

    async with service.open() as listening:
        for origin in (b"null", b"https://example.org"):
            key = base64.b64encode(os.urandom(16))
            request = HANDSHAKE.replace(b"dGhlIHNhbXBsZSBub25jZQ==", key)
            async with RawCaller.connect(listening) as caller:
                await caller.send(request[:-2] + b"Origin: " + origin + b"\r\n\r\n")
                status, _ = await caller.head()

                assert status == 101


async def test_viewer_that_vanishes_is_forgotten() -> None:
    """A reset without a good-bye leaves nobody behind."""
    service = Service()

    async with service.open() as listening, connect(address(listening), proxy=None) as viewer:
        viewer.transport.abort()
        with pytest.raises(ConnectionClosed):
            await viewer.recv()
        await service.until_audience_is(0)

    assert service.hub.audience() == 0


async def _say_good_bye(caller: RawCaller, service: Service) -> None:
    await caller.send_frame(Opcode.CLOSE, b"\x03\xe8")
    await caller.close_code()


async def _be_sent_away(caller: RawCaller, service: Service) -> None:
    next(iter(service.hub._ready[Encoding.WEBSOCKET])).close()
    await caller.close_code()
    await caller.send_frame(Opcode.CLOSE, b"\x03\xf4")
    await caller.rest()


async def _vanish(caller: RawCaller, service: Service) -> None:
    pass


@pytest.mark.parametrize("leave", [_vanish, _say_good_bye, _be_sent_away])
async def test_viewer_that_left_is_freed_without_the_garbage_collector(
    leave: Callable[[RawCaller, Service], Awaitable[None]],
) -> None:
    """Ten thousand that leave must not wait for a full collection, which stops the loop."""
    service = Service()
    gc.collect()
    gc.disable()

    try:
        async with service.open() as listening:
            async with RawCaller.connect(listening) as caller:
                await caller.upgrade()
                await caller.send_frame(Opcode.PING, b"there?")
                await caller.frame()
                viewer = next(iter(service.hub._ready[Encoding.WEBSOCKET]))
                protocol = weakref.ref(viewer._dialect._begun)  # type: ignore[attr-defined]
                del viewer
                await leave(caller, service)
            await service.until_audience_is(0)
            await service.clock.settle()

            assert protocol() is None
    finally:
        gc.enable()
