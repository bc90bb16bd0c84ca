"""What is asked of Spotify's Web API, one call at a time through one gate.

The only module that knows the API's addresses. Every call, whoever asks, goes through here, so
that a cooldown holds for all of them and no two are ever in flight.
"""

import asyncio
from http import HTTPStatus
from typing import NamedTuple, Protocol

import structlog

from . import parse
from .calls import Endpoint
from .clock import Clock
from .errors import (
    BadAnswer,
    CoolingDown,
    RateLimited,
    Rationed,
    Refused,
    ServerTrouble,
    StateUnreadable,
    StateUnwritable,
    Unauthorized,
)
from .options import App, Hosts
from .playback import STOPPED, Account, Observation, Play
from .quota import Cooldown, cooldown_after, resumed
from .secret import Secret
from .transport import Answer, Request, Transport

log = structlog.get_logger()


class Heard(NamedTuple):
    """An answer and the instants it was true: monotonic seconds and milliseconds UTC."""

    answer: Answer
    seen_s: float
    seen_at: int


class AccessTokens(Protocol):
    """Where a valid access token comes from; :class:`~tonearm.poller.tokens.Tokens` in life."""

    async def access(self) -> Secret:
        """Return a valid access token."""

    async def reject(self, token: Secret) -> None:
        """Take note that Spotify answered 401 to ``token``."""


class CooldownStore(Protocol):
    """Where a cooldown outlives the process."""

    async def read_cooldown(self) -> Cooldown | None:
        """Return the last one saved, over or not."""

    async def save_cooldown(self, cooldown: Cooldown) -> None:
        """Keep it, on disk when this returns."""


class CountsCalls(Protocol):
    """What counts calls and rations them; :class:`~tonearm.poller.ledger.Ledger` in life."""

    @property
    def rations_until_s(self) -> float | None:
        """When one more call is allowed (monotonic), None for now."""

    async def count(self, endpoint: Endpoint) -> None:
        """Count a call that is about to be made."""

    async def refused(self, error: RateLimited) -> None:
        """Learn from a 429."""

    def answered(self) -> None:
        """Take note that Spotify answers again."""


