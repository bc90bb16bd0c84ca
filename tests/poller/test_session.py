"""The real way to Spotify, against a real server on the loopback that misbehaves."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from loopback import serving

from tonearm.poller.errors import BadAnswer, Unreachable
from tonearm.poller.session import BODY_LIMIT_BYTES, HttpTransport, open_session
from tonearm.poller.transport import Request


@pytest.fixture
async def transport() -> AsyncIterator[HttpTransport]:
    """Yield the transport as the service has it."""
    async with open_session() as session:
        yield HttpTransport(session)


async def test_an_answer_comes_back_as_it_is(transport: HttpTransport) -> None:
    """Status, headers in lower case, body: nothing is judged here."""

    async def handler(_request: web.Request) -> web.Response:
        return web.json_response({"a": 1}, status=429, headers={"Retry-After": "7"})

    async with serving(handler) as url:
        answer = await transport.send(Request(method="GET", url=url))

    assert (answer.status, answer.body) == (429, b'{"a": 1}')
    assert answer.headers["retry-after"] == "7"


async def test_headers_and_form_are_sent(transport: HttpTransport) -> None:
    """The token in a header, the form url-encoded, and plain bytes asked for."""
    got: dict[str, str] = {}

    async def handler(request: web.Request) -> web.Response:
        got.update(request.headers)
        got["form"] = await request.text()
        return web.Response()

    async with serving(handler) as url:
        request = Request(
            method="POST", url=url, headers={"Authorization": "Bearer x"}, form={"a": "b c"}
        )
        await transport.send(request)

    assert got["Authorization"] == "Bearer x"
    assert got["Accept-Encoding"] == "identity"
    assert got["Content-Type"] == "application/x-www-form-urlencoded"
    assert got["form"] == "a=b+c"


async def test_a_redirect_is_not_followed(transport: HttpTransport) -> None:
    """A captive portal redirects, and would get the token."""
    paths = []

    async def handler(request: web.Request) -> web.Response:
        paths.append(request.path)
        return web.Response(status=302, headers={"Location": "/portal"})

    async with serving(handler) as url:
        answer = await transport.send(Request(method="GET", url=f"{url}/v1/me"))

    assert answer.status == 302
    assert paths == ["/v1/me"]


async def test_no_cookie_is_kept(transport: HttpTransport) -> None:
    """What one answer sets no later request carries."""
    cookies = []

    async def handler(request: web.Request) -> web.Response:
        cookies.append(request.headers.get("Cookie"))
        return web.Response(headers={"Set-Cookie": "a=b"})

    async with serving(handler) as url:
        # By name: nobody stores cookies of a bare address.
        request = Request(method="GET", url=url.replace("127.0.0.1", "localhost"))
        await transport.send(request)
        await transport.send(request)

    assert cookies == [None, None]


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate", "br", "identity, gzip"])
async def test_an_encoded_body_is_refused_unread(transport: HttpTransport, encoding: str) -> None:
    """We asked for plain bytes; what blows up when it is opened stays closed."""

    async def handler(_request: web.Request) -> web.Response:
        body = gzip.compress(bytes(1 << 20))
        return web.Response(body=body, headers={"Content-Encoding": encoding})

    async with serving(handler) as url:
        with pytest.raises(BadAnswer) as caught:
            await transport.send(Request(method="GET", url=url))

    assert caught.value.status == 200


@pytest.mark.parametrize("excess", [0, 1])
async def test_a_body_is_read_up_to_a_mebibyte(transport: HttpTransport, excess: int) -> None:
    """The largest real answer is a few kilobytes."""

    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=bytes(BODY_LIMIT_BYTES + excess))

    async with serving(handler) as url:
        sent = transport.send(Request(method="GET", url=url))
        if excess:
            with pytest.raises(BadAnswer):
                await sent
        else:
            assert len((await sent).body) == BODY_LIMIT_BYTES


async def test_an_endless_body_is_cut_off(transport: HttpTransport) -> None:
    """A peer that never stops sending costs no memory, and hears of it."""
    was_cut = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(bytes(1 << 16))
        finally:
            was_cut.set()

    async with serving(handler) as url:
        with pytest.raises(BadAnswer):
            await transport.send(Request(method="GET", url=url))
        await was_cut.wait()


async def test_an_error_tells_no_secret(transport: HttpTransport) -> None:
    """Neither the message nor what led to it holds the token or the form."""
    request = Request(
        method="POST",
        url="http://127.0.0.1:1/",
        headers={"Authorization": "Bearer SECRET"},
        form={"refresh_token": "SECRET"},
    )

    with pytest.raises(Unreachable) as caught:
        await transport.send(request)

    error: BaseException | None = caught.value
    while error is not None:
        assert "SECRET" not in f"{error} {error!r}"
        error = error.__cause__
