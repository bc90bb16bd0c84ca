"""The public routes that are not streams, asked over real sockets as programs and pages do."""

import base64
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema  # type: ignore[import-untyped]
import pytest
import structlog
from aiohttp import web
from msgspec.structs import replace
from viewers import NO_PAGES, RawCaller, Service, playing

from tonearm.poller.playback import Health, Snapshot, State
from tonearm.server.door.front import listen
from tonearm.server.public.http import FAULTS, application
from tonearm.server.public.pages import Pages

SCHEMA: dict[str, Any] = json.loads(
    Path(__file__).parents[1].joinpath("snapshot.schema.json").read_text()
)
CARD = b'customElements.define("now-playing",class extends HTMLElement{});' * 20


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    """Small stand-ins for the real files; most of the table is absent."""
    tmp_path.joinpath("card.js").write_bytes(CARD)
    tmp_path.joinpath("index.html").write_text("<!doctype html><title>tonearm</title>", "utf-8")
    tmp_path.joinpath("index.css").write_text("body { margin: 0 }", "utf-8")
    tmp_path.joinpath("secret.txt").write_text("not in the table", "utf-8")
    return Pages.load(tmp_path)


async def test_current_is_the_snapshot_of_the_contract() -> None:
    """The same JSON as on the WebSocket, stored by nobody, tagged for those who keep a copy."""
    service = Service()
    service.hub.publish(playing(481))

    async with (
        service.open() as listening,
        aiohttp.ClientSession() as session,
        session.get(f"{listening.url}/v1/current") as answer,
    ):
        current = await answer.json()

    jsonschema.validate(current, SCHEMA)
    assert current["seq"] == 481
    assert answer.headers["ETag"] == 'W/"k3f9-481"'
    assert answer.headers["Cache-Control"] == "no-store"


async def test_current_says_that_it_starts_when_nothing_was_published() -> None:
    """Rather no answer than an invented one."""
    service = Service()

    async with (
        service.open() as listening,
        aiohttp.ClientSession() as session,
        session.get(f"{listening.url}/v1/current") as answer,
    ):
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("known", "status"),
    [
        ('W/"k3f9-481"', 304),
        ('"k3f9-481"', 304),
        ('"other", W/"k3f9-481"', 304),
        ("*", 304),
        ('W/"k3f9-480"', 200),
        ('W/"zzzz-481"', 200),
        ("k3f9-481", 200),
        ("", 200),
    ],
)
async def test_current_is_304_exactly_for_those_who_hold_it(known: str, status: int) -> None:
    """RFC 9110 13.1.2: a list, weakly compared; what is not an ETag matches nothing."""
    service = Service()
    service.hub.publish(playing(481))

    async with service.open() as listening, aiohttp.ClientSession() as session:
        url = f"{listening.url}/v1/current"
        async with session.get(url, headers={"If-None-Match": known}) as answer:
            body = await answer.read()

    assert answer.status == status
    assert bool(body) == (status == 200)
    assert answer.headers["ETag"] == 'W/"k3f9-481"'


@pytest.mark.parametrize(
    ("method", "headers", "is_reader"),
    [
        ("GET", {}, True),
        ("HEAD", {}, False),
        ("GET", {"If-None-Match": "*"}, False),
        ("OPTIONS", {}, False),
    ],
    ids=["get", "head", "not-modified", "options"],
)
async def test_only_a_full_read_counts_as_audience(
    method: str, headers: dict[str, str], *, is_reader: bool
) -> None:
    """A monitor that asks for headers all day keeps nobody awake."""
    service = Service()
    service.hub.publish(playing(1))

    async with (
        service.open() as listening,
        aiohttp.ClientSession() as session,
        session.request(method, f"{listening.url}/v1/current", headers=headers),
    ):
        assert service.hub.has_readers() is is_reader
        assert service.arrivals == int(is_reader)


