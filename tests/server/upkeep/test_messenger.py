"""Alerts reach a service on the network, and its address reaches nothing else."""

import asyncio
import builtins
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer

from tonearm.poller.secret import Secret
from tonearm.server.configuration.config import ConfigError
from tonearm.server.upkeep.alerts import Alert, Cause
from tonearm.server.upkeep.messenger import Messenger

ALERT = Alert(Cause.DISK, "The disk is full", "Make room.")
PASSWORD = "canary-password"


@pytest.fixture
async def service() -> AsyncIterator[tuple[BaseTestServer, list[dict[str, Any]]]]:
    """A service that takes what apprise posts to it as JSON; at one address it only listens."""
    taken: list[dict[str, Any]] = []
    is_over = asyncio.Event()

    async def take(request: web.Request) -> web.Response:
        taken.append(await request.json())
        return web.Response()

    async def listen(request: web.Request) -> web.Response:
        await take(request)
        await is_over.wait()
        return web.Response()

    app = web.Application()
    app.router.add_post("/inbox", take)
    app.router.add_post("/silent", listen)
    async with TestServer(app) as server:
        yield server, taken
        is_over.set()


def url(server: BaseTestServer, path: str = "inbox") -> Secret:
    """Return the address of the service, in apprise's form."""
    return Secret(f"json://ann:{PASSWORD}@127.0.0.1:{server.port}/{path}")


async def test_an_alert_arrives(service: tuple[BaseTestServer, list[dict[str, Any]]]) -> None:
    """With its title and what to do."""
    server, taken = service

    assert await Messenger.to(url(server)).deliver(ALERT)

    assert [(each["title"], each["message"]) for each in taken] == [(ALERT.title, ALERT.body)]


async def test_one_service_that_takes_it_is_enough(
    service: tuple[BaseTestServer, list[dict[str, Any]]],
) -> None:
    """Else the working one would be sent the same again and again."""
    server, taken = service
    messenger = Messenger.to(Secret(f"{url(server, 'gone').reveal()} {url(server).reveal()}"))

    assert await messenger.deliver(ALERT)

    assert len(taken) == 1


async def test_a_silent_service_does_not_undo_what_another_took(
    service: tuple[BaseTestServer, list[dict[str, Any]]],
) -> None:
    """Else the working one would be sent the same again and again."""
    server, _ = service
    urls = Secret(f"{url(server, 'silent').reveal()} {url(server).reveal()}")

    assert await Messenger.to(urls, deadline_s=1.0).deliver(ALERT)


async def test_a_silent_service_is_given_up(
    service: tuple[BaseTestServer, list[dict[str, Any]]],
) -> None:
    """It took nothing, as far as anybody knows."""
    server, _ = service

    assert not await Messenger.to(url(server, "silent"), deadline_s=0.2).deliver(ALERT)


async def test_a_service_that_stays_silent_is_not_sent_more(
    service: tuple[BaseTestServer, list[dict[str, Any]]],
) -> None:
    """A thread for every try would add up over a night; the other service still gets its due."""
    server, taken = service
    urls = f"{url(server, 'silent').reveal()} {url(server).reveal()}"
    messenger = Messenger.to(Secret(urls), deadline_s=1.0)

    assert await messenger.deliver(ALERT)
    assert await messenger.deliver(ALERT)

    assert len(taken) == 3


async def test_a_service_that_only_stays_silent_takes_nothing(
    service: tuple[BaseTestServer, list[dict[str, Any]]],
) -> None:
    """Nor does the second try wait for it."""
    server, taken = service
    messenger = Messenger.to(url(server, "silent"), deadline_s=1.0)

    assert not await messenger.deliver(ALERT)
    assert not await messenger.deliver(ALERT)

    assert len(taken) == 1


async def test_a_silent_service_does_not_hold_up_the_end(
    service: tuple[BaseTestServer, list[dict[str, Any]]],
) -> None:
    """What ends the process waits for the loop's own threads, however long those take."""
    server, _ = service
    await Messenger.to(url(server, "silent"), deadline_s=0.2).deliver(ALERT)

    async with asyncio.timeout(1.0):
        await asyncio.get_running_loop().shutdown_default_executor()


async def test_a_service_that_is_down_says_so_and_shows_no_address(
    service: tuple[BaseTestServer, list[dict[str, Any]]],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Apprise logs addresses and answers; none of that is ours to repeat."""
    server, _ = service
    caplog.set_level(logging.DEBUG)

    assert not await Messenger.to(url(server, "gone")).deliver(ALERT)

    assert PASSWORD not in caplog.text + "".join(capsys.readouterr())


async def test_a_service_that_raises_shows_no_address(capsys: pytest.CaptureFixture[str]) -> None:
    """An error of one of the hundred plug-ins may quote the address, and Python would print it."""

    class Service:
        def notify(self, **_named: str) -> bool:
            raise ConnectionError(f"https://ann:{PASSWORD}@127.0.0.1/ said no")

    assert not await Messenger([Service()], deadline_s=5.0).deliver(ALERT)

    assert PASSWORD not in "".join(capsys.readouterr())


def test_an_address_of_no_known_kind_is_refused_without_repeating_it() -> None:
    """Which one is told by its place."""
    with pytest.raises(ConfigError, match="address 2") as refused:
        Messenger.to(Secret(f"json://127.0.0.1/ pigeon://{PASSWORD}"))

    assert PASSWORD not in str(refused.value)


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra; whoever names a service learns what to install."""
    imported = builtins.__import__

    def without_apprise(name: str, *arguments: Any, **named: Any) -> Any:
        if name == "apprise":
            raise ImportError(name)
        return imported(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without_apprise)

    with pytest.raises(ConfigError, match="pip install apprise"):
        Messenger.to(Secret("json://127.0.0.1/"))
