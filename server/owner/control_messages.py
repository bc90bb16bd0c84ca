"""What travels through the control socket, the same for both of its ends.

Instants are milliseconds since 1970 UTC. What is in a :class:`Status` is what `tonearm status
--json` prints: its names are part of the contract.
"""

from typing import Annotated, Literal

import msgspec

from tonearm.poller.playback import Health, Item, State
from tonearm.server.durations import LONGEST_S


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """A login that has begun: where to consent, and where the browser will land."""

    url: str
    redirect_uri: str


class Landed(msgspec.Struct, frozen=True, kw_only=True):
    """Where the browser landed, or the query of it."""

    address: str
    is_other_account: bool = False


class Farewell(msgspec.Struct, frozen=True, kw_only=True):
    """What a logout left: files that were set aside as unusable and may hold old tokens."""

    set_aside: tuple[str, ...]


class Pause(msgspec.Struct, frozen=True, kw_only=True):
    """How long to be incognito, in seconds; None is until the owner ends it."""

    duration_s: Annotated[float, msgspec.Meta(gt=0, le=LONGEST_S)] | None


class NextLook(msgspec.Struct, frozen=True, kw_only=True):
    """The next call to Spotify; ``in_s`` is None while only the owner can help."""

    in_s: float | None
    why: str


class Calls(msgspec.Struct, frozen=True, kw_only=True):
    """Calls in the last 24 hours, how many there may be, and the limit learned from a refusal."""

    last_24h: int
    ceiling: int
    learned: int | None


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """The login in use."""

    valid_until: int
    days_left: int
    account: str | None


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How the service is. State and item are what is published, never more than that.

    ``paused_until`` is None while nothing is hidden, and "resume" while only the owner ends it.
    """

    state: State
    health: Health
    until: int | None
    item: Item | None
    next_look: NextLook
    calls: Calls
    login: Login | None
    viewers: int
    version: str
    uptime_s: int
    paused_until: int | Literal["resume"] | None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The status, and what a person should know besides.

    ``trouble`` says why the last look failed; ``is_unsaved`` is whether the disk does not take the
    newest tokens; ``url`` is where the public port is, seen from this machine.
    """

    status: Status
    trouble: str | None
    is_unsaved: bool
    url: str


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence that says what to do."""

    error: str
