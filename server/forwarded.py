"""Whose request it is: the peer's, or that of somebody a trusted proxy speaks for.

Each proxy appends the address it was called from to X-Forwarded-For, so the list is read from the
right, and only as far as the writers are trusted: whatever stands further left may be invented. It
knows text and addresses, nothing of sockets.
"""

import ipaddress
from collections.abc import Iterable
from typing import Final

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

HEADER: Final = "X-Forwarded-For"

PROXY_HEADERS: Final = (
    HEADER,
    "Forwarded",
    "Via",
    "X-Real-IP",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "CF-Connecting-IP",
)
"""What proxies add and browsers never send."""

# The addresses that are nobody's on the internet: of this machine, of a home or a container
# network, of a link, and of networks behind a provider's or a tunnel's NAT (Tailscale: 100.64/10).
_PRIVATE: Final = tuple(
    map(
        ipaddress.ip_network,
        (
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "::1/128",
            "fc00::/7",
            "fe80::/10",
        ),
    )
)


def visitor(peer: IPAddress, headers: Iterable[str], trusted: Iterable[IPNetwork]) -> IPAddress:
    """Return the right-most address that no trusted proxy has.

    ``headers`` are the values of all X-Forwarded-For lines, in order. Where the list ends, or is
    no address, before such a one is found, it is the last address that could be believed.
    """
    networks = tuple(trusted)
    last = peer
    left = ",".join(headers)
    while left and is_within(last, networks):
        left, _, hop = left.rpartition(",")
        address = parse(hop)
        if address is None:
            break
        last = address
    return last


def parse(text: str) -> IPAddress | None:
    """Read an address as proxies write it: with or without a port, brackets and quotes.

    An IPv4 address in IPv6 clothes (``::ffff:192.0.2.1``, what a socket for both shows) comes
    out as what it is.
    """
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_within(address: IPAddress, networks: Iterable[IPNetwork]) -> bool:
    """Tell whether ``address`` lies in one of ``networks``."""
    return any(address in network for network in networks)


def is_private(address: IPAddress) -> bool:
    """Tell whether nobody can call from ``address`` over the internet."""
    return is_within(address, _PRIVATE)


def household(address: IPAddress) -> bytes:
    """Return what limits count by: an IPv4 address, or the /64 that one IPv6 customer has."""
    return address.packed[:8]


def vicinity(address: IPAddress) -> str:
    """Return what a log may hold of an address: its /24, or its /48."""
    bits = 24 if address.version == 4 else 48  # noqa: PLR2004  (the names of the protocols)
    return str(ipaddress.ip_network((address, bits), strict=False))
