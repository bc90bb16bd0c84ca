"""How many files this process may have open; each connection is one."""

import contextlib
import resource
from typing import Final

import structlog

from .guard import SURPLUS

_OWN: Final = 64
"""Databases, the control socket and its callers, connections to Spotify and the like."""

_MACOS_MOST: Final = 10_240  # there "unlimited" is the hard limit, and yet refused

log = structlog.get_logger()


def raise_limit() -> int:
    """Raise the soft limit to the hard one, and return how many files may be open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (hard, _MACOS_MOST):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
            break
    return 1 << 30 if soft == resource.RLIM_INFINITY else soft


def fitting(max_connections: int, files: int) -> int:
    """Return how many connections may be open at most, and say so when it is not what was asked."""
    possible = max(1, files - min(_OWN + SURPLUS, files // 2))
    if possible >= max_connections:
        return max_connections
    log.warning(
        "too_few_files",
        max_connections=max_connections,
        possible=possible,
        files=files,
        hint="raise the limit of open files (LimitNOFILE= in the unit, ulimit -Hn in a shell)",
    )
    return possible
