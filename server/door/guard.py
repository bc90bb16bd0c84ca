"""How much of the house one address may take, and how fast it may come.

Pure: addresses and instants in, verdicts out. It counts connections and requests per household (an
IPv4 address, or an IPv6 /64) in a table that forgets whoever it has not heard of for longest. What
a forgotten one still holds open no longer counts against it: a mistake in its favour.

Some are not told apart, so that no visitor pays for another: a declared proxy (whoever it speaks
for is counted instead), and the loopback address while no proxy is declared (a tunnel or a web
server on this machine). One that only *turns out* to be a proxy said so itself, and anybody can
say so. It gets a larger allowance, not an endless one: ten times as much over the internet, where
this is the cheapest way to attack; a thousand times as much from a private address, which nobody
there can have, and from which whole crowds come: a container's gateway, a web server next door.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final

from tonearm.server.forwarded import IPAddress, IPNetwork, household, is_private, is_within

MOST_HOUSEHOLDS: Final = 10_000

CONNECTIONS_AT_ONCE: Final = 20
REQUESTS_AT_ONCE: Final = 60
RATE_PER_S: Final = 1.0  # of both, once that many have come at once
_ROUNDING_S: Final = 1e-6

PUBLIC_PROXY_FACTOR: Final = 10
PRIVATE_PROXY_FACTOR: Final = 1_000

SURPLUS: Final = 256
"""How many over the cap are let in to be told, as HTTP, that the house is full."""


class Verdict(StrEnum):
    """What becomes of a connection."""

    WELCOME = auto()
    SURPLUS = auto()  # let in, only to be told to come back later
    HOUSE_FULL = auto()
    TOO_MANY = auto()  # that household holds as many as one may
    TOO_FAST = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the owner chose: connections in all, per household, and whose word counts."""

    max_connections: int = 1_000
    max_per_ip: int = 20
    trusted_proxies: tuple[IPNetwork, ...] = ()


class _Household:
    """What is known of one; ``..._due_s`` is when its bucket would be full again."""

    __slots__ = ("connections_due_s", "factor", "held", "requests_due_s")

    def __init__(self) -> None:
        self.held = 0
        self.factor = 1
        self.connections_due_s = -math.inf
        self.requests_due_s = -math.inf


class Guard:
    """Everybody who came of late, and how many connections are open."""

    def __init__(self, limits: Limits) -> None:
        self.limits: Final = limits
        self._table: OrderedDict[bytes, _Household] = OrderedDict()  # heard of last stands last
        self._open = 0

    @property
    def open(self) -> int:
        """How many connections are open."""
        return self._open

    def __len__(self) -> int:
        """Return how many households are known."""
        return len(self._table)

    def counted_as(self, address: IPAddress) -> bytes | None:
        """Return the household whose limits apply to ``address``, None if it has none."""
        if self.limits.trusted_proxies:
            return None if self.is_trusted(address) else household(address)
        return None if address.is_loopback else household(address)

    def is_trusted(self, address: IPAddress) -> bool:
        """Tell whether this is a declared proxy."""
        return is_within(address, self.limits.trusted_proxies)

    def connect(self, name: bytes | None, now_s: float) -> Verdict:
        """Judge a new connection of a household; if it is let in it counts as open."""
        if self._open >= self.limits.max_connections + SURPLUS:
            return Verdict.HOUSE_FULL
        if name is not None:
            guest = self._look_up(name)
            if guest.held >= self.limits.max_per_ip * guest.factor:
                return Verdict.TOO_MANY
            due_s = _due_s(guest.connections_due_s, guest.factor, now_s)
            if due_s - now_s > CONNECTIONS_AT_ONCE / RATE_PER_S + _ROUNDING_S:
                return Verdict.TOO_FAST
            guest.connections_due_s = due_s
            guest.held += 1
        self._open += 1
        return Verdict.WELCOME if self._open <= self.limits.max_connections else Verdict.SURPLUS

    def disconnect(self, name: bytes | None) -> None:
        """Note that a connection that was let in has ended."""
        self._open -= 1
        self.release(name)

    def request(self, name: bytes | None, now_s: float) -> float:
        """Judge a request; return 0, or after how many seconds it may be tried again."""
        if name is None:
            return 0.0
        guest = self._look_up(name)
        due_s = _due_s(guest.requests_due_s, guest.factor, now_s)
        wait_s = due_s - now_s - REQUESTS_AT_ONCE / RATE_PER_S
        if wait_s > _ROUNDING_S:
            return wait_s
        guest.requests_due_s = due_s
        return 0.0

    def hold(self, name: bytes | None) -> bool:
        """Count what a proxy asks for a household as held open, unless that is too much."""
        if name is not None:
            guest = self._look_up(name)
            if guest.held >= self.limits.max_per_ip:
                return False
            guest.held += 1
        return True

    def release(self, name: bytes | None) -> None:
        """Take back what :meth:`hold` counted."""
        guest = None if name is None else self._table.get(name)
        if guest is not None and guest.held:  # else it had been forgotten meanwhile
            guest.held -= 1

    def note_proxy(self, address: IPAddress) -> None:
        """Note that an address nobody declared says it is a proxy."""
        name = self.counted_as(address)
        if name is not None:
            factor = PRIVATE_PROXY_FACTOR if is_private(address) else PUBLIC_PROXY_FACTOR
            self._look_up(name).factor = factor

    def _look_up(self, name: bytes) -> _Household:
        """Return a household, which is now the one that was heard of last."""
        guest = self._table.get(name)
        if guest is None:
            if len(self._table) >= MOST_HOUSEHOLDS:
                self._table.popitem(last=False)
            guest = self._table[name] = _Household()
        else:
            self._table.move_to_end(name)
        return guest


def _due_s(due_s: float, factor: int, now_s: float) -> float:
    """Return when a bucket is full again once one more is taken out.

    That one instant says all there is to know of a token bucket (GCRA): it holds out while the
    instant is no further away than the bucket takes to fill.
    """
    return max(due_s, now_s) + 1 / (RATE_PER_S * factor)
