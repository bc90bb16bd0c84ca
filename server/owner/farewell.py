"""A logout: what is deleted, in which order, and what is left that the owner should know of."""

from collections.abc import Awaitable, Callable

from tonearm.poller.plays import LAYOUT, Plays
from tonearm.poller.store import GRANT_FILE
from tonearm.server.account import OpenAccount

from .control_messages import Farewell


async def _nothing_is_shown() -> None:
    pass


async def forget_all(
    account: OpenAccount,
    plays: Plays,
    *,
    stop_showing: Callable[[], Awaitable[None]] = _nothing_is_shown,
) -> Farewell:
    """Delete the grant and what was played, and return what is left.

    ``stop_showing`` is called once the grant is gone: what is shown must not be kept again.

    Raises:
        StateUnwritable: the disk does not take it; the logout is not complete.
    """
    await account.tokens.forget()
    await stop_showing()
    await plays.clear()
    account.directory.set_aside_files.clear()  # told below; what was in them is not missed any more
    directory = account.directory.path
    aside = [
        path for name in (GRANT_FILE, LAYOUT.file_name) for path in directory.glob(f"{name}.*")
    ]
    return Farewell(set_aside=tuple(sorted(map(str, aside))))
