"""The loopback address on which the browser lands."""

import asyncio
import base64
import hashlib
import re
import socket
from collections.abc import Callable

import pytest
from owner import Page, fetch

from tonearm.poller.errors import InvalidClient, LoginFailed
from tonearm.server.console import landing

STATE = "the-right-state"


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port where nobody listens."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as sock:
        sock.bind((host, 0))
        return int(sock.getsockname()[1])


@pytest.fixture
def address() -> str:
    """A redirect address as the owner would register it."""
    return f"http://127.0.0.1:{free_port()}/callback"


async def answer(url: str, *, method: str = "GET", host: str | None = None) -> Page:
    """Return what a browser would get; ``host`` is what its Host header claims."""
    return await asyncio.to_thread(fetch, url, method=method, host=host)


async def test_the_query_is_handed_over_when_the_state_is_right(address: str) -> None:
    """Who comes with our state brings the answer to our login."""
    async with landing.listen(address, state=STATE) as page:
        browser = asyncio.create_task(answer(f"{address}?code=abc&state={STATE}"))

        query = await page.query()
        page.welcome("Logged in as Ann.")

    assert query == f"code=abc&state={STATE}"
    assert "Logged in as Ann." in (await browser).body


async def test_the_landing_works_when_the_address_is_ipv6() -> None:
    """The other loopback literal that Spotify takes."""
    address = f"http://[::1]:{free_port('::1')}/"
    async with landing.listen(address, state=STATE) as page:
        browser = asyncio.create_task(answer(f"{address}?state={STATE}&code=abc"))

        await page.query()
        page.welcome("Hello.")

    assert (await browser).status == 200


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda url: url.replace("/callback", "/favicon.ico"), 404),
        (lambda url: url.replace("/callback", "/callback/"), 404),
        (lambda url: url.replace("/callback", "/"), 404),
        (lambda url: f"{url}?code=forged", 400),
        (lambda url: f"{url}?code=forged&state=", 400),
        (lambda url: f"{url}?code=forged&state=foreign-state", 400),
        (lambda url: f"{url}?code=forged&state={STATE}x", 400),
        (lambda url: f"{url}?code=forged&state=%ff%00", 400),
        (lambda url: f"{url}?code=forged&state=foreign&state={STATE}", 400),
        (lambda url: f"{url}?error=access_denied&state=foreign-state", 400),
    ],
)
async def test_the_wait_goes_on_when_a_stranger_lands(
    address: str, change: Callable[[str], str], status: int
) -> None:
    """A forged landing must neither log anybody in nor end the real login."""
    async with landing.listen(address, state=STATE) as page:
        stranger = await answer(change(address))
        owner = asyncio.create_task(answer(f"{address}?code=real&state={STATE}"))

        query = await page.query()
        page.welcome("Hello.")

    assert stranger.status == status
    assert query == f"code=real&state={STATE}"
    assert (await owner).status == 200


@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT", "OPTIONS"])
async def test_only_get_lands_when_the_state_is_right(address: str, method: str) -> None:
    """A browser lands with GET; whatever else comes is no browser that Spotify sent."""
    async with landing.listen(address, state=STATE):
        page = await answer(f"{address}?code=abc&state={STATE}", method=method)

    assert page.status == 405


@pytest.mark.parametrize("host", ["evil.example", "localhost", "127.0.0.1", "127.0.0.1:1"])
async def test_nothing_is_there_when_the_host_is_another_name(address: str, host: str) -> None:
    """A page whose name was made to point here (DNS rebinding) learns nothing."""
    async with landing.listen(address, state=STATE):
        page = await answer(f"{address}?code=abc&state={STATE}", host=host)

    assert page.status == 404


async def test_the_browser_reads_the_sentence_when_the_login_fails(address: str) -> None:
    """What went wrong stands where the owner looks, not only in the terminal."""
    with pytest.raises(InvalidClient):  # noqa: PT012
        async with landing.listen(address, state=STATE) as page:
            browser = asyncio.create_task(answer(f"{address}?code=abc&state={STATE}"))
            await page.query()
            raise InvalidClient

    shown = await browser
    assert shown.status == 400
    assert "check spotify.client_id" in shown.body


async def test_a_second_tab_reads_the_same_when_it_reloads(address: str) -> None:
    """A reload is no second login; it shows what became of the first."""
    async with landing.listen(address, state=STATE) as page:
        url = f"{address}?code=abc&state={STATE}"
        tabs = [asyncio.create_task(answer(url)) for _ in range(2)]

        await page.query()
        page.welcome("Logged in as Ann.")
        shown = await asyncio.gather(*tabs)

    assert ["Logged in as Ann." in tab.body for tab in shown] == [True, True]


async def test_the_page_repeats_nothing_when_the_query_is_hostile(address: str) -> None:
    """Neither markup nor a code from the query comes back."""
    async with landing.listen(address, state=STATE):
        page = await answer(f"{address}?code=canary&state=%3Cscript%3Ecanary%3C/script%3E")

    assert "canary" not in page.body
    assert "<script" not in page.body


async def test_a_sentence_is_escaped_when_a_name_holds_markup(address: str) -> None:
    """The account's name is a stranger's text."""
    async with landing.listen(address, state=STATE) as page:
        browser = asyncio.create_task(answer(f"{address}?code=abc&state={STATE}"))
        await page.query()
        page.welcome("Logged in as <b>Ann</b>.")

    assert "&lt;b&gt;Ann&lt;/b&gt;" in (await browser).body


async def test_the_page_is_closed_up_when_it_is_served(address: str) -> None:
    """Its address holds a code: nothing is kept, sent on, run or loaded, but its own style."""
    async with landing.listen(address, state=STATE):
        page = await answer(address)

    style = re.search("<style>(.*?)</style>", page.body, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = page.headers["content-security-policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"


async def test_the_sentence_names_the_ways_out_when_the_port_is_taken() -> None:
    """Another program on the port must cost one line, not a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(LoginFailed) as failure:
            async with landing.listen(f"http://127.0.0.1:{port}/callback", state=STATE):
                pass

    said = str(failure.value)
    assert f"port {port}" in said
    assert "spotify.redirect_uri" in said
    assert "--paste" in said


async def test_the_port_is_free_again_when_the_context_ended(address: str) -> None:
    """A second attempt right after the first one can listen."""
    for _ in range(2):
        async with landing.listen(address, state=STATE):
            page = await answer(address)

        assert page.status == 400


async def test_a_waiting_browser_is_let_go_when_the_owner_stops(address: str) -> None:
    """Ctrl-C ends the wait at once, browser or not."""
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012
        async with landing.listen(address, state=STATE) as page:
            browser = asyncio.create_task(answer(f"{address}?code=abc&state={STATE}"))
            await page.query()
            raise KeyboardInterrupt

    with pytest.raises(OSError, match=r"without response|reset"):
        await browser
