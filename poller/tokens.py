"""A valid access token whenever one is asked for.

It decides when to refresh, lets callers share it, and keeps them from asking too often. Whatever
changes the grant runs as a task of its own, so that a caller who is cancelled tears nothing. It
knows nothing of looks and viewers; ``refresh`` knows how a refresh loses no token.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final, TypeVar

import structlog

from .backoff import Backoff
from .clock import Clock
from .errors import (
    LoginNeeded,
    StateOvertaken,
    TonearmError,
    Unauthorized,
    Unreachable,
)
from .exchange import exchange
from .kept_grant import KeptGrant
from .options import App
from .playback import Account
from .refresh import Refresh
from .secret import Secret
from .store import GrantStore
from .stored_grant import AccessToken, Consent, GrantView, StoredGrant, view
from .transport import Transport

log = structlog.get_logger()

_T = TypeVar("_T")

AHEAD_S: Final = 60.0
"""How long before its end an access token is replaced; at most half of its life."""
LAST_USE_S: Final = 5.0
"""A token with less left than this may end on its way to Spotify."""
MOST_REFRESHES: Final = 2
PER_S: Final = 60.0
CLOSE_S: Final = 15.0


class Tokens:
    """The owner's tokens in use. Call :meth:`load` first and :meth:`close` last."""

    def __init__(
        self,
        *,
        store: GrantStore,
        transport: Transport,
        clock: Clock,
        app: App,
        runtime_directory: Path | None,
        jitter: Callable[[], float],
    ) -> None:
        self._kept = KeptGrant(store=store, clock=clock, runtime_directory=runtime_directory)
        self._transport = transport
        self._clock = clock
        self._app = app
        self._refresh = Refresh(kept=self._kept, transport=transport, clock=clock, app=app)
        self._backoff = Backoff(jitter)
        self._refreshing: asyncio.Task[AccessToken | TonearmError] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._refreshed_s: deque[float] = deque(maxlen=MOST_REFRESHES)
        self._rejected: Secret | None = None

    @property
    def grant(self) -> GrantView | None:
        """What may be told about the grant, None when there is none."""
        return None if self._kept.grant is None else view(self._kept.grant)

    @property
    def needs_login(self) -> bool:
        """Whether only the owner can go on from here."""
        return self._kept.grant is None or self._kept.grant.is_dead

    @property
    def is_unsaved(self) -> bool:
        """Whether the newest tokens are in memory only, because the disk does not take them."""
        return self._kept.is_unsaved

    async def load(self) -> None:
        """Take up what the last process left; ask nothing yet."""
        await self._kept.load()

    async def access(self) -> Secret:
        """Return a valid access token, refreshing it when its end is near.

        Callers at the same time share one refresh; callers who come again too early get the same
        error again without a request.

        Raises:
            LoginNeeded: there is no living grant.
            InvalidGrant: it was refused once; at least 30 s later it is asked for again.
            InvalidClient: the settings are wrong.
            SpotifyError: no usable answer; the grant is untouched.
            StateUnwritable: the disk would not keep what a refresh brings.
        """
        grant = self._kept.grant
        if grant is None or grant.is_dead:
            raise LoginNeeded
        access, left_s = self._usable()
        if access and left_s > (LAST_USE_S if self.is_unsaved else _ahead_s(access)):
            return access.token
        try:
            return (await self._refresh_shared(grant)).token
        except LoginNeeded:
            raise
        except StateOvertaken:
            return await self.access()  # meanwhile there was a login, or a logout
        except TonearmError:
            access, left_s = self._usable()
            if access and left_s > LAST_USE_S:
                return access.token
            raise

    async def reject(self, token: Secret) -> None:
        """Take note that Spotify answered 401 to ``token``."""
        self._rejected = token

    async def exchange(self, code: Secret, verifier: Secret | None) -> Consent:
        """Turn a login's code into a consent; nothing is stored.

        Raises:
            LoginFailed: a sentence for the owner.
            InvalidClient: the settings are wrong.
            SpotifyError: no usable answer.
        """
        return await exchange(
            code, verifier, app=self._app, transport=self._transport, clock=self._clock
        )

    async def adopt(self, consent: Consent, account: Account | None) -> None:
        """Store a consent and use it from now on: the newest always wins.

        Raises:
            StateUnwritable: nothing was stored, the old grant is as it was.
        """
        await self._unbroken(self._adopt(consent, account))

    async def forget(self) -> None:
        """Delete the grant, for a logout."""
        await self._unbroken(self._kept.forget())

    async def close(self) -> None:
        """Let what runs end within 15 s, then stop it."""
        if self._tasks:
            deadline = asyncio.create_task(self._clock.sleep(CLOSE_S))
            ended = asyncio.ensure_future(asyncio.wait(set(self._tasks)))
            await asyncio.wait({ended, deadline}, return_when=asyncio.FIRST_COMPLETED)
            for task in (deadline, *self._tasks):
                task.cancel()
            await asyncio.wait({ended})
        await self._kept.close()

    async def _adopt(self, consent: Consent, account: Account | None) -> None:
        await self._kept.adopt(consent, account)
        self._backoff.clear()
        self._refreshed_s.clear()

    def _usable(self) -> tuple[AccessToken | None, float]:
        grant = self._kept.grant
        if grant is None or grant.access is None or grant.access.token == self._rejected:
            return None, 0.0
        left_s = grant.access.left_s(
            now_s=self._clock.monotonic(),
            now_at=round(self._clock.now() * 1000),
            boot_id=self._clock.boot_id(),
        )
        return grant.access, left_s

    async def _refresh_shared(self, grant: StoredGrant) -> AccessToken:
        if self._refreshing is None:
            self._check_pace()
            self._refreshing = self._start(self._run(grant), name="refresh_token")
        running = self._refreshing
        await asyncio.wait({running})
        if running.cancelled():  # by close
            raise Unreachable("cut")
        outcome = running.result()
        if isinstance(outcome, AccessToken):
            return outcome
        raise outcome.with_traceback(None)  # several callers raise it, each would add to it

    def _check_pace(self) -> None:
        now_s = self._clock.monotonic()
        if (failure := self._backoff.failure(now_s=now_s)) is not None:
            raise failure.with_traceback(None)
        # Spotify may reject every token it hands out: then refreshing more often is no help.
        refreshes = self._refreshed_s
        if len(refreshes) == MOST_REFRESHES and now_s - refreshes[0] < PER_S:
            raise Unauthorized

    async def _run(self, grant: StoredGrant) -> AccessToken | TonearmError:
        _, left_s = self._usable()
        try:
            access = await self._refresh.run(grant, is_urgent=left_s <= LAST_USE_S)
        except (LoginNeeded, StateOvertaken) as error:
            return error
        except TonearmError as error:
            now = self._kept.grant
            if now is None or now.generation != grant.generation:
                return StateOvertaken()
            now_s = self._clock.monotonic()
            wait_s = self._backoff.note(error, now_s=now_s)
            log.warning("refresh_failed", error=type(error).__name__, again_in_s=round(wait_s))
            return self._backoff.failure(now_s=now_s) or error  # a 429 names the wait we keep
        finally:
            self._refreshing = None
        self._backoff.clear()
        self._refreshed_s.append(self._clock.monotonic())
        return access

    async def _unbroken(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._start(work, name="write_grant")
        await asyncio.wait({task})
        task.result()

    def _start(self, work: Coroutine[Any, Any, _T], *, name: str) -> asyncio.Task[_T]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)  # the event loop itself keeps no more than a weak reference
        task.add_done_callback(self._tasks.discard)
        return task


def _ahead_s(access: AccessToken) -> float:
    return min(AHEAD_S, access.lifetime_s / 2)
