"""One refresh, from the intent to the commit: a small transaction with somebody else's server.

Before it, the intent is committed: that proves the disk can be written while the old token is
still good. After it, the new tokens are committed before the access token is used: from that
moment on the old refresh token may be worthless. When to refresh is the business of ``tokens``.
"""

from dataclasses import replace
from typing import Final

import structlog

from .clock import Clock
from .errors import (
    BadAnswer,
    InvalidGrant,
    LoginNeeded,
    ServerTrouble,
    StateUnwritable,
    Unreachable,
)
from .exchange import ask
from .kept_grant import KeptGrant
from .options import App
from .secret import Secret
from .stored_grant import AccessToken, StoredGrant, refreshed
from .token_endpoint import TokenAnswer, refresh_request
from .transport import Transport

log = structlog.get_logger()

CONFIRM_S: Final = 30.0
"""How long after an ``invalid_grant`` the next one is believed.

Spotify has refused everybody's tokens by mistake before (metabrainz/listenbrainz-server#3766).
"""


class Refresh:
    """Runs refreshes, never two at a time, and remembers what the last one leaves in doubt."""

    def __init__(self, *, kept: KeptGrant, transport: Transport, clock: Clock, app: App) -> None:
        self._kept = kept
        self._transport = transport
        self._clock = clock
        self._app = app
        # Both hold for one generation: what is said of one grant is not said of the next.
        self._refused: tuple[int, float] | None = None
        self._unknown_generation: int | None = None

    async def run(self, grant: StoredGrant, *, is_urgent: bool) -> AccessToken:
        """Get and keep the tokens that follow ``grant``, and return the new access token.

        Args:
            grant: the one there is now.
            is_urgent: no access token is left. Only then is it done without the disk.

        Raises:
            LoginNeeded: the grant is dead, beyond doubt.
            InvalidGrant: it was refused, for the first time.
            InvalidClient: the settings are wrong.
            SpotifyError: no usable answer.
            StateUnwritable: nothing was asked, for what comes could not be kept.
            StateOvertaken: meanwhile there was a login or a logout.
        """
        if grant.intent_generation == grant.generation:
            self._unknown_generation = grant.generation  # left over from the last process
        try:
            await self._kept.note_intent(grant.generation)
        except StateUnwritable:
            if not is_urgent:
                raise
            log.warning("refresh_without_disk")  # memory and the copy must do
        try:
            answer, access = await self._ask(grant.refresh_token, grant)
        except InvalidGrant:
            if not self._is_refusal_confirmed(grant):
                raise
            grant, answer, access = await self._ask_last(grant)
        await self._kept.keep(
            refreshed(grant, access, refresh_token=answer.refresh_token, scope=answer.scope),
        )
        return access

    def _is_refusal_confirmed(self, grant: StoredGrant) -> bool:
        now_s = self._clock.monotonic()
        if self._refused is None or self._refused[0] != grant.generation:
            self._refused = grant.generation, now_s
        return now_s - self._refused[1] >= CONFIRM_S

    async def _ask_last(self, grant: StoredGrant) -> tuple[StoredGrant, TokenAnswer, AccessToken]:
        """Try the token before this one, if an answer of Spotify's was lost; else give up.

        Only now: replaying an old token may revoke all of its family (RFC 9700, 4.14.2).
        """
        prev = grant.prev_refresh_token
        if prev is not None and self._unknown_generation == grant.generation:
            try:
                answer, access = await self._ask(prev, grant)
            except InvalidGrant:
                pass
            else:
                older = replace(grant, refresh_token=prev, prev_refresh_token=grant.refresh_token)
                return older, answer, access
        await self._kept.bury(grant.generation)
        log.warning("login_needed")
        raise LoginNeeded

    async def _ask(
        self, refresh_token: Secret, grant: StoredGrant
    ) -> tuple[TokenAnswer, AccessToken]:
        request = refresh_request(self._app, refresh_token)
        try:
            return await ask(request, transport=self._transport, clock=self._clock)
        except (Unreachable, BadAnswer, ServerTrouble):
            self._unknown_generation = grant.generation  # it may have been done all the same
            raise
