"""Thousands of viewers in one process, as light as Python can make them: one epoll, bare sockets.

    python -m processes.crowd PORT COUNT IN_FLIGHT LANGUAGE JOINED

They connect, ask to be let in, and are in once they were sent JOINED (as soon as the answer's head
is there, if that is empty); the seconds that took all of them are printed. From then on they read
and answer pings. Each line of JSON given says what to wait for, and another one tells when each
viewer had it (the clock is one for all processes of a machine).
"""

import contextlib
import json
import os
import select
import socket
import sys
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from tonearm.poller.clock import SystemClock

from .wire import CLOSE, LANGUAGES, PING, PONG, TEXT, Heard, Language, masked

PER_ADDRESS = 20  # what a guard lets one address hold
AT_ONCE = 64
NAP_S = 0.0002
IDLE_NAP_S = 0.002
PATIENCE_S = 30.0
HEAD_ENDS = b"\r\n\r\n"


class Viewer:
    """One of them. ``unread`` are the bytes of a message that is still under way."""

    __slots__ = ("code", "is_in", "socket", "unread")

    def __init__(self, its_socket: socket.socket) -> None:
        self.socket = its_socket
        self.unread = b""
        self.is_in = False
        self.code: int | None = None


class Crowd:
    """Viewers on one epoll. Who was sent away is noted in ``gone``: close code and instant."""

    def __init__(self, port: int, language: Language) -> None:
        self._port = port
        self._language = language
        self._epoll = select.epoll()
        self._viewers: dict[int, Viewer] = {}
        self._waiting: set[int] = set()
        self._clock = SystemClock()
        self.gone: list[tuple[int | None, float]] = []

    def join(self, count: int, in_flight: int, mark: bytes) -> float:
        """Let ``count`` come, ``in_flight`` at a time; return how long that took.

        Each is in once it was sent ``mark``. An address brings a few only, as visitors do.
        """
        coming = iter(range(count))
        began_s = self._clock.monotonic()
        for number in islice(coming, in_flight):
            self._connect(number)
        joined = 0
        while joined < count:
            self._insist(began_s, f"{joined} of {count} joined")
            for descriptor, event in self._epoll.poll(1.0, AT_ONCE):
                viewer = self._viewers[descriptor]
                if event & select.EPOLLOUT:
                    viewer.socket.send(self._language.request)
                    self._epoll.modify(descriptor, select.EPOLLIN)
                elif viewer.is_in:
                    self._read(descriptor)
                elif self._enters(viewer, mark):
                    joined += 1
                    for number in islice(coming, 1):
                        self._connect(number)
        return self._clock.monotonic() - began_s

    def live(self, orders_from: int) -> None:
        """Read what comes and obey orders until there are no more of them."""
        os.set_blocking(orders_from, False)
        given = b""
        while True:
            for _ in self._heard(nap_s=IDLE_NAP_S):
                pass
            try:
                said = os.read(orders_from, 1 << 16)
            except BlockingIOError:
                continue
            if not said:
                return
            *orders, given = (given + said).split(b"\n")
            for order in orders:
                self._obey(json.loads(order))

    def _obey(self, order: dict[str, Any]) -> None:
        tell("watching")
        if order["do"] == "part":
            self._part()
            tell({"gone": self.gone})
        else:
            tell(self._watch(order["mark"].encode(), naps=order["naps"], pings=order["pings"]))

    def _watch(self, mark: bytes, *, naps: bool, pings: bool) -> dict[str, Any]:
        """Wait until each viewer was sent ``mark``; return when each was.

        With ``naps`` they look every 0.2 ms instead of being woken: else the sender would pay for
        waking this process, which on a network it does not. With ``pings`` one of them pings all
        the while that frames arrive; the answers tell how long the other end's loop stood still.
        """
        received: list[float] = []
        answered: list[float] = []
        self._waiting = set(self._viewers)
        pinger, pinged_s = next(iter(self._viewers)), 0.0
        began_s = self._clock.monotonic()
        while self._waiting or (pinged_s and pinger in self._viewers):
            self._insist(began_s, f"{len(self._waiting)} of {len(self._viewers)} were not told")
            for descriptor, heard in self._heard(nap_s=NAP_S if naps else None):
                now_s = self._clock.monotonic()
                if heard.kind == TEXT and mark in heard.payload:
                    if descriptor in self._waiting:  # a frame may come again
                        self._waiting.remove(descriptor)
                        received.append(now_s)
                elif heard.kind == PONG and descriptor == pinger:
                    answered.append(now_s - pinged_s)
                    pinged_s = 0.0
            is_arriving = bool(received and self._waiting)
            if pings and is_arriving and not pinged_s and pinger in self._viewers:
                pinged_s = self._clock.monotonic()
                self._viewers[pinger].socket.send(masked(PING, b""))
        return {"received_s": received, "answered_s": answered, "lost": len(self.gone)}

    def _part(self) -> None:
        """Wait until the last viewer has been sent away."""
        began_s = self._clock.monotonic()
        while self._viewers:
            self._insist(began_s, f"{len(self._viewers)} were not sent away")
            for _ in self._heard(nap_s=NAP_S):
                pass

    def _heard(self, *, nap_s: float | None) -> Iterator[tuple[int, Heard]]:
        """Give what came just now; having nothing, nap, or without ``nap_s`` wait to be woken."""
        ready = self._epoll.poll(1.0 if nap_s is None else 0, AT_ONCE)
        if not ready and nap_s is not None:
            time.sleep(nap_s)  # noqa: TID251  (a process of its own, in real time)
        for descriptor, _ in ready:
            for heard in self._read(descriptor):
                yield descriptor, heard

    def _read(self, descriptor: int) -> list[Heard]:
        viewer = self._viewers[descriptor]
        try:
            data = viewer.socket.recv(1 << 16)
        except ConnectionResetError:
            data = b""
        if not data:
            self._lose(descriptor)
            return []
        everything, viewer.unread = self._language.parse(viewer.unread + data)
        for kind, payload in everything:
            if kind in (PING, CLOSE):
                self._answer(viewer, kind, payload)
        return everything

    def _answer(self, viewer: Viewer, kind: int, payload: bytes) -> None:
        if kind == CLOSE:
            viewer.code = int.from_bytes(payload[:2], "big")
        with contextlib.suppress(ConnectionError):
            viewer.socket.send(masked(PONG if kind == PING else CLOSE, payload))

    def _lose(self, descriptor: int) -> None:
        viewer = self._viewers.pop(descriptor)
        self._waiting.discard(descriptor)
        self._epoll.unregister(descriptor)
        viewer.socket.close()
        self.gone.append((viewer.code, self._clock.monotonic()))

    def _enters(self, viewer: Viewer, mark: bytes) -> bool:
        viewer.unread += (data := viewer.socket.recv(1 << 16))
        if not data:
            raise SystemExit(f"crowd: a viewer was not let in: {viewer.unread[:200]!r}")
        head, ends, after = viewer.unread.partition(HEAD_ENDS)
        if not ends:
            return False
        everything, rest = self._language.parse(after)
        if mark and not any(mark in payload for _, payload in everything):
            return False
        if not head.startswith((b"HTTP/1.1 101", b"HTTP/1.1 200")):
            raise SystemExit(f"crowd: a viewer was refused: {head[:200]!r}")
        viewer.unread, viewer.is_in = rest, True
        return True

    def _connect(self, number: int) -> None:
        its_socket = socket.socket()
        its_socket.setblocking(False)
        network, host = divmod(number // PER_ADDRESS, 250)
        its_socket.bind((f"127.1.{network + 1}.{host + 1}", 0))
        its_socket.connect_ex(("127.0.0.1", self._port))
        self._viewers[its_socket.fileno()] = Viewer(its_socket)
        self._epoll.register(its_socket.fileno(), select.EPOLLOUT)

    def _insist(self, began_s: float, how_far: str) -> None:
        if self._clock.monotonic() - began_s > PATIENCE_S:
            raise SystemExit(f"crowd: {how_far} after {PATIENCE_S:.0f} s")


def tell(message: Any) -> None:
    """Print one line of JSON."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Join, then do as told until standard input ends."""
    port, count, in_flight, language, mark = sys.argv[1:]
    crowd = Crowd(int(port), LANGUAGES[language])
    tell(crowd.join(int(count), int(in_flight), mark.encode()))
    crowd.live(sys.stdin.fileno())


if __name__ == "__main__":
    main()
