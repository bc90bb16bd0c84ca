"""A line to Spotify that goes bad at any byte costs a look and never the login."""

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from chaos_proxy import GOOD, Chaos, ChaosProxy
from fake_clock import FakeClock
from fake_gatekeepers import FakeCooldowns
from fake_ledger import FakeLedgerStore
from token_answers import consent
from token_server import Rotation, TokenServer

from tonearm.poller.clock import SystemClock
from tonearm.poller.errors import BadAnswer, TonearmError, Unreachable
from tonearm.poller.ledger import Ledger
from tonearm.poller.options import App, Hosts
from tonearm.poller.playback import Status
from tonearm.poller.secret import Secret
from tonearm.poller.session import HttpTransport, open_session
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.http import serve
from tonearm.poller.simulated.music import Album, track
from tonearm.poller.spotify import Spotify
from tonearm.poller.store import open_state
from tonearm.poller.tokens import Tokens

DEADLINE_S = 0.25
CUTS = 40
CUTS_SOAK = 2_000
LONG = track("Side One", Album(name="Test Pressing", cover="dusk", by=("A",)), duration_s=36_000)


class OneToken:
    """An access token that is good."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    async def access(self) -> Secret:
        return self._token

    async def reject(self, token: Secret) -> None:
        raise AssertionError("the token was good")


@dataclass(frozen=True, kw_only=True)
class Far:
    """The real client at one end of a bad line, the simulated account at the other."""

    spotify: Spotify
    proxy: ChaosProxy


@pytest.fixture
async def far() -> AsyncIterator[Far]:
    """Somebody listens at the other end; the client is as hasty as a test must be."""
    clock = SystemClock()
    account = Account()
    account.player.play([LONG], clock.monotonic() - 60)
    account.agree(clock.monotonic())
    tokens = account.authorization.grants.consent(
        frozenset({"user-read-playback-state"}), clock.monotonic(), is_pkce=True
    )
    async with AsyncExitStack() as stack:
        proxy = ChaosProxy(await stack.enter_async_context(serve(account, clock=clock)))
        url = await stack.enter_async_context(proxy.serve())
        session = await stack.enter_async_context(open_session())
        spotify = Spotify(
            transport=HttpTransport(session, deadline_s=DEADLINE_S),
            tokens=OneToken(Secret(str(tokens["access_token"]))),
            store=FakeCooldowns(),
            ledger=Ledger(store=FakeLedgerStore(), clock=clock, setting=10**6),
            app=App(client_id="app", api_url=f"{url}/v1"),
            hosts=Hosts(),
            clock=clock,
        )
        yield Far(spotify=spotify, proxy=proxy)


async def is_seen(spotify: Spotify) -> bool:
    """Look, and tell whether what plays was seen."""
    seen = (await spotify.look()).playback
    return seen.status is Status.PLAYING and seen.item is not None


@pytest.mark.parametrize(
    ("chaos", "reason"),
    [
        (Chaos(delay_s=60), "timeout"),
        (Chaos(bytes_per_s=1), "timeout"),
        (Chaos(good_bytes=0, is_silent=True), "timeout"),
        (Chaos(good_bytes=100, is_silent=True), "timeout"),
        (Chaos(good_bytes=0), "cut"),
        (Chaos(good_bytes=100), "cut"),
        (Chaos(good_bytes=0, is_reset=True), "cut"),
        (Chaos(good_bytes=700, is_reset=True), "cut"),
    ],
    ids=str,
)
async def test_a_look_ends_in_time_and_the_next_one_takes_a_new_connection(
    chaos: Chaos, reason: str, far: Far
) -> None:
    """Also when the line goes bad under a connection that was kept open, as Wi-Fi does."""
    clock = SystemClock()
    assert await is_seen(far.spotify)
    far.proxy.become(chaos)
    began_s = clock.monotonic()

    with pytest.raises(Unreachable) as caught:
        await far.spotify.look()

    assert caught.value.reason == reason
    assert clock.monotonic() - began_s < DEADLINE_S + 2
    far.proxy.become(GOOD)
    assert await is_seen(far.spotify)
    assert far.proxy.opened > 1


async def test_a_slow_line_that_keeps_the_deadline_is_good_enough(far: Far) -> None:
    """Two tenths of a second are what a phone's hotspot takes."""
    far.proxy.become(Chaos(delay_s=0.05))

    assert await is_seen(far.spotify)


async def test_a_look_that_is_cut_at_any_byte_is_all_or_nothing(far: Far, *, is_soak: bool) -> None:
    """Half an answer is never taken for one."""
    chance = random.Random(6)

    for number in range(CUTS_SOAK if is_soak else CUTS):
        size = number if is_soak else chance.randrange(1_700)
        far.proxy.become(Chaos(good_bytes=size, is_reset=chance.random() < 0.5))
        try:
            assert await is_seen(far.spotify)
        except (Unreachable, BadAnswer):
            assert size < 2_500
        far.proxy.become(GOOD)
        assert await is_seen(far.spotify)


@pytest.mark.parametrize("rotation", [Rotation.NONE, Rotation.GRACE])
async def test_a_refresh_that_is_cut_at_any_byte_never_costs_the_login(
    rotation: Rotation, tmp_path: Path, *, is_soak: bool
) -> None:
    """The server may have replaced the token in the very answer that was lost."""
    chance = random.Random(rotation)
    server, clock = TokenServer(rotation), FakeClock()
    async with AsyncExitStack() as stack:
        proxy = ChaosProxy(await stack.enter_async_context(server.serve()))
        url = await stack.enter_async_context(proxy.serve())
        session = await stack.enter_async_context(open_session())
        tokens = Tokens(
            store=await stack.enter_async_context(open_state(tmp_path / "state", clock=clock)),
            transport=HttpTransport(session, deadline_s=DEADLINE_S),
            clock=clock,
            app=App(client_id="app", accounts_url=url),
            runtime_directory=None,
            jitter=lambda: 0.5,
        )
        stack.push_async_callback(tokens.close)
        await tokens.load()
        await tokens.adopt(consent(clock, refresh=server.new_login()), None)

        for _ in range(CUTS_SOAK // 4 if is_soak else CUTS):
            await clock.advance(3_600)
            proxy.become(Chaos(good_bytes=chance.randrange(400), is_reset=chance.random() < 0.5))
            with_luck = await outcome(tokens)
            assert with_luck in {"token", "Unreachable", "BadAnswer"}
            proxy.become(GOOD)
            await clock.advance(120)
            assert await outcome(tokens) == "token"

    assert server.refusals == 0


async def outcome(tokens: Tokens) -> str:
    """Ask for an access token and name what came."""
    try:
        await tokens.access()
    except TonearmError as error:
        return type(error).__name__
    return "token"
