"""oEmbed 1.0 (https://oembed.com): what a blog puts in the place of a link to this service.

The answer names one iframe of ours and nothing of what plays, for consumers keep it for days. The
address that was asked for is compared with our own, and never fetched.
"""

import re
from html import escape
from typing import Final, NamedTuple
from urllib.parse import SplitResult, parse_qs, quote, urlencode, urlsplit

CACHE_S: Final = 86_400
TITLE: Final = "What I am listening to"

_PAGES: Final = ("", "/", "/embed")
_OPTIONS: Final = ("variant", "theme", "tint")
_WORD: Final = re.compile(r"[a-z]{1,16}")
_PORTS: Final = {"http": 80, "https": 443}


class _Size(NamedTuple):
    width: int
    height: int

    def within(self, max_width: int | None, max_height: int | None) -> "_Size":
        """Return as much of it as there is room for."""
        return _Size(
            min(self.width, max_width or self.width), min(self.height, max_height or self.height)
        )


# docs/card.md has the heights; what is higher than its frame is cut off there.
_WIDE: Final = _Size(400, 128)
_COMPACT: Final = _Size(400, 56)
_BENTO: Final = _Size(300, 300)
_SIZES: Final = {"wide": _WIDE, "compact": _COMPACT, "bento": _BENTO, "hero": _Size(400, 152)}
_LEAST_WIDE_PX: Final = 300  # in a narrower frame the card becomes compact by itself
_LEAST_BENTO_PX: Final = 200  # in a smaller one no title has room under its cover; as web/embed.js


def discovery(public_url: str, path: str) -> str:
    """Return the element by which others find the answer for our page at ``path``."""
    address = f"{public_url}/v1/oembed?url={quote(public_url + path, safe='')}"
    return (
        '<link rel="alternate" type="application/json+oembed"'
        f' href="{escape(address)}" title="{TITLE}">'
    )


def embed(
    public_url: str, url: str, *, max_width: int | None, max_height: int | None
) -> dict[str, str | int] | None:
    """Return what stands for ``url``, or None if that is no page of ours.

    ``public_url`` has no slash at its end. Limits are in CSS pixels, None for none.
    """
    asked = _options(public_url, url)
    if asked is None:
        return None
    size = _SIZES.get(asked.get("variant", ""), _WIDE)
    width, height = size.within(max_width, max_height)
    if size is _BENTO and min(width, height) >= _LEAST_BENTO_PX:
        width = height = min(width, height)
    elif size is _BENTO or width < _LEAST_WIDE_PX or height < size.height:
        asked["variant"] = "compact"
        width, height = _COMPACT.within(max_width, max_height)
    query = f"?{urlencode(asked)}" if asked else ""
    source = escape(f"{public_url}/embed{query}")
    return {
        "version": "1.0",
        "type": "rich",
        "title": TITLE,
        "provider_name": "tonearm",
        "provider_url": public_url,
        "cache_age": CACHE_S,
        "width": width,
        "height": height,
        # frameborder, because WordPress takes a style attribute away.
        "html": f'<iframe src="{source}" width="{width}" height="{height}" title="{TITLE}"'
        ' frameborder="0" scrolling="no"></iframe>',
    }


def _options(public_url: str, url: str) -> dict[str, str] | None:
    """Return what an address of ours asks of the card, or None if it is somebody else's."""
    try:
        ours, theirs = urlsplit(public_url), urlsplit(url)
        is_ours = _place(theirs) == _place(ours) and theirs.path in {
            ours.path + page for page in _PAGES
        }
        query = parse_qs(theirs.query, max_num_fields=16) if is_ours else {}
    except ValueError:
        return None
    if not is_ours:
        return None
    found = {name: query[name][0] for name in _OPTIONS if name in query}
    return {name: word for name, word in found.items() if _WORD.fullmatch(word)}


def _place(url: SplitResult) -> tuple[str | None, int | None]:
    """Return what must be the same; who links to http where https is served means the same."""
    if url.scheme not in _PORTS or url.username is not None:
        raise ValueError
    port = None if url.port in (None, _PORTS[url.scheme]) else url.port
    return url.hostname, port
