"""The other views over HTTP: what they may be kept for, who has them already, who counts."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import aiohttp
import pytest
from msgspec.structs import replace
from viewers import TRACK, Service, playing

from tonearm.poller.playback import Art, Health, Item, Snapshot, State
from tonearm.server.public.view_routes import view_routes
from tonearm.server.public.words import Languages

OURS = "https://music.example"
LANGUAGES = Languages.load()
NOTHING = Snapshot(epoch="k3f9", seq=2, state=State.NOTHING, health=Health.OK)
SIZES = tuple(
    Art(url=f"https://i.scdn.co/image/{side}", width=side, height=side) for side in (640, 300, 64)
)
REVALIDATED = ("/v1/card.svg", "/v1/badge.json", "/theme.css", "/v1/words/en.json")
COUNTED = ("/v1/current.txt", "/v1/card.svg", "/v1/badge.json", "/v1/art")
UNCOUNTED = ("/theme.css", "/v1/words/en.json", f"/v1/oembed?url={OURS}")


class Got(NamedTuple):
    """An answer, read to its end."""

    status: int
    headers: Any
    body: bytes

    @property
    def error(self) -> str:
        return str(json.loads(self.body)["error"])


class Visitor:
    """Somebody who asks a service for its views."""

    def __init__(self, service: Service, url: str, session: aiohttp.ClientSession) -> None:
        self.hub = service.hub
        self._url = url
        self._session = session

    async def get(self, path: str, method: str = "GET", **headers: str) -> Got:
        """Ask once; a redirect is not followed."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._session.request(
            method, self._url + path, headers=given, allow_redirects=False
        ) as answer:
            return Got(answer.status, answer.headers, await answer.read())


@asynccontextmanager
async def visiting(
    snapshot: Snapshot | None = None, *, public_url: str | None = OURS
) -> AsyncIterator[Visitor]:
    """Open a service in which ``snapshot`` is the newest, by default a track that plays."""
    service = Service()

    def thumbnail(item: Item) -> bytes:
        return f"jpeg of {item.uri}".encode()

    routes = view_routes(
        service.hub,
        clock=service.clock,
        thumbnail=thumbnail,
        languages=LANGUAGES,
        public_url=public_url,
    )
    service.hub.publish(snapshot or playing(item=replace(TRACK, art=SIZES)))
    async with (
        service.open(extra_routes=routes) as listening,
        aiohttp.ClientSession() as session,
    ):
        yield Visitor(service, listening.url, session)


@pytest.mark.parametrize(
    ("path", "kind", "cache"),
    [
        ("/v1/current.txt", "text/plain; charset=utf-8", "no-store"),
        ("/v1/card.svg", "image/svg+xml; charset=utf-8", "no-cache, max-age=0, must-revalidate"),
        ("/v1/badge.json", "application/json; charset=utf-8", "public, max-age=300"),
        (f"/v1/oembed?url={OURS}", "application/json; charset=utf-8", "public, max-age=86400"),
        ("/theme.css", "text/css; charset=utf-8", "public, max-age=60"),
        ("/v1/words/en.json", "application/json; charset=utf-8", "public, max-age=3600"),
    ],
)
async def test_every_view_says_what_it_is_and_how_long_it_holds(
    path: str, kind: str, cache: str
) -> None:
    """A cache that is told nothing guesses, GitHub's a year."""
    async with visiting() as visitor:
        got = await visitor.get(path)

    assert (got.status, got.headers["Content-Type"], got.headers["Cache-Control"]) == (
        200, kind, cache,
    )  # fmt: skip
    assert got.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", REVALIDATED)
async def test_who_has_the_newest_gets_304(path: str) -> None:
    """With the same ETag and the same permission to keep it."""
    async with visiting() as visitor:
        first = await visitor.get(path)
        again = await visitor.get(path, If_None_Match=first.headers["ETag"])

    assert (again.status, again.body) == (304, b"")
    for name in ("ETag", "Cache-Control"):
        assert again.headers[name] == first.headers[name]


