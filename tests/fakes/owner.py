"""The owner at a browser: opens the link, agrees or cancels at the simulated account, and lands.

Blocking, like a browser: run it in a thread of its own.
"""

import http.client
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a browser got."""

    status: int
    headers: dict[str, str]
    body: str


def fetch(url: str, *, method: str = "GET", host: str | None = None) -> Page:
    """Ask for ``url`` and follow nothing; header names come back in lower case."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=20)
    try:
        path = f"{address.path}?{address.query}" if address.query else address.path
        connection.request(method, path, headers={"Host": host or address.netloc})
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Page(status=answer.status, headers=headers, body=answer.read().decode())
    finally:
        connection.close()


def decide(link: str, choice: str = "agree") -> str:
    """Follow a link of the consent page, and return where the browser is sent."""
    consent = fetch(link)
    found = re.search(f'class="{choice}" href="([^"]+)"', consent.body)
    assert found, consent.body
    there = urlsplit(link)._replace(path="", query="").geturl()
    return fetch(there + unescape(found[1])).headers["location"]


@dataclass(slots=True)
class Browser:
    """A browser that goes where it is sent, and remembers the pages it was shown.

    ``consent`` takes the link and returns where the owner's answer sends the browser; ``detours``
    are other addresses that it comes by first.
    """

    consent: Callable[[str], str] = decide
    detours: tuple[str, ...] = ()
    pages: list[Page] = field(default_factory=list)

    def __call__(self, link: str) -> bool:
        self.pages += map(fetch, (*self.detours, self.consent(link)))
        return True


class Screen(io.StringIO):
    """A terminal's output that tells, with ``on_link``, when a login link stands on it."""

    def __init__(self, on_link: Callable[[str], object], *, is_terminal: bool = False) -> None:
        super().__init__()
        self._on_link = on_link
        self._is_terminal = is_terminal

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def isatty(self) -> bool:
        return self._is_terminal

    def write(self, text: str) -> int:
        written = super().write(text)
        for line in text.splitlines():
            if re.fullmatch(r"http://\S+/authorize\?\S+", line):
                self._on_link(line)
        return written
