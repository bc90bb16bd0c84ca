"""What keeps looks from succeeding, and what that makes of the published health."""

from typing import Final

import msgspec

from .errors import (
    InvalidClient,
    LoginNeeded,
    Refused,
    RefusedReason,
    TonearmError,
    Unreachable,
)
from .playback import Health

OFFLINE_AFTER: Final = 2
"""So many looks in a row without any answer are called offline; one is a hiccup."""
STALE_AFTER: Final = 3


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """What keeps looks from succeeding; ``limited_until_at`` is in ms UTC."""

    needs_login: bool = False
    refused: RefusedReason | None = None
    limited_until_at: int | None = None
    is_unreachable: bool = False
    is_late: bool = False

    @property
    def health(self) -> Health:
        """Return the first that applies, in the order of the wire contract."""
        if self.needs_login:
            return Health.LOGIN_NEEDED
        if self.refused is not None:
            return Health.REFUSED
        if self.limited_until_at is not None:
            return Health.LIMITED
        if self.is_unreachable:
            return Health.OFFLINE
        return Health.STALE if self.is_late else Health.OK


def trouble_after(error: TonearmError, failures: int, before: Trouble) -> Trouble:
    """Return what ``error`` means after ``failures`` looks in a row that failed, it included.

    A failure never makes things look better: what was wrong before it stays so until a look
    succeeds or something else is known to be wrong.
    """
    trouble = _trouble(error, failures)
    return before if trouble.health is Health.OK else trouble


def _trouble(error: TonearmError, failures: int) -> Trouble:
    match error:
        case LoginNeeded():
            return Trouble(needs_login=True)
        case Refused(reason=reason):
            return Trouble(refused=reason)
        case InvalidClient():
            return Trouble(refused=RefusedReason.OTHER)
        case Unreachable():
            return Trouble(is_unreachable=failures >= OFFLINE_AFTER)
        case _:
            return Trouble(is_late=failures >= STALE_AFTER)
