"""The grant in memory and its way to disk, one write at a time.

Memory is never behind the disk. When the disk does not take a grant, memory and the runtime copy
hold it and saving is tried for ever. What a token is good for is the business of ``tokens``.
"""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog

from .clock import Clock
from .errors import StateError, StateOvertaken, StateUnwritable
from .playback import Account
from .runtime_copy import RuntimeCopy
from .store import GrantStore
from .stored_grant import Consent, StoredGrant, granted

log = structlog.get_logger()

SAVE_FIRST_S: Final = 1.0
SAVE_LATEST_S: Final = 60.0


class KeptGrant:
    """The one grant there is. Call :meth:`load` first and :meth:`close` last.

    A method that names a generation raises StateOvertaken when the grant is another one by now.
    """

    def __init__(self, *, store: GrantStore, clock: Clock, runtime_directory: Path | None) -> None:
        self._store = store
        self._clock = clock
        self._copy = RuntimeCopy(runtime_directory)
        self._grant: StoredGrant | None = None
        self._stored_generation = 0
        self._writing = asyncio.Lock()
        self._saving: asyncio.Task[None] | None = None

    @property
    def grant(self) -> StoredGrant | None:
        """The grant, dead or alive."""
        return self._grant

    @property
    def is_unsaved(self) -> bool:
        """Whether what is on disk is older than the grant."""
        return self._grant is not None and self._grant.generation > self._stored_generation

    async def load(self) -> None:
        """Take up what the last process left; the copy counts if it is newer than the row."""
        async with self._writing:
            await self._reload()
            copy = self._copy.read()
            if copy is None or copy.generation <= self._stored_generation:
                self._copy.remove()
                return
            self._grant = copy
            log.info("grant_recovered", generation=copy.generation)
            await self._commit_or_keep_trying()

    async def note_intent(self, generation: int) -> None:
        """Commit that a refresh is about to be asked for; raise StateUnwritable if that fails."""
        async with self._writing:
            self._current(generation)
            if self.is_unsaved:
                await self._commit()
            try:
                await self._store.note_intent(self._stored_generation)
            except StateOvertaken:
                await self._reload()
                raise

    async def keep(self, new: StoredGrant) -> None:
        """Take ``new``, the generation that follows the present one, and commit it."""
        async with self._writing:
            before = self._current(new.generation - 1)
            self._grant = new
            if new.refresh_token != before.refresh_token:
                self._copy.write(self._grant)
            await self._commit_or_keep_trying()

    async def adopt(self, consent: Consent, account: Account | None) -> None:
        """Put a consent in the place of whatever there is; raise StateUnwritable if that fails."""
        async with self._writing:
            newest = max(self._stored_generation, self._grant.generation if self._grant else 0)
            grant = granted(consent, account, generation=newest + 1)
            self._stored_generation = await self._store.save_consent(grant)
            self._grant = replace(grant, generation=self._stored_generation)
            self._copy.remove()

    async def bury(self, generation: int) -> None:
        """Take the grant out of use; its row stays."""
        async with self._writing:
            self._grant = replace(self._current(generation), is_dead=True)
            try:
                await self._store.mark_dead(self._stored_generation)
            except StateError:  # the next start will find out again
                log.warning("dead_grant_not_marked")

    async def forget(self) -> None:
        """Delete the grant everywhere, for a logout."""
        async with self._writing:
            self._copy.remove()
            await self._store.clear()
            # The generation goes on counting, so that a refresh under way sees that it is late.
            self._grant = None

    async def close(self) -> None:
        """Try to save once more what is not saved, and stop trying."""
        if self._saving is not None:
            self._saving.cancel()
            await asyncio.wait({self._saving})
        if self.is_unsaved:
            await self._save()

    def _current(self, generation: int) -> StoredGrant:
        if self._grant is None or self._grant.generation != generation:
            raise StateOvertaken
        return self._grant

    async def _reload(self) -> None:
        self._grant = await self._store.read()
        self._stored_generation = self._grant.generation if self._grant else 0

    async def _commit_or_keep_trying(self) -> None:
        try:
            await self._commit()
        except StateUnwritable:
            log.error("grant_not_saved")  # noqa: TRY400  (the sentence is told once, by health)
            if self._saving is None or self._saving.done():
                self._saving = asyncio.create_task(self._save_for_ever(), name="save_grant")

    async def _commit(self) -> None:
        grant = self._grant
        if grant is None:
            return
        try:
            if self._stored_generation:
                await self._store.save_refresh(grant, over=self._stored_generation)
            else:
                await self._store.save_consent(grant)
        except StateOvertaken:
            # Somebody went round the lock. What he stored is newer than what we knew.
            await self._reload()
            raise
        self._stored_generation = grant.generation
        self._copy.remove()

    async def _save_for_ever(self) -> None:
        wait_s = SAVE_FIRST_S
        while self.is_unsaved:
            await self._clock.sleep(wait_s)
            wait_s = min(SAVE_LATEST_S, wait_s * 2)
            await self._save()

    async def _save(self) -> None:
        async with self._writing:
            try:
                if self.is_unsaved:
                    await self._commit()
                    log.info("grant_saved")
            except StateError:
                log.warning("grant_still_not_saved")
