"""One HTTP exchange as values, and the seam where tests swap the way it is done.

It knows nothing of tokens or endpoints, nor of sockets: ``session`` has the real one. Whatever
comes back is bytes: believing it is parse's job.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


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
