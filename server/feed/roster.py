"""The viewers that are ready for a frame, side by side, and the walk that writes to them.

A change to ten thousand sockets costs little more than the kernel charges if nothing else is
touched on the way: outlets and edition numbers lie in lists of their own, and a frame goes past the
transport to its socket. That is right as long as a viewer stands here only while its transport is
open and has nothing left to send; the hub sees to it. What the kernel does not take goes to the
transport, which keeps it, says that it is full, and so takes the viewer off the roster.
"""

from collections.abc import Iterator
from typing import Final

from .viewer import NOWHERE, Outlet, Viewer

_STRETCH: Final = 32  # written between two looks at the clock: about 0.2 ms

# What a transport raises that closed a moment ago; it must not stop the others.
_WRITE_ERRORS: Final = (OSError, RuntimeError)


class Roster:
    """Ready viewers of one encoding, in no order.

    A walk goes from the end to the beginning. Who joins meanwhile is added behind it, and the gap
    of one who leaves is filled with the last: nobody is moved to where the walk will not come any
    more unless it has been there. Some may be met twice, so each has the number of its edition.
    """

    def __init__(self) -> None:
        self._viewers: list[Viewer] = []
        self._outlets: list[Outlet | None] = []
        self._numbers: list[int] = []

    def __len__(self) -> int:
        return len(self._viewers)

    def __iter__(self) -> Iterator[Viewer]:
        return iter(self._viewers)

    def add(self, viewer: Viewer) -> None:
        """Take a viewer in that is ready."""
        viewer.place = len(self._viewers)
        self._viewers.append(viewer)
        self._outlets.append(viewer.outlet)
        self._numbers.append(viewer.sent)

    def remove(self, viewer: Viewer) -> None:
        """Let a viewer go that stands here; its outlet is not used any more."""
        place, viewer.place = viewer.place, NOWHERE
        viewer.sent = self._numbers[place]
        last, outlet, number = self._viewers.pop(), self._outlets.pop(), self._numbers.pop()
        if last is not viewer:
            last.place = place
            self._viewers[place], self._outlets[place], self._numbers[place] = last, outlet, number

    def give(self, frame: bytes, number: int | None, *, below: int) -> int:
        """Write an edition to some of those below a place who have not had it.

        With None as its ``number`` the frame is a beat: for everybody, and no edition. Return the
        place below which the walk goes on; 0 is its end.
        """
        outlets, numbers, size = self._outlets, self._numbers, len(frame)
        place, top = 0, min(below, len(numbers))
        for place in range(top - 1, max(0, top - _STRETCH) - 1, -1):
            if numbers[place] != number:
                if number is not None:
                    numbers[place] = number
                outlet = outlets[place]
                try:
                    taken = 0 if outlet is None else outlet.send(frame)
                except OSError:  # full, or gone: the transport finds out for itself
                    taken = 0
                if taken != size:
                    self._hand_over(place, frame[taken:])
                    break  # by now others may have left
        return place

    def _hand_over(self, place: int, rest: bytes) -> None:
        viewer = self._viewers[place]
        try:
            viewer.write(rest)
        except _WRITE_ERRORS:
            viewer.abort()
