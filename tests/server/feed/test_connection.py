"""A viewer's connection: what it may say, what is kept for it, and when it is given up."""

import ctypes
import socket
import struct

from fake_clock import FakeClock
from viewers import RawCaller, Service, playing, unsent_bytes
from websockets.frames import Opcode

from tonearm.server.feed.connection import Allowance, Connection
from tonearm.server.feed.edition import Encoding
from tonearm.server.feed.hub import BEAT_S

SO_ATTACH_FILTER = 26  # asm-generic/socket.h; Python has no name for it


def the_viewer(service: Service) -> Connection:
    """Return the only one who is ready."""
    (viewer,) = service.hub._ready[Encoding.WEBSOCKET]
    assert isinstance(viewer, Connection)
    return viewer


def deafen(sock: socket.socket) -> None:
    """Have the kernel drop whatever comes for ``sock``, as a line that went dead would."""
    drop = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))  # BPF: return 0
    program = struct.pack("HP", 1, ctypes.addressof(drop))
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


async def test_frames_of_a_plain_connection_go_past_the_transport() -> None:
    """A guard: when this fails under a new Python, the outlet needs another name."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.upgrade()
        await service.until_audience_is(1)

        assert the_viewer(service).outlet is not None


async def test_frame_is_not_held_back_for_another() -> None:
    """Nagle's delay is for those who write a little often; here a little is all there is."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.upgrade()
        await service.until_audience_is(1)
        ours = the_viewer(service)._transport.get_extra_info("socket")

        assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_viewer_that_vanished_is_gone_soon_after_a_beat_that_nobody_acknowledged() -> None:
    """No ping is needed: the kernel counts the seconds of the beat's silence."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.upgrade()
        await service.until_audience_is(1)
        ours = the_viewer(service)._transport.get_extra_info("socket")
        patience_ms = ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
        ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 200)  # a test is in a hurry
        deafen(caller.socket)
        await service.clock.advance(BEAT_S)

        await service.until_audience_is(0)

    assert BEAT_S + patience_ms / 1000 <= 45.0


async def test_viewer_that_stops_reading_costs_little_memory_on_either_side_of_the_kernel() -> None:
    """Less than one frame in the transport, and 32 KiB in the kernel."""
    service = Service()

    async with (
        service.open() as listening,
        RawCaller.connect(listening, buffer_bytes=4096) as caller,
    ):
        await caller.upgrade()
        await service.until_audience_is(1)
        viewer = the_viewer(service)
        for seq in range(1, 500):
            service.hub.publish(playing(seq))
            await service.clock.settle()
        in_kernel = viewer._transport.get_extra_info("socket").fileno()

        assert viewer._transport.get_write_buffer_size() < 1_000
        assert unsent_bytes(in_kernel) < 32 * 1024


async def test_viewer_that_says_it_is_done_is_not_written_to_any_more() -> None:
    """Half a connection is the end of a whole one."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.upgrade()
        await service.until_audience_is(1)
        viewer = the_viewer(service)
        viewer.eof_received()
        service.hub.publish(playing(1))
        await service.clock.settle()

        assert viewer._transport.get_write_buffer_size() == 0
        assert service.hub.audience() == 0


async def test_pong_keeps_its_place_among_frames_while_the_viewer_lags() -> None:
    """Nothing overtakes what waits in the transport."""
    service = Service()

    async with (
        service.open() as listening,
        RawCaller.connect(listening, buffer_bytes=4096) as caller,
    ):
        await caller.upgrade()
        for seq in range(1, 300):
            service.hub.publish(playing(seq))
            await service.clock.settle()
        await caller.send_frame(Opcode.PING, b"there?")
        await service.clock.settle()
        opcodes = []
        while Opcode.PONG not in opcodes:
            opcode, _ = await caller.frame()
            opcodes.append(opcode)

    assert set(opcodes) == {Opcode.TEXT, Opcode.PONG}


def test_allowance_covers_a_little_at_once_and_a_little_more_each_second() -> None:
    """Four kibibytes, then 256 bytes a second."""
    allowance = Allowance(FakeClock())

    assert allowance.covers(4096)
    assert not allowance.covers(1)


async def test_allowance_does_not_pile_up() -> None:
    """A quiet year earns no flood."""
    clock = FakeClock()
    allowance = Allowance(clock)

    await clock.advance(365 * 86_400.0)

    assert not allowance.covers(4097)


async def test_allowance_is_earned_back() -> None:
    """What was spent is there again after a while."""
    clock = FakeClock()
    allowance = Allowance(clock)
    allowance.covers(4096)

    await clock.advance(1.0)

    assert allowance.covers(256)
    assert not allowance.covers(1)
