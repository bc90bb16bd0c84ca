"""Taking a connection over, where the wire alone can not bring it about."""

import pytest
from aiohttp import web
from viewers import RawCaller, Service, playing

from tonearm.server.feed.connection import Connection
from tonearm.server.feed.events import EventsDialect
from tonearm.server.feed.takeover import take_over


@pytest.mark.parametrize("unsent_bytes", [40_000, 100_000], ids=["a-little", "aiohttp-was-told"])
async def test_viewer_whose_earlier_answers_are_unsent_begins_as_lagging(
    unsent_bytes: int,
) -> None:
    """No frame may overtake them; and the transport tells only once that it is full."""
    service = Service()
    service.hub.publish(playing(1))

    async def crowded(request: web.Request) -> web.Response:
        assert request.transport is not None
        while request.transport.get_write_buffer_size() < unsent_bytes:
            request.transport.write(b": filler\n\n" * 400)
        return take_over(request, Connection(service.hub, service.clock, EventsDialect(), head=b""))

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
