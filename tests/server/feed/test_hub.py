"""The hub: who gets what, in which order, and who counts."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from functools import partial

import pytest
import structlog
from fake_clock import FakeClock
from hypothesis import given, settings
from hypothesis import strategies as st
from viewers import PaperViewer, playing

from tonearm.server.feed.edition import Encoding
from tonearm.server.feed.hub import BEAT_S, CLOSE_GRACE_S, DEADLINE_S, READ_COUNTS_S, Hub


class Arrivals:
    """Counts what the poller would hear."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


def make_hub(clock: FakeClock, *, arrivals: Arrivals | None = None, room: int = 100) -> Hub:
    """Return a hub with room for some."""
    return Hub(clock, on_arrival=arrivals or Arrivals(), max_connections=room)


@contextlib.asynccontextmanager
async def running(hub: Hub, clock: FakeClock) -> AsyncIterator[None]:
    """Let the hub's two tasks run."""
    task = asyncio.create_task(hub.run())
    await clock.settle()
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_join_gives_head_and_snapshot_in_one_write() -> None:
    """A handshake and the first snapshot travel in one packet."""
    hub = make_hub(FakeClock())
    hub.publish(playing(7))
    viewer = PaperViewer()

    hub.join(viewer, head=b"HTTP/1.1 101\r\n\r\n")

    assert len(viewer.frames) == 1
    assert viewer.frames[0].startswith(b"HTTP/1.1 101\r\n\r\n\x81")
    assert viewer.seqs() == [7]


async def test_join_before_the_first_snapshot_gets_it_once_it_is_there() -> None:
    """Who comes while the service still starts is not forgotten."""
    clock = FakeClock()
    hub = make_hub(clock)
    viewer = PaperViewer()
    hub.join(viewer)

    async with running(hub, clock):
        hub.publish(playing(1))
        await clock.settle()

    assert viewer.seqs() == [1]


async def test_publish_reaches_every_viewer_in_its_encoding() -> None:
    """One change, one frame for each, framed as each reads it."""
    clock = FakeClock()
    hub = make_hub(clock)
    socket, events = PaperViewer(Encoding.WEBSOCKET), PaperViewer(Encoding.SSE)
    hub.join(socket)
    hub.join(events)

    async with running(hub, clock):
        hub.publish(playing(1))
        await clock.settle()

    assert socket.frames[-1].startswith(b"\x81")
    assert events.frames[-1].startswith(b"id: k3f9-1\ndata: {")


async def test_publish_of_the_same_seq_is_sent_to_nobody() -> None:
    """Only a new seq is a change."""
    clock = FakeClock()
    hub = make_hub(clock)
    viewer = PaperViewer()
    hub.publish(playing(1))
    hub.join(viewer)

    async with running(hub, clock):
        hub.publish(playing(1, as_of_s=999.0))
        await clock.settle()

    assert viewer.seqs() == [1]


async def test_join_late_gets_a_frame_of_its_own_moment() -> None:
    """A snapshot sent long after it was published says so, and the position stays right."""
    clock = FakeClock()
    hub = make_hub(clock)
    hub.publish(playing(1, as_of_s=clock.monotonic()))
    hub.join(PaperViewer())
    await clock.advance(42.0)
    late = PaperViewer()

    hub.join(late)

    now = round(clock.now() * 1000)
    assert f'"now":{now}'.encode() in late.frames[0]
    assert f'"as_of":{now - 42_000}'.encode() in late.frames[0]


async def test_viewer_that_lags_gets_only_the_newest_when_it_drains() -> None:
    """States, not events: what was missed in between is of no use to anybody."""
    clock = FakeClock()
    hub = make_hub(clock)
    viewer = PaperViewer()
    hub.publish(playing(1))
    hub.join(viewer)

    async with running(hub, clock):
        hub.lag(viewer)
        for seq in (2, 3, 4):
            hub.publish(playing(seq))
            await clock.settle()
        hub.catch_up(viewer)

    assert viewer.seqs() == [1, 4]


async def test_viewer_whose_buffer_fills_in_join_is_lagging_at_once() -> None:
    """A transport may say that it is full from within the very first write."""
    clock = FakeClock()
    hub = make_hub(clock)
    viewer = PaperViewer()
    viewer.on_write = lambda: hub.lag(viewer)
    hub.publish(playing(1))
    hub.join(viewer)

    async with running(hub, clock):
        hub.publish(playing(2))
        await clock.settle()

    assert viewer.seqs() == [1]


async def test_an_hour_of_viewers_that_never_read_is_a_line_a_minute() -> None:
    """Whoever is given up may come again at once; the log is not for strangers to fill."""
    clock = FakeClock()
    hub = make_hub(clock)

    with structlog.testing.capture_logs() as logged:
        async with running(hub, clock):
            hub.join(PaperViewer())
            for _ in range(360):
                stranger = PaperViewer()
                stranger.on_write = partial(hub.lag, stranger)
                hub.publish(playing(1))
                hub.join(stranger)
                await clock.advance(DEADLINE_S + 2.5)
                hub.leave(stranger)

    told = [line["count"] for line in logged if line["event"] == "viewers_dropped"]
    assert sum(told) >= 360
    assert len(told) <= 360 * (DEADLINE_S + 2.5) / 60 + 2


