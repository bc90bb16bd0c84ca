"""Viewers that have a while to finish something: to drain, or to close."""

from collections.abc import Iterator

from .viewer import Viewer


class Deadlines:
    """Who has until when; all are given the same while, so the first to come is the first due."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._until_s: dict[Viewer, float] = {}

    def __len__(self) -> int:
        return len(self._until_s)

    def __iter__(self) -> Iterator[Viewer]:
        return iter(self._until_s)

    def __contains__(self, viewer: Viewer) -> bool:
        return viewer in self._until_s

    def add(self, viewer: Viewer, now_s: float) -> None:
        """Let the while of ``viewer`` begin."""
        self._until_s[viewer] = now_s + self._patience_s

    def discard(self, viewer: Viewer) -> None:
        """Forget ``viewer``, if it is here."""
        self._until_s.pop(viewer, None)

    def overdue(self, now_s: float) -> list[Viewer]:
        """Return who should be done by now."""
        found = []
        for viewer, until_s in self._until_s.items():
            if until_s > now_s:
                break
            found.append(viewer)
        return found
