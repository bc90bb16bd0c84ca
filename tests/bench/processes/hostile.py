"""Peers that do everything wrong, in one process and on one epoll. They come again when sent away.

    python -m processes.hostile PORT KINDS

KINDS is JSON: how many there are of each kind of :data:`KINDS`. A word is printed when all of them
came for the first time; at the end of standard input, how often each kind came.
"""

import json
import random
import select
import socket
import struct
import sys
from collections import Counter, deque
from collections.abc import Callable
from typing import Final, NamedTuple

from tonearm.poller.clock import SystemClock

from .crowd import PER_ADDRESS
from .wire import LANGUAGES, PING, TEXT, masked

AGAIN_S: Final = 0.25
TURN_S: Final = 0.01
NEVER_READS_BYTES: Final = 4096
_chance = random.Random(5)

HANDSHAKE: Final = LANGUAGES["websocket"].request
# A ClientHello's record and handshake headers, then what might be its body.
TLS_HELLO: Final = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + _chance.randbytes(506)


class Kind(NamedTuple):
    """What a peer says at once, and what it says whenever the other end takes more of it.

    ``drip`` comes once a second instead. One that ``leaves`` does so when it has said its first;
    one that ``reads`` not, never does.
    """

    first: Callable[[], bytes] = bytes
    flood: bytes = b""
    drip: bytes = b""
    leaves: bool = False
    reads: bool = True


KINDS: Final = {
    "silent": Kind(),
    "half a head": Kind(lambda: HANDSHAKE[:60], drip=b"x"),
    "garbage": Kind(lambda: _chance.randbytes(512)),
    "oversized frame": Kind(
        lambda: HANDSHAKE + b"\x82\xff" + struct.pack(">Q", 1 << 20) + bytes(4), flood=bytes(8192)
    ),
    "unmasked frame": Kind(lambda: HANDSHAKE + b"\x81\x05hello"),
    "ping flood": Kind(lambda: HANDSHAKE, flood=masked(PING, b"ping") * 400),
    "message flood": Kind(lambda: HANDSHAKE, flood=masked(TEXT, 100 * b"m") * 40),
    "TLS": Kind(lambda: TLS_HELLO),
    "connects and drops": Kind(lambda: b"G", leaves=True),
    "never reads": Kind(lambda: HANDSHAKE, reads=False),
}


class Peer:
    """One of them, and where it comes from."""

    __slots__ = ("address", "has_begun", "kind", "name", "socket")

    def __init__(self, name: str, address: str) -> None:
        self.name = name
        self.kind = KINDS[name]
        self.address = address
        self.has_begun = False
        self.socket: socket.socket | None = None


class Mob:
    """All of them."""

    def __init__(self, port: int, counts: dict[str, int]) -> None:
        self._port = port
        self._epoll = select.epoll()
        self._clock = SystemClock()
        self._present: dict[int, Peer] = {}
        names = [name for name, count in counts.items() for _ in range(count)]
        peers = [Peer(name, _address(number)) for number, name in enumerate(names)]
        self._away = deque((self._clock.monotonic(), peer) for peer in peers)
        self.came: Counter[str] = Counter()

    def run(self, until: int) -> None:
        """Be a nuisance until ``until`` can be read."""
        self._epoll.register(until, select.EPOLLIN)
        drip_at_s = 0.0
        has_told = False
        while True:
            self._come()
            if not has_told and self.came.total() >= len(self._present) + len(self._away):
                has_told = True
                tell("all came")
            for descriptor, event in self._epoll.poll(TURN_S, 256):
                if descriptor == until:
                    return
                self._move(self._present[descriptor], descriptor, event)
            if (now_s := self._clock.monotonic()) >= drip_at_s:
                drip_at_s = now_s + 1.0
                for descriptor, peer in [*self._present.items()]:
                    if peer.has_begun and peer.kind.drip:
                        self._say(peer, descriptor, peer.kind.drip)

    def _come(self) -> None:
        now_s = self._clock.monotonic()
        while self._away and self._away[0][0] <= now_s:
            _, peer = self._away.popleft()
            its_socket = socket.socket()
            its_socket.setblocking(False)
            if not peer.kind.reads:
                its_socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NEVER_READS_BYTES)
            its_socket.bind((peer.address, 0))
            its_socket.connect_ex(("127.0.0.1", self._port))
            peer.socket, peer.has_begun = its_socket, False
            self._present[its_socket.fileno()] = peer
            self._epoll.register(its_socket.fileno(), select.EPOLLOUT)
            self.came[peer.name] += 1

    def _move(self, peer: Peer, descriptor: int, event: int) -> None:
        kind = peer.kind
        if event & (select.EPOLLHUP | select.EPOLLERR):
            self._go(peer, descriptor)
        elif event & select.EPOLLIN:
            self._hear(peer, descriptor)
        elif not peer.has_begun:
            peer.has_begun = True
            wanted = (select.EPOLLIN if kind.reads else 0) | (select.EPOLLOUT if kind.flood else 0)
            self._epoll.modify(descriptor, wanted)
            self._say(peer, descriptor, kind.first())
            if kind.leaves and descriptor in self._present:
                self._go(peer, descriptor)
        else:
            self._say(peer, descriptor, kind.flood)

    def _hear(self, peer: Peer, descriptor: int) -> None:
        assert peer.socket is not None
        try:
            is_there = peer.socket.recv(1 << 16)
        except OSError:
            is_there = b""
        if not is_there:
            self._go(peer, descriptor)

    def _say(self, peer: Peer, descriptor: int, what: bytes) -> None:
        assert peer.socket is not None
        try:
            peer.socket.send(what)
        except BlockingIOError:
            return
        except OSError:  # reset, or cut off meanwhile
            self._go(peer, descriptor)

    def _go(self, peer: Peer, descriptor: int) -> None:
        """Hang up without a good-bye, and come again a little later."""
        assert peer.socket is not None
        del self._present[descriptor]
        self._epoll.unregister(descriptor)
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.socket.close()
        self._away.append((self._clock.monotonic() + AGAIN_S, peer))


def _address(number: int) -> str:
    network, host = divmod(number // PER_ADDRESS, 250)
    return f"127.2.{network + 1}.{host + 1}"


def tell(message: object) -> None:
    """Print one line of JSON."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Do harm until standard input ends, then say how much."""
    mob = Mob(int(sys.argv[1]), json.loads(sys.argv[2]))
    mob.run(sys.stdin.fileno())
    tell(mob.came)


if __name__ == "__main__":
    main()
