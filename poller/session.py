"""The real way to Spotify: one aiohttp session, with deadlines and limits on every answer."""

import asyncio
import socket
import ssl
from typing import Final

import aiohttp

from .errors import BadAnswer, Unreachable
from .resolver import Resolver
from .transport import Answer, Request

BODY_LIMIT_BYTES: Final = 1 << 20
CONNECT_TIMEOUT_S: Final = 5.0
READ_TIMEOUT_S: Final = 10.0
DEADLINE_S: Final = 15.0


class HttpTransport:
    """The real one, over an aiohttp session that the composition root opens and closes."""

    def __init__(self, session: aiohttp.ClientSession, *, deadline_s: float = DEADLINE_S) -> None:
        self._session = session
        self._deadline_s = deadline_s

    async def send(self, request: Request) -> Answer:
        try:
            # aiohttp's own `total` can be missed when a peer dribbles, hence the outer deadline.
            async with asyncio.timeout(self._deadline_s):
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


async def _sent_once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Keep aiohttp from asking again by itself: of a second call the ledger would know nothing."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise  # nothing was sent, and nobody repeats it
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
        raise Unreachable("cut") from None


def open_session() -> aiohttp.ClientSession:
    """Return a session for :class:`HttpTransport`; the caller closes it."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=4, ttl_dns_cache=60, resolver=Resolver()),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        middlewares=(_sent_once,),
        headers={"User-Agent": "tonearm", "Accept": "application/json"},
    )
