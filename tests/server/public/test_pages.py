"""What is put into a page before it is served: where others find how to embed it."""

import re
from html import unescape
from html.parser import HTMLParser
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


def head(pages: Pages, path: str) -> dict[str, str]:
    """Return what a crawler reads of a page: the meta elements and links, by their names."""
    found: dict[str, str] = {}

    class Crawler(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            told = dict(attrs)
            name = told.get("property") or told.get("name") or told.get("rel")
            if tag in {"meta", "link"} and name:
                found[name] = told.get("content") or told.get("href") or ""

    (page,) = (each for each in pages.all if each.path == path)
    Crawler().feed(page.body.decode())
    return found


def test_link_to_the_start_page_has_a_preview() -> None:
    """A name, a sentence that names Spotify, and the cover, all by their whole addresses."""
    told = head(Pages.load(public_url=OURS), "/")

    assert told["canonical"] == told["og:url"] == f"{OURS}/"
    assert told["og:title"]
    assert "Spotify" in told["og:description"]
    assert told["og:image"] == f"{OURS}/v1/art?size=640"
    assert told["twitter:card"] == "summary"


@pytest.mark.parametrize(
    ("public_url", "path"), [(None, "/"), (OURS, "/embed"), (OURS, "/overlay")]
)
def test_no_other_page_has_a_preview(public_url: str | None, path: str) -> None:
    """Without a public address there is none to link to; the others are parts of pages."""
    told = head(Pages.load(public_url=public_url), path)

    assert not [name for name in told if name.startswith(("og:", "twitter:"))]


def test_public_address_is_no_markup_in_the_preview() -> None:
    """Whatever an owner types."""
    told = head(Pages.load(public_url='https://music.example/"><b>'), "/")

    assert told["og:image"] == 'https://music.example/"><b>/v1/art?size=640'
