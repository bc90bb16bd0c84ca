"""Items and answers in one line each, and a screen that shows what a viewer would see of them."""

from collections.abc import Iterable

from tonearm.poller.changes import Change, observe
from tonearm.poller.listening import Session
from tonearm.poller.options import Rules
from tonearm.poller.playback import (
    STOPPED,
    Art,
    Artist,
    Item,
    Kind,
    Linked,
    Observation,
    Playback,
    Snapshot,
    Status,
)
from tonearm.poller.publish import LastPlayed, Shown, first_shown, show
from tonearm.poller.trouble import Trouble

WALL_AT = 1_795_000_000_000
"""The wall clock (ms UTC) at monotonic second 0 of every test here."""

AD = Playback(status=Status.AD)
UNKNOWN = Playback(status=Status.UNKNOWN)
PRIVATE_UNKNOWN = Playback(status=Status.UNKNOWN, is_private=True)

__all__ = ["AD", "PRIVATE_UNKNOWN", "STOPPED", "UNKNOWN"]


def track(title: str, *, duration_s: float = 200.0, kind: Kind = Kind.TRACK) -> Item:
    """Return an item that is told from others by its title."""
    is_local = kind is Kind.LOCAL
    return Item(
        kind=kind,
        uri=f"tonearm:local:{title}" if is_local else f"spotify:{kind}:{title}",
        title=title,
        byline=f"{title} Band",
        artists=(Artist(name=f"{title} Band"),),
        album=None if is_local else Linked(name=f"{title} Album"),
        show=None,
        url=None if is_local else f"https://open.spotify.com/track/{title}",
        duration_ms=round(duration_s * 1000),
        explicit=False,
        art=() if is_local else (Art(url=f"https://i.scdn.co/image/{title}"),),
    )


def playing(item: Item, progress_s: float | None, *, is_private: bool = False) -> Playback:
    """Return the answer "``item`` plays"."""
    return _with_item(Status.PLAYING, item, progress_s, is_private=is_private)


def paused(item: Item, progress_s: float | None, *, is_private: bool = False) -> Playback:
    """Return the answer "``item`` is paused"."""
    return _with_item(Status.PAUSED, item, progress_s, is_private=is_private)


def _with_item(
    status: Status, item: Item, progress_s: float | None, *, is_private: bool
) -> Playback:
    progress_ms = None if progress_s is None else round(progress_s * 1000)
    return Playback(status=status, item=item, progress_ms=progress_ms, is_private=is_private)


def seen(playback: Playback, at_s: float) -> Observation:
    """Return ``playback`` as seen at a monotonic instant."""
    return Observation(playback=playback, seen_s=at_s, seen_at=WALL_AT + round(at_s * 1000))


def after(
    looks: Iterable[tuple[float, Playback]], session: Session | None = None
) -> tuple[Session, list[Change]]:
    """Return what is believed after all ``looks``, and what each of them changed."""
    session, changes = session or Session(), []
    for at_s, playback in looks:
        session, change = observe(session, seen(playback, at_s))
        changes.append(change)
    return session, changes


class Screen:
    """What a viewer sees while answers come in; it notes each snapshot with a new ``seq``.

    ``wall_at`` is the wall clock at monotonic second 0 and may be set to let it jump.
    """

    def __init__(self, rules: Rules | None = None, *, last: LastPlayed | None = None) -> None:
        self.rules = rules or Rules()
        self.wall_at = WALL_AT
        self.session = Session()
        self.trouble = Trouble()
        self.is_incognito = False
        self.now_s = 0.0
        self.shown: Shown = first_shown("test", last, now_at=WALL_AT)
        self.news: list[Snapshot] = []

    @property
    def snapshot(self) -> Snapshot:
        return self.shown.snapshot

    @property
    def now_at(self) -> int:
        """The wall clock now, in ms UTC."""
        return self.wall_at + round(self.now_s * 1000)

    def look(self, at_s: float, playback: Playback) -> Snapshot:
        """See ``playback`` at ``at_s`` and return what is shown then."""
        self.session, _ = observe(self.session, seen(playback, at_s))
        return self.wait(at_s)

    def wait(self, until_s: float) -> Snapshot:
        """Let time pass, turning what turns by itself, and return what is shown then."""
        while (turns_s := self.shown.turns_s) is not None and turns_s < until_s:
            self._show(max(turns_s, self.now_s))
        return self._show(until_s)

    def report(self, trouble: Trouble) -> Snapshot:
        """Let ``trouble`` be known from now on and return what is shown."""
        self.trouble = trouble
        return self._show(self.now_s)

    def _show(self, now_s: float) -> Snapshot:
        self.now_s = now_s
        before = self.snapshot.seq
        self.shown = show(
            self.shown,
            self.session,
            self.trouble,
            self.rules,
            is_incognito=self.is_incognito,
            now_s=now_s,
            now_at=self.now_at,
        )
        if self.snapshot.seq != before:
            self.news.append(self.snapshot)
        return self.snapshot
