"""A disk without a free byte, and a card that has turned read-only: a real one, in memory.

PERSIST keeps the journal's room, so the grant can be written when nothing else can; and no restart
needs to write before it serves.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_clock import FakeClock
from installed import Home, log_in, program, service
from token_answers import consent
from watching import watcher

from tonearm.poller.clock import SystemClock
from tonearm.poller.errors import StateUnwritable
from tonearm.poller.ledger_store import Block, open_ledger_store
from tonearm.poller.plays import open_plays
from tonearm.poller.quota import Cooldown
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.grants import Rotation
from tonearm.poller.simulated.music import Album, track
from tonearm.poller.state_directory import StateDirectory
from tonearm.poller.store import open_state
from tonearm.poller.stored_grant import StoredGrant, granted

COOLDOWN = Cooldown(began_at=1, until_at=2, until_s=3.5, boot_id="b", is_quota=True, strikes=4)
LONG = track("Side One", Album(name="Test Pressing", cover="dusk", by=("A",)), duration_s=36_000)


class Card:
    """A small disk at ``path``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    def fill(self) -> None:
        """Take every byte that is left."""
        try:
            with self._ballast.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))
        except OSError:
            pass

    def free(self) -> None:
        """Give them back."""
        self._ballast.unlink()

    def turn_read_only(self) -> None:
        """Do what Linux does when a card fails."""
        subprocess.run(["mount", "-o", "remount,ro", self.path], check=True)


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Card]:
    """Yield a disk of a mebibyte."""
    path = tmp_path / "card"
    path.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tonearm-test", path], check=True)
    yield Card(path)
    subprocess.run(["umount", path], check=True)


def first_grant() -> StoredGrant:
    """Return what a login brings."""
    return granted(consent(FakeClock()), None, generation=1)


async def test_the_grant_can_be_written_when_the_disk_is_full(card: Card) -> None:
    """Login, intent, refresh and cooldown: all room was taken when the file was made."""
    async with open_state(card.path / "state", clock=FakeClock()) as store:
        card.fill()

        for generation in range(1, 6):
            await store.save_consent(first_grant())
            await store.note_intent(generation)
            await store.save_cooldown(COOLDOWN)

    async with open_state(card.path / "state", clock=FakeClock()) as store:
        assert await store.read_cooldown() == COOLDOWN


async def test_a_first_start_on_a_full_disk_says_so(card: Card) -> None:
    """Typed, so that systemd tries again: it is no mistake in the settings."""
    card.fill()

    with pytest.raises(StateUnwritable):
        async with open_state(card.path / "state", clock=FakeClock()):
            pass


async def test_starts_that_fail_on_a_full_disk_leave_nothing_lying_about(card: Card) -> None:
    """Each set aside what the last one had begun, and systemd makes one every five seconds."""
    state = card.path / "state"
    card.fill()

    for _ in range(3):
        with pytest.raises(StateUnwritable):
            async with open_state(state, clock=FakeClock()):
                pass

    card.free()
    async with open_state(state, clock=FakeClock()) as store:
        await store.save_consent(first_grant())
    assert {path.name for path in state.iterdir()} <= {"grant.db", "grant.db-journal", "lock"}


async def test_a_start_on_a_read_only_card_says_so_where_none_has_worked_yet(
    card: Card,
) -> None:
    """Typed again, although what the last one had begun cannot even be looked for."""
    card.fill()
    with pytest.raises(StateUnwritable):
        async with open_state(card.path / "state", clock=FakeClock()):
            pass
    card.turn_read_only()

    with pytest.raises(StateUnwritable, match="readonly"):
        async with open_state(card.path / "state", clock=FakeClock()):
            pass


async def test_a_first_start_on_a_full_disk_tells_the_owner_what_to_do(
    home: Home, card: Card
) -> None:
    """With 1, which systemd tries again."""
    home.variables["TONEARM_STATE_DIRECTORY"] = str(card.path / "state")
    card.fill()

    async with program(home, "run") as started:
        assert await started.end() == 1

    assert "database or disk is full. Make room on the disk" in started.errors


async def test_a_ledger_that_finds_no_room_is_told_and_goes_on_when_there_is(card: Card) -> None:
    """It grows, so a full disk does stop it; what it had is kept."""
    block = Block(size=8)
    with StateDirectory(card.path / "state") as directory:
        async with open_ledger_store(directory, clock=FakeClock()) as ledger:
            await ledger.put({1: block})
            card.fill()
            with pytest.raises(StateUnwritable, match="ledger of calls cannot be written"):
                await ledger.put(dict.fromkeys(range(2, 400), block))
            kept_meanwhile = await ledger.blocks()
            card.free()
            await ledger.put({2: block})

            assert kept_meanwhile == {1: block}
            assert await ledger.blocks() == {1: block, 2: block}


async def test_everything_kept_can_be_read_from_a_read_only_card(card: Card) -> None:
    """And every write fails with its type, also the first one after a restart."""
    async with open_state(card.path / "state", clock=FakeClock()) as store:
        await store.save_consent(first_grant())
        await store.save_cooldown(COOLDOWN)
        async with open_plays(store.directory, clock=FakeClock()):
            pass
    card.turn_read_only()

    async with open_state(card.path / "state", clock=FakeClock()) as store:
        assert await store.read() == first_grant()
        assert await store.read_cooldown() == COOLDOWN
        with pytest.raises(StateUnwritable):
            await store.note_intent(1)
        async with open_plays(store.directory, clock=FakeClock()) as plays:
            assert await plays.last_played() is None
            with pytest.raises(StateUnwritable):
                await plays.clear()


@pytest.fixture
async def on_card(home: Home, card: Card, spotify: Account, clock: SystemClock) -> Home:
    """A machine whose state is on the card, with a login and a life before; something plays."""
    home.variables |= {
        "TONEARM_STATE_DIRECTORY": str(card.path / "state"),
        "TONEARM_CONTROL_SOCKET": str(home.path / "control.sock"),
    }
    await log_in(home)
    async with service(home) as running:
        assert await running.stop() == 0
    spotify.player.play([LONG], clock.monotonic() - 10)
    return home


async def test_the_service_lives_through_a_full_disk(
    on_card: Home, card: Card, spotify: Account
) -> None:
    """It refreshes, with a token that is replaced at once, and still has it at the next start."""
    spotify.authorization.grants.rotation = Rotation.STRICT
    card.fill()

    for _ in range(2):
        spotify.revoke_access()
        async with service(on_card) as running, watcher(running.url) as viewer:
            await viewer.shows(LONG.title)
            assert viewer.newest["health"] == "ok"
            assert await running.stop() == 0


async def test_the_service_starts_and_serves_on_a_read_only_card(
    on_card: Home, card: Card, spotify: Account
) -> None:
    """Two starts in a row, with a rusty file that cannot be set aside.

    What the first one refreshed is not needed by the second.
    """
    (card.path / "state" / "alerts.db").write_bytes(b"rust")
    card.turn_read_only()

    for _ in range(2):
        spotify.revoke_access()
        async with service(on_card) as running, watcher(running.url) as viewer:
            await viewer.shows(LONG.title)
            assert viewer.newest["health"] == "ok"
            assert await running.stop() == 0
