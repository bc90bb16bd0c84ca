"""From the address of a cover to what is made of it: fetched once from Spotify's image hosts.

The image hosts are not Spotify's Web API: a cover costs no call of the owner's quota, and nothing
of the owner's goes there, no token and no cookie. Who remembers what was made is ``tint``.
"""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Final, NamedTuple

from tonearm.poller.errors import BadAnswer, Unreachable
from tonearm.poller.links import art_link
from tonearm.poller.options import App, Hosts
from tonearm.poller.playback import Art, Palette
from tonearm.poller.session import HttpTransport, open_session
from tonearm.poller.transport import Request, Transport

from .palette import palette
from .picture import PICTURE_SIDE, THUMBNAIL_SIDE, as_jpeg, opened
from .swatches import swatches

DEADLINE_S: Final = 5.0
LEAST_SIDE: Final = 64
MOST_BYTES: Final = 300_000
_TYPES: Final = ("image/jpeg", "image/png", "image/webp")
_SPOTIFYS: Final = Hosts()
_SPOTIFYS_API: Final = App(client_id="").api_url
_OK: Final = 200

Fetch = Callable[[str], Awaitable[bytes]]
"""Returns the file at the address of a cover, or raises a :exc:`SpotifyError`."""


class Cover(NamedTuple):
    """What is made of a cover: its colours, and two JPEGs of 192 and of 300 pixels at most."""

    palette: Palette
    thumbnail: bytes
    picture: bytes


def to_fetch(art: Iterable[Art]) -> str | None:
    """Return the address of the smallest image that is sharp enough, None if there is none.

    That is one as large as a thumbnail; where there is none, the largest that shows its colours.
    """
    found = [each for each in art if each.width is None or each.width >= LEAST_SIDE]
    sharp = [each for each in found if each.width is None or each.width >= THUMBNAIL_SIDE]
    if sharp:
        return min(sharp, key=lambda each: each.width or math.inf).url
    return max(found, key=lambda each: each.width or 0).url if found else None


async def read_cover(url: str, *, fetch: Fetch) -> Cover:
    """Return what is made of the cover at ``url``, off the event loop.

    Raises:
        SpotifyError: it could not be fetched; another time it may.
        NotACover: what is there cannot be read.
    """
    file = await fetch(url)
    return await asyncio.to_thread(_made_of, file)


def _made_of(file: bytes) -> Cover:
    image = opened(file)
    return Cover(
        palette=palette(swatches(image)),
        thumbnail=as_jpeg(image, THUMBNAIL_SIDE),
        picture=as_jpeg(image, PICTURE_SIDE),
    )


class ImageHosts:
    """Where Spotify's covers are, and nothing else."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def fetch(self, url: str) -> bytes:
        """Return the file at ``url``.

        Raises:
            SpotifyError: no answer, or one that is not a small image.
        """
        if art_link(url, _SPOTIFYS) is None:
            raise BadAnswer("the address of a cover is not on an image host")
        request = Request(method="GET", url=url, headers={"Accept": ", ".join(_TYPES)})
        answer = await self._transport.send(request)
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if answer.status != _OK or kind not in _TYPES or len(answer.body) > MOST_BYTES:
            raise BadAnswer("no small image where a cover should be", status=answer.status)
        return answer.body


@contextlib.asynccontextmanager
async def open_covers(app: App) -> AsyncIterator[Fetch]:
    """Yield what fetches covers, over a session that shares nothing with Spotify's Web API.

    Nothing is ever asked when ``app`` is told of a stand-in for Spotify: its covers are made up.
    """
    if app.api_url != _SPOTIFYS_API:
        yield _refuse
        return
    async with open_session() as session:
        yield ImageHosts(HttpTransport(session, deadline_s=DEADLINE_S)).fetch


async def _refuse(_url: str) -> bytes:
    raise Unreachable("stand-in")
