"""The addresses of the other views: they read the newest snapshot, and never wait for a look.

Here is what HTTP asks of a view: how long it may be kept, who already has it, and who counts as
audience. What it looks like is the business of ``views``.
"""

import hashlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Final

import msgspec
from aiohttp import ETag, web

from tonearm.poller.clock import Clock
from tonearm.poller.playback import Art, Item
from tonearm.server.door.answers import is_known, refusal
from tonearm.server.feed.hub import Hub
from tonearm.server.views import badge, oembed, svg, template, text, theme_css
from tonearm.server.views.looks import Looks
from tonearm.server.views.scene import scene

from .words import DEFAULT, Languages

# GitHub's image proxy keeps for a year whatever does not say otherwise, and heeds this.
_ASK_AGAIN: Final = "no-cache, max-age=0, must-revalidate"
_NO_STORE: Final = "no-store"
_MINUTE: Final = "public, max-age=60"
_HOUR: Final = "public, max-age=3600"
_DAY: Final = f"public, max-age={oembed.CACHE_S}"
_BADGE: Final = f"public, max-age={badge.CACHE_S}"

# For who opens the image itself: it would be a document of our origin.
_IMAGE_POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_MOST_DIGITS: Final = 6

_Handle = Callable[[web.Request], Awaitable[web.Response]]
Picture = Callable[[Item], bytes | None]
"""Returns the cover of an item as a small JPEG, or None where there is none (yet)."""


def view_routes(
    hub: Hub, *, clock: Clock, thumbnail: Picture, languages: Languages, public_url: str | None
) -> tuple[web.RouteDef, ...]:
    """Return the routes of all views; ``public_url`` has no slash at its end."""
    return tuple(_routes(hub, clock, thumbnail, languages, public_url))


def _routes(
    hub: Hub, clock: Clock, thumbnail: Picture, languages: Languages, public_url: str | None
) -> Iterator[web.RouteDef]:
    yield web.get("/v1/current.txt", _text_handler(hub, clock))
    yield web.get("/v1/card.svg", _card_handler(hub, thumbnail, languages))
    yield web.get("/v1/badge.json", _badge_handler(hub, languages))
    yield web.get("/v1/art", _art_handler(hub))
    yield web.get("/theme.css", _theme_handler(hub))
    yield web.get("/v1/oembed", _oembed_handler(public_url))
    yield web.get("/v1/words/{lang}.json", _words_handler(languages))


def _text_handler(hub: Hub, clock: Clock) -> _Handle:
    async def handle(request: web.Request) -> web.Response:
        _count(hub, request)
        most = _number(request.query, "max")
        said = text.line(
            hub.snapshot,
            template=request.query.get("f", template.DEFAULT),
            idle=request.query.get("idle", text.IDLE),
            most=text.MOST if most is None else max(1, min(most, text.MOST_EVER)),
            now_s=clock.monotonic(),
        )
        return web.Response(
            text=said, content_type="text/plain", headers={"Cache-Control": _NO_STORE}
        )

    return handle


def _card_handler(hub: Hub, thumbnail: Picture, languages: Languages) -> _Handle:
    async def handle(request: web.Request) -> web.Response:
        seen = scene(hub.snapshot)
        image = svg.card(
            seen,
            languages.words(request.query.get("lang", DEFAULT)),
            Looks.asked(request.query),
            picture=thumbnail(seen.item) if seen.item else None,
        )
        answer = _kept(request, image, "image/svg+xml", _ASK_AGAIN, counts_at=hub)
        answer.headers["Content-Security-Policy"] = _IMAGE_POLICY
        return answer

    return handle


def _badge_handler(hub: Hub, languages: Languages) -> _Handle:
    async def handle(request: web.Request) -> web.Response:
        words = languages.words(request.query.get("lang", DEFAULT))
        body = badge.badge(scene(hub.snapshot), words)
        return _kept(request, body, "application/json", _BADGE, counts_at=hub)

    return handle


def _art_handler(hub: Hub) -> _Handle:
    async def handle(request: web.Request) -> web.Response:
        item = scene(hub.snapshot).item
        if item is None or not item.art:
            return refusal(404, "no_cover", "There is no cover to show now.")
        _count(hub, request)
        url = _sized(item.art, _number(request.query, "size"))
        return web.Response(status=302, headers={"Location": url, "Cache-Control": _NO_STORE})

    return handle


def _theme_handler(hub: Hub) -> _Handle:
    async def handle(request: web.Request) -> web.Response:
        sheet = theme_css.style_sheet(scene(hub.snapshot), Looks.asked(request.query))
        return _kept(request, sheet.encode(), "text/css", _MINUTE)

    return handle


def _oembed_handler(public_url: str | None) -> _Handle:
    async def handle(request: web.Request) -> web.Response:
        if request.query.get("format", "json") != "json":
            return refusal(501, "no_such_format", "This speaks JSON alone: format=json.")
        if public_url is None:
            return refusal(
                404,
                "no_public_url",
                "This service does not know its public address. Its owner has to set"
                " server.public_url.",
            )
        found = oembed.embed(
            public_url,
            request.query.get("url", ""),
            max_width=_number(request.query, "maxwidth"),
            max_height=_number(request.query, "maxheight"),
        )
        if found is None:
            return refusal(404, "not_ours", f"url has to be {public_url}/ or {public_url}/embed.")
        return _kept(request, msgspec.json.encode(found), "application/json", _DAY)

    return handle


def _words_handler(languages: Languages) -> _Handle:
    async def handle(request: web.Request) -> web.Response:
        file = languages.file(request.match_info["lang"])
        if file is None:
            return refusal(
                404, "no_such_language", "A language is wanted here, such as de or pt-BR."
            )
        return _kept(request, file, "application/json", _HOUR)

    return handle


def _kept(
    request: web.Request, body: bytes, kind: str, cache: str, *, counts_at: Hub | None = None
) -> web.Response:
    """Return ``body``, or a 304 to who has it; a full read ``counts_at`` the hub as audience."""
    tag = hashlib.sha256(body).hexdigest()[:16]
    if is_known(request, tag):
        answer = web.Response(status=304)
    else:
        answer = web.Response(body=body, content_type=kind, charset="utf-8")
        if counts_at is not None:
            _count(counts_at, request)
    answer.headers["Cache-Control"] = cache
    answer.etag = ETag(tag, is_weak=True)
    return answer


def _count(hub: Hub, request: web.Request) -> None:
    if request.method == "GET":
        hub.note_read()


def _number(query: Mapping[str, str], name: str) -> int | None:
    """Return a positive whole number of a query, None where there is nothing like it."""
    digits = query.get(name, "")
    is_number = digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS
    return (int(digits) or None) if is_number else None


def _sized(art: tuple[Art, ...], side: int | None) -> str:
    """Return the smallest image of at least ``side`` pixels, else the largest there is."""
    known = sorted(art, key=lambda each: each.width or 0)
    fitting = [each for each in known if side is not None and (each.width or 0) >= side]
    return (fitting[0] if fitting else known[-1]).url