class Spotify:
    """The Web API of one account."""

    def __init__(
        self,
        *,
        transport: Transport,
        tokens: AccessTokens,
        store: CooldownStore,
        ledger: CountsCalls,
        app: App,
        hosts: Hosts,
        clock: Clock,
    ) -> None:
        self._transport = transport
        self._tokens = tokens
        self._store = store
        self._ledger = ledger
        self._api_url = app.api_url
        self._hosts = hosts
        self._clock = clock
        self._one_call = asyncio.Lock()
        self._cooldown: Cooldown | None = None

    async def load(self) -> None:
        """Take up the cooldown that an earlier process left, if it is not over."""
        try:
            kept = await self._store.read_cooldown()
        except StateUnreadable:
            log.warning("cooldown_not_read")
            return
        if kept is not None:
            now_s, now_at = self._clock.monotonic(), round(self._clock.now() * 1000)
            kept = resumed(kept, now_s=now_s, now_at=now_at, boot_id=self._clock.boot_id())
            self._cooldown = kept if kept.until_s > now_s else None

    @property
    def cooldown(self) -> Cooldown | None:
        """The cooldown in force, None when Spotify may be asked."""
        if self._cooldown is None or self._cooldown.until_s <= self._clock.monotonic():
            return None
        return self._cooldown

    async def look(self) -> Observation:
        """Ask what is playing.

        Raises:
            SpotifyError: no usable answer, or not the time to ask.
            GrantError: there is no access token to be had.
        """
        heard = await self._get(Endpoint.PLAYER, "/me/player?additional_types=track,episode")
        if heard.answer.status == HTTPStatus.NO_CONTENT:
            seen = STOPPED
        else:
            seen = parse.playback(heard.answer.body, hosts=self._hosts)
        return Observation(playback=seen, seen_s=heard.seen_s, seen_at=heard.seen_at)

    async def queue(self) -> parse.Queue:
        """Ask what comes next; the same errors as of :meth:`look`."""
        answer = (await self._get(Endpoint.QUEUE, "/me/player/queue")).answer
        if answer.status == HTTPStatus.NO_CONTENT:
            return parse.Queue(current=None, upcoming=())
        return parse.queue(answer.body, hosts=self._hosts)

    async def recently_played(self) -> tuple[Play, ...]:
        """Ask for the last finished play; podcasts and private plays are not in it."""
        path = "/me/player/recently-played?limit=1"
        answer = (await self._get(Endpoint.RECENTLY_PLAYED, path)).answer
        if answer.status == HTTPStatus.NO_CONTENT:
            return ()
        return parse.recently_played(answer.body, hosts=self._hosts)

    async def account(self, token: Secret) -> Account:
        """Ask whose grant ``token`` belongs to; used once per login, with the new token."""
        answer = (await self._get(Endpoint.ME, "/me", token=token)).answer
        return parse.account(answer.body)

    async def _get(self, endpoint: Endpoint, path: str, *, token: Secret | None = None) -> Heard:
        async with self._one_call:
            self._check_gate()  # before a token is asked for: that may be a call too
            current = token or await self._access()
            heard = await self._send(endpoint, path, current)
            if heard.answer.status == HTTPStatus.UNAUTHORIZED and token is None:
                await self._tokens.reject(current)
                heard = await self._send(endpoint, path, await self._access())
            await self._check(heard.answer)
            return heard

    async def _access(self) -> Secret:
        try:
            return await self._tokens.access()
        except RateLimited as error:
            # The token endpoint's, or what is left of it: kept like any other, or the next process
            # would ask at once. It says nothing of the calls that the ledger rations, and the
            # tokens themselves wait longer after each one in a row.
            await self._cool_down(error, strikes=0)
            raise

    def _check_gate(self) -> None:
        if (cooldown := self.cooldown) is not None:
            raise CoolingDown(cooldown.until_at)
        until_s = self._ledger.rations_until_s
        if until_s is not None:
            raise Rationed(until_s - self._clock.monotonic())

    async def _send(self, endpoint: Endpoint, path: str, token: Secret) -> Heard:
        self._check_gate()
        await self._ledger.count(endpoint)
        began_s = self._clock.monotonic()
        answer = await self._transport.send(
            Request(
                method="GET",
                url=self._api_url + path,
                headers={"Authorization": f"Bearer {token.reveal()}"},
            )
        )
        # The answer was true somewhere between question and arrival: the middle is off by least.
        half_s = (self._clock.monotonic() - began_s) / 2
        return Heard(answer, began_s + half_s, round((self._clock.now() - half_s) * 1000))

    async def _check(self, answer: Answer) -> None:
        """Raise what the status means; the texts differ from year to year, so status decides."""
        match answer.status:
            case HTTPStatus.OK if "json" not in answer.headers.get("content-type", "").lower():
                raise BadAnswer("not JSON", status=answer.status)  # a captive portal, most likely
            case HTTPStatus.OK | HTTPStatus.NO_CONTENT:
                self._cooldown = None
                self._ledger.answered()
            case HTTPStatus.UNAUTHORIZED:
                raise Unauthorized
            case HTTPStatus.FORBIDDEN:
                raise Refused(parse.refusal(answer.body))
            case HTTPStatus.TOO_MANY_REQUESTS:
                error = parse.rate_limit(answer.headers, answer.body, now=self._clock.now())
                await self._cool_down(
                    error, strikes=self._cooldown.strikes if self._cooldown else 0
                )
                await self._ledger.refused(error)
                raise error
            case status if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise ServerTrouble(status)
            case status:
                raise BadAnswer("unexpected status", status=status)

    async def _cool_down(self, error: RateLimited, *, strikes: int) -> None:
        self._cooldown = cooldown_after(
            error,
            strikes=strikes,
            now_s=self._clock.monotonic(),
            now_at=round(self._clock.now() * 1000),
            boot_id=self._clock.boot_id(),
        )
        try:
            await self._store.save_cooldown(self._cooldown)
        except StateUnwritable:
            log.warning("cooldown_not_saved")  # it still holds for as long as this process lives
