"""The files that are served: read once, scripts stripped, hashed, packed, never touched again.

A fixed table says which file stands at which path, so no request can reach any other file.
"""

import base64
import gzip
import hashlib
from dataclasses import dataclass, replace
from html import escape
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, Self

from rjsmin import jsmin  # type: ignore[import-untyped]  # it ships no types

from tonearm.server.views.oembed import discovery
from tonearm.server.views.preview import preview

_JAVASCRIPT: Final = "text/javascript"
_CSS: Final = "text/css"
_HTML: Final = "text/html"
_SVG: Final = "image/svg+xml"

_TABLE: Final = (
    ("/", "index.html", _HTML),
    ("/index.css", "index.css", _CSS),
    ("/index.js", "index.js", _JAVASCRIPT),
    ("/index-fields.js", "index-fields.js", _JAVASCRIPT),
    ("/embed", "embed.html", _HTML),
    ("/embed.css", "embed.css", _CSS),
    ("/embed.js", "embed.js", _JAVASCRIPT),
    ("/overlay", "overlay.html", _HTML),
    ("/overlay.css", "overlay.css", _CSS),
    ("/overlay.js", "overlay.js", _JAVASCRIPT),
    ("/overlay-feed.js", "overlay-feed.js", _JAVASCRIPT),
    ("/overlay-parameters.js", "overlay-parameters.js", _JAVASCRIPT),
    ("/overlay-sleeve.js", "overlay-sleeve.js", _JAVASCRIPT),
    ("/card.js", "card.js", _JAVASCRIPT),
    ("/favicon.svg", "favicon.svg", _SVG),
)

OTHER_CARDS: Final = "/card-{hash:[0-9a-f]{8,64}}.js"
"""The route of cards that are not of this version: a page that named one must not go dark."""

_EMBEDDABLE: Final = ("/", "/embed")
_CARD: Final = b'name="tonearm-card" content="'
_PUBLIC_URL: Final = 'name="tonearm-public-url" content="'

_REVALIDATE: Final = "no-cache"
_HOUR: Final = "public, max-age=3600"
_FOR_EVER: Final = "public, max-age=31536000, immutable"

# Nothing but our own files, Spotify's covers and our own feed; no markup from strings at all. Any
# site may frame the pages: that is what /embed is for, and none of them can act for anybody.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self';"
    " img-src 'self' https://*.scdn.co https://*.spotifycdn.com; connect-src 'self';"
    " frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *;"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)

# OBS adds the streamer's own CSS as a style element after the page has loaded. Older ones write it
# by innerHTML, as other programs do to this day, and that is what Trusted Types forbid. Such CSS
# fetches fonts from the web (@import, @font-face) or brings them and pictures along (data:).
OVERLAY_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline' https:;"
    " font-src https: data:; img-src 'self' https://*.scdn.co https://*.spotifycdn.com data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"
)
PERMISSIONS_POLICY: Final = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One file at one path; ``tag`` is its weak ETag without quotes."""

    path: str
    body: bytes
    packed: bytes
    content_type: str
    tag: str
    cache_control: str

    @property
    def is_html(self) -> bool:
        return self.content_type == _HTML

    @property
    def content_security_policy(self) -> str:
        return OVERLAY_SECURITY_POLICY if self.path == "/overlay" else CONTENT_SECURITY_POLICY


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Every file that is there, and how to name the card so that it can be kept for ever.

    ``card_path`` is ``/card-<hash>.js`` and ``card_integrity`` the value for a script element's
    ``integrity`` attribute; both are None when there is no card. The last of ``all`` is the
    same card for who asks for one of another version.
    """

    all: tuple[Page, ...]
    card_path: str | None
    card_integrity: str | None

    @classmethod
    def load(cls, folder: Traversable | None = None, *, public_url: str | None = None) -> Self:
        """Read the table's files from ``folder``, by default the package ``tonearm.web``.

        ``public_url`` is what the start page's snippets shall name; without it they name the
        address the page was opened at.
        """
        folder = folder or files("tonearm.web")
        pages = [
            _page(
                path, content_type, _served(folder.joinpath(name), path, content_type, public_url)
            )
            for path, name, content_type in _TABLE
            if folder.joinpath(name).is_file()
        ]
        card = next((page for page in pages if page.path == "/card.js"), None)
        if card is None:
            return cls(all=tuple(pages), card_path=None, card_integrity=None)
        kept = replace(card, path=f"/card-{card.tag}.js", cache_control=_FOR_EVER)
        digest = base64.b64encode(hashlib.sha384(card.body).digest()).decode("ascii")
        integrity = f"sha384-{digest}"
        named = f"{kept.path[1:]} {integrity}"
        # Never to be kept unasked: where two versions run side by side, or the older one comes
        # back, what its own name leads to must be itself again at once.
        stand_in = replace(card, path=OTHER_CARDS, cache_control=_REVALIDATE)
        return cls(
            all=(*(_naming_the_card(page, named) for page in pages), kept, stand_in),
            card_path=kept.path,
            card_integrity=integrity,
        )


def _served(file: Traversable, path: str, content_type: str, public_url: str | None) -> bytes:
    """Return what is sent for a file: scripts without comments, pages with the public address."""
    if content_type not in (_JAVASCRIPT, _HTML):
        return file.read_bytes()
    text = file.read_text("utf-8")
    if content_type == _JAVASCRIPT:
        text = str(jsmin(text))
    elif public_url:
        text = text.replace(_PUBLIC_URL, _PUBLIC_URL + escape(public_url))
        told = [discovery(public_url, path)] if path in _EMBEDDABLE else []
        told += [preview(public_url)] if path == "/" else []
        text = text.replace("<title>", "\n".join([*told, "<title>"]), 1)
    return text.encode()


def _naming_the_card(page: Page, named: str) -> Page:
    """Return the start page with the name of the card that is kept for ever, others as they are."""
    if page.path != "/":
        return page
    body = page.body.replace(_CARD, _CARD + named.encode())
    return _page(page.path, page.content_type, body)


def _page(path: str, content_type: str, body: bytes) -> Page:
    return Page(
        path=path,
        body=body,
        packed=gzip.compress(body, mtime=0),
        content_type=content_type,
        tag=hashlib.sha256(body).hexdigest()[:12],
        cache_control=_HOUR if path == "/card.js" else _REVALIDATE,
    )
