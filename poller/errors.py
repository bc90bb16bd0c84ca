"""Every error the poller raises, and who must act on it.

::

    TonearmError
    ├── SpotifyError                 Spotify or the way to it; the poller waits and asks again
    │   ├── Unreachable              no answer: DNS, connect, TLS, time-out, cut
    │   ├── BadAnswer                an answer that is not what Spotify sends (HTML, half a JSON)
    │   ├── ServerTrouble            5xx
    │   ├── RateLimited              429; nobody may ask before the cooldown ends
    │   ├── CoolingDown              not asked at all: an earlier 429 still holds
    │   ├── Rationed                 not asked at all: the calls of 24 h are used up
    │   ├── Unauthorized             401; the access token is no longer good
    │   └── Refused                  403; the owner must act
    ├── GrantError                   the owner's permission
    │   ├── LoginNeeded              there is none, or it is dead: ``tonearm login``
    │   ├── InvalidGrant             the token endpoint refused the refresh token once
    │   ├── InvalidClient            client id or secret is wrong: settings
    │   └── LoginFailed              a login attempt that did not work, as a sentence
    └── StateError                   the state directory
        ├── StateRefused             wrong owner or mode, newer schema: exit 78
        ├── StateInUse               another process holds it
        ├── StateUnwritable          disk full or read-only, right now
        ├── StateUnreadable          the disk does not give back what was stored, right now
        └── StateOvertaken           what was to be written belongs to an older generation

Messages are sentences for the owner; they never hold a token, a code, a header or a body.
"""

from enum import StrEnum


class TonearmError(Exception):
    """Whatever goes wrong in a way we know."""


class SpotifyError(TonearmError):
    """Spotify or the way to it; transient unless a subclass says otherwise."""


class Unreachable(SpotifyError):
    """No answer came. ``reason`` is one word for the log: dns, connect, tls, timeout, cut."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Spotify could not be reached ({reason}).")
        self.reason = reason


class BadAnswer(SpotifyError):
    """An answer came that Spotify would not send: a captive portal, half a JSON, too large."""

    def __init__(self, reason: str, *, status: int | None = None) -> None:
        super().__init__(f"The answer was not one of Spotify's ({reason}).")
        self.reason = reason
        self.status = status


class ServerTrouble(SpotifyError):
    """Spotify answered 5xx."""

    def __init__(self, status: int) -> None:
        super().__init__(f"Spotify has trouble of its own (status {status}).")
        self.status = status


class RateLimited(SpotifyError):
    """Spotify answered 429.

    ``retry_after_s`` is its Retry-After as seconds, None when missing or garbage. ``is_quota``
    is true for reason ``QUOTA_EXCEEDED``, the daily quota rather than the 30-second window.
    """

    def __init__(self, retry_after_s: float | None, *, is_quota: bool) -> None:
        super().__init__("Spotify asks to wait (status 429).")
        self.retry_after_s = retry_after_s
        self.is_quota = is_quota


class CoolingDown(SpotifyError):
    """Nothing was asked, because Spotify's last 429 still holds. ``until_at`` is in ms UTC."""

    def __init__(self, until_at: int) -> None:
        super().__init__("Spotify asked to wait and the wait is not over.")
        self.until_at = until_at


class Rationed(SpotifyError):
    """Nothing was asked, because no more calls are allowed now. ``wait_s`` is until one is."""

    def __init__(self, wait_s: float) -> None:
        super().__init__("The calls to Spotify that are allowed for now are used up.")
        self.wait_s = wait_s


class Unauthorized(SpotifyError):
    """Spotify answered 401: the access token is no longer good."""

    def __init__(self) -> None:
        super().__init__("Spotify no longer accepts the access token.")


class RefusedReason(StrEnum):
    """Why Spotify answered 403, as far as its text tells."""

    PREMIUM = "premium"
    ALLOW_LIST = "allow_list"
    SCOPE = "scope"
    COUNTRY = "country"
    OTHER = "other"


REFUSED_ADVICE = {
    RefusedReason.PREMIUM: "The owner of the Spotify app needs Premium; after it returns, Spotify"
    " may need some hours.",
    RefusedReason.ALLOW_LIST: "Add this Spotify account to the app: developer dashboard, Users"
    " Management.",
    RefusedReason.SCOPE: "A permission is missing: run `tonearm login` again.",
    RefusedReason.COUNTRY: "Spotify does not serve the country this machine's address is in.",
    RefusedReason.OTHER: "Spotify refuses the request (status 403); `tonearm login` may help.",
}


class Refused(SpotifyError):
    """Spotify answered 403: only the owner can mend it."""

    def __init__(self, reason: RefusedReason) -> None:
        super().__init__(REFUSED_ADVICE[reason])
        self.reason = reason


class GrantError(TonearmError):
    """The owner's permission."""


class LoginNeeded(GrantError):
    """There is no living grant."""

    def __init__(self) -> None:
        super().__init__("Spotify needs the owner to log in: run `tonearm login`.")


class InvalidGrant(GrantError):
    """The token endpoint answered ``invalid_grant`` (to be believed once it is confirmed)."""

    def __init__(self) -> None:
        super().__init__("Spotify does not accept the stored login.")


class InvalidClient(GrantError):
    """The token endpoint answered ``invalid_client``: the settings are wrong, not the grant."""

    def __init__(self) -> None:
        super().__init__(
            "Spotify does not know this app: check spotify.client_id and spotify.client_secret.",
        )


class LoginFailed(GrantError):
    """A login attempt that did not work; the message says what to do."""


class StateError(TonearmError):
    """The state directory."""


class StateRefused(StateError):
    """The state directory or a file in it must not be used as it is; the message says why."""


class StateInUse(StateError):
    """Another process holds the state directory."""


class StateUnwritable(StateError):
    """A write failed: disk full, read-only, I/O error. It may work again later."""


class StateUnreadable(StateError):
    """A read failed: I/O error. It may work again later."""


class StateOvertaken(StateError):
    """The stored grant is of another generation than the writer thought: nothing was written."""

    def __init__(self) -> None:
        super().__init__("The stored login was replaced meanwhile.")
