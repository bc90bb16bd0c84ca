"""Which addresses are passed on to a browser: https on Spotify's hosts, and nothing clever.

It reads a strict grammar instead of parsing a URL, since parsers disagree and browsers more so:
no user, no port, no backslash, quote, bracket, blank, control or non-ASCII character exists in
it, so ``javascript:``, ``//evil``, ``open.spotify.com@evil`` and look-alike letters do not match.
"""

import re
from typing import Final

from .fields import word
from .options import Hosts

URL_BYTES: Final = 200

_REST: Final = r"[A-Za-z0-9/?#&=%+,;:@!$*~._-]*"
_HTTPS: Final = re.compile(rf"https://(?P<host>(?:[a-z0-9-]+\.)+[a-z0-9-]+)(?:/{_REST})?")
_PATH: Final = re.compile(rf"/{_REST}")


def link(value: object, hosts: Hosts) -> str | None:
    """Return ``value`` if it is the address of a page that may be linked to, else None."""
    url = word(value)
    return url if len(url) <= URL_BYTES and _is_below(url, hosts.links) else None


def art_link(value: object, hosts: Hosts) -> str | None:
    """Return ``value`` if it is the address of a cover that may be loaded, else None."""
    url = word(value)
    if len(url) > URL_BYTES:
        return None
    if hosts.art_origin is not None and url.startswith(hosts.art_origin):
        return url if _PATH.fullmatch(url, len(hosts.art_origin)) else None
    return url if _is_below(url, hosts.art) else None


def _is_below(url: str, hosts: tuple[str, ...]) -> bool:
    match = _HTTPS.fullmatch(url)
    return match is not None and any(f".{match['host']}".endswith(f".{host}") for host in hosts)
