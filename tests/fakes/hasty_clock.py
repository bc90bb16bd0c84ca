"""A clock in whose world everything takes long, so that whoever works in turns has many of them."""

from fake_clock import FakeClock


class HastyClock(FakeClock):
    """A fake clock that also moves on by ``step_s`` whenever it is read; that wakes nobody."""

    def __init__(self, *, step_s: float) -> None:
        super().__init__()
        self._step_s = step_s

    def monotonic(self) -> float:
        self._move_to(super().monotonic() + self._step_s)
        return super().monotonic()
