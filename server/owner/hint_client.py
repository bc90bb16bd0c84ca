"""`tonearm hint`: says 'look now' to the service of this machine, whoever runs it.

It is run by players at each change, so it imports next to nothing.
"""

import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tonearm.poller.errors import TonearmError
from tonearm.server.configuration import paths

PATIENCE_S: Final = 5.0
_LONGEST_ANSWER: Final = 64


class NobodyHeard(TonearmError):
    """No service of this machine takes hints from this user."""


def send(controls: Iterable[Path], *, patience_s: float = PATIENCE_S) -> str:
    """Say 'look' to the first service that is there, and return its answer: ok or later.

    ``controls`` are where control sockets may be; hints are taken beside them.

    Raises:
        NobodyHeard: there is none, or it may not be reached.
    """
    closed = silent = None
    for control in controls:
        path = paths.socket_path(paths.hint_socket(control))
        try:
            return _say(path, patience_s)
        except PermissionError:
            closed = path
        except TimeoutError:
            silent = path
        except OSError:
            continue
    if closed is not None:
        raise NobodyHeard(
            f"This user may not reach {closed}: let the service run under systemd, whose runtime"
            " directory is open to all, or set control.socket to a place that is."
        )
    if silent is not None:
        raise NobodyHeard(f"The service behind {silent} does not answer: restart it.")
    raise NobodyHeard("No service is running: start it with `tonearm run`.")


def _say(path: Path, patience_s: float) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as wire:
        wire.settimeout(patience_s)
        wire.connect(str(path))
        wire.sendall(b"look\n")
        return wire.recv(_LONGEST_ANSWER).decode("ascii", "replace").strip()
