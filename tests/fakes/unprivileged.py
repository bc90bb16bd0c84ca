"""Being somebody else for a while: another user of the machine, who may little."""

import contextlib
import os
from collections.abc import Iterator

NOBODY = 65_534


@contextlib.contextmanager
def unprivileged() -> Iterator[None]:
    """Be nobody for a while; who is not root already is somebody who may not everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
