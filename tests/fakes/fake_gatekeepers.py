"""What stands between the Web API and a caller: access tokens and the memory of a cooldown."""

from tonearm.poller.errors import StateUnreadable, StateUnwritable
from tonearm.poller.quota import Cooldown
from tonearm.poller.secret import Secret


class FakeTokens:
    """Hands out ``token-1`` until it is rejected, then ``token-2``, and so on."""

    def __init__(self) -> None:
        self.number = 1
        self.error: Exception | None = None

    async def access(self) -> Secret:
        if self.error is not None:
            raise self.error
        return Secret(f"token-{self.number}")

    async def reject(self, token: Secret) -> None:
        assert token == Secret(f"token-{self.number}")
        self.number += 1


class FakeCooldowns:
    """Keeps one cooldown, and may be broken like a disk."""

    def __init__(self, kept: Cooldown | None = None) -> None:
        self.kept = kept
        self.is_broken = False

    async def read_cooldown(self) -> Cooldown | None:
        if self.is_broken:
            raise StateUnreadable("The disk does not answer.")
        return self.kept

    async def save_cooldown(self, cooldown: Cooldown) -> None:
        if self.is_broken:
            raise StateUnwritable("The disk is full.")
        self.kept = cooldown
