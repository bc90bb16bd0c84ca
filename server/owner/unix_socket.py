"""Binding the Unix sockets that commands and scripts of this machine come in by.

It knows who may connect and where a socket may lie, not what is said through it.
"""

import os
import socket
from pathlib import Path

from tonearm.poller.errors import StateRefused
from tonearm.server.configuration import paths


def bound(wanted: Path, *, mode: int) -> socket.socket:
    """Return a socket bound to the real path of ``wanted``, with ``mode`` from its first moment.

    Raises:
        StateRefused: it cannot be made there, or others could put their own in its place.
    """
    path = paths.socket_path(wanted)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path == wanted.absolute():
            paths.guarded_directory(path.parent)
        else:
            paths.private_directory(path.parent)
        # Whoever holds the state directory's lock is the only service, so what lies here is dead.
        path.unlink(missing_ok=True)
        _bind(made, path, mode)
    except OSError as error:
        made.close()
        raise StateRefused(f"The socket {path} cannot be made: {error.strerror}.") from None
    except StateRefused:
        made.close()
        raise
    return made


def _bind(made: socket.socket, path: Path, mode: int) -> None:
    # The process has one umask for all its threads and tasks, so nothing is awaited under it.
    mask = os.umask(0o777 & ~mode)
    try:
        made.bind(str(path))
    finally:
        os.umask(mask)
