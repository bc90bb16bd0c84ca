"""Thousands of viewers in one process, as light as Python can make them: one epoll, bare sockets.

    processes/crowd.py PORT COUNT IN_FLIGHT JOINED

They connect, say the WebSocket handshake, and are in once they were sent JOINED; the seconds that
took all of them are printed. Then a line of JSON each says what to wait for, and when all have it
another one tells when each had it (monotonic, one clock for all processes of a machine).
"""

import json
import select
import socket
import sys
import time
from itertools import islice
from typing import Any

from tonearm.poller.clock import SystemClock

HANDSHAKE = (
    b"GET /v1/ws HTTP/1.1\r\nHost: tonearm\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
PING, PONG = b"\x89\x80\0\0\0\0", b"\x8a\x00"
PER_ADDRESS = 20  # what a guard lets one address hold
AT_ONCE = 64
NAP_S = 0.0002
PING_EVERY_S = 0.001
PATIENCE_S = 30.0


class Crowd:
    """Viewers on one epoll; ``joined`` are in."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._epoll = select.epoll()
        self._viewers: dict[int, socket.socket] = {}
        self._clock = SystemClock()

    def join(self, count: int, in_flight: int, mark: bytes) -> float:
        """Let ``count`` come, ``in_flight`` at a time; return how long that took.

        Each is in once it was sent ``mark``. An address brings a few only, as visitors do.
        """
        coming = iter(range(count))
        said: dict[int, bytes] = {}
        began_s = self._clock.monotonic()
        for number in islice(coming, in_flight):
            self._connect(number)
        joined = 0
        while joined < count:
            self._insist(began_s, f"{joined} of {count} joined")
            for descriptor, event in self._epoll.poll(1.0, AT_ONCE):
                viewer = self._viewers[descriptor]
                if event & select.EPOLLOUT:
                    viewer.send(HANDSHAKE)
                    self._epoll.modify(descriptor, select.EPOLLIN)
                    continue
                said[descriptor] = said.get(descriptor, b"") + self._read(descriptor)
                if mark in said[descriptor]:
                    del said[descriptor]
                    joined += 1
                    for number in islice(coming, 1):
                        self._connect(number)
        return self._clock.monotonic() - began_s

    def watch(self, mark: bytes, *, naps: bool, pings: bool) -> dict[str, Any]:
        """Wait until each viewer was sent ``mark``; return when each was.

        With ``naps`` they look every 0.2 ms instead of being woken: else the sender would pay for
        waking this process, which on a network it does not. With ``pings`` one of them pings all
        the while that frames arrive; the answers tell how long the other end's loop stood still.
        """
        instants: dict[int, float] = {}
        answered: list[float] = []
        pinger, pinged_s = next(iter(self._viewers)), 0.0
        began_s = self._clock.monotonic()
        while len(instants) < len(self._viewers) or pinged_s:
            ready = self._epoll.poll(0 if naps else 1.0, AT_ONCE)
            if naps and not ready:
                time.sleep(NAP_S)  # noqa: TID251  (a process of its own, in real time)
            self._insist(began_s, f"{len(instants)} of {len(self._viewers)} were told")
            for descriptor, _ in ready:
                data = self._read(descriptor)
                now_s = self._clock.monotonic()
                if mark in data:
                    instants.setdefault(descriptor, now_s)  # a frame may come again
                if pinged_s and descriptor == pinger and PONG in data:
                    answered.append(now_s - pinged_s)
                    pinged_s = 0.0
            is_arriving = 0 < len(instants) < len(self._viewers)
            if pings and is_arriving and not pinged_s:
                pinged_s = self._clock.monotonic()
                self._viewers[pinger].send(PING)
        return {"received_s": [*instants.values()], "answered_s": answered}

    def _connect(self, number: int) -> None:
        viewer = socket.socket()
        viewer.setblocking(False)
        network, host = divmod(number // PER_ADDRESS, 250)
        viewer.bind((f"127.0.{network + 1}.{host + 1}", 0))
        viewer.connect_ex(("127.0.0.1", self._port))
        self._viewers[viewer.fileno()] = viewer
        self._epoll.register(viewer.fileno(), select.EPOLLOUT)

    def _read(self, descriptor: int) -> bytes:
        data = self._viewers[descriptor].recv(1 << 16)
        if not data:
            raise SystemExit("crowd: a viewer was sent away")
        return data

    def _insist(self, began_s: float, how_far: str) -> None:
        if self._clock.monotonic() - began_s > PATIENCE_S:
            raise SystemExit(f"crowd: {how_far} after {PATIENCE_S:.0f} s")


def tell(message: Any) -> None:
    """Print one line of JSON."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Join, then watch as told until standard input ends."""
    port, count, in_flight, mark = sys.argv[1:]
    crowd = Crowd(int(port))
    tell(crowd.join(int(count), int(in_flight), mark.encode()))
    for line in sys.stdin:
        order = json.loads(line)
        tell("watching")
        tell(crowd.watch(order["mark"].encode(), naps=order["naps"], pings=order["pings"]))


if __name__ == "__main__":
    main()
