"""Fetching covers: small images from Spotify's image hosts alone, with nothing given away."""

import pytest
from fake_transport import FakeTransport

from tonearm.poller.errors import BadAnswer, SpotifyError, Unreachable
from tonearm.poller.options import App
from tonearm.poller.playback import Art
from tonearm.poller.simulated import covers
from tonearm.poller.transport import Answer
from tonearm.server import demo
from tonearm.server.artwork.covers import MOST_BYTES, ImageHosts, open_covers, read_cover, to_fetch
from tonearm.server.artwork.picture import NotACover, opened

COVER = "https://i.scdn.co/image/ab67616d00004851"


def image(body: bytes = b"image", *, kind: str = "image/jpeg", status: int = 200) -> Answer:
    """Return what an image host answers."""
    return Answer(status=status, headers={"content-type": kind}, body=body)


def art(*sides: int | None) -> list[Art]:
    """Return images of these sizes."""
    return [Art(url=f"https://i.scdn.co/{side}", width=side, height=side) for side in sides]


@pytest.mark.parametrize(
    ("sides", "chosen"),
    [
        ((640, 300, 64), 300),
        ((64, 300, 640), 300),
        ((191, 640), 640),
        ((64, 100), 100),
        ((None, 640), 640),
        ((64, None), None),
        ((None,), None),
    ],
)
def test_the_fewest_bytes_that_are_sharp_enough_are_fetched(
    sides: tuple[int | None, ...], chosen: int | None
) -> None:
    """Sizes come in any order, and an unknown one is taken for the largest."""
    assert to_fetch(art(*sides)) == f"https://i.scdn.co/{chosen}"


@pytest.mark.parametrize("sides", [(), (32,)])
def test_nothing_is_fetched_when_there_is_no_cover_to_speak_of(sides: tuple[int, ...]) -> None:
    """A local file has no cover, and a thumbnail of a thumbnail is none."""
    assert to_fetch(art(*sides)) is None


@pytest.mark.parametrize("kind", ["image/jpeg", "image/png", "image/webp", "IMAGE/JPEG; q=1"])
async def test_fetch_returns_the_file(kind: str) -> None:
    """The three formats of covers, however the header is written."""
    hosts = ImageHosts(FakeTransport([image(b"\xff\xd8", kind=kind)]))

    assert await hosts.fetch(COVER) == b"\xff\xd8"


async def test_fetch_gives_nothing_away() -> None:
    """The request is a plain GET that says what it takes and nothing of the owner."""
    transport = FakeTransport([image()])

    await ImageHosts(transport).fetch(COVER)

    (request,) = transport.requests
    assert (request.method, request.url, request.form) == ("GET", COVER, None)
    assert request.headers == {"Accept": "image/jpeg, image/png, image/webp"}


@pytest.mark.parametrize(
    "url",
    [
        "http://i.scdn.co/image/1",
        "https://api.spotify.com/v1/me",
        "https://i.scdn.co.evil.example/image/1",
        "https://i.scdn.co@evil.example/image/1",
        "https://i.scdn.co:8443/image/1",
        "https://127.0.0.1/image/1",
        "file:///etc/passwd",
        "",
    ],
)
async def test_fetch_asks_nobody_but_the_image_hosts(url: str) -> None:
    """Whatever address an answer held, only Spotify's covers over https are asked for."""
    with pytest.raises(BadAnswer):
        await ImageHosts(FakeTransport()).fetch(url)


@pytest.mark.parametrize(
    "answer",
    [
        image(status=404),
        image(status=302),
        image(kind="text/html"),
        image(kind="image/gif"),
        image(kind="image/svg+xml"),
        image(bytes(MOST_BYTES + 1)),
        Answer(status=200, body=b"image"),
    ],
)
async def test_fetch_refuses_what_is_no_small_image(answer: Answer) -> None:
    """Error pages, redirects, other formats and large files go no further."""
    with pytest.raises(BadAnswer):
        await ImageHosts(FakeTransport([answer])).fetch(COVER)


async def test_fetch_passes_on_that_nobody_answered() -> None:
    """Time-outs and dead lines stay what they are: another time it may work."""
    with pytest.raises(Unreachable):
        await ImageHosts(FakeTransport([Unreachable("timeout")])).fetch(COVER)


async def test_a_stand_in_for_spotify_has_no_covers_to_fetch() -> None:
    """Tests against a simulated account ask nothing of the real image hosts."""
    async with open_covers(App(client_id="a", api_url="http://127.0.0.1:1/v1")) as fetch:
        with pytest.raises(SpotifyError):
            await fetch(COVER)


async def test_covers_are_fetched_from_the_image_hosts_by_default() -> None:
    """With the real Spotify, what is asked for is judged by the image hosts' own rules."""
    async with open_covers(App(client_id="a")) as fetch:
        with pytest.raises(BadAnswer, match="image host"):
            await fetch("http://127.0.0.1:1/cover.jpg")


async def test_one_file_becomes_colours_and_two_pictures() -> None:
    """Made of one fetch, off the event loop."""
    asked = []

    async def fetch(url: str) -> bytes:
        asked.append(url)
        return covers.png("planes", 300)

    made = await read_cover(COVER, fetch=fetch)

    assert asked == [COVER]
    assert made.palette.bold.fg == "#ffffff"
    assert made.palette.light.bg.startswith("#ff")
    assert opened(made.thumbnail).size == (192, 192)
    assert opened(made.picture).size == (300, 300)


async def test_read_cover_says_so_when_the_file_is_no_cover() -> None:
    """A header may say image and the file something else."""

    async def fetch(_url: str) -> bytes:
        return b"<html>"

    with pytest.raises(NotACover):
        await read_cover(COVER, fetch=fetch)


@pytest.mark.parametrize("slug", covers.SLUGS)
async def test_the_demo_draws_its_covers_instead_of_fetching_them(slug: str) -> None:
    """It has them, wherever its public address may lead."""
    file = await demo.fetch_cover(f"https://music.example/demo/covers/{slug}-64.png")

    assert file == covers.png(slug, 64)
