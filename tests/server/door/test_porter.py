"""The porter: each request is counted for the right visitor, and proxies are recognised."""

import ipaddress
import json

import pytest
import structlog
from fake_clock import FakeClock
from viewers import HANDSHAKE, RawCaller, Service, playing

from tonearm.server.door.caller import Door
from tonearm.server.door.digest import Digest
from tonearm.server.door.guard import CONNECTIONS_AT_ONCE, REQUESTS_AT_ONCE, Guard, Limits
from tonearm.server.door.porter import Porter

PROXY, STRANGER = "127.0.0.9", "127.0.0.1"
BEHIND = Limits(max_per_ip=2, trusted_proxies=(ipaddress.ip_network(PROXY),))
ELSEWHERE = Limits(trusted_proxies=(ipaddress.ip_network("10.0.0.0/8"),))


def ask(*headers: str, path: str = "/healthz") -> bytes:
    """Return a plain request."""
    lines = "".join(f"{each}\r\n" for each in headers)
    return f"GET {path} HTTP/1.1\r\nHost: tonearm\r\n{lines}\r\n".encode()


def upgrade(*headers: str) -> bytes:
    """Return the request for a WebSocket."""
    return HANDSHAKE.replace(b"Host:", "".join(f"{h}\r\n" for h in headers).encode() + b"Host:")


def visitor(number: int) -> str:
    """Return what a proxy writes for a visitor."""
    return f"X-Forwarded-For: 203.0.113.{number}"


async def test_visitor_that_asks_without_pause_is_told_when_it_may_again() -> None:
    """The connection ends with it: a flood on a kept-alive one would cost as much as serving it."""
    service = Service()

    async with (
        service.open(limits=ELSEWHERE) as listening,
        RawCaller.connect(listening) as caller,
    ):
        for _ in range(REQUESTS_AT_ONCE):
            await caller.send(ask())
            assert (await caller.answer())[0] == 503
        await caller.send(ask())
        status, headers, body = await caller.answer()
        rest = await caller.rest()

        await service.clock.advance(float(headers["retry-after"]))
        async with RawCaller.connect(listening) as later:
            await later.send(ask())
            status_later, _ = await later.head()

    assert (status, headers["retry-after"], json.loads(body)["error"]) == (429, "1", "too_many")
    assert headers["access-control-allow-origin"] == "*"
    assert rest == b""
    assert status_later == 503


async def test_request_that_expects_the_unknown_is_the_last_of_its_connection() -> None:
    """It is answered before anybody could count it; so there is one of them for each connection."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.send(ask("Expect: a \xff miracle") * 20)
        status, headers, body = await caller.answer()
        rest = await caller.rest()

    assert (status, json.loads(body)["error"], rest) == (417, "expectation_failed", b"")
    assert headers["access-control-allow-origin"] == "*"


async def test_request_that_waits_to_be_told_to_go_on_is_told_so() -> None:
    """Some programs ask that way for everything."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.send(ask("Expect: 100-Continue"))
        told, _ = await caller.head()
        status, _, _ = await caller.answer()

    assert (told, status) == (100, 503)


async def test_visitors_behind_a_proxy_are_counted_one_by_one_on_one_connection() -> None:
    """The greedy one is refused, the next one on the same pooled connection is served."""
    service = Service()

    async with (
        service.open(limits=BEHIND) as listening,
        RawCaller.connect(listening, source=PROXY) as pooled,
    ):
        statuses = []
        for number in [1] * (REQUESTS_AT_ONCE + 1) + [2]:
            await pooled.send(ask(visitor(number)))
            statuses.append((await pooled.answer())[0])

    assert statuses == [503] * REQUESTS_AT_ONCE + [429, 503]


@pytest.mark.parametrize("is_websocket", [True, False])
async def test_stream_through_a_proxy_counts_for_its_visitor_until_it_ends(
    *, is_websocket: bool
) -> None:
    """Nobody takes more places by coming through the front door."""
    service = Service()
    service.hub.publish(playing(1))
    stream = upgrade(visitor(1)) if is_websocket else ask(visitor(1), path="/v1/events")

    async with (
        service.open(limits=BEHIND) as listening,
        RawCaller.connect(listening, source=PROXY) as pooled,
        RawCaller.connect(listening, source=PROXY) as first,
    ):
        async with RawCaller.connect(listening, source=PROXY) as second:
            for caller in (first, second):
                await caller.send(stream)
                await caller.head()
            await service.until_audience_is(2)
            await pooled.send(ask(visitor(1)))
            held, headers, _ = await pooled.answer()
            await pooled.send(ask(visitor(2)))
            other, _, _ = await pooled.answer()
        await service.until_audience_is(1)
        await pooled.send(ask(visitor(1)))
        freed, _, _ = await pooled.answer()

    assert (held, other, freed) == (429, 200, 200)
    assert int(headers["retry-after"]) > 0