async def test_viewer_that_lags_past_the_deadline_is_aborted() -> None:
    """Nobody may hold a buffer for ever."""
    clock = FakeClock()
    hub = make_hub(clock)
    slow, fine = PaperViewer(), PaperViewer()
    hub.join(slow)
    hub.join(fine)

    async with running(hub, clock):
        hub.lag(slow)
        await clock.advance(DEADLINE_S - 0.1)
        early = slow.was_aborted
        await clock.advance(5.0)

    assert not early
    assert slow.was_aborted
    assert not fine.was_aborted


async def test_viewer_that_drains_in_time_is_kept() -> None:
    """The deadline is for one lag, not for all of them together."""
    clock = FakeClock()
    hub = make_hub(clock)
    viewer = PaperViewer()
    hub.join(viewer)

    async with running(hub, clock):
        for _ in range(3):
            hub.lag(viewer)
            await clock.advance(DEADLINE_S - 1.0)
            hub.catch_up(viewer)

    assert not viewer.was_aborted


async def test_viewer_that_does_not_finish_closing_is_aborted() -> None:
    """A closing handshake has a deadline too, and no snapshot follows a close frame."""
    clock = FakeClock()
    hub = make_hub(clock)
    viewer = PaperViewer()
    hub.join(viewer)

    async with running(hub, clock):
        hub.retire(viewer)
        hub.publish(playing(1))
        await clock.advance(DEADLINE_S + 5.0)

    assert viewer.seqs() == []
    assert viewer.was_aborted


async def test_viewer_that_raises_does_not_stop_the_others() -> None:
    """One broken transport is that viewer's trouble."""
    clock = FakeClock()
    hub = make_hub(clock)
    broken, fine = PaperViewer(), PaperViewer()
    hub.join(broken)
    hub.join(fine)

    def refuse() -> None:
        raise RuntimeError("handler is closed")

    broken.on_write = refuse
    async with running(hub, clock):
        hub.publish(playing(1))
        await clock.settle()

    assert broken.was_aborted
    assert fine.seqs() == [1]


async def test_publish_during_a_broadcast_overtakes_it_and_is_never_followed_by_older() -> None:
    """Who has not had its turn gets the newest at once; who had gets it in the next round."""
    clock = FakeClock()
    hub = make_hub(clock, room=1_000)
    viewers = [PaperViewer() for _ in range(250)]
    for viewer in viewers:
        hub.join(viewer)

    def publish_once() -> None:
        viewers[150].on_write = lambda: None
        hub.publish(playing(2))

    viewers[150].on_write = publish_once
    async with running(hub, clock):
        hub.publish(playing(1))
        await clock.settle()

    assert viewers[249].seqs() == [1, 2]
    assert viewers[0].seqs() == [2]


async def test_viewer_that_leaves_during_a_broadcast_gets_no_more_of_it() -> None:
    """No frame may follow a close frame, not even one that was on its way."""
    clock = FakeClock()
    hub = make_hub(clock, room=1_000)
    viewers = [PaperViewer() for _ in range(250)]
    for viewer in viewers:
        hub.join(viewer)
    viewers[200].on_write = lambda: hub.retire(viewers[50])

    async with running(hub, clock):
        hub.publish(playing(1))
        await clock.settle()

    assert viewers[50].seqs() == []
    assert all(viewer.seqs() == [1] for viewer in viewers if viewer is not viewers[50])


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["publish", "join", "lag", "drain", "leave", "turn"]), st.integers(0, 7)
        ),
        max_size=60,
    ),
)
@settings(max_examples=150, deadline=None)
def test_no_viewer_goes_back_or_misses_the_newest_whatever_happens(
    steps: list[tuple[str, int]],
) -> None:
    """Joins, lags and leaves in any order, in the middle of broadcasts: seq only grows."""

    async def play() -> None:
        clock = FakeClock()
        hub = make_hub(clock, room=1_000)
        crowd = [PaperViewer() for _ in range(8)]
        present: set[int] = set()
        seq = 0
        async with running(hub, clock):
            for step, who in steps:
                viewer = crowd[who]
                match step:
                    case "publish":
                        seq += 1
                        hub.publish(playing(seq))
                    case "join" if who not in present:
                        crowd[who] = PaperViewer()
                        hub.join(crowd[who])
                        present.add(who)
                    case "lag":
                        hub.lag(viewer)
                    case "drain":
                        hub.catch_up(viewer)
                    case "leave":
                        hub.leave(viewer)
                        present.discard(who)
                    case _:
                        await clock.sleep(0)
            for who in present:
                hub.catch_up(crowd[who])
            await clock.settle()
        for viewer in crowd:
            assert viewer.seqs() == sorted(set(viewer.seqs()))
        assert all(crowd[who].seqs()[-1:] == [seq] for who in present if seq)

    asyncio.run(play())


