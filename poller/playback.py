"""What can be played, what was seen playing, and what of it is shown.

Values only: nothing here reads a clock or decides anything. Instants named ``_s`` are monotonic
seconds (:meth:`~tonearm.poller.clock.Clock.monotonic`), instants named ``_at`` are milliseconds
since 1970 UTC as they travel on the wire.
"""

from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What an item is."""

    TRACK = "track"
    EPISODE = "episode"
    LOCAL = "local"


class Artist(msgspec.Struct, frozen=True, kw_only=True):
    """One performer; ``url`` is a page on Spotify, or None (local files have none)."""

    name: str
    url: str | None = None


class Linked(msgspec.Struct, frozen=True, kw_only=True):
    """An album or a show: its name and, when Spotify has one, its page."""

    name: str
    url: str | None = None


class Art(msgspec.Struct, frozen=True, kw_only=True):
    """One size of the cover; Spotify may leave the size out (pixels)."""

    url: str
    width: int | None = None
    height: int | None = None


class Colours(msgspec.Struct, frozen=True, kw_only=True):
    """One ready set of colours for a card: ground, ink, muted ink, accent (``#rrggbb``)."""

    bg: str
    fg: str
    mu: str
    ac: str


class Palette(msgspec.Struct, frozen=True, kw_only=True):
    """Colours taken from the cover, for light and dark pages and for a bold card."""

    light: Colours
    dark: Colours
    bold: Colours


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A track, an episode or a local file, cleaned and cut to the sizes of the wire contract.

    ``uri`` tells two items apart (a local file has no id). ``byline`` is what stands under the
    title: the artists, or the show of an episode.
    """

    kind: Kind
    uri: str
    title: str
    byline: str
    artists: tuple[Artist, ...]
    album: Linked | None
    show: Linked | None
    url: str | None
    duration_ms: int
    explicit: bool
    art: tuple[Art, ...]
    palette: Palette | None = None


class Status(StrEnum):
    """What Spotify said of the player in one answer."""

    PLAYING = "playing"
    PAUSED = "paused"
    STOPPED = "stopped"
    AD = "ad"
    UNKNOWN = "unknown"


class Repeat(StrEnum):
    """The player's repeat mode; anything Spotify may add later reads as OFF."""

    OFF = "off"
    TRACK = "track"
    CONTEXT = "context"


class Playback(msgspec.Struct, frozen=True, kw_only=True):
    """One parsed answer of the player endpoint.

    ``item`` is set exactly when ``status`` is PLAYING or PAUSED. ``progress_ms`` may be None even
    while playing, and may lie past the end of the item: Spotify does both.
    """

    status: Status
    item: Item | None = None
    progress_ms: int | None = None
    is_private: bool = False
    repeat: Repeat = Repeat.OFF


STOPPED = Playback(status=Status.STOPPED)
"""The 204 answer: no active session."""


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """A playback and the instants it was true: monotonic seconds and milliseconds UTC."""

    playback: Playback
    seen_s: float
    seen_at: int


class Play(msgspec.Struct, frozen=True, kw_only=True):
    """A finished play as recently-played reports it; ``ended_at`` is its end (ms UTC)."""

    item: Item
    ended_at: int


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Whose grant it is; ``key`` is Spotify's stable account id, ``name`` is for display only."""

    key: str
    name: str


class State(StrEnum):
    """The published state, version 1 of the wire contract."""

    PLAYING = "playing"
    PAUSED = "paused"
    IDLE = "idle"
    NOTHING = "nothing"
    AD = "ad"
    UNKNOWN = "unknown"


class Health(StrEnum):
    """How far the published state can be trusted, the first that applies."""

    LOGIN_NEEDED = "login_needed"
    REFUSED = "refused"
    LIMITED = "limited"
    OFFLINE = "offline"
    STALE = "stale"
    OK = "ok"


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a viewer may know, complete, never a difference.

    ``position_ms`` was true at ``as_of_s`` (monotonic); both are set exactly when ``state`` is
    PLAYING or PAUSED. The wire's ``now`` and ``as_of`` are made from ``as_of_s`` when a frame is
    encoded, so a step of the wall clock never moves a progress bar. ``ended_at`` is set exactly
    when ``state`` is IDLE. ``until`` is the end of a cooldown, for LIMITED.
    """

    epoch: str
    seq: int
    state: State
    health: Health
    until: int | None = None
    confirmed: bool = True
    as_of_s: float | None = None
    position_ms: int | None = None
    ended_at: int | None = None
    item: Item | None = None


def position_ms(snapshot: Snapshot, now_s: float) -> int | None:
    """Return where in the item playback stands at ``now_s``, clamped to the item."""
    if snapshot.position_ms is None or snapshot.as_of_s is None or snapshot.item is None:
        return None
    moved_ms = (now_s - snapshot.as_of_s) * 1000 if snapshot.state is State.PLAYING else 0
    return max(0, min(snapshot.item.duration_ms, snapshot.position_ms + round(moved_ms)))
