"""One HTTP exchange with Spotify, with deadlines and limits, and the seam where tests swap it.

It knows nothing of tokens or endpoints. Whatever comes back is bytes: believing it is parse's job.
"""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import aiohttp

from .errors import BadAnswer, Unreachable

BODY_LIMIT_BYTES: Final = 1 << 20
CONNECT_TIMEOUT_S: Final = 5.0
READ_TIMEOUT_S: Final = 10.0
DEADLINE_S: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is sent. Headers and form hold secrets, so neither is in the repr."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: header names in lower case, the body as it is."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


class Transport(Protocol):
    """Sends one request and returns one answer."""

    async def send(self, request: Request) -> Answer:
        """Return the answer, whatever its status.

        Raises:
            Unreachable: nothing came back.
            BadAnswer: too large, or encoded although we asked for plain bytes.
        """


class HttpTransport:
    """The real one, over an aiohttp session that the composition root opens and closes."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def send(self, request: Request) -> Answer:
        try:
            # aiohttp's own `total` can be missed when a peer dribbles, hence the outer deadline.
            async with asyncio.timeout(DEADLINE_S):
                return await self._send(request)
        except TimeoutError:
            raise Unreachable("timeout") from None
        except aiohttp.ClientConnectorDNSError:
            raise Unreachable("dns") from None
        except (aiohttp.ClientSSLError, ssl.SSLError):
            raise Unreachable("tls") from None
        except aiohttp.ClientConnectorError as error:
            reason = "dns" if isinstance(error.os_error, socket.gaierror) else "connect"
            raise Unreachable(reason) from None
        except (aiohttp.ClientError, OSError):
            raise Unreachable("cut") from None

    async def _send(self, request: Request) -> Answer:
        async with self._session.request(
            request.method,
            request.url,
            headers={**request.headers, "Accept-Encoding": "identity"},
            data=request.form,
            allow_redirects=False,  # a captive portal redirects; Spotify's API does not
            timeout=aiohttp.ClientTimeout(
                total=None,
                sock_connect=CONNECT_TIMEOUT_S,
                sock_read=READ_TIMEOUT_S,
            ),
        ) as response:
            encoding = response.headers.get("Content-Encoding", "identity").lower()
            if encoding != "identity":
                response.close()
                raise BadAnswer("encoded body", status=response.status)
            body = bytearray()
            async for chunk in response.content.iter_chunked(1 << 16):
                body += chunk
                if len(body) > BODY_LIMIT_BYTES:
                    response.close()
                    raise BadAnswer("body over 1 MiB", status=response.status)
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answer(status=response.status, headers=headers, body=bytes(body))


def open_session() -> aiohttp.ClientSession:
    """Return a session for :class:`HttpTransport`; the caller closes it."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=4, ttl_dns_cache=60),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        headers={"User-Agent": "tonearm", "Accept": "application/json"},
    )
