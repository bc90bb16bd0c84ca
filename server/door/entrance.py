"""Takes connections from the kernel: asks the guard first, then hands them to a protocol.

Whoever is refused costs an ``accept`` and a ``close``: no transport, no task, no TLS handshake, not
one byte parsed. asyncio's own accept loop has no place to ask, and out of files it fills the log
(Python 3.11 says so a hundred times a second).
"""

import asyncio
import socket
import ssl
from asyncio.sslproto import SSLProtocol
from collections.abc import Callable, Coroutine
from typing import Final
from weakref import WeakSet

from tonearm.poller.clock import Clock
from tonearm.server.forwarded import IPAddress, parse

from .digest import Digest
from .guard import Guard, Verdict

# A storm is let in by the hundred: thousands of half-parsed requests at a time would stop the loop,
# and leave the heap so torn that each viewer takes 8.6 KiB instead of 3.4.
ACCEPTED_PER_TURN: Final = 100

REST_S: Final = 1.0
"""How long nobody is let in when the kernel has no more files to give."""

_TLS_HANDSHAKE_S: Final = 10.0

# asyncio reads 256 KiB at a time, long before anybody could refuse them, and under TLS lays out as
# much for each connection before it reads at all: a thousand callers would hold all of it. No
# request of ours is longer than this. (A test guards each name.)
READ_BYTES: Final = 4_096

_TOLD_AS: Final = {
    Verdict.SURPLUS: "connections_over_cap",
    Verdict.HOUSE_FULL: "connections_over_cap",
    Verdict.TOO_MANY: "connections_over_max_per_ip",
    Verdict.TOO_FAST: "connections_too_fast",
}


class Connection(socket.socket):
    """An accepted connection, which tells the guard when it closes.

    Transports change their protocol (a viewer takes the place of an HTTP connection), and TLS has
    one transport upon another. All of them end with ``close`` here, and with nothing else.
    """

    __slots__ = ("_forwarded", "_guard", "_household", "is_surplus", "peer")

    def __init__(
        self,
        accepted: socket.socket,
        guard: Guard,
        peer: IPAddress | None,
        household: bytes | None,
        *,
        is_surplus: bool,
    ) -> None:
        # All four, else the kernel is asked for each.
        super().__init__(accepted.family, accepted.type, accepted.proto, accepted.detach())
        self._guard: Guard | None = guard
        self._household = household
        self._forwarded: bytes | None = None
        self.peer: Final = peer
        self.is_surplus: Final = is_surplus

    def keep_for(self, household: bytes | None) -> None:
        """Let what the guard holds for a forwarded visitor be released when this closes."""
        self._forwarded = household

    def close(self) -> None:
        guard, self._guard = self._guard, None
        if guard is not None:
            guard.disconnect(self._household)
            guard.release(self._forwarded)
        super().close()


class Entrance:
    """The accept loop of one listening socket."""

    def __init__(
        self,
        listener: socket.socket,
        *,
        guard: Guard,
        digest: Digest,
        clock: Clock,
        protocol: Callable[[Connection], asyncio.Protocol],
        tls: Callable[[], ssl.SSLContext] | None,
    ) -> None:
        self._listener = listener
        self._guard = guard
        self._digest = digest
        self._clock = clock
        self._protocol = protocol
        self._tls = tls
        self._loop = asyncio.get_running_loop()
        if tls is not None:
            SSLProtocol.max_size = READ_BYTES
        self._tasks: set[asyncio.Task[None]] = set()
        self._encrypted: WeakSet[asyncio.Transport] = WeakSet()

    def open(self) -> None:
        """Begin to accept."""
        self._listener.setblocking(False)
        self._loop.add_reader(self._listener, self._accept)

    async def close(self) -> None:
        """Stop accepting and give the port back; whoever is inside may stay."""
        self._loop.remove_reader(self._listener)
        self._listener.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def hang_up(self) -> None:
        """End what is still open once all is said: under TLS a close waits for the other's."""
        for transport in self._encrypted:
            transport.abort()

    def _accept(self) -> None:
        for _ in range(ACCEPTED_PER_TURN):
            try:
                accepted, peername = self._listener.accept()
            except (BlockingIOError, InterruptedError):
                return
            except ConnectionError:  # it left while it waited
                continue
            except OSError:  # mostly EMFILE: the next to close makes room
                self._digest.note("accepting_paused")
                self._loop.remove_reader(self._listener)
                self._start(self._resume())
                return
            self._admit(accepted, parse(peername[0]))

    async def _resume(self) -> None:
        await self._clock.sleep(REST_S)
        self._loop.add_reader(self._listener, self._accept)

    def _admit(self, accepted: socket.socket, peer: IPAddress | None) -> None:
        household = None if peer is None else self._guard.counted_as(peer)
        verdict = self._guard.connect(household, self._clock.monotonic())
        if verdict is not Verdict.WELCOME:
            self._digest.note(_TOLD_AS[verdict], peer)
        if verdict in {Verdict.WELCOME, Verdict.SURPLUS}:
            is_surplus = verdict is Verdict.SURPLUS
            connection = Connection(accepted, self._guard, peer, household, is_surplus=is_surplus)
            self._start(self._serve(connection))
        else:
            accepted.close()

    async def _serve(self, connection: Connection) -> None:
        """Give a connection its transport and protocol, after its TLS handshake if it has one."""
        tls = self._tls() if self._tls is not None else None
        try:
            transport, _ = await self._loop.connect_accepted_socket(
                lambda: self._protocol(connection),
                connection,
                ssl=tls,
                ssl_handshake_timeout=None if tls is None else _TLS_HANDSHAKE_S,
            )
        except OSError:  # no TLS, or none that we speak, or it left in between
            self._digest.note("handshakes_failed")
            connection.close()
        else:
            if tls is not None:
                self._encrypted.add(transport)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work, name="front entrance")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
