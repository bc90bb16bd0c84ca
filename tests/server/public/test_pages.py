"""What is put into a page before it is served: where others find how to embed it."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from tonearm.server.public.pages import Pages
from tonearm.server.views.oembed import embed

OURS = "https://music.example/np"


def discovered(pages: Pages, path: str) -> str | None:
    """Return where a page says its oEmbed answer is."""
    (page,) = (each for each in pages.all if each.path == path)
    link = r'<link rel="alternate" type="application/json\+oembed" href="([^"]+)"'
    found = re.search(link, page.body.decode())
    return unescape(found[1]) if found else None


@pytest.mark.parametrize("path", ["/", "/embed"])
def test_pages_say_how_they_are_embedded(path: str) -> None:
    """By an address that answers for this very page."""
    place = urlsplit(discovered(Pages.load(public_url=OURS), path) or "")

    asked = parse_qs(place.query)["url"][0]
    assert f"{place.scheme}://{place.netloc}{place.path}" == f"{OURS}/v1/oembed"
    assert asked == OURS + path
    assert embed(OURS, asked, max_width=None, max_height=None)


@pytest.mark.parametrize("path", ["/", "/embed"])
def test_pages_say_nothing_where_the_public_address_is_unknown(path: str) -> None:
    """The answer would be a 404."""
    assert discovered(Pages.load(), path) is None
