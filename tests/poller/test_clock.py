"""The machine's clock: which of its clocks paces, and how one boot is told from the next."""

import time
from pathlib import Path

import pytest

from tonearm.poller.clock import SystemClock


def test_what_paces_counts_a_suspend_and_cannot_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither shows in a test that does not put the machine to sleep; so the clock is named."""
    asked = []

    def answer(clock: int) -> float:
        asked.append(clock)
        return 7.0

    monkeypatch.setattr(time, "clock_gettime", answer)

    assert SystemClock().monotonic() == 7.0
    assert asked == [getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)]


def test_a_boot_has_one_name_for_every_process() -> None:
    """As long as the kernel has one; elsewhere a restart counts as a boot."""
    names = {SystemClock().boot_id() for _ in range(2)}

    assert all(names)
    assert len(names) == (1 if Path("/proc/sys/kernel/random/boot_id").exists() else 2)