@pytest.mark.parametrize("path", ["/v1/current", "/healthz", "/", "/card.js", "/index.css"])
async def test_head_has_the_headers_of_get_and_no_body(path: str, pages: Pages) -> None:
    """HEAD works wherever GET does."""
    service = Service()
    service.hub.publish(playing(1))

    async with service.open(pages=pages) as listening, aiohttp.ClientSession() as session:
        async with session.get(listening.url + path) as got:
            await got.read()
        async with session.head(listening.url + path) as head:
            body = await head.read()

    assert (head.status, body) == (got.status, b"")
    for name in ("Content-Type", "Content-Length", "Cache-Control"):
        assert head.headers[name] == got.headers[name]


@pytest.mark.parametrize(
    ("health", "status"),
    [
        (Health.OK, 200),
        (Health.LIMITED, 200),
        (Health.STALE, 503),
        (Health.OFFLINE, 503),
        (Health.REFUSED, 503),
        (Health.LOGIN_NEEDED, 503),
    ],
)
async def test_healthz_is_words_and_a_status_for_monitors(health: Health, status: int) -> None:
    """Anybody may read it, so it tells the reason and no number."""
    service = Service()
    service.hub.publish(
        Snapshot(epoch="k3f9", seq=1, state=State.NOTHING, health=health, until=1_795_290_400_000)
    )

    async with (
        service.open() as listening,
        aiohttp.ClientSession() as session,
        session.get(f"{listening.url}/healthz") as answer,
    ):
        body = await answer.text()

    assert answer.status == status
    assert json.loads(body) == {"health": health.value, "state": "nothing"}
    assert not any(character.isdigit() for character in body)


async def test_healthz_is_ok_when_idle() -> None:
    """Silence is no illness."""
    service = Service()
    service.hub.publish(replace(playing(1), state=State.IDLE, ended_at=1, position_ms=None))

    async with (
        service.open() as listening,
        aiohttp.ClientSession() as session,
        session.get(f"{listening.url}/healthz") as answer,
    ):
        assert answer.status == 200


async def test_healthz_is_stale_before_the_first_snapshot() -> None:
    """A proxy waits until there is something to show."""
    service = Service()

    async with (
        service.open() as listening,
        aiohttp.ClientSession() as session,
        session.get(f"{listening.url}/healthz") as answer,
    ):
        assert answer.status == 503
        assert (await answer.json())["health"] == "stale"


@pytest.mark.parametrize(
    ("name", "cache_control"),
    [("card.js", "public, max-age=3600"), ("card-0123456789ab.js", "no-cache")],
    ids=["plain", "of another version"],
)
async def test_card_is_fresh_soon_after_an_update(
    name: str, cache_control: str, pages: Pages
) -> None:
    """Within an hour under its plain name; at once where it stands in for another version's."""
    service = Service()

    async with service.open(pages=pages) as listening, aiohttp.ClientSession() as session:
        async with session.get(f"{listening.url}/{name}") as answer:
            body = await answer.read()
        known = {"If-None-Match": answer.headers["ETag"]}
        async with session.get(f"{listening.url}/{name}", headers=known) as again:
            pass

    assert (answer.status, body) == (200, CARD)
    assert answer.headers["Cache-Control"] == cache_control
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.content_type == "text/javascript"
    assert again.status == 304


async def test_card_is_kept_for_ever_under_its_hashed_name(pages: Pages) -> None:
    """Its name changes with its content, and its integrity can be pinned."""
    service = Service()

    async with service.open(pages=pages) as listening, aiohttp.ClientSession() as session:
        assert pages.card_path is not None
        async with session.get(listening.url + pages.card_path) as answer:
            body = await answer.read()

    digest = base64.b64encode(hashlib.sha384(body).digest()).decode()
    assert "immutable" in answer.headers["Cache-Control"]
    assert pages.card_integrity == f"sha384-{digest}"


