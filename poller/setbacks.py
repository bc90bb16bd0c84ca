"""What went wrong since a look last succeeded: how often, why, and what has to wait for it.

A value and what follows from it. It knows nothing of when the next look comes but how long a
failure makes it wait.
"""

import msgspec

from .cadence import retry_wait_s
from .errors import LoginNeeded, TonearmError
from .situation import Situation
from .trouble import Trouble, trouble_after


class Setbacks(msgspec.Struct, frozen=True, kw_only=True):
    """``failures`` looks in a row failed, the last by ``last_error``; ``is_news`` if it is new.

    ``retry_s`` is the wait that was drawn for the next one.
    """

    trouble: Trouble = Trouble()
    failures: int = 0
    last_error: TonearmError | None = None
    retry_s: float | None = None
    is_news: bool = False

    def shown(self, *, limited_until_at: int | None, is_late: bool) -> Trouble:
        """Return the trouble to show, given what is known of the gate and the governor now."""
        return msgspec.structs.replace(
            self.trouble,
            limited_until_at=limited_until_at,
            is_late=self.trouble.is_late or is_late,
        )


def after_failure(before: Setbacks, error: TonearmError, *, chance: float) -> Setbacks:
    """Return ``before`` after one more failed look; half of the wait is left to ``chance``."""
    failures = before.failures + 1
    trouble = trouble_after(error, failures, before.trouble)
    return Setbacks(
        trouble=trouble,
        failures=failures,
        last_error=error.with_traceback(None),
        retry_s=retry_wait_s(error, failures, chance),
        is_news=failures == 1 or trouble.health is not before.trouble.health,
    )


def after_logout(before: Setbacks) -> Setbacks:
    """Return what is in the way once the grant is gone."""
    return msgspec.structs.replace(
        before, trouble=Trouble(needs_login=True), last_error=LoginNeeded(), retry_s=None
    )


def after_login(before: Setbacks) -> Setbacks:
    """Return a new beginning; why the last look failed is told until one succeeds."""
    return Setbacks(last_error=before.last_error)


def hindered(situation: Situation, setbacks: Setbacks) -> Situation:
    """Return ``situation`` with what the setbacks make of it."""
    return msgspec.structs.replace(
        situation,
        needs_login=setbacks.trouble.needs_login,
        is_refused=setbacks.trouble.refused is not None,
        retry_s=setbacks.retry_s,
    )
