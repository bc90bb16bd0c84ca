"""`tonearm check` and what stands between the world and the service."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer
from dead_router import dead_router
from reports import report

from tonearm.server.configuration.config import load
from tonearm.server.configuration.settings import Settings
from tonearm.server.console.check_reach import public, spotify
from tonearm.server.console.findings import Finding, Verdict

Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


def settings_with_spotify_at(tmp_path: Path, place: str) -> Settings:
    """Return the settings of an owner for whom both of Spotify's hosts are ``place``."""
    return settings(
        tmp_path, TONEARM_SPOTIFY_API_URL=f"{place}/v1", TONEARM_SPOTIFY_ACCOUNTS_URL=place
    )


def settings(tmp_path: Path, **variables: str) -> Settings:
    """Return the settings of an owner who wrote these variables."""
    return load({"HOME": str(tmp_path), "TONEARM_SPOTIFY_CLIENT_ID": "app", **variables})


async def _bad_handshake(_request: web.Request) -> web.Response:
    return web.json_response({"error": "bad_handshake"}, status=400)


async def _no_upgrade(_request: web.Request) -> web.Response:
    return web.json_response({"error": "upgrade_required"}, status=426)


async def _proxy_error(_request: web.Request) -> web.Response:
    return web.Response(status=502, text="<h1>Bad Gateway</h1>", content_type="text/html")


@asynccontextmanager
async def tonearm(
    *, epoch: str = "k3f9", socket_answer: Handle = _bad_handshake
) -> AsyncIterator[str]:
    """Yield the address of something that answers as the service, or a proxy before it, does."""

    async def current(_request: web.Request) -> web.Response:
        return web.Response(headers={"ETag": f'W/"{epoch}-7"'})

    app = web.Application()
    app.router.add_get("/v1/current", current)
    app.router.add_get("/v1/ws", socket_answer)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


async def examined(tmp_path: Path, here: str, there: str) -> Finding:
    """Return what is said of the public address ``there`` of a service at ``here``."""
    chosen = settings(tmp_path, TONEARM_SERVER_PUBLIC_URL=there)
    return [each async for each in public(report(url=here), chosen)][-1]


async def test_a_proxy_that_passes_everything_on_is_fine(tmp_path: Path) -> None:
    """The same service answers there, and the upgrade arrives."""
    async with tonearm() as here:
        found = await examined(tmp_path, here, here)

    assert (found.subject, found.verdict) == ("Public URL", Verdict.OK)


async def test_a_proxy_that_swallows_the_upgrade_is_found(tmp_path: Path) -> None:
    """The page works, and every card is slower than it need be."""
    async with tonearm() as here, tonearm(socket_answer=_no_upgrade) as there:
        found = await examined(tmp_path, here, there)

    assert found.verdict is Verdict.FAILURE
    assert "WebSockets" in found.said


async def test_an_answer_of_the_proxys_own_is_not_taken_for_ours(tmp_path: Path) -> None:
    """Nothing is claimed of what could not be tried."""
    async with tonearm() as here, tonearm(socket_answer=_proxy_error) as there:
        found = await examined(tmp_path, here, there)

    assert found.verdict is Verdict.WARNING


async def test_another_service_at_the_public_address_is_found(tmp_path: Path) -> None:
    """A cache that keeps old answers looks the same."""
    async with tonearm() as here, tonearm(epoch="old1") as there:
        found = await examined(tmp_path, here, there)

    assert "another tonearm" in found.said


async def test_a_public_address_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    """With where to look."""
    async with tonearm() as here:
        found = await examined(tmp_path, here, "http://127.0.0.1:9")

    assert found.verdict is Verdict.FAILURE
    assert "reverse proxy" in (found.fix or "")


async def test_a_name_that_leads_nowhere_is_dns(tmp_path: Path) -> None:
    """Not the login, not the app."""
    found = await spotify(settings_with_spotify_at(tmp_path, "https://spotify.invalid"))

    assert found.verdict is Verdict.FAILURE
    assert "has no address" in found.said


async def test_dns_that_never_answers_is_found_before_it_gives_up(tmp_path: Path) -> None:
    """The C library tries for half a minute, and nobody waits for it."""
    chosen = settings(tmp_path)

    with dead_router():
        found = await spotify(chosen, name_s=0.01)

    assert found.verdict is Verdict.FAILURE
    assert "no DNS server" in found.said
    assert "spotify.com" in (found.fix or "")


async def test_somebody_else_who_answers_for_spotify_is_found(tmp_path: Path) -> None:
    """A hotel's login page cannot show Spotify's certificate."""

    def answer_in_plain_http(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\n\r\n")
        writer.close()

    portal = await asyncio.start_server(answer_in_plain_http, "127.0.0.1", 0)
    async with portal:
        place = f"https://127.0.0.1:{portal.sockets[0].getsockname()[1]}"
        found = await spotify(settings_with_spotify_at(tmp_path, place))

    assert found.verdict is Verdict.FAILURE
    assert "certificate" in found.said
