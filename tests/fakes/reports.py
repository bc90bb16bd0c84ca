"""Reports of a running service, each in one line; a test changes what it is about."""

from typing import Any

import msgspec
from observations import track

from tonearm.poller.playback import Health, Linked, State
from tonearm.server.owner.control_messages import Calls, Login, NextLook, Report, Status

NOW_AT = 1_795_000_000_000
DAY_MS = 86_400_000


def report(
    *,
    trouble: str | None = None,
    is_unsaved: bool = False,
    url: str = "http://127.0.0.1:3345",
    **changes: Any,
) -> Report:
    """Return the report of a service that is well, with parts of its status changed."""
    item = msgspec.structs.replace(track("Paper Lanterns"), album=Linked(name="Low Tide"))
    status = Status(
        state=State.PLAYING,
        health=Health.OK,
        until=None,
        item=item,
        next_look=NextLook(in_s=3.2, why="watched"),
        calls=Calls(last_24h=812, ceiling=3000, learned=None),
        login=Login(valid_until=NOW_AT + 120 * DAY_MS, days_left=120, account="Ann"),
        viewers=4,
        version="0.1.0",
        uptime_s=11_520,
        paused_until=None,
    )
    status = msgspec.structs.replace(status, **changes)
    return Report(status=status, trouble=trouble, is_unsaved=is_unsaved, url=url)