async def test_beat_reaches_everybody_at_most_thirty_seconds_apart() -> None:
    """A proxy that cuts silent connections after a minute never sees one."""
    clock = FakeClock()
    hub = make_hub(clock)
    socket, events = PaperViewer(Encoding.WEBSOCKET), PaperViewer(Encoding.SSE)
    hub.join(socket)
    hub.join(events)

    async with running(hub, clock):
        for beats in (1, 2, 3):
            await clock.advance(30.0)
            counted = [sum(b'"beat"' in frame for frame in socket.frames)]
            counted.append(sum(b"event: beat\n" in frame for frame in events.frames))

            assert min(counted) >= beats

    assert BEAT_S <= 30.0


async def test_audience_counts_connections_and_knows_of_readers() -> None:
    """Who only reads does not set the pace."""
    hub = make_hub(FakeClock())
    hub.join(PaperViewer())
    hub.join(PaperViewer(Encoding.SSE))

    hub.note_read()
    hub.note_read()

    assert hub.audience() == 2
    assert hub.has_readers()


async def test_a_read_is_forgotten_after_a_minute() -> None:
    """A chat bot that asked once does not keep the service awake."""
    clock = FakeClock()
    hub = make_hub(clock)
    hub.note_read()

    await clock.advance(READ_COUNTS_S)

    assert not hub.has_readers()


async def test_audience_counts_a_viewer_that_lags_and_not_one_that_closes() -> None:
    """A slow phone is somebody; a connection on its way out is nobody."""
    hub = make_hub(FakeClock())
    slow, parting = PaperViewer(), PaperViewer()
    hub.join(slow)
    hub.join(parting)

    hub.lag(slow)
    hub.retire(parting)

    assert hub.audience() == 1


async def test_arrival_is_told_when_the_first_comes_and_not_for_the_next() -> None:
    """One look for the first viewer; the others see what it saw."""
    arrivals = Arrivals()
    hub = make_hub(FakeClock(), arrivals=arrivals)
    first = PaperViewer()

    hub.join(first)
    hub.join(PaperViewer())
    hub.note_read()

    assert arrivals.count == 1


async def test_arrival_is_told_again_after_everybody_left() -> None:
    """Whoever comes to an empty house is a first viewer."""
    arrivals = Arrivals()
    hub = make_hub(FakeClock(), arrivals=arrivals)
    viewer = PaperViewer()
    hub.join(viewer)
    hub.leave(viewer)

    hub.note_read()

    assert arrivals.count == 2


async def test_has_room_counts_every_connection_even_the_closing() -> None:
    """The cap is about sockets held, not about eyes."""
    hub = make_hub(FakeClock(), room=3)
    viewers = [PaperViewer() for _ in range(3)]
    for viewer in viewers:
        hub.join(viewer)
    hub.lag(viewers[0])
    hub.retire(viewers[1])
    full = hub.has_room

    hub.leave(viewers[1])

    assert not full
    assert hub.has_room


async def test_close_asks_everybody_to_go_and_returns_when_the_last_has_left() -> None:
    """A polite crowd needs no force."""
    clock = FakeClock()
    hub = make_hub(clock)
    viewers = [PaperViewer() for _ in range(3)]
    for viewer in viewers:
        hub.join(viewer)

    closing = asyncio.create_task(hub.close())
    await clock.settle()
    asked = [viewer.was_closed for viewer in viewers]
    for viewer in viewers:
        hub.leave(viewer)
    await closing

    assert all(asked)
    assert not any(viewer.was_aborted for viewer in viewers)


async def test_close_aborts_who_does_not_go_within_two_seconds() -> None:
    """A stop never waits for a stranger."""
    clock = FakeClock()
    hub = make_hub(clock)
    stubborn = PaperViewer()
    hub.join(stubborn)

    closing = asyncio.create_task(hub.close())
    await clock.advance(CLOSE_GRACE_S)
    was_aborted = stubborn.was_aborted
    hub.leave(stubborn)
    await closing

    assert was_aborted
    assert CLOSE_GRACE_S < 2.0


async def test_close_lets_nobody_in_afterwards() -> None:
    """A viewer that comes back too early is told to come later."""
    hub = make_hub(FakeClock())

    await hub.close()

    assert not hub.has_room


@pytest.mark.parametrize("encoding", Encoding)
async def test_beat_skips_a_viewer_that_lags(encoding: Encoding) -> None:
    """A full buffer gets nothing more to hold."""
    clock = FakeClock()
    hub = make_hub(clock)
    viewer = PaperViewer(encoding)
    hub.join(viewer)
    hub.lag(viewer)

    async with running(hub, clock):
        await clock.advance(30.0)

    assert not any(b'"beat"' in frame for frame in viewer.frames)
