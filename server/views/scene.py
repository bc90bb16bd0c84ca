"""What a visitor is told: state and item, without what is wrong between the owner and Spotify.

The card follows the same rule, so that page, image, badge and chat never contradict each other.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from tonearm.poller.playback import Health, Item, Kind, Snapshot, State

Words = Mapping[str, str]
"""What is said in one language, by the keys of ``web/words``."""


class Scene(NamedTuple):
    """What is shown; ``ended_at`` (ms UTC) is set only where the end of the last item is known."""

    state: State
    item: Item | None
    ended_at: int | None = None

    @property
    def is_on(self) -> bool:
        """Whether the item is the one in the player now, be it paused."""
        return self.item is not None and self.state in (State.PLAYING, State.PAUSED)


def scene(snapshot: Snapshot | None) -> Scene:
    """Return what is shown of ``snapshot``; None is a service that knows nothing yet."""
    if snapshot is None:
        return Scene(State.NOTHING, None)
    if snapshot.health is Health.OK:
        return Scene(snapshot.state, snapshot.item, snapshot.ended_at)
    state = State.IDLE if snapshot.item else State.NOTHING
    return Scene(state, snapshot.item, snapshot.ended_at)


def label(seen: Scene, words: Words) -> str:
    """Return the line above the title, such as 'Now playing' or 'Last played 20 Nov'."""
    # With no item to name, 'one moment' is the title; see below.
    is_nameless = seen.state is State.UNKNOWN and seen.item is None
    text = words[State.PLAYING if is_nameless else seen.state]
    return " ".join(text.replace("{ago}", _day(seen.ended_at, words)).split())


def title(seen: Scene, words: Words) -> str:
    """Return the item's title, or what stands there without an item."""
    return seen.item.title if seen.item else words.get(f"{seen.state}_title", words[seen.state])


def byline(seen: Scene, words: Words) -> str:
    """Return what stands under the title; may be empty."""
    if seen.item is None:
        return ""
    return seen.item.byline or (words["local"] if seen.item.kind is Kind.LOCAL else "")


def _day(ended_at: int | None, words: Words) -> str:
    """Return a day: unlike '12 minutes ago' it stays true however long a proxy keeps it."""
    if ended_at is None:
        return ""
    then = datetime.fromtimestamp(ended_at / 1000, UTC)
    return f"{then.day} {then:%b}" if words["lang"] == "en" else f"{then:%Y-%m-%d}"