@pytest.mark.parametrize(
    "name", ["card-.js", "card-nothex.js", "card-ABCDEF012345.js", "card-0.js"]
)
async def test_what_no_version_ever_named_is_404(name: str, pages: Pages) -> None:
    """A slip of the pen is told, not hidden."""
    service = Service()

    async with (
        service.open(pages=pages) as listening,
        aiohttp.ClientSession() as session,
        session.get(f"{listening.url}/{name}") as answer,
    ):
        pass

    assert answer.status == 404


async def test_no_card_stands_in_where_there_is_none(tmp_path: Path) -> None:
    """What cannot be served has no route."""
    service = Service()

    async with (
        service.open(pages=Pages.load(tmp_path)) as listening,
        aiohttp.ClientSession() as session,
        session.get(f"{listening.url}/card-0123456789ab.js") as answer,
    ):
        pass

    assert answer.status == 404


@pytest.mark.parametrize(
    ("accepted", "is_packed"), [("gzip, br", True), ("identity", False), ("gzip;q=0", False)]
)
async def test_page_is_packed_for_those_who_take_it(
    accepted: str, *, is_packed: bool, pages: Pages
) -> None:
    """A Pi behind a thin line serves a third of the bytes."""
    service = Service()
    headers = {"Accept-Encoding": accepted}

    async with (
        service.open(pages=pages) as listening,
        aiohttp.ClientSession(auto_decompress=False) as session,
        session.get(f"{listening.url}/card.js", headers=headers) as answer,
    ):
        body = await answer.read()

    assert (gzip.decompress(body) if is_packed else body) == CARD
    assert (len(body) < len(CARD)) == is_packed
    assert answer.headers["Vary"] == "Accept-Encoding"


async def test_html_runs_nothing_but_our_own_files(pages: Pages) -> None:
    """A title that were a script would still not run."""
    service = Service()

    async with (
        service.open(pages=pages) as listening,
        aiohttp.ClientSession() as session,
        session.get(f"{listening.url}/") as answer,
    ):
        policy = answer.headers["Content-Security-Policy"]

    assert answer.content_type == "text/html"
    assert policy.startswith("default-src 'none'; script-src 'self'")
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/secret.txt", "/../secret.txt", "/%2e%2e/secret.txt", "/nope"])
async def test_unknown_path_is_a_small_json_404(path: str, pages: Pages) -> None:
    """Only the table is served."""
    service = Service()

    async with service.open(pages=pages) as listening, RawCaller.connect(listening) as caller:
        await caller.send(f"GET {path} HTTP/1.1\r\nHost: tonearm\r\n\r\n".encode())
        status, headers, body = await caller.answer()

    assert (status, headers["content-type"]) == (404, "application/json")
    assert json.loads(body)["error"] == "not_found"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"])
async def test_wrong_method_is_405_and_names_the_right_ones(method: str) -> None:
    """RFC 9110 15.5.6 wants the Allow header."""
    service = Service()

    async with service.open() as listening, RawCaller.connect(listening) as caller:
        await caller.send(f"{method} /v1/current HTTP/1.1\r\nHost: tonearm\r\n\r\n".encode())
        status, headers = await caller.head()

    if method == "BREW":  # not a method at all: refused before it is routed
        assert status == 400
    else:
        assert status == 405
        assert headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", ["/v1/current", "/v1/ws", "/v1/events", "/healthz", "/nowhere"])
async def test_options_is_answered_everywhere(path: str) -> None:
    """A page on any origin may ask before it asks."""
    service = Service()
    ask = {"Origin": "https://example.org", "Access-Control-Request-Headers": "if-none-match"}

    async with (
        service.open() as listening,
        aiohttp.ClientSession() as session,
        session.options(listening.url + path, headers=ask) as answer,
    ):
        assert answer.status == 204
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "GET" in answer.headers["Access-Control-Allow-Methods"]
        allowed = answer.headers["Access-Control-Allow-Headers"].split(", ")
        assert {"If-None-Match", "Last-Event-ID", "Cache-Control"} <= set(allowed)


