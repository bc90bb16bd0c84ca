"""From the address of a cover to its colours: fetched once from Spotify's image hosts, then read.

The image hosts are not Spotify's Web API: a cover costs no call of the owner's quota, and nothing
of the owner's goes there, no token and no cookie. Who remembers what was read is ``tint``.
"""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Final

from tonearm.poller.errors import BadAnswer, Unreachable
from tonearm.poller.links import art_link
from tonearm.poller.options import App, Hosts
from tonearm.poller.playback import Art, Palette
from tonearm.poller.session import HttpTransport, open_session
from tonearm.poller.transport import Request, Transport

from .palette import palette
from .swatches import read_swatches

DEADLINE_S: Final = 5.0
LEAST_SIDE: Final = 64
MOST_BYTES: Final = 300_000
_TYPES: Final = ("image/jpeg", "image/png", "image/webp")
_SPOTIFYS: Final = Hosts()
_SPOTIFYS_API: Final = App(client_id="").api_url
_OK: Final = 200

Fetch = Callable[[str], Awaitable[bytes]]
"""Returns the file at the address of a cover, or raises a :exc:`SpotifyError`."""


def smallest(art: Iterable[Art]) -> str | None:
    """Return the address of the smallest image that shows its colours, None if there is none."""
    large_enough = [each for each in art if each.width is None or each.width >= LEAST_SIDE]
    found = min(large_enough, key=lambda each: each.width or math.inf, default=None)
    return found.url if found else None


async def read_palette(url: str, *, fetch: Fetch) -> Palette:
    """Return the colours of the cover at ``url``, read off the event loop.

    Raises:
        SpotifyError: it could not be fetched; another time it may.
        NotACover: what is there cannot be read.
    """
    file = await fetch(url)
    return await asyncio.to_thread(lambda: palette(read_swatches(file)))


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
