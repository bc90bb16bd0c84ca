"""The real gate to the Web API with a scripted transport and everything else in a test's hands."""

from fake_clock import FakeClock
from fake_gatekeepers import FakeCooldowns, FakeTokens
from fake_ledger import FakeLedgerStore
from fake_transport import FakeTransport, Step, json_answer

from tonearm.poller.ledger import Ledger
from tonearm.poller.options import App, Hosts
from tonearm.poller.spotify import Spotify
from tonearm.poller.transport import Answer, Request

NOTHING = Answer(status=204)


def too_many(retry_after: str | None = None, reason: str | None = None) -> Answer:
    """Return a 429."""
    headers = {} if retry_after is None else {"retry-after": retry_after}
    return json_answer({"error": {"status": 429, "reason": reason}}, status=429, headers=headers)


class Line:
    """A Spotify with everything around it in the test's hands."""

    def __init__(
        self,
        *steps: Step,
        cooldowns: FakeCooldowns | None = None,
        daily_calls: int = 1_000,
        clock: FakeClock | None = None,
    ) -> None:
        self.clock = clock or FakeClock()
        self.transport = FakeTransport(steps)
        self.tokens = FakeTokens()
        self.cooldowns = cooldowns or FakeCooldowns()
        self.ledger = Ledger(store=FakeLedgerStore(), clock=self.clock, setting=daily_calls)
        self.spotify = Spotify(
            transport=self.transport,
            tokens=self.tokens,
            store=self.cooldowns,
            ledger=self.ledger,
            app=App(client_id="app"),
            hosts=Hosts(),
            clock=self.clock,
        )

    def after(self, wait_s: float, answer: Answer) -> Step:
        """Return a step that takes ``wait_s`` on this line's clock."""

        async def step(_request: Request) -> Answer:
            await self.clock.sleep(wait_s)
            return answer

        return step
