"""The guard: how much one address may take, how fast it may come, and whom that spares."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonearm.server.door.guard import (
    CONNECTIONS_AT_ONCE,
    MOST_HOUSEHOLDS,
    REQUESTS_AT_ONCE,
    SURPLUS,
    Guard,
    Limits,
    Verdict,
)
from tonearm.server.forwarded import IPAddress

NOW_S = 1_000.0
STRANGER = ipaddress.ip_address("203.0.113.7")
LAN = ipaddress.ip_address("192.168.1.9")
LOOPBACK = ipaddress.ip_address("127.0.0.1")
PROXIES = (ipaddress.ip_network("10.0.0.0/8"),)


def connected(
    guard: Guard, address: IPAddress, times: int, *, now_s: float = NOW_S
) -> list[Verdict]:
    """Connect from ``address`` and stay, that often."""
    return [guard.connect(guard.counted_as(address), now_s) for _ in range(times)]


def test_household_may_hold_so_many_connections_and_no_more() -> None:
    """One that leaves makes room for one."""
    guard = Guard(Limits(max_per_ip=3))

    first = connected(guard, STRANGER, 4)
    guard.disconnect(guard.counted_as(STRANGER))
    after = connected(guard, STRANGER, 2)

    assert first == [Verdict.WELCOME] * 3 + [Verdict.TOO_MANY]
    assert after == [Verdict.WELCOME, Verdict.TOO_MANY]


def test_household_that_connects_without_pause_is_slowed_to_one_a_second() -> None:
    """A burst is a page that loads; what goes on and on is not."""
    guard = Guard(Limits(max_per_ip=1_000))

    burst = connected(guard, STRANGER, CONNECTIONS_AT_ONCE + 1)
    later = connected(guard, STRANGER, 3, now_s=NOW_S + 2)

    assert burst == [Verdict.WELCOME] * CONNECTIONS_AT_ONCE + [Verdict.TOO_FAST]
    assert later == [Verdict.WELCOME] * 2 + [Verdict.TOO_FAST]


def test_refusal_costs_a_household_nothing() -> None:
    """Who knocks too often is not locked out for longer by it."""
    guard = Guard(Limits(max_per_ip=1_000))

    connected(guard, STRANGER, 500)

    assert connected(guard, STRANGER, 1, now_s=NOW_S + 1) == [Verdict.WELCOME]


def test_neighbours_in_ipv6_are_one_household() -> None:
    """Whoever has one address of a /64 has all of them."""
    guard = Guard(Limits(max_per_ip=1))
    near = [ipaddress.ip_address(f"2001:db8::{each}") for each in (1, 2)]
    far = ipaddress.ip_address("2001:db8:0:1::1")

    verdicts = [connected(guard, each, 1)[0] for each in (*near, far)]

    assert verdicts == [Verdict.WELCOME, Verdict.TOO_MANY, Verdict.WELCOME]


def test_house_over_its_cap_lets_some_in_to_be_told_and_then_nobody() -> None:
    """A visitor learns when to come back; a flood costs no parsing."""
    guard = Guard(Limits(max_connections=2))

    verdicts = connected(guard, LOOPBACK, 2 + SURPLUS + 1)

    assert verdicts[:2] == [Verdict.WELCOME] * 2
    assert set(verdicts[2:-1]) == {Verdict.SURPLUS}
    assert verdicts[-1] is Verdict.HOUSE_FULL


def test_requests_come_in_a_burst_and_then_one_a_second() -> None:
    """Whoever asks too often learns when it may again, and is then let in."""
    guard = Guard(Limits())
    name = guard.counted_as(STRANGER)

    waits = [guard.request(name, NOW_S) for _ in range(REQUESTS_AT_ONCE + 1)]

    assert waits[:-1] == [0.0] * REQUESTS_AT_ONCE
    assert waits[-1] == pytest.approx(1.0)
    assert guard.request(name, NOW_S + 0.5) == pytest.approx(0.5)
    assert guard.request(name, NOW_S + waits[-1]) == 0.0


def test_forwarded_visitor_holds_so_many_and_no_more() -> None:
    """Behind a proxy it is not the connection that counts, but what is held open."""
    guard = Guard(Limits(max_per_ip=2, trusted_proxies=PROXIES))
    name = guard.counted_as(STRANGER)

    held = [guard.hold(name) for _ in range(3)]
    guard.release(name)

    assert held == [True, True, False]
    assert guard.hold(name)


@pytest.mark.parametrize(
    ("address", "proxies", "is_spared"),
    [
        (LOOPBACK, (), True),
        (LOOPBACK, PROXIES, False),
        (ipaddress.ip_address("::1"), (), True),
        (ipaddress.ip_address("10.1.2.3"), PROXIES, True),
        (ipaddress.ip_address("10.1.2.3"), (), False),
        (STRANGER, PROXIES, False),
    ],
)
def test_limits_spare_declared_proxies_and_this_machine_while_there_is_none(
    address: IPAddress, proxies: tuple[ipaddress.IPv4Network, ...], *, is_spared: bool
) -> None:
    """A tunnel on this machine brings everybody from one address."""
    guard = Guard(Limits(max_per_ip=1, trusted_proxies=proxies))

    verdicts = connected(guard, address, 500)
    waits = [guard.request(guard.counted_as(address), NOW_S) for _ in range(500)]

    assert (set(verdicts) == {Verdict.WELCOME}) is is_spared
    assert (set(waits) == {0.0}) is is_spared


@pytest.mark.parametrize(("address", "allowed"), [(STRANGER, 200), (LAN, 20_000)])
def test_undeclared_proxy_is_given_more_but_not_everything(
    address: IPAddress, allowed: int
) -> None:
    """Its visitors are not punished for it; and to lie about being one pays little."""
    guard = Guard(Limits(max_connections=100_000))

    guard.note_proxy(address)

    verdicts = connected(guard, address, allowed + 1)
    assert verdicts == [Verdict.WELCOME] * allowed + [Verdict.TOO_MANY]


def test_table_forgets_who_was_not_heard_of_for_longest() -> None:
    """Its size is bounded, whatever a botnet does; a mistake is in the visitor's favour."""
    guard = Guard(Limits(max_per_ip=1, max_connections=100_000))
    regular = ipaddress.ip_address("198.51.100.1")
    connected(guard, STRANGER, 1)
    connected(guard, regular, 1)

    for number in range(MOST_HOUSEHOLDS - 1):
        connected(guard, ipaddress.ip_address(0x0B00_0000 + number), 1)
        guard.request(guard.counted_as(regular), NOW_S + number)

    assert len(guard) == MOST_HOUSEHOLDS
    assert connected(guard, regular, 1) == [Verdict.TOO_MANY]
    assert connected(guard, STRANGER, 1) == [Verdict.WELCOME]


