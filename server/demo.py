"""The demo: the whole real service on a simulated account, in a state of its own that vanishes.

It never touches the owner's settings, grant or state, and it needs no Spotify account. Even the
login is a real one: the consent page is asked over HTTP and agreed to.
"""

import asyncio
import contextlib
import secrets
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
from aiohttp import web
from yarl import URL

from tonearm.poller.clock import Clock
from tonearm.poller.options import App, Hosts
from tonearm.poller.secret import Secret
from tonearm.poller.simulated import covers
from tonearm.poller.simulated.authorization import RegisteredApp
from tonearm.poller.simulated.demo import demo_account
from tonearm.poller.simulated.http import serve
from tonearm.server.configuration.settings import Control, Settings, State
from tonearm.server.configuration.values import Address
from tonearm.server.door import binding

_COVERS = "/demo/covers"
_A_DAY = "public, max-age=86400"

# Who has no settings file yet reads here how to do without.
_LISTEN = "server.listen (TONEARM_SERVER_LISTEN=127.0.0.1:0 takes any that is free)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What the demo puts in the place of the owner's settings and of Spotify."""

    settings: Settings
    hosts: Hosts

    async def consent(self, url: str) -> str:
        """Agree on the consent page at ``url``, and return where a browser would land."""
        page = URL(url)
        agree = page.with_path("/authorize/decision").with_query([*page.query.items(), _AGREE])
        async with (
            aiohttp.ClientSession() as session,
            session.get(agree, allow_redirects=False) as answer,
        ):
            return answer.headers["Location"]


_AGREE = ("choice", "agree")


@contextlib.asynccontextmanager
async def open_demo(settings: Settings, *, clock: Clock) -> AsyncIterator[Demo]:
    """Start the simulated account and yield what the service needs to run on it."""
    listen, url = _settled(settings.server.listen)
    origin = settings.server.public_url or url
    secret = secrets.token_hex(16)
    registered = RegisteredApp(name="tonearm demo", client_secret=secret)
    account = demo_account(
        clock.monotonic(),
        epoch_s=clock.now() - clock.monotonic(),
        cover_url=lambda slug, size: f"{origin}{_COVERS}/{slug}-{size}.png",
        app=registered,
    )
    with tempfile.TemporaryDirectory(prefix="tonearm-demo-") as folder:
        async with serve(account, clock=clock) as base:
            yield Demo(
                settings=replace(
                    settings,
                    spotify=App(
                        client_id=registered.client_id,
                        client_secret=Secret(secret),
                        redirect_uri=registered.redirect_uris[0],
                        api_url=f"{base}/v1",
                        accounts_url=base,
                    ),
                    server=replace(settings.server, listen=listen),
                    state=State(directory=Path(folder) / "state"),
                    control=Control(socket=Path(folder) / "control.sock"),
                ),
                hosts=replace(Hosts(), art_origin=origin),
            )


def _settled(listen: Address) -> tuple[Address, str]:
    """Return where the demo will listen, a free port named, and the address of that.

    The covers' addresses hold the port, so it must be known before anybody listens there.

    Raises:
        CannotListen: nobody can.
    """
    with binding.bind(listen.host, listen.port, setting=_LISTEN) as listener:
        url = binding.url(listener, listen.host, is_tls=False)
        return Address(listen.host, listener.getsockname()[1]), url


def cover_routes() -> tuple[web.RouteDef, ...]:
    """Return the routes that serve the made-up covers on the public port."""
    sizes = "|".join(map(str, covers.SIZES))
    return (web.get(f"{_COVERS}/{{slug:[a-z]+}}-{{size:{sizes}}}.png", _cover),)


async def fetch_cover(url: str) -> bytes:
    """Return the made-up cover at ``url``, without a way over HTTP to ourselves."""
    slug, _, size = url.rpartition("/")[2].removesuffix(".png").partition("-")
    return await asyncio.to_thread(covers.png, slug, int(size))


async def _cover(request: web.Request) -> web.Response:
    slug, size = request.match_info["slug"], int(request.match_info["size"])
    if slug not in covers.SLUGS:
        raise web.HTTPNotFound
    body = await asyncio.to_thread(covers.png, slug, size)
    return web.Response(body=body, content_type="image/png", headers={"Cache-Control": _A_DAY})
