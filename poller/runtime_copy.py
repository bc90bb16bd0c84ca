"""A second place for a new refresh token between its arrival and its commit.

The runtime directory is memory (systemd's RuntimeDirectory on a tmpfs): it outlives a crash of
the process and a full disk, not a power cut. Nothing here may stop a refresh, so failures are
logged and swallowed.
"""

import os
import stat
from pathlib import Path
from typing import Final

import msgspec
import structlog

from .schema import from_row, to_row
from .stored_grant import StoredGrant

log = structlog.get_logger()

COPY_FILE: Final = "grant.json"
_SIZE_LIMIT: Final = 1 << 16
_CREATE: Final = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
# Without O_NONBLOCK, opening a FIFO would wait for somebody to write to it.
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class RuntimeCopy:
    """The copy in ``directory``; with None there is none, and every method does nothing."""

    def __init__(self, directory: Path | None) -> None:
        self._path = None if directory is None else directory / COPY_FILE

    def write(self, grant: StoredGrant) -> None:
        """Replace the copy, all of it or not at all."""
        if self._path is None:
            return
        draft = self._path.with_suffix(".draft")
        try:
            draft.unlink(missing_ok=True)
            with os.fdopen(os.open(draft, _CREATE, 0o600), "wb") as file:
                file.write(msgspec.json.encode(to_row(grant)))
            draft.replace(self._path)
        except OSError as error:
            log.warning("runtime_copy_not_written", reason=error.strerror)

    def read(self) -> StoredGrant | None:
        """Return the copy, None when there is none or it is not to be believed."""
        if self._path is None:
            return None
        try:
            return from_row(msgspec.json.decode(self._bytes(self._path)))
        except FileNotFoundError:
            return None
        except OSError as error:
            log.warning("runtime_copy_not_read", reason=error.strerror)
        except ValueError:  # its text may repeat what is in the file
            log.warning("runtime_copy_not_believed")
        return None

    def remove(self) -> None:
        """Delete the copy."""
        if self._path is None:
            return
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("runtime_copy_not_removed", reason=error.strerror)

    def _bytes(self, path: Path) -> bytes:
        with os.fdopen(os.open(path, _READ), "rb") as file:
            found = os.fstat(file.fileno())
            is_ours = found.st_uid == os.geteuid() and not found.st_mode & 0o077
            if not (is_ours and stat.S_ISREG(found.st_mode) and found.st_size <= _SIZE_LIMIT):
                raise ValueError
            return file.read(_SIZE_LIMIT)
