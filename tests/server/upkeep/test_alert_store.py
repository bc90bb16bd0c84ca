"""What was told is known after a restart."""

import errno
import os
import sqlite3
from pathlib import Path

import pytest
from fake_clock import FakeClock

from tonearm.poller.state_directory import StateDirectory
from tonearm.server.upkeep.alert_store import open_alert_store
from tonearm.server.upkeep.alerts import Cause, Told


async def test_what_was_told_is_known_after_a_restart(tmp_path: Path) -> None:
    """The newest of each cause, with and without a mark."""
    place, clock = tmp_path / "state", FakeClock()
    with StateDirectory(place) as directory:
        async with open_alert_store(directory, clock=clock) as store:
            await store.keep(Cause.DISK, Told(told_at=1, mark=None))
            await store.keep(Cause.LOGIN_EXPIRING, Told(told_at=2, mark="9/30"))
            await store.keep(Cause.LOGIN_EXPIRING, Told(told_at=3, mark="9/14"))
            await store.keep(Cause.STALE, Told(told_at=4, mark=None))
            await store.keep(Cause.STALE, None)

    with StateDirectory(place) as directory:
        async with open_alert_store(directory, clock=clock) as store:
            assert await store.told() == {
                Cause.DISK: Told(told_at=1, mark=None),
                Cause.LOGIN_EXPIRING: Told(told_at=3, mark="9/14"),
            }


async def test_a_row_that_is_not_ours_sets_the_file_aside(tmp_path: Path) -> None:
    """The service starts; at worst a message comes twice."""
    place, clock = tmp_path / "state", FakeClock()
    with StateDirectory(place) as directory:
        async with open_alert_store(directory, clock=clock):
            pass
        with sqlite3.connect(place / "alerts.db") as database:
            database.execute("INSERT INTO told VALUES ('weather', 1, NULL)")
        database.close()

        async with open_alert_store(directory, clock=clock) as store:
            assert await store.told() == {}

    assert len(list(place.glob("alerts.db.*Z"))) == 1


async def test_a_file_that_can_neither_be_used_nor_made_anew_stops_no_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It rusted on a card that is read-only by now: nothing is kept, and nothing fails."""

    def fail(_file: Path, _aside: Path) -> Path:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with StateDirectory(tmp_path / "state") as directory:
        directory.claim("alerts.db").write_bytes(b"rust")
        monkeypatch.setattr(Path, "rename", fail)

        async with open_alert_store(directory, clock=FakeClock()) as store:
            await store.keep(Cause.DISK, Told(told_at=1, mark=None))
            await store.keep(Cause.DISK, None)
            assert await store.told() == {}
