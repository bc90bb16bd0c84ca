"""When the token endpoint may be asked again, and what callers are told until then.

Pure. Without it, every look that comes too early would be another request to an endpoint that is
throttled too.
"""

from collections.abc import Callable
from typing import Final

from .errors import InvalidClient, InvalidGrant, RateLimited, TonearmError
from .quota import cooldown_after

LEAST_S: Final = 2.0
MOST_S: Final = 60.0
REFUSED_S: Final = 30.0
"""How long after an ``invalid_grant`` it is asked for again, before it is believed."""
SETTINGS_S: Final = 60.0
"""How long until settings that Spotify refused are tried again."""


class Backoff:
    """The wait after failures in a row; ``jitter`` returns a number from 0 to 1."""

    def __init__(self, jitter: Callable[[], float]) -> None:
        self._jitter = jitter
        self._failures = 0
        self._strikes = 0
        self._last: TonearmError | None = None
        self._until_s = 0.0

    def note(self, error: TonearmError, *, now_s: float) -> float:
        """Take note of a failure and return how many seconds to wait for the next try."""
        wait_s = self._wait_s(error)
        self._failures += 1
        self._strikes += isinstance(error, RateLimited)
        self._last = error
        self._until_s = now_s + wait_s
        return wait_s

    def clear(self) -> None:
        """Take note of a success."""
        self._failures = self._strikes = 0
        self._last = None

    def failure(self, *, now_s: float) -> TonearmError | None:
        """Return what went wrong last, None when the time to try again has come."""
        left_s = self._until_s - now_s
        if self._last is None or left_s <= 0:
            return None
        if isinstance(self._last, RateLimited):  # who takes it up must not begin the wait anew
            return RateLimited(left_s, is_quota=self._last.is_quota)
        return self._last

    def _wait_s(self, error: TonearmError) -> float:
        match error:
            case InvalidGrant():
                return REFUSED_S
            case InvalidClient():
                return SETTINGS_S
            case RateLimited():
                cooldown = cooldown_after(
                    error, strikes=self._strikes, now_s=0.0, now_at=0, boot_id=""
                )
                return cooldown.until_s
        ceiling_s = min(MOST_S, LEAST_S * 2.0 ** min(self._failures + 1, 10))
        return LEAST_S + self._jitter() * (ceiling_s - LEAST_S)