async def test_requests_that_end_leave_nothing_held() -> None:
    """Neither answers nor refusals nor what is not there."""
    service = Service()

    async with (
        service.open(limits=BEHIND) as listening,
        RawCaller.connect(listening, source=PROXY) as pooled,
    ):
        for path in ("/healthz", "/nowhere", "/v1/current", "/v1/ws", "/card.js") * 4:
            await pooled.send(ask(visitor(1), path=path))
            assert (await pooled.answer())[0] != 429


async def test_proxy_itself_is_not_limited() -> None:
    """It opens as many connections as it has visitors."""
    service = Service()

    async with service.open(limits=BEHIND) as listening:
        for number in range(CONNECTIONS_AT_ONCE * 2):
            async with RawCaller.connect(listening, source=PROXY) as caller:
                await caller.send(ask(visitor(number)))
                assert (await caller.head())[0] == 503


async def test_stranger_that_claims_a_visitor_is_limited_by_its_own_address() -> None:
    """X-Forwarded-For is a claim that anybody can make, here for another one each time.

    It is taken for an undeclared proxy, whose allowance is larger; from a loopback address by far.
    """
    service = Service()

    async with (
        service.open(limits=BEHIND) as listening,
        RawCaller.connect(listening, source=STRANGER) as liar,
        RawCaller.connect(listening, source=PROXY) as pooled,
    ):
        for _ in range(REQUESTS_AT_ONCE + 1):
            await liar.send(ask(visitor(1)))
            await liar.answer()
        await pooled.send(ask(visitor(1)))
        status, _, _ = await pooled.answer()

    assert status == 503


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For: 203.0.113.7", "Forwarded: for=203.0.113.7", "Via: 1.1 cache"]
)
async def test_undeclared_proxy_is_told_of_once_and_not_punished(header: str) -> None:
    """The owner reads what to write; meanwhile all visitors get in."""
    service = Service()

    with structlog.testing.capture_logs() as logged:
        async with service.open(limits=ELSEWHERE) as listening:
            for _ in range(CONNECTIONS_AT_ONCE * 3):
                async with RawCaller.connect(listening, source=PROXY) as caller:
                    await caller.send(ask(header))
                    assert (await caller.head())[0] == 503

    (line,) = logged
    assert (line["event"], line["log_level"]) == ("proxy_undeclared", "warning")
    assert f'server.trusted_proxies = ["{PROXY}"]' in line["hint"]


async def test_tunnel_on_this_machine_is_told_of_as_well() -> None:
    """It is spared anyway, but limits work only once it is declared."""
    service = Service()

    with structlog.testing.capture_logs() as logged:
        async with service.open() as listening, RawCaller.connect(listening) as caller:
            await caller.send(ask("CF-Connecting-IP: 203.0.113.7"))
            await caller.answer()

    assert [line["event"] for line in logged] == ["proxy_undeclared"]


async def test_proxy_that_names_nobody_is_told_of_once() -> None:
    """Declared, and yet its visitors cannot be told apart."""
    service = Service()

    with structlog.testing.capture_logs() as logged:
        async with (
            service.open(limits=BEHIND) as listening,
            RawCaller.connect(listening, source=PROXY) as pooled,
        ):
            for _ in range(REQUESTS_AT_ONCE * 2):
                await pooled.send(ask())
                assert (await pooled.answer())[0] == 503

    assert [line["event"] for line in logged] == ["proxy_names_nobody"]


def test_public_address_that_speaks_like_a_proxy_is_not_recommended() -> None:
    """Anybody may send the header, in the hope that the owner writes down what the log says."""
    clock = FakeClock()
    digest = Digest(clock)
    porter = Porter(Door(clock, digest), Guard(ELSEWHERE), digest, clock)

    with structlog.testing.capture_logs() as logged:
        for number in range(3):
            porter.note_undeclared(ipaddress.ip_address(f"203.0.113.{number}"))

    (line,) = logged
    assert line["event"] == "public_proxy_undeclared"
    assert line["somewhere_in"] == "203.0.113.0/24"
    assert "only if" in line["hint"]
