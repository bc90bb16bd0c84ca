"""X-Forwarded-For: read from the right, and no further than the writers are trusted."""

import ipaddress

import pytest

from tonearm.server.forwarded import household, is_private, parse, vicinity, visitor

PROXY, OTHER_PROXY, STRANGER = "10.0.0.1", "10.0.0.2", "198.51.100.9"
VISITOR, INVENTED = "203.0.113.7", "192.0.2.66"
NOBODY: tuple[str, ...] = ()
ONE = (f"{PROXY}/32",)
NETWORK = ("10.0.0.0/8", "2001:db8:ffff::/48")

# The header as it came (one text a line), then whose request it is when the peer is PROXY and
# nobody, one address or its whole network is trusted.
SHAPES: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    "none": ((), PROXY, PROXY, PROXY),
    "empty": (("",), PROXY, PROXY, PROXY),
    "one": ((VISITOR,), PROXY, VISITOR, VISITOR),
    "spaces": ((f"  {VISITOR}\t",), PROXY, VISITOR, VISITOR),
    "invented-before-it": ((f"{INVENTED}, {VISITOR}",), PROXY, VISITOR, VISITOR),
    "no-space": ((f"{INVENTED},{VISITOR}",), PROXY, VISITOR, VISITOR),
    "two-lines": ((INVENTED, VISITOR), PROXY, VISITOR, VISITOR),
    "two-proxies": ((f"{VISITOR}, {OTHER_PROXY}",), PROXY, OTHER_PROXY, VISITOR),
    "two-proxies-and-invented": (
        (f"{INVENTED}, {VISITOR}, {OTHER_PROXY}",),
        PROXY,
        OTHER_PROXY,
        VISITOR,
    ),
    "only-proxies": ((f"{OTHER_PROXY}, {PROXY}",), PROXY, OTHER_PROXY, OTHER_PROXY),
    "invented-trusted": ((f"{OTHER_PROXY}, {VISITOR}",), PROXY, VISITOR, VISITOR),
    "port": ((f"{VISITOR}:51234",), PROXY, VISITOR, VISITOR),
    "ipv6": (("2001:db8::7",), PROXY, "2001:db8::7", "2001:db8::7"),
    "ipv6-brackets": (("[2001:db8::7]",), PROXY, "2001:db8::7", "2001:db8::7"),
    "ipv6-port": (('"[2001:db8::7]:443"',), PROXY, "2001:db8::7", "2001:db8::7"),
    "ipv6-proxy": (
        (f"{VISITOR}, 2001:db8:ffff::1",),
        PROXY,
        "2001:db8:ffff::1",
        VISITOR,
    ),
    "ipv6-zone": (("fe80::1%eth0",), PROXY, "fe80::1", "fe80::1"),
    "ipv4-in-ipv6": ((f"::ffff:{VISITOR}",), PROXY, VISITOR, VISITOR),
    "unknown": ((f"{VISITOR}, unknown",), PROXY, PROXY, PROXY),
    "garbage": (("<script>, 999.1.1.1",), PROXY, PROXY, PROXY),
    "trailing-comma": ((f"{VISITOR},",), PROXY, PROXY, PROXY),
    "garbage-behind-a-proxy": ((f"_hidden, {OTHER_PROXY}",), PROXY, OTHER_PROXY, OTHER_PROXY),
    "endless": (("1," * 4_000 + VISITOR,), PROXY, VISITOR, VISITOR),
}


@pytest.mark.parametrize("mode", ["nobody", "one", "network"])
@pytest.mark.parametrize("shape", SHAPES)
def test_visitor_is_the_right_most_that_nobody_trusts(shape: str, mode: str) -> None:
    """What stands further left was written by whoever stands there."""
    lines, *expected = SHAPES[shape]
    trusted = map(ipaddress.ip_network, {"nobody": NOBODY, "one": ONE, "network": NETWORK}[mode])

    found = visitor(ipaddress.ip_address(PROXY), lines, trusted)

    assert str(found) == expected[["nobody", "one", "network"].index(mode)]


@pytest.mark.parametrize("shape", SHAPES)
def test_stranger_is_never_believed(shape: str) -> None:
    """Whoever is no proxy of ours speaks for nobody, whatever it writes."""
    lines, *_ = SHAPES[shape]

    found = visitor(ipaddress.ip_address(STRANGER), lines, map(ipaddress.ip_network, NETWORK))

    assert str(found) == STRANGER


@pytest.mark.parametrize("text", ["", "unknown", "1.2.3", "1.2.3.4.5", "::g", "[", "a.example:80"])
def test_parse_of_what_is_no_address_is_none(text: str) -> None:
    """It came from outside, so it is no error."""
    assert parse(text) is None


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::9", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
    ],
)
def test_household_is_an_ipv4_address_or_an_ipv6_network_of_64_bits(
    one: str, other: str, *, are_one: bool
) -> None:
    """One IPv6 customer has at least 18 quintillion addresses to come from."""
    first, second = parse(one), parse(other)

    assert first is not None
    assert second is not None
    assert (household(first) == household(second)) is are_one


@pytest.mark.parametrize(
    ("address", "expected"),
    [("203.0.113.7", "203.0.113.0/24"), ("2001:db8:1:2:3::4", "2001:db8:1::/48")],
)
def test_vicinity_does_not_tell_who_it_was(address: str, expected: str) -> None:
    """Enough to see an attack's neighbourhood, too little for a person."""
    assert vicinity(ipaddress.ip_address(address)) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        *((each, True) for each in ("127.0.0.1", "172.17.0.1", "100.100.1.1", "::1", "fd00::1")),
        *((each, False) for each in ("203.0.113.7", "8.8.8.8", "172.32.0.1", "2001:db8::1")),
    ],
)
def test_private_address_is_one_nobody_has_on_the_internet(address: str, *, expected: bool) -> None:
    """A container's gateway has one; an attacker out there has not."""
    assert is_private(ipaddress.ip_address(address)) is expected