async def test_card_keeps_its_etag_until_something_is_drawn_differently() -> None:
    """A confirmed position, a new seq, the passing of time: none of them shows."""
    async with visiting() as visitor:
        first = await visitor.get("/v1/card.svg")
        visitor.hub.publish(playing(2, item=replace(TRACK, art=SIZES), as_of_s=1_030.0))
        same = await visitor.get("/v1/card.svg")
        visitor.hub.publish(replace(playing(3), state=State.PAUSED))
        other = await visitor.get("/v1/card.svg")

    assert same.headers["ETag"] == first.headers["ETag"]
    assert other.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize("path", [*COUNTED, *UNCOUNTED])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_only_who_reads_what_plays_counts_as_audience(path: str, method: str) -> None:
    """Text, image and JSON do; HEAD, and what does not tell what plays, do not."""
    async with visiting() as visitor:
        await visitor.get(path, method)

        assert visitor.hub.has_readers() is (method == "GET" and path in COUNTED)


async def test_a_304_is_no_audience() -> None:
    """A proxy that revalidates all night wakes nobody."""
    async with visiting() as visitor:
        got = await visitor.get("/v1/card.svg", If_None_Match="*")

        assert got.status == 304
        assert not visitor.hub.has_readers()


@pytest.mark.parametrize("path", [*COUNTED[:3], *UNCOUNTED])
async def test_head_has_the_headers_of_get_and_no_body(path: str) -> None:
    """HEAD works wherever GET does."""
    async with visiting() as visitor:
        got = await visitor.get(path)
        head = await visitor.get(path, "HEAD")

    assert (head.status, head.body) == (200, b"")
    for name in ("Content-Type", "Content-Length", "Cache-Control"):
        assert head.headers[name] == got.headers[name]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Glass Harbour - Mara Lind, Otto"),
        ("?f={artist}:%20{title}", "Mara Lind, Otto: Glass Harbour"),
        ("?f={title}&max=6", "Glass…"),
        ("?f={title}&max=0", "Glass Harbour"),
        ("?f={title}&max=-1", "Glass Harbour"),
        ("?f={title}&max=many", "Glass Harbour"),
        ("?f={title}&max=%D9%A3", "Glass Harbour"),
        ("?f=", "Glass Harbour - Mara Lind, Otto"),
        ("?f=%FF%00%0A{title}", "\ufffd Glass Harbour"),
        ("?f=!{title}", "♪ !Glass Harbour"),
    ],
)
async def test_text_is_filled_by_the_query(query: str, said: str) -> None:
    """What makes no sense falls back."""
    async with visiting() as visitor:
        got = await visitor.get(f"/v1/current.txt{query}")

    assert (got.status, got.body.decode()) == (200, said)


@pytest.mark.parametrize(
    ("query", "said"), [("", "Nothing is playing"), ("?idle=Silence", "Silence")]
)
async def test_text_is_200_when_nothing_plays(query: str, said: str) -> None:
    """Bots say what they get, errors included."""
    async with visiting(NOTHING) as visitor:
        got = await visitor.get(f"/v1/current.txt{query}")

    assert (got.status, got.body.decode()) == (200, said)


@pytest.mark.parametrize(
    "path", ["/v1/current.txt", "/v1/card.svg", "/v1/badge.json", "/theme.css"]
)
async def test_views_show_something_before_anything_is_known(path: str) -> None:
    """A README does not break because the service has just been started."""
    service = Service()
    routes = view_routes(
        service.hub,
        clock=service.clock,
        thumbnail=lambda _: None,
        languages=LANGUAGES,
        public_url=None,
    )

    async with (
        service.open(extra_routes=routes) as listening,
        aiohttp.ClientSession() as session,
        session.get(listening.url + path) as answer,
    ):
        assert answer.status == 200
        assert await answer.read()


