"""A logout: what it ends besides what it deletes."""

from pathlib import Path

from fake_clock import FakeClock

from tonearm.poller.plays import open_plays
from tonearm.server.account import open_account
from tonearm.server.configuration.config import load
from tonearm.server.owner.farewell import forget_all


async def test_nobody_misses_a_damaged_login_after_a_logout(tmp_path: Path) -> None:
    """Its file is named once more; an alert would tell the owner of a loss that was wanted."""
    settings = load({"HOME": str(tmp_path), "TONEARM_SPOTIFY_CLIENT_ID": "app"})
    settings.state.directory.mkdir(mode=0o700, parents=True)
    damaged = settings.state.directory / "grant.db"
    damaged.write_bytes(b"rust")
    damaged.chmod(0o600)

    async with (
        open_account(settings, clock=FakeClock()) as account,
        open_plays(account.directory, clock=account.clock) as plays,
    ):
        was_missed = "grant.db" in account.directory.set_aside_files
        farewell = await forget_all(account, plays)

        assert was_missed
        assert account.directory.set_aside_files == set()
    (aside,) = farewell.set_aside
    assert aside.startswith(f"{damaged}.")
