"""``GET /v1/events`` over real sockets: the same feed for everything that speaks HTTP."""

import json

import aiohttp
import pytest
from viewers import RawCaller, Service, playing

from tonearm.server.feed.edition import Encoding
from tonearm.server.feed.hub import DEADLINE_S

ASK = b"GET /v1/events HTTP/1.1\r\nHost: tonearm\r\nAccept: text/event-stream\r\n\r\n"


async def test_stream_begins_with_retry_and_the_snapshot() -> None:
    """Who connects sees what plays, before anything changes."""
    service = Service()
    service.hub.publish(playing(481))

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.send(ASK)
        status, _ = await caller.head()
        retry, state = await caller.event(), await caller.event()

    assert status == 200
    assert retry == {"retry": "3500"}
    assert state["id"] == "k3f9-481"
    assert json.loads(state["data"])["seq"] == 481


async def test_stream_has_the_headers_that_keep_proxies_from_holding_it_back() -> None:
    """No buffering, no storing, any origin."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.send(ASK)
        _, headers = await caller.head()

    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    assert headers["x-accel-buffering"] == "no"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["connection"] == "close"
    assert "aiohttp" not in str(headers).lower()


async def test_stream_goes_on_with_each_change_and_a_named_beat() -> None:
    """The beat is an event of its own, so that ``onmessage`` sees states only."""
    service = Service()
    service.hub.publish(playing(1))

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.send(ASK)
        await caller.head()
        await caller.event()
        await caller.event()
        service.hub.publish(playing(2))
        change = await caller.event()
        await service.clock.advance(30.0)
        beat = await caller.event()

    assert change["id"] == "k3f9-2"
    assert beat["event"] == "beat"
    assert json.loads(beat["data"])["type"] == "beat"


@pytest.mark.parametrize("version", [b"HTTP/1.0", b"HTTP/1.1"])
async def test_stream_ends_when_the_hub_closes(version: bytes) -> None:
    """There is no length and no last chunk: the end of the connection is the end."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.send(ASK.replace(b"HTTP/1.1", version))
        await caller.head()
        await caller.event()
        await service.hub.close()

        assert await caller.rest() == b""


async def test_stream_is_read_by_an_ordinary_http_client() -> None:
    """A client library takes it for what it is."""
    service = Service()
    service.hub.publish(playing(1))

    async with (
        service.open() as listening,
        aiohttp.ClientSession() as session,
        session.get(f"{listening.url}/v1/events") as answer,
    ):
        lines = [await answer.content.readline() for _ in range(4)]

    assert answer.status == 200
    assert lines[2] == b"id: k3f9-1\n"
    assert json.loads(lines[3].removeprefix(b"data: "))["seq"] == 1


async def test_head_is_answered_without_a_stream() -> None:
    """HEAD tells what GET would be, and nobody is counted."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.send(ASK.replace(b"GET", b"HEAD"))
        status, headers = await caller.head()

        assert await caller.rest() == b""
        assert (status, service.hub.audience()) == (200, 0)
        assert headers["content-type"].startswith("text/event-stream")


async def test_viewer_of_events_counts_as_audience_until_it_goes() -> None:
    """A stream is somebody watching."""
    service = Service()

    async with service.open() as listening:
        async with RawCaller.connect(listening) as caller:
            await caller.send(ASK)
            await caller.head()
            watched = service.hub.audience()
        await service.until_audience_is(0)

    assert watched == 1
    assert service.arrivals == 1


async def test_viewer_over_the_cap_is_answered_503() -> None:
    """One cap for every kind of connection that stays."""
    service = Service(max_connections=1)

    async with service.open() as listening, RawCaller.connect(listening) as first:
        await first.send(ASK)
        await first.head()
        async with RawCaller.connect(listening) as second:
            await second.send(ASK)
            status, headers, _ = await second.answer()

    assert status == 503
    assert int(headers["retry-after"]) > 0


async def test_viewer_that_talks_is_cut_off_after_its_allowance() -> None:
    """A stream has one direction."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.send(ASK)
        await caller.head()
        await caller.event()
        await caller.send(b"x" * 5_000)

        assert await caller.rest() == b""


async def test_viewer_that_lags_past_the_deadline_loses_its_connection() -> None:
    """The hub's deadline reaches the socket."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.send(ASK)
        await caller.head()
        await caller.event()
        (viewer,) = service.hub._ready[Encoding.SSE]
        service.hub.lag(viewer)
        await service.clock.advance(DEADLINE_S + 5.0)

        assert await caller.rest() == b""


async def test_viewer_that_pipelined_much_is_still_seen_to_leave() -> None:
    """What was sent behind the request is dropped; the end of the connection is not."""
    service = Service()

    async with service.open() as listening:
        async with RawCaller.connect(listening) as caller:
            await caller.send(ASK + b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 50)
            await caller.head()
            watched = service.hub.audience()
        await service.until_audience_is(0)

    assert watched == 1