def test_disconnect_of_a_forgotten_household_is_no_error() -> None:
    """Whoever was let in leaves sometime."""
    guard = Guard(Limits(max_connections=100_000))
    name = guard.counted_as(STRANGER)
    connected(guard, STRANGER, 1)
    for number in range(MOST_HOUSEHOLDS):
        connected(guard, ipaddress.ip_address(0x0B00_0000 + number), 1)

    guard.disconnect(name)

    assert guard.open == MOST_HOUSEHOLDS


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.floats(0, 5))), st.integers(1, 4))
def test_what_is_open_is_always_what_came_less_what_left(
    steps: list[tuple[int, bool, float]], max_per_ip: int
) -> None:
    """However visitors come and go, the count drifts neither way."""
    guard = Guard(Limits(max_per_ip=max_per_ip))
    inside: dict[bytes, int] = {}
    now_s = NOW_S
    for who, comes, pause_s in steps:
        now_s += pause_s
        name = guard.counted_as(ipaddress.ip_address(0x0B00_0000 + who))
        assert name is not None
        if comes:
            verdict = guard.connect(name, now_s)
            assert (verdict is Verdict.TOO_MANY) is (inside.get(name, 0) >= max_per_ip)
            inside[name] = inside.get(name, 0) + (verdict is Verdict.WELCOME)
        elif inside.get(name):
            guard.disconnect(name)
            inside[name] -= 1

        assert guard.open == sum(inside.values())
