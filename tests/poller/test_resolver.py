"""Names are looked up without anybody having to wait for the C library."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from dead_router import dead_router

from tonearm.poller.resolver import MOST_IN_FLIGHT, Resolver


@pytest.fixture
def router() -> Iterator[threading.Event]:
    """Yield what brings the dead router back."""
    with dead_router() as answers:
        yield answers


async def test_a_name_becomes_its_addresses() -> None:
    """As the operating system knows them."""
    (*_, found) = await Resolver().resolve("localhost", 80, socket.AF_INET)

    assert (found["host"], found["port"], found["hostname"]) == ("127.0.0.1", 80, "localhost")


async def test_an_address_is_found_where_nothing_else_speaks_its_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A service on ::1 can be watched on a machine whose network is IPv4 alone."""
    ask = socket.getaddrinfo

    def answer(host: str, port: int, family: int, kind: int, *, flags: int) -> list[Any]:
        if flags & socket.AI_ADDRCONFIG:  # as glibc does there
            raise socket.gaierror(socket.EAI_FAMILY, "Address family not supported")
        return ask(host, port, family, kind, flags=flags)

    monkeypatch.setattr(socket, "getaddrinfo", answer)

    (found,) = await Resolver().resolve("::1", 80, socket.AF_UNSPEC)

    assert found["host"] == "::1"


async def test_a_name_that_does_not_exist_is_an_error_of_dns() -> None:
    """A label of 64 letters is refused without asking anybody."""
    with pytest.raises(socket.gaierror):
        await Resolver().resolve("a" * 64 + ".invalid")


async def test_lookups_that_hang_do_not_pile_up(router: threading.Event) -> None:
    """The third is refused at once; when the router is back, so is the resolver."""
    resolver = Resolver()
    hanging = [
        asyncio.create_task(resolver.resolve("api.spotify.com")) for _ in range(MOST_IN_FLIGHT)
    ]
    await asyncio.sleep(0)  # noqa: TID251  (both have begun)

    with pytest.raises(OSError, match="not being resolved"):
        await resolver.resolve("api.spotify.com")

    router.set()
    errors = await asyncio.gather(*hanging, return_exceptions=True)
    assert {type(error) for error in errors} == {socket.gaierror}
    with pytest.raises(socket.gaierror):
        await resolver.resolve("api.spotify.com")


async def test_nobody_waits_for_a_lookup_that_hangs(router: threading.Event) -> None:
    """Who asked may give up, and the thread keeps no process alive."""
    resolver = Resolver()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await resolver.resolve("api.spotify.com")

    (thread,) = (each for each in threading.enumerate() if each.name == "resolver")
    assert thread.daemon
    router.set()
    thread.join()


async def test_a_machine_without_threads_is_an_error_that_passes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However often it happens, names are looked up again as soon as there are threads."""

    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    resolver = Resolver()
    with monkeypatch.context() as starved:
        starved.setattr(threading.Thread, "start", refuse)
        for _ in range(MOST_IN_FLIGHT + 1):
            with pytest.raises(OSError, match="no thread"):
                await resolver.resolve("localhost")

    assert await resolver.resolve("localhost", 80, socket.AF_INET)
