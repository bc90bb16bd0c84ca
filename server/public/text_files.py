"""What plays as files, for OBS text and image sources and whatever else reads files.

Each file is whole at any moment: written beside and then renamed, and only when its content
changed. A folder that takes no files, from the start or later, is reported once and tried again;
nothing else ever waits for it, for a website shall not go dark over a file for OBS.
"""

import asyncio
import contextlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import structlog

from tonearm.poller.clock import Clock
from tonearm.poller.playback import Item, Snapshot, position_ms
from tonearm.server.views import template
from tonearm.server.views.scene import scene

RETRY_S: Final = 10.0
COVER: Final = "cover.jpg"
TEMPLATES: Final = {
    "title.txt": "{title}",
    "artist.txt": "{artist}",
    "album.txt": "{album}",
}
NOW: Final = "now.txt"
_MODE: Final = 0o644  # what is published anyway; OBS may run as another user, whatever the umask

log = structlog.get_logger()


class TextFiles:
    """Keeps the files of a directory true to what was published last.

    ``on`` is the template of ``now.txt`` while something is in the player, ``idle`` otherwise.
    ``picture`` returns the cover of an item as a JPEG, or None where there is none (yet).
    """

    def __init__(
        self,
        directory: Path,
        *,
        on: str,
        idle: str,
        picture: Callable[[Item], bytes | None],
        clock: Clock,
    ) -> None:
        self._directory = directory
        self._on = on
        self._idle = idle
        self._picture = picture
        self._clock = clock
        self._newest: Snapshot | None = None
        self._changed = asyncio.Event()
        self._written: dict[str, bytes | None] = {}
        self._is_failing = False

    def publish(self, snapshot: Snapshot) -> None:
        """Note that ``snapshot`` is the newest; :meth:`run` writes it."""
        self._newest = snapshot
        self._changed.set()

    async def run(self) -> None:
        """Write what changed, until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            while not await self._bring_up_to_date():
                await self._clock.sleep(RETRY_S)

    async def _bring_up_to_date(self) -> bool:
        """Write what is not as it should be; return whether it worked."""
        wanted = self._contents()
        try:
            await asyncio.to_thread(_bring, self._directory, wanted, self._written)
        except OSError as error:
            if not self._is_failing:
                log.warning(
                    "text_files_not_written",
                    directory=str(self._directory),
                    reason=error.strerror,
                    advice=f"Make text.directory a folder in which user {os.geteuid()} may write,"
                    f" with room on its disk. Tried again every {RETRY_S:g} s.",
                )
            self._is_failing = True
            return False
        if self._is_failing:
            log.info("text_files_written_again")
        self._is_failing = False
        self._written = wanted
        return True

    def _contents(self) -> dict[str, bytes | None]:
        """Return what each file holds; None for one that is not there.

        What is over leaves empty files and no cover: an old song must not look as if it played.
        """
        snapshot = self._newest
        seen = scene(snapshot)
        played_ms = position_ms(snapshot, self._clock.monotonic()) if snapshot else None
        found = template.values(seen, played_ms)
        lines = {
            **{name: each if seen.is_on else "" for name, each in TEMPLATES.items()},
            NOW: self._on if seen.is_on else self._idle,
        }
        return {
            **{name: template.fill(each, found).encode() for name, each in lines.items()},
            COVER: self._picture(seen.item) if seen.item and seen.is_on else None,
        }


def _bring(
    directory: Path, wanted: Mapping[str, bytes | None], written: Mapping[str, bytes | None]
) -> None:
    """Write what differs from what was ``written``; everything, if the folder is no more."""
    if not directory.is_dir():
        directory.mkdir(parents=True, exist_ok=True)
        written = {}
    changed = {
        name: content
        for name, content in wanted.items()
        if name not in written or written[name] != content
    }
    _write(directory, changed)


def _write(directory: Path, contents: Mapping[str, bytes | None]) -> None:
    """Replace each file in one step; who reads it sees the old one or the new one."""
    for name, content in contents.items():
        place = directory / name
        if content is None:
            place.unlink(missing_ok=True)
            continue
        beside = directory / f".{name}.tonearm"
        try:
            # New, whatever was left there: a link would lead the words into another file.
            beside.unlink(missing_ok=True)
            with beside.open("xb") as file:
                with contextlib.suppress(OSError):  # on FAT or a share, files may not be ours
                    os.fchmod(file.fileno(), _MODE)
                file.write(content)
            beside.replace(place)
        except OSError:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
            raise
