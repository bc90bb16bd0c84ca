"""From the owner's consent to a stored grant: begin, finish, and whose account it is.

One attempt at a time: beginning another makes the earlier one worthless. The same object serves
a running service (through its control socket) and a `tonearm login` without one.
"""

from collections.abc import Callable

import msgspec
import structlog

from . import grant
from .clock import Clock
from .errors import LoginFailed, Refused, SpotifyError
from .options import App
from .playback import Account
from .secret import Secret
from .spotify import Spotify
from .tokens import Tokens

log = structlog.get_logger()


class Welcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a login: who it was, until when it holds, and what still stands in the way."""

    account: str | None
    valid_until_at: int
    advice: str | None = None


class Login:
    """Runs the authorisation code flow; ``entropy`` returns that many random bytes."""

    def __init__(
        self,
        *,
        app: App,
        tokens: Tokens,
        spotify: Spotify,
        clock: Clock,
        entropy: Callable[[int], bytes],
        logged_in: Callable[[], None],
    ) -> None:
        self._app = app
        self._tokens = tokens
        self._spotify = spotify
        self._clock = clock
        self._entropy = entropy
        self._logged_in = logged_in
        self._attempt: grant.Attempt | None = None

    @property
    def redirect_uri(self) -> str:
        """Where the browser will land, exactly as it is registered at Spotify."""
        return self._app.redirect_uri

    def begin(self) -> str:
        """Return the address at Spotify where the owner can consent; good for ten minutes."""
        self._attempt = grant.begin(self._app, entropy=self._entropy, now_s=self._clock.monotonic())
        return self._attempt.url

    async def finish(self, landed: str, *, is_other_account: bool = False) -> Welcome:
        """Trade what the browser landed on (an address or its query) for a stored grant.

        Raises:
            LoginFailed: a sentence for the owner; the grant there was is untouched.
            InvalidClient: the settings are wrong.
            StateUnwritable: nothing was stored, for the disk did not take it.
        """
        attempt = self._attempt
        if attempt is None:
            raise LoginFailed("No login is under way, or it was used: run `tonearm login` again.")
        code = grant.code_from(attempt, self._app, landed, now_s=self._clock.monotonic())
        self._attempt = None  # one-time, whatever comes of it
        try:
            consent = await self._tokens.exchange(code, attempt.verifier)
        except SpotifyError as error:
            raise LoginFailed(f"{error} Run `tonearm login` again.") from error
        account, advice = await self._whose(consent.access_token)
        if not is_other_account:
            self._check_account(account, advice)
        await self._tokens.adopt(consent, account)
        log.info("logged_in", account_known=account is not None)
        self._logged_in()
        return Welcome(
            account=account.name if account else None,
            valid_until_at=grant.valid_until_at(consent.authorized_at),
            advice=advice,
        )

    def _check_account(self, account: Account | None, advice: str | None) -> None:
        """Raise LoginFailed if the grant there is must not be given up for this consent."""
        kept = self._tokens.grant
        if kept is None:
            return
        if kept.account and account and account.key != kept.account.key:
            raise LoginFailed(
                f"This is another Spotify account ({account.name}) than the one before"
                f" ({kept.account.name}). Log in as {kept.account.name}, or switch on purpose with"
                " `tonearm login --other-account`."
            )
        if account is not None or not kept.is_alive:
            return
        if advice is not None:  # a friend's account, most likely
            raise LoginFailed(
                f"Spotify does not serve this account, so the login there was is kept. {advice}"
            )
        if kept.account is not None:
            raise LoginFailed(
                "Spotify does not say right now whose login this is, so the one of"
                f" {kept.account.name} is kept. Run `tonearm login` again later, or"
                " `tonearm login --other-account` to replace it unseen."
            )

    async def _whose(self, token: Secret) -> tuple[Account | None, str | None]:
        """Return the account, or None and what the owner can do about that, if anything."""
        try:
            return await self._spotify.account(token), None
        except Refused as error:
            return None, str(error)
        except SpotifyError as error:
            log.info("account_not_known", error=type(error).__name__)
            return None, None
