"""What `tonearm check` tries over the network: the way to Spotify, and the world's way here.

Spotify is only connected to, never asked: that costs no call. Here it asks as nobody who watches.
Everything is given up in time for the whole to answer within ten seconds.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from tonearm.poller.resolver import Resolver
from tonearm.server.configuration.settings import Settings
from tonearm.server.owner.control_messages import Report

from .findings import Finding, failure, ok, warning

NAME_S: Final = 4.0
CONNECT_S: Final = 5.0
ANSWER_S: Final = 4.0
_HTTP_PORTS: Final = {"https": 443, "http": 80}
_UPGRADE: Final = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "none",  # refused, and only where the upgrade arrived: nobody joins
}


async def spotify(settings: Settings, *, name_s: float = NAME_S) -> Finding:
    """Say whether Spotify's two hosts can be reached; each must have an address in ``name_s``."""
    urls = dict.fromkeys((settings.spotify.api_url, settings.spotify.accounts_url))
    found = await asyncio.gather(*(_connected(url, name_s) for url in urls))
    return next(filter(None, found), ok("Network", "the way to Spotify is open"))


async def _connected(url: str, name_s: float) -> Finding | None:
    """Return what keeps a connection from coming about, None if nothing does."""
    address = urlsplit(url)
    host, port = address.hostname or "", address.port or _HTTP_PORTS[address.scheme]
    encrypted = True if address.scheme == "https" else None
    if (said := await _unresolved(host, name_s)) is not None:
        return failure(
            "Network", said, f"Check this machine's network and DNS: `getent hosts {host}`."
        )
    try:
        async with asyncio.timeout(CONNECT_S):
            _, writer = await asyncio.open_connection(
                host, port, ssl=encrypted, happy_eyeballs_delay=0.25
            )
    except ssl.SSLError:
        return failure(
            "Network",
            f"{host} shows a certificate that is not valid here",
            "Check the clock; a hotel's or company's network may also stand in between.",
        )
    except (OSError, TimeoutError):
        return failure(
            "Network",
            f"{host} does not answer on port {port}",
            "Check this machine's network and firewall.",
        )
    writer.transport.abort()  # a polite end of TLS may take half a minute
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return None


async def _unresolved(host: str, name_s: float) -> str | None:
    """Return why ``host`` has no address here, None if it has one."""
    try:
        async with asyncio.timeout(name_s):
            await Resolver().resolve(host, family=socket.AF_UNSPEC)
    except TimeoutError:
        return f"no DNS server says where {host} is"
    except OSError:
        return f"{host} has no address"
    return None


async def public(report: Report, settings: Settings | None) -> AsyncIterator[Finding]:
    """Ask for the feed where the service listens, and where the world should find it."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=Resolver()),
        timeout=aiohttp.ClientTimeout(total=ANSWER_S),
    ) as session:
        here = await _epoch(session, report.url)
        if here is None:
            yield failure("Port", f"{report.url} does not answer", "Restart the service.")
            return
        yield ok("Port", report.url)
        public_url = settings.server.public_url if settings else None
        if public_url is None:
            return
        there = await _epoch(session, public_url)
        if there is None:
            yield failure(
                "Public URL",
                f"{public_url} does not answer from here",
                "Check the reverse proxy; some routers hide a public address from their own house.",
            )
        elif there != here:
            yield failure(
                "Public URL",
                f"{public_url} is another tonearm, or a copy somebody keeps",
                "Let the proxy pass /v1/ on, and keep nothing of it.",
            )
        elif (finding := await _upgrade(session, public_url)) is not None:
            yield finding
        elif urlsplit(public_url).scheme == "http" and not _is_this_machine(public_url):
            yield warning(
                "Public URL",
                f"{public_url} is plain http: pages on https may not load the card",
                "Put a reverse proxy with TLS in front, and write https.",
            )
        else:
            yield ok("Public URL", public_url)


async def _epoch(session: aiohttp.ClientSession, url: str) -> str | None:
    """Return which process answers at ``url``; a HEAD counts as nobody watching."""
    with contextlib.suppress(aiohttp.ClientError, TimeoutError, ValueError):
        async with session.head(f"{url}/v1/current", allow_redirects=False) as answer:
            tag = answer.headers.get("ETag", "")
            return tag.removeprefix('W/"').partition("-")[0] or None
    return None


def _is_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _upgrade(session: aiohttp.ClientSession, url: str) -> Finding | None:
    """Return that a proxy swallows the upgrade to a WebSocket, None if it comes through."""
    error = None
    with contextlib.suppress(aiohttp.ClientError, TimeoutError, ValueError):
        async with session.get(f"{url}/v1/ws", headers=_UPGRADE, allow_redirects=False) as answer:
            found = await answer.json()
            error = found.get("error") if isinstance(found, dict) else None
    if error == "bad_handshake":
        return None
    if error == "upgrade_required":
        return failure(
            "Public URL",
            "the proxy does not pass WebSockets on: cards fall back to something slower",
            "Let it pass the headers Upgrade and Connection on; docs/expose.md has a recipe.",
        )
    return warning(
        "Public URL", f"{url}/v1/ws does not answer as it should", "See the proxy's log."
    )
