"""A tiny server that plays snapshots to the real card in a real browser.

It speaks the public wire contract (``/v1/ws``, ``/v1/events``, ``/v1/current``), serves the files
of ``web/`` under the strictest policy the pages promise to work with, and any page a test writes.
It knows nothing of the product's Python code: what the browser tests prove holds for every server
that keeps the contract.
"""

import asyncio
import io
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from aiohttp import WSMsgType, web
from PIL import Image, ImageDraw
from playwright.async_api import Page

WEB = Path(__file__).resolve().parents[2] / "web"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' https://*.scdn.co https://*.spotifycdn.com data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
POLICY_IN_OBS = POLICY.partition(" require-trusted-types-for")[0].replace(
    "style-src 'self'", "style-src 'self' 'unsafe-inline' https:; font-src https: data:"
)
"""OBS adds a style element, maybe by ``innerHTML``, and the CSS in it may want fonts."""

Open = Callable[..., Awaitable[Page]]
"""The fixture ``open_page``."""

Axe = Callable[[Page], Awaitable[list[str]]]
"""The fixture ``axe``."""

NOW = 1_795_290_352_492
"""The server's clock in every snapshot, unless a test says otherwise (ms since 1970 UTC)."""

PALETTE = {
    "light": {"bg": "#fdf2ed", "fg": "#2d1a11", "mu": "#7d6257", "ac": "#ab5631"},
    "dark": {"bg": "#251813", "fg": "#faf4f1", "mu": "#bca59c", "ac": "#f29670"},
    "bold": {"bg": "#8c3f1e", "fg": "#ffffff", "mu": "#f0d5c9", "ac": "#ffffff"},
}


def track(**changes: Any) -> dict[str, Any]:
    """Return an item as it travels on the wire, with some fields changed."""
    return {
        "kind": "track",
        "uri": "spotify:track:4uLU6hMCjMI75M1A2tKUQC",
        "title": "Paper Lanterns",
        "byline": "Nova Halden",
        "artists": [{"name": "Nova Halden", "url": "https://open.spotify.com/artist/1"}],
        "album": {"name": "Low Tide", "url": "https://open.spotify.com/album/1"},
        "show": None,
        "url": "https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC",
        "duration_ms": 211_000,
        "explicit": False,
        "art": [{"url": "/art/lanterns", "width": 300, "height": 300}],
        "palette": PALETTE,
    } | changes


_IDLE_LIKE: dict[str, Any] = {"position_ms": None, "as_of": None}
_STATES: dict[str, Callable[[], dict[str, Any]]] = {
    "playing": lambda: {"item": track(), "position_ms": 62_013, "as_of": NOW},
    "paused": lambda: {"item": track(), "position_ms": 62_013, "as_of": NOW},
    "idle": lambda: _IDLE_LIKE | {"item": track(), "ended_at": NOW - 12 * 60_000},
    "nothing": lambda: _IDLE_LIKE | {"item": None},
    "ad": lambda: _IDLE_LIKE | {"item": None},
    "unknown": lambda: _IDLE_LIKE | {"item": track()},
}


def snapshot(state: str = "playing", *, seq: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a whole snapshot, version 1 of the wire contract, with some fields changed."""
    return {
        "v": 1,
        "type": "state",
        "epoch": "k3f9",
        "seq": seq,
        "now": NOW,
        "state": state,
        "health": "ok",
        "until": None,
        "confirmed": True,
        "ended_at": None,
        "source": {"name": "Spotify", "url": "https://open.spotify.com"},
        **_STATES[state](),
        **changes,
    }


async def hide(page: Page, *, is_hidden: bool) -> None:
    """Make the page believe that its tab went to the background, or came back."""
    await page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
          document.dispatchEvent(new Event('visibilitychange', {bubbles: true}));
        }""",
        is_hidden,
    )