async def test_card_takes_its_looks_and_language_from_the_query() -> None:
    """And nothing else of it."""
    async with visiting() as visitor:
        german = await visitor.get("/v1/card.svg?lang=de-AT&theme=dark&tint=none")
        odd = await visitor.get("/v1/card.svg?lang=%22%3E&theme=%3Cscript%3E&tint=}")
        plain = await visitor.get("/v1/card.svg")

    assert LANGUAGES.words("de")["playing"] in german.body.decode()
    assert "prefers-color-scheme" not in german.body.decode()
    assert odd.body == plain.body


async def test_card_that_is_opened_as_a_page_may_load_nothing() -> None:
    """It would be a document of our origin."""
    async with visiting() as visitor:
        got = await visitor.get("/v1/card.svg")

    assert got.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("query", "side"),
    [("", 640), ("?size=64", 64), ("?size=65", 300), ("?size=999", 640), ("?size=x", 640)],
)
async def test_art_leads_to_the_cover_in_a_size(query: str, side: int) -> None:
    """The smallest that is large enough, else the largest."""
    async with visiting() as visitor:
        got = await visitor.get(f"/v1/art{query}")

    assert (got.status, got.headers["Location"]) == (302, f"https://i.scdn.co/image/{side}")
    assert got.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("snapshot", [NOTHING, playing(item=replace(TRACK, art=()))])
async def test_art_is_404_where_there_is_none(snapshot: Snapshot) -> None:
    """An advert, a local file; a page then shows what it likes."""
    async with visiting(snapshot) as visitor:
        got = await visitor.get("/v1/art")

    assert (got.status, got.error) == (404, "no_cover")


async def test_oembed_answers_for_our_own_pages() -> None:
    """Within the limits that were given."""
    async with visiting() as visitor:
        got = await visitor.get(f"/v1/oembed?url={OURS}/embed&maxwidth=320&maxheight=x&format=json")

    found = json.loads(got.body)
    assert (found["type"], found["version"], found["width"]) == ("rich", "1.0", 320)
    assert found["html"].startswith(f'<iframe src="{OURS}/embed"')


@pytest.mark.parametrize(
    ("query", "status", "error"),
    [
        ("?url=https://evil.example/", 404, "not_ours"),
        ("", 404, "not_ours"),
        (f"?url={OURS}&format=xml", 501, "no_such_format"),
    ],
)
async def test_oembed_refuses_the_rest(query: str, status: int, error: str) -> None:
    """With the statuses of the specification."""
    async with visiting() as visitor:
        got = await visitor.get(f"/v1/oembed{query}")

    assert (got.status, got.error) == (status, error)


async def test_oembed_needs_to_know_its_own_address() -> None:
    """The Host header is whatever the caller says, so it is not believed."""
    async with visiting(public_url=None) as visitor:
        got = await visitor.get(f"/v1/oembed?url={OURS}", Host="music.example")

    assert (got.status, got.error) == (404, "no_public_url")
    assert "server.public_url" in json.loads(got.body)["message"]


@pytest.mark.parametrize(
    ("tag", "lang"), [("de", "de"), ("de-AT", "de"), ("EN", "en"), ("fr", "en")]
)
async def test_words_come_in_the_nearest_language(tag: str, lang: str) -> None:
    """For card and overlay."""
    async with visiting() as visitor:
        got = await visitor.get(f"/v1/words/{tag}.json")

    assert json.loads(got.body)["lang"] == lang


@pytest.mark.parametrize("tag", ["x", "%2e%2e%2fcard", "..%2f..%2fsecret", "-", "en%0a"])
async def test_words_of_no_language_are_404(tag: str) -> None:
    """No tag leads to any other file."""
    async with visiting() as visitor:
        got = await visitor.get(f"/v1/words/{tag}.json")

    assert got.status == 404
