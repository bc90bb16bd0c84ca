"""Looking up names in threads that nobody waits for.

``getaddrinfo`` cannot be interrupted, and behind a dead router it takes half a minute or more. In
the event loop's own threads that would hold up the end of the process, and pile up until no thread
is left. Knows nothing of what the addresses are for.
"""

import asyncio
import contextlib
import errno
import socket
import threading
from ipaddress import ip_address
from typing import Any, Final

from aiohttp.abc import AbstractResolver, ResolveResult

MOST_IN_FLIGHT: Final = 2


class Resolver(AbstractResolver):
    """Asks the C library, in at most two threads at once.

    Raises:
        OSError: there is no such name, nobody answers, two older questions still hang, or there
            is no thread to be had.
    """

    def __init__(self) -> None:
        self._in_flight = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if self._in_flight >= MOST_IN_FLIGHT:
            raise OSError(socket.EAI_AGAIN, "names are not being resolved")
        self._in_flight += 1
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Any]] = loop.create_future()
        # Not for an address: glibc would refuse ::1 where nothing but the loopback speaks IPv6.
        flags = 0 if _is_address(host) else socket.AI_ADDRCONFIG

        def settle(found: list[Any] | OSError) -> None:
            self._in_flight -= 1
            if answer.done():  # nobody waits any more
                return
            if isinstance(found, OSError):
                answer.set_exception(found)
            else:
                answer.set_result(found)

        def look_up() -> None:
            found: list[Any] | OSError
            try:
                found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=flags)
            except OSError as error:
                found = error
            except UnicodeError:  # no name at all: a label is too long or empty
                found = socket.gaierror(socket.EAI_NONAME, "not a name")
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(settle, found)

        try:
            threading.Thread(target=look_up, name="resolver", daemon=True).start()
        except RuntimeError:  # there may be no more threads: systemd counts them
            self._in_flight -= 1
            raise OSError(errno.EAGAIN, "no thread to look up names in") from None
        return [
            ResolveResult(
                hostname=host,
                host=address[0],
                port=address[1],
                family=found_family,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for found_family, _, protocol, _, address in await answer
        ]

    async def close(self) -> None:
        """Do nothing: the threads end by themselves, or with the process."""


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
