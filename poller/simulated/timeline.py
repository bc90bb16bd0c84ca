"""What the listener will do, and when: steps that are carried out as time reaches them."""

from collections.abc import Callable, Iterable

Step = tuple[float, Callable[[float], None]]
"""An instant, and a command that is told it: ``(12.5, player.skip)``."""


class Timeline:
    """Steps in the order of their instants; there may be no end to them."""

    def __init__(self, steps: Iterable[Step] = ()) -> None:
        self._steps = iter(steps)
        self._next = next(self._steps, None)

    def run(self, now_s: float) -> None:
        """Carry out every step due at ``now_s``, each as of its own instant."""
        while self._next is not None and self._next[0] <= now_s:
            due_s, command = self._next
            command(due_s)
            self._next = next(self._steps, None)
