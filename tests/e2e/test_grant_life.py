"""What happens to a login in the life of a running service, seen by a viewer and by Spotify."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from installed import Home, Service, log_in, service
from watching import Watcher, watcher

from tonearm.poller.clock import SystemClock
from tonearm.poller.simulated import faults
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.faults import Endpoint
from tonearm.poller.simulated.grants import Rotation
from tonearm.poller.simulated.music import Album, track

ALBUM = Album(name="Test Pressing", cover="dusk", by=("The Testers",))
FIRST = track("Side One", ALBUM, duration_s=600)
SECOND = track("Side Two", ALBUM, duration_s=600)

A_CONFIRMATION_S = 60.0
"""A refused login is believed after a second refusal half a minute later."""


@asynccontextmanager
async def watched(
    home: Home, spotify: Account, clock: SystemClock
) -> AsyncIterator[tuple[Service, Watcher]]:
    """Log in, play, run and watch."""
    await log_in(home)
    spotify.player.play([FIRST, SECOND], clock.monotonic() - 10)  # older than the lag
    async with service(home) as running, watcher(running.url) as viewer:
        await viewer.shows(FIRST.title)
        yield running, viewer


@pytest.mark.parametrize("rotation", Rotation)
async def test_an_access_token_revoked_early_is_replaced_at_once(
    home: Home, spotify: Account, clock: SystemClock, rotation: Rotation
) -> None:
    """A 401 costs one refresh and one more look, whatever Spotify does to the refresh token."""
    spotify.authorization.grants.rotation = rotation
    async with watched(home, spotify, clock) as (_, viewer):
        asked_before = spotify.count(Endpoint.TOKEN)

        spotify.revoke_access()
        spotify.player.skip(clock.monotonic())
        await viewer.shows(SECOND.title)

        assert spotify.count(Endpoint.TOKEN) == asked_before + 1
        assert {seen["health"] for seen in viewer.seen} == {"ok"}


@pytest.mark.parametrize(
    "fault",
    [
        faults.server_trouble(503),
        faults.server_trouble_html(502),
        faults.captive_portal(),
        faults.hang(),
        faults.truncated(),
        faults.invalid_grant(),
    ],
    ids=["503", "html", "portal", "hang", "truncated", "invalid_grant"],
)
async def test_a_refresh_that_fails_once_costs_nothing(
    home: Home, spotify: Account, clock: SystemClock, fault: faults.Fault
) -> None:
    """The login survives every single failure, and nobody is asked to log in again."""
    async with watched(home, spotify, clock) as (_, viewer):
        asked_before = spotify.count(Endpoint.TOKEN)
        spotify.faults.next(Endpoint.TOKEN, fault)
        spotify.revoke_access()

        spotify.player.skip(clock.monotonic())
        await viewer.until(
            lambda seen: bool(seen["item"]) and seen["item"]["title"] == SECOND.title,
            patience_s=A_CONFIRMATION_S,
        )

        assert "login_needed" not in {seen["health"] for seen in viewer.seen}
        assert spotify.count(Endpoint.TOKEN) <= asked_before + 3


async def test_a_lost_login_is_shown_and_a_new_one_heals_it_without_a_restart(
    home: Home, spotify: Account, clock: SystemClock
) -> None:
    """The page is served all the while; Spotify is left alone until the owner logs in."""
    async with (
        watched(home, spotify, clock) as (running, viewer),
        aiohttp.ClientSession() as reader,
    ):
        asked_before = spotify.count(Endpoint.TOKEN)
        spotify.revoke_grant()

        await viewer.has("login_needed", patience_s=A_CONFIRMATION_S)

        assert spotify.count(Endpoint.TOKEN) == asked_before + 2
        for path, status in (("/", 200), ("/v1/current", 200), ("/healthz", 503)):
            async with reader.get(running.url + path) as answer:
                assert answer.status == status, path
        calls = len(spotify.calls)

        said = await log_in(home)

        assert "running service" in said.output
        await viewer.has("ok")
        await viewer.shows(FIRST.title)
        assert calls < len(spotify.calls)


async def test_a_service_without_a_login_serves_all_the_same_and_takes_one_over(
    home: Home, spotify: Account, clock: SystemClock
) -> None:
    """`tonearm run` before `tonearm login` is no mistake: it says what is needed and waits."""
    spotify.player.play([FIRST], clock.monotonic() - 10)  # older than the lag
    async with service(home) as running, watcher(running.url) as viewer:
        await viewer.has("login_needed")
        assert spotify.calls == []

        await log_in(home)

        await viewer.has("ok")
        await viewer.shows(FIRST.title)
