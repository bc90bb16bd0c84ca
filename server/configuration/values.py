"""What a written setting must look like: text or number in, checked value out.

A check raises ValueError; what is allowed stands beside the key, in ``keys``. Where a value that
looks right is not, the check raises :class:`NotAllowed`, which says why.
"""

import ipaddress
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from tonearm.poller.secret import Secret
from tonearm.server.forwarded import IPNetwork

MOST_SECRET_CHARS: Final = 512
LEAST_TOKEN_CHARS: Final = 16
MOST_LINE_CHARS: Final = 300
MOST_SERVICES: Final = 10
MOST_PORT: Final = 65_535


class NotAllowed(ValueError):
    """A value that many would expect to be allowed; the message says why it is not."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen: an address or host name without brackets, and a port (0: any free one)."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def seconds(least: float, most: float) -> Callable[[float], float]:
    """Return a check that a wait lies within both limits; NaN lies nowhere."""

    def check(number: float) -> float:
        if not least <= number <= most:
            raise ValueError
        return float(number)

    return check


def count(least: int, most: int) -> Callable[[int], int]:
    """Return a check that a whole number lies within both limits."""

    def check(number: int) -> int:
        if not least <= number <= most:
            raise ValueError
        return number

    return check


def one_of(*words: str) -> Callable[[str], str]:
    """Return a check that a text is one of ``words``."""

    def check(text: str) -> str:
        if text not in words:
            raise ValueError
        return text

    return check


def switch(claim: bool) -> bool:
    """Let both answers pass."""
    return claim


def path(text: str) -> str:
    """Check that a text can name a file; nothing is looked up."""
    if not text or "\0" in text:
        raise ValueError
    return text


def line(text: str) -> str:
    """Check what is shown as one line; it may be empty."""
    if len(text) > MOST_LINE_CHARS or not text.isprintable():
        raise ValueError
    return text


def client_id(text: str) -> str:
    """Check what Spotify calls a Client ID; its form (32 hex digits today) is not promised."""
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,128}", text):
        raise ValueError
    return text


def secret(text: str) -> Secret:
    """Check and wrap a secret, without the white space an editor leaves around it."""
    text = text.strip()
    if not (0 < len(text) <= MOST_SECRET_CHARS and text.isascii() and text.isprintable()):
        raise ValueError
    return Secret(text)


def service_addresses(text: str) -> Secret:
    """Check addresses in apprise's form, one to a line or divided by spaces; they hold secrets."""
    addresses = text.split()
    if not 0 < len(addresses) <= MOST_SERVICES:
        raise ValueError
    if not all(re.fullmatch(r"[a-z0-9]+://[!-~]+", each, re.IGNORECASE) for each in addresses):
        raise ValueError
    return Secret(" ".join(addresses))


def token(text: str) -> Secret:
    """Check and wrap a token that travels in a header, and that the owner made up."""
    text = text.strip()
    if not re.fullmatch(r"[A-Za-z0-9._~+/=-]+", text):
        raise ValueError
    if not LEAST_TOKEN_CHARS <= len(text) <= MOST_SECRET_CHARS:
        raise NotAllowed("a token this short can be guessed")
    return Secret(text)


def address(text: str) -> Address:
    """Read ``host:port`` or ``[IPv6]:port``."""
    match = re.fullmatch(r"(?:\[(?P<v6>[^\]]*)\]|(?P<name>[^:\[\]]+)):(?P<port>[0-9]{1,5})", text)
    if match is None:
        if text.count(":") > 1 and "[" not in text:
            raise NotAllowed("an IPv6 address stands in brackets")
        raise ValueError
    port = int(match["port"])
    if port > MOST_PORT:
        raise NotAllowed(f"a port is at most {MOST_PORT}")
    if match["v6"] is not None:
        return Address(str(ipaddress.IPv6Address(match["v6"])), port)
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", match["name"]):
        raise ValueError
    if re.fullmatch(r"[0-9.]+", match["name"]):
        ipaddress.IPv4Address(match["name"])
    return Address(match["name"], port)


def networks(texts: Sequence[object]) -> tuple[IPNetwork, ...]:
    """Read addresses and networks; each may be all there is of one."""
    return tuple(map(_network, texts))


def redirect_uri(text: str) -> str:
    """Check an address that Spotify lets an app register; it is kept to the letter.

    https anywhere, http only on a loopback literal, ``localhost`` never:
    https://developer.spotify.com/documentation/web-api/concepts/redirect_uri
    """
    url = _web_address(text)
    if url.hostname == "localhost":
        raise NotAllowed("Spotify refuses the name localhost, 127.0.0.1 does the same")
    if url.scheme == "http" and url.hostname not in {"127.0.0.1", "::1"}:
        raise NotAllowed("Spotify takes http only for this very machine")
    return text


def spotify_url(text: str) -> str:
    """Check a base address to which tokens are sent, so http only to this very machine."""
    url = _web_address(text)
    if url.query:
        raise ValueError
    if url.scheme == "http" and not _is_this_machine(url.hostname or ""):
        raise NotAllowed("tokens travel there, so http only reaches this very machine")
    return text.rstrip("/")


def public_url(text: str) -> str:
    """Check the address at which the world reaches the service."""
    if _web_address(text).query:
        raise ValueError
    return text.rstrip("/")


def _network(text: object) -> IPNetwork:
    if not isinstance(text, str):
        raise ValueError  # noqa: TRY004  (what a check raises)
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise NotAllowed(f"{json.dumps(text[:40])} is no address and no network") from None
    if "/" in text and str(network.network_address) != text.strip().partition("/")[0].lower():
        raise NotAllowed(f"{json.dumps(text[:50])} has bits after its length; {network} has not")
    if network.prefixlen == 0:
        raise NotAllowed(f"{network} is everybody, and anybody could then be anybody else")
    return network


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False  # a name, and names can be made to lead anywhere


def _web_address(text: str) -> SplitResult:
    """Split an http or https address that has a host and nothing odd."""
    if not (text.isascii() and text.isprintable()) or set(text) & set(" \"'<>\\^`{|}"):
        raise ValueError
    url = urlsplit(text)  # raises ValueError for a broken [IPv6] host
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise ValueError
    if url.port == 0 or url.username is not None or url.fragment or "#" in text:
        raise ValueError
    return url