def cover(first: str = "#f2b28a", second: str = "#6b2f5b") -> bytes:
    """Draw a square cover: a sun above hills (PNG)."""
    image = Image.new("RGB", (300, 300), first)
    draw = ImageDraw.Draw(image)
    draw.ellipse((140, 60, 240, 160), fill="#fff1d6")
    draw.polygon([(0, 220), (90, 160), (190, 230), (300, 150), (300, 300), (0, 300)], fill=second)
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


@dataclass(slots=True)
class Stage:
    """One running server; ``async with`` it.

    ``sockets`` are open now, ``opened`` counts handshakes ever made, ``refuses`` names ways
    (``ws``, ``events``) that answer 503, ``asked`` counts questions by path.
    """

    frame: str | None = None
    refuses: set[str] = field(default_factory=set)
    pages: dict[str, str] = field(default_factory=dict)
    art: dict[str, bytes] = field(default_factory=lambda: {"lanterns": cover()})
    asked: dict[str, int] = field(default_factory=dict)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    streams: list[web.StreamResponse] = field(default_factory=list)
    opened: int = 0
    origin: str = ""
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes(
            [
                web.get("/v1/ws", self._ws),
                web.get("/v1/events", self._events),
                web.get("/v1/current", self._current),
                web.get("/art/{name}", self._art),
                web.get("/{path:.*}", self._file),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.origin = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close(1001)
        for stream in self.streams:
            with suppress(ConnectionError):
                await stream.write_eof()
        if self._runner is not None:
            await self._runner.cleanup()

    async def play(self, frame: dict[str, Any] | str) -> None:
        """Send a frame to everyone; a snapshot is also what newcomers get."""
        text = frame if isinstance(frame, str) else json.dumps(frame)
        if isinstance(frame, dict) and frame.get("type") == "state":
            self.frame = text
        for socket in list(self.sockets):
            await socket.send_str(text)

    async def close(self, code: int) -> None:
        """Close every socket with a close code."""
        for socket in list(self.sockets):
            await socket.close(code=code)

    async def until(self, holds: Callable[["Stage"], bool]) -> None:
        """Wait until a claim about this server holds."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: holds(self))

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _count(self, what: str) -> None:
        self.asked[what] = self.asked.get(what, 0) + 1
        await self._tell()

    async def _ws(self, request: web.Request) -> web.StreamResponse:
        await self._count("ws")
        if "ws" in self.refuses:
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        self.opened += 1
        await self._tell()
        if self.frame is not None:
            await socket.send_str(self.frame)
        try:
            async for message in socket:
                assert message.type is not WSMsgType.TEXT, "the card has nothing to say"
        finally:
            self.sockets.remove(socket)
            await self._tell()
        return socket

    async def _events(self, request: web.Request) -> web.StreamResponse:
        await self._count("events")
        if "events" in self.refuses:
            return web.Response(status=503)
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        await stream.write(f"data: {self.frame}\n\n".encode())
        self.streams.append(stream)
        with suppress(asyncio.CancelledError, ConnectionError):
            await asyncio.Event().wait()
        return stream

    async def _current(self, _: web.Request) -> web.Response:
        await self._count("current")
        return web.Response(text=self.frame or "", content_type="application/json")

    async def _art(self, request: web.Request) -> web.Response:
        await self._count(request.path)
        data = self.art.get(request.match_info["name"])
        if data is None:
            return web.Response(status=404)
        return web.Response(body=data, content_type="image/png")

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info["path"] or "index.html"
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
        if (page := self.pages.get(request.path)) is not None:
            return web.Response(text=page, content_type="text/html")
        name = {"embed": "embed.html", "overlay": "overlay.html"}.get(name, name)
        path = WEB / name
        if path.parent != WEB or path.suffix not in {".html", ".css", ".js"} or not path.is_file():
            return web.Response(status=404)
        if name == "overlay.html":
            headers["Content-Security-Policy"] = POLICY_IN_OBS
        kind = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}[path.suffix]
        return web.Response(
            text=path.read_text(encoding="utf-8"), content_type=kind, headers=headers
        )
