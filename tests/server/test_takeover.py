"""Taking a connection over, where the wire alone can not bring it about."""

from aiohttp import web
from fake_clock import FakeClock
from viewers import RawCaller, Service, playing

from tonearm.server.events import EventsViewer
from tonearm.server.takeover import WRITE_HIGH_WATER_BYTES, Allowance, take_over


async def test_viewer_whose_earlier_answers_are_unsent_begins_as_lagging() -> None:
    """The transport tells that it is full only once; who misses it would buffer for ever."""
    service = Service()
    service.hub.publish(playing(1))

    async def crowded(request: web.Request) -> web.Response:
        assert request.transport is not None
        while request.transport.get_write_buffer_size() <= WRITE_HIGH_WATER_BYTES:
            request.transport.write(b": filler\n\n" * 400)
        return take_over(request, EventsViewer(service.hub, service.clock, head=b""))

    async with (
        service.open(extra_routes=[web.get("/crowded", crowded)]) as listening,
        RawCaller.connect(listening, buffer_bytes=4096) as caller,
    ):
        await caller.send(b"GET /crowded HTTP/1.1\r\nHost: tonearm\r\n\r\n")
        await service.until_audience_is(1)
        assert len(service.hub._lagging) == 1

        service.hub.publish(playing(2))
        ids: list[str] = []
        while "k3f9-2" not in ids:
            event = await caller.event()
            ids += [event["id"]] if "id" in event else []

    assert ids == ["k3f9-1", "k3f9-2"]


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
