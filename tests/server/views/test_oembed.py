"""oEmbed: one iframe of ours for an address of ours, and for nobody else's."""

import xml.etree.ElementTree as ET
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonearm.server.views.oembed import discovery, embed

OURS = "https://music.example/np"


def answer(url: str, *, wide: int | None = None, high: int | None = None) -> dict[str, Any] | None:
    """Return what stands for ``url``."""
    return embed(OURS, url, max_width=wide, max_height=high)


def frame(found: dict[str, Any] | None) -> ET.Element:
    """Return the one element of an answer, parsed strictly."""
    assert found is not None
    element = ET.fromstring(found["html"])
    assert (element.tag, list(element), element.text) == ("iframe", [], None)
    return element


def test_answer_is_a_rich_one_with_one_iframe() -> None:
    """The fields of https://oembed.com, section 2.3.4, that a rich answer must have."""
    found = answer(f"{OURS}/")

    assert found is not None
    assert (found["version"], found["type"], found["width"], found["height"]) == (
        "1.0", "rich", 400, 128,
    )  # fmt: skip
    iframe = frame(found)
    assert iframe.get("src") == f"{OURS}/embed"
    assert (iframe.get("width"), iframe.get("height")) == ("400", "128")
    assert iframe.get("title")


@pytest.mark.parametrize(
    "url",
    [
        OURS,
        f"{OURS}/",
        f"{OURS}/embed",
        f"{OURS}/embed?theme=dark#x",
        "http://music.example/np/",
        "https://MUSIC.example:443/np",
    ],
)
def test_our_own_pages_are_known(url: str) -> None:
    """However somebody wrote the address."""
    assert answer(url) is not None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/",
        "https://evil.example/np/",
        "https://music.example.evil.example/np/",
        "https://music.example@evil.example/np/",
        "https://ada@music.example/np/",
        "https://music.example:8443/np/",
        "https://music.example/",
        f"{OURS}/../admin",
        f"{OURS}/overlay",
        "javascript:alert(1)",
        "file:///np/",
        "https://[",
        "https://music.example:port/np/",
        f"{OURS}/embed?" + "&".join(f"a{n}=1" for n in range(99)),
    ],
)
def test_other_addresses_are_not_ours(url: str) -> None:
    """Nobody gets our name on a frame of somebody else's."""
    assert answer(url) is None


def test_options_of_the_card_are_passed_on() -> None:
    """Those it has, and nothing else of the query."""
    iframe = frame(answer(f"{OURS}/embed?theme=dark&tint=bold&variant=bento&x=1&theme=light"))

    query = parse_qs(urlsplit(iframe.get("src") or "").query)
    assert query == {"theme": ["dark"], "tint": ["bold"], "variant": ["bento"]}
    assert (iframe.get("width"), iframe.get("height")) == ("300", "300")


@pytest.mark.parametrize("value", ['"><script>', "a b", "%22%3E", "", "UPPER", "x" * 17])
def test_options_that_are_no_words_are_dropped(value: str) -> None:
    """Nothing a visitor passes reaches the markup."""
    assert frame(answer(f"{OURS}/embed?theme={value}")).get("src") == f"{OURS}/embed"


@pytest.mark.parametrize(
    ("wide", "high", "size", "variant"),
    [
        (1000, 1000, (400, 128), None),
        (320, None, (320, 128), None),
        (250, None, (250, 56), "compact"),
        (None, 100, (400, 56), "compact"),
        (10, 10, (10, 10), "compact"),
    ],
)
def test_limits_are_kept_by_the_variant_that_fits(
    wide: int | None, high: int | None, size: tuple[int, int], variant: str | None
) -> None:
    """An answer must not be larger than maxwidth and maxheight."""
    found = answer(OURS, wide=wide, high=high)

    assert found is not None
    assert (found["width"], found["height"]) == size
    query = parse_qs(urlsplit(frame(found).get("src") or "").query)
    assert query.get("variant") == ([variant] if variant else None)


@pytest.mark.parametrize(
    ("variant", "wide", "high", "size", "shown"),
    [
        ("compact", None, None, (400, 56), "compact"),
        ("hero", None, None, (400, 152), "hero"),
        ("hero", None, 151, (400, 56), "compact"),
        ("hero", 299, None, (299, 56), "compact"),
        ("bento", 200, None, (200, 200), "bento"),
        ("bento", None, 200, (200, 200), "bento"),
        ("bento", 199, None, (199, 56), "compact"),
        ("bento", 500, 100, (400, 56), "compact"),
    ],
)
def test_frame_cuts_nothing_off(
    variant: str, wide: int | None, high: int | None, size: tuple[int, int], shown: str
) -> None:
    """It does not scroll, so the whole card has to have room in it."""
    found = answer(f"{OURS}/embed?variant={variant}", wide=wide, high=high)

    assert found is not None
    assert (found["width"], found["height"]) == size
    assert f"variant={shown}" in (frame(found).get("src") or "")


@given(url=st.text() | st.text().map(lambda query: f"{OURS}/embed?{query}"))
def test_any_address_gives_one_iframe_of_ours_or_nothing(url: str) -> None:
    """And no exception."""
    found = answer(url)

    if found is not None:
        assert (frame(found).get("src") or "").startswith(f"{OURS}/embed")


def test_discovery_leads_to_the_answer_for_a_page() -> None:
    """An element, because Discord reads no header."""
    link = ET.fromstring(discovery(OURS, "/embed").replace(">", "/>"))

    assert (link.get("rel"), link.get("type")) == ("alternate", "application/json+oembed")
    place = urlsplit(link.get("href") or "")
    assert place.path == "/np/v1/oembed"
    assert answer(parse_qs(place.query)["url"][0]) is not None