@pytest.mark.parametrize("path", ["/v1/current", "/v1/ws", "/healthz", "/card.js", "/", "/nowhere"])
async def test_every_answer_is_public_and_says_little(path: str, pages: Pages) -> None:
    """Any origin may read it, no cookie is set, no version is told."""
    service = Service()
    service.hub.publish(playing(1))

    async with (
        service.open(pages=pages) as listening,
        aiohttp.ClientSession() as session,
        session.get(listening.url + path) as answer,
    ):
        headers = answer.headers

    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Access-Control-Expose-Headers"] == "ETag"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Server"] == "tonearm"
    assert "Set-Cookie" not in headers


async def test_handler_that_fails_shows_nothing_and_is_counted() -> None:
    """The owner finds type and place in the log; the caller finds a sentence."""
    service = Service()

    async def fail(_request: web.Request) -> web.Response:
        raise LookupError("the secret is hunter2")

    with structlog.testing.capture_logs() as logged:
        async with (
            service.open(extra_routes=[web.get("/fail", fail)]) as listening,
            aiohttp.ClientSession() as session,
            session.get(f"{listening.url}/fail") as answer,
        ):
            body = await answer.text()

    assert answer.status == 500
    assert "hunter2" not in body + str(logged)
    assert logged[0]["event"] == "request_failed"
    assert logged[0]["error"] == "LookupError"


async def test_faults_are_counted_by_type() -> None:
    """Metrics can tell one kind of trouble from another."""
    service = Service()

    async def fail(_request: web.Request) -> web.Response:
        raise LookupError

    app = application(
        service.hub,
        pages=NO_PAGES,
        clock=service.clock,
        jitter=lambda: 0.0,
        extra_routes=[web.get("/fail", fail)],
    )
    async with (
        listen(app, "127.0.0.1", 0, clock=service.clock) as listening,
        aiohttp.ClientSession() as session,
    ):
        for _ in range(2):
            async with session.get(f"{listening.url}/fail"):
                pass

    assert app[FAULTS] == {"LookupError": 2}


async def test_extra_route_is_served_like_the_built_in_ones() -> None:
    """The demo's covers get the same public headers."""
    service = Service()

    async def cover(request: web.Request) -> web.Response:
        return web.Response(text=request.match_info["name"])

    extra = [web.get("/demo/covers/{name}.png", cover)]
    async with (
        service.open(extra_routes=extra) as listening,
        aiohttp.ClientSession() as session,
        session.get(f"{listening.url}/demo/covers/tide.png") as answer,
    ):
        assert await answer.text() == "tide"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_pages_of_the_package_hold_the_card() -> None:
    """The files that ship are found where the wheel puts them."""
    assert Pages.load().card_integrity is not None


def test_pages_load_whatever_of_the_table_is_there(tmp_path: Path) -> None:
    """A missing file is a missing route, not a failure to start."""
    tmp_path.joinpath("embed.html").write_text("<!doctype html>", "utf-8")

    pages = Pages.load(tmp_path)

    assert [page.path for page in pages.all] == ["/embed"]
    assert pages.card_path is None


async def test_start_page_prints_the_public_address_when_there_is_one(tmp_path: Path) -> None:
    """Behind a proxy the page cannot know it, and what an owner types is not markup."""
    page = '<meta name="tonearm-public-url" content="">'
    (tmp_path / "index.html").write_text(page)

    pages = Pages.load(tmp_path, public_url='https://listening.example/"><b>')

    assert (
        pages.all[0].body
        == page.replace(
            'content=""', 'content="https://listening.example/&quot;&gt;&lt;b&gt;"'
        ).encode()
    )


async def test_card_is_served_without_comments_but_whole(tmp_path: Path) -> None:
    """Readers get the source from the repository, visitors only what runs."""
    (tmp_path / "card.js").write_text(
        "/** Says why. */\nconst a = `kept  /* as */  it is`; // end\n"
    )

    pages = Pages.load(tmp_path)

    assert pages.all[0].body == b"const a=`kept  /* as */  it is`;"
