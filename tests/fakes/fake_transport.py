"""A transport that answers from a script and remembers what it was asked."""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from urllib.parse import urlsplit

from tonearm.poller.transport import Answer, Request

Step = Answer | Exception | Callable[[Request], "Answer | Awaitable[Answer]"]
"""What comes next: an answer, an error to raise, or a function that makes the answer."""


class FakeTransport:
    """Implements :class:`tonearm.poller.transport.Transport`, one step of the script a request.

    A request beyond the end of the script fails the test: what must not be asked is not asked.
    """

    def __init__(self, answers: Iterable[Step] = ()) -> None:
        self.script: deque[Step] = deque(answers)
        self.requests: list[Request] = []
        self.in_flight = 0
        self.most_in_flight = 0

    async def send(self, request: Request) -> Answer:
        self.requests.append(request)
        if not self.script:
            raise AssertionError(f"unexpected request: {request}")
        step = self.script.popleft()
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if isinstance(step, Exception):
                raise step
            if isinstance(step, Answer):
                return step
            made = step(request)
            return made if isinstance(made, Answer) else await made
        finally:
            self.in_flight -= 1

    def then(self, *steps: Step) -> None:
        """Add to the script."""
        self.script.extend(steps)

    @property
    def paths(self) -> list[str]:
        """The paths that were asked, in order."""
        return [urlsplit(request.url).path for request in self.requests]

    @property
    def forms(self) -> list[dict[str, str]]:
        """The forms that were posted, in order."""
        return [dict(request.form or {}) for request in self.requests]


def json_answer(
    fields: object, *, status: int = 200, headers: dict[str, str] | None = None
) -> Answer:
    """Return ``fields`` as Spotify sends JSON."""
    return Answer(
        status=status,
        headers={"content-type": "application/json", **(headers or {})},
        body=json.dumps(fields).encode(),
    )


class Held:
    """A step that keeps its request waiting until the test calls :meth:`release`."""

    def __init__(self, answer: Answer | Exception) -> None:
        self._answer = answer
        self._released = asyncio.Event()
        self._before: Callable[[], None] | None = None
        self.asked = asyncio.Event()

    async def __call__(self, request: Request) -> Answer:
        self.asked.set()
        await self._released.wait()
        if self._before is not None:
            self._before()
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    def then(self, do: Callable[[], None]) -> None:
        """Have ``do`` called just before the answer comes."""
        self._before = do

    def release(self) -> None:
        """Let the answer come."""
        self._released.set()
