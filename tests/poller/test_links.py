"""Which addresses reach a browser."""

import pytest

from tonearm.poller.links import art_link, link
from tonearm.poller.options import Hosts

HOSTS = Hosts()
DEMO = Hosts(art_origin="http://127.0.0.1:3345")

HOSTILE = [
    "javascript:alert(1)",
    "JaVaScRiPt://open.spotify.com/%0aalert(1)",
    "data:text/html,x",
    "http://open.spotify.com/track/1",
    "//open.spotify.com/track/1",
    "//evil.example",
    "https:open.spotify.com/track/1",
    "https:///open.spotify.com/track/1",
    "https://open.spotify.com@evil.example/",
    "https://owner@open.spotify.com/",
    "https://open.spotify.com:443/",
    "https://open.spotify.com:evil.example/",
    "https://open.spotify.com.evil.example/",
    "https://evil.example/open.spotify.com",
    "https://evil.example/?https://open.spotify.com/",
    "https://evil.example#open.spotify.com",
    "https://evilopen.spotify.com.example",
    "https://notopen.spotify.com/",
    "https://spotify.com/",
    "https://open.spotify.com./",
    "https://.open.spotify.com/",
    "https://open.spotify.com\\@evil.example/",
    "https://evil.example\\.open.spotify.com/",
    "https://open.spotify.com/a\\b",
    "https://open.spotify.com?x",
    "https://open.spotify.com/\n",
    "https://open.spotify.com/\ttrack",
    "\nhttps://open.spotify.com/",
    " https://open.spotify.com/",
    "https://open.spotify.com/a b",
    "https://open.spotify.com/\x00",
    "https://open.spotify.com/'onclick=",
    'https://open.spotify.com/"onclick=',
    "https://open.spotify.com/<script>",
    "https://open.spotify.com/');background:url(",
    "https://open.\u0455potify.com/",
    "https://open\u3002spotify.com/",
    "https://open.spotify.com\uff0f@evil.example/",
    "https://open.spotify.com/\u00e9",
    "https://xn--open-.spotify.com/",
    "https://[::1]/",
    "https://",
    "",
    None,
    7,
    ["https://open.spotify.com/"],
    pytest.param("https://open.spotify.com/" + "a" * 176, id="201 bytes"),
]


@pytest.mark.parametrize("url", HOSTILE)
def test_link_refuses_what_is_no_plain_page_of_spotify(url: object) -> None:
    """Nothing that a browser could read as another place or as a script gets through."""
    assert link(url, HOSTS) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://open.spotify.com/track/0TideTables00000000001",
        "https://open.spotify.com/intl-de/track/0TideTables00000000001?si=a_b-c&x=1",
        "https://open.spotify.com",
        pytest.param("https://open.spotify.com/" + "a" * 175, id="200 bytes"),
    ],
)
def test_link_keeps_pages_of_spotify(url: str) -> None:
    """Links arrive as delivered, up to 200 bytes."""
    assert link(url, HOSTS) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://i.scdn.co/image/ab67616d0000b273",
        "https://image-cdn-ak.spotifycdn.com/image/ab67616d0000b273",
        "https://scdn.co/x",
    ],
)
def test_art_link_keeps_covers_of_spotify(url: str) -> None:
    """Covers come from the content hosts and the hosts below them."""
    assert art_link(url, HOSTS) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://open.spotify.com/image/x",
        "https://evilscdn.co/x",
        "https://i.scdn.co.evil.example/x",
        "http://i.scdn.co/x",
        "http://127.0.0.1:3345/demo/a.svg",
        pytest.param("https://i.scdn.co/" + "a" * 183, id="201 bytes"),
    ],
)
def test_art_link_refuses_other_hosts(url: str) -> None:
    """A link's host is no cover's host, and the demo's origin means nothing outside the demo."""
    assert art_link(url, HOSTS) is None


def test_art_link_keeps_the_demo_covers_in_a_demo() -> None:
    """The demo serves its covers itself, over plain http."""
    url = "http://127.0.0.1:3345/demo/covers/1.svg"

    assert art_link(url, DEMO) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:3345",
        "http://127.0.0.1:33456/x",
        "http://127.0.0.1:3345@evil.example/",
        "http://127.0.0.1:3345.evil.example/",
        "http://127.0.0.1:3345\\@evil.example/",
        "http://127.0.0.1:3345/a b",
        pytest.param("http://127.0.0.1:3345/" + "a" * 200, id="over 200 bytes"),
    ],
)
def test_art_link_refuses_what_only_begins_like_the_demo(url: str) -> None:
    """The demo's origin ends where its path begins."""
    assert art_link(url, DEMO) is None
