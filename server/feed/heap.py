"""Keeps the garbage collector from walking over a crowd.

A full collection with ten thousand viewers stops the loop for tens of milliseconds, and finds
nothing: a viewer that comes or goes leaves no cycles behind (tests see to that). What is frozen is
not walked over.
"""

import gc
from typing import Final

_MANY: Final = 1_000  # 16,000 objects: what it takes to start a collection


class Heap:
    """Counts who has come since the last freeze, and freezes once that many have settled."""

    def __init__(self) -> None:
        self._came = 0
        self._had_come = 0
        self._is_frozen = False

    def grew(self) -> None:
        """Note that a viewer came."""
        self._came += 1

    def settle(self) -> None:
        """Freeze what is there if many came and nobody is on the way in; this takes no time."""
        if self._came >= _MANY and self._came == self._had_come:
            gc.freeze()
            self._is_frozen = True
            self._came = 0
        self._had_come = self._came

    def tidy(self) -> None:
        """Collect what was frozen and became garbage; for a moment when nobody watches."""
        if self._is_frozen:
            self._is_frozen = False
            gc.unfreeze()
            gc.collect()
            gc.freeze()
