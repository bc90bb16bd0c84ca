"""The memory of what is shown: what is kept of it, how often, and what a restart finds."""

import pytest
from fake_clock import FakeClock
from fake_spotify import FakePlays
from observations import playing, track
from running_poller import Service

from tonearm.poller.errors import ServerTrouble, StateUnreadable, Unreachable
from tonearm.poller.incognito import Incognito
from tonearm.poller.options import Rules
from tonearm.poller.playback import Kind, Play, State
from tonearm.poller.publish import LastPlayed

A, B = track("A"), track("B")
HOUR_S, DAY_S = 3_600.0, 86_400.0


async def test_what_was_shown_last_is_shown_again_after_a_restart() -> None:
    """Before the first look, and although Spotify does not answer."""
    service = Service(plays=FakePlays(LastPlayed(item=A, ended_at=1_000)))
    service.fake.error = ServerTrouble(503)

    async with service.running() as poller:
        shown = poller.snapshot

    assert (shown.state, shown.item, shown.ended_at) == (State.IDLE, A, 1_000)
    assert service.emitted[0] == shown
    assert service.fake.backfills == 0


async def test_the_last_play_is_asked_for_once_when_nothing_is_kept() -> None:
    """On the first day a card need not be empty."""
    service = Service()
    service.fake.plays = (Play(item=A, ended_at=1_000),)

    async with service.running() as poller:
        await service.clock.advance(DAY_S)
        shown = poller.snapshot

    assert (shown.state, shown.item, shown.ended_at) == (State.IDLE, A, 1_000)
    assert service.fake.backfills == 1
    assert service.plays.kept == LastPlayed(item=A, ended_at=1_000)


@pytest.mark.parametrize("plays", [(), ServerTrouble(503)])
async def test_the_last_play_is_not_asked_for_for_ever(
    plays: tuple[Play, ...] | ServerTrouble,
) -> None:
    """An account that never played costs no call a look."""
    service = Service()
    service.fake.plays = plays

    async with service.running():
        await service.clock.advance(DAY_S)

    assert service.fake.backfills == (3 if plays else 1)


async def test_a_hidden_file_is_not_the_last_play() -> None:
    """What may not be shown now may not be shown as the past either."""
    service = Service(rules=Rules(local_files=False))
    service.fake.plays = (Play(item=track("L", kind=Kind.LOCAL), ended_at=1),)

    async with service.running() as poller:
        assert poller.snapshot.state is State.NOTHING


async def test_a_play_that_ended_in_the_future_ended_now() -> None:
    """Spotify's clock and ours differ."""
    service = Service()
    service.fake.plays = (Play(item=A, ended_at=round(service.clock.now() * 1000) + 5_000),)

    async with service.running() as poller:
        assert poller.snapshot.ended_at == round(service.clock.now() * 1000)


async def test_nothing_is_written_while_nothing_changes() -> None:
    """A card in a small computer wears out by writes."""
    service = Service(plays=FakePlays(LastPlayed(item=A, ended_at=1_000)))

    async with service.running():
        await service.clock.advance(DAY_S)

    assert service.plays.writes == 0


async def test_an_item_is_written_once_however_often_it_is_seen() -> None:
    """Ten tracks of 200 s, watched: ten writes."""
    service = Service()
    service.viewers = 1

    async with service.running():
        for number in range(10):
            service.fake.playback = playing(track(f"T{number}"), 0)
            await service.clock.advance(200)

    assert service.plays.writes == 10


async def test_an_end_that_moves_by_a_moment_is_not_written_again() -> None:
    """The API's lag shifts it with each look, and a hiccup is no reason to wear the card out."""
    service = Service()
    service.viewers = 1
    service.fake.playback = playing(A, 0)

    async with service.running():
        await service.clock.advance(20)
        service.fake.playback = playing(A, 20.7)
        await service.clock.advance(20)
        service.fake.error = Unreachable("dns")
        await service.clock.advance(20)
        service.fake.error = None
        await service.clock.advance(60)

    assert len(service.news) == 4
    assert service.plays.writes == 1


async def test_what_is_hidden_is_not_written() -> None:
    """Neither the private item nor that there was one."""
    service = Service()
    service.fake.playback = playing(A, 10)

    async with service.running():
        await service.clock.advance(30)
        service.fake.playback = playing(B, 0, is_private=True)
        await service.clock.advance(2 * HOUR_S)

    assert service.plays.kept is not None
    assert service.plays.kept.item == A
    assert service.plays.writes == 2  # when it began, and its public end
    assert "B Band" not in repr(service.emitted)


async def test_a_full_disk_is_tried_again_with_the_next_change() -> None:
    """Viewers notice nothing of it."""
    service = Service()
    service.viewers = 1

    async with service.running() as poller:
        service.plays.is_broken = True
        service.fake.playback = playing(A, 10)
        await service.clock.advance(60)
        tries = service.plays.tries
        service.plays.is_broken = False
        service.fake.playback = playing(B, 0)
        await service.clock.advance(60)

        assert poller.snapshot.item == B
    assert tries == 1
    assert service.plays.kept is not None
    assert service.plays.kept.item == B


async def test_a_clock_that_is_wrong_at_boot_spoils_nothing_on_disk() -> None:
    """The kept end is in its future; only what is shown is clamped."""
    clock = FakeClock(wall_s=1_000.0)
    kept = LastPlayed(item=A, ended_at=1_795_000_000_000)
    service = Service(clock=clock, plays=FakePlays(kept))
    service.fake.error = ServerTrouble(503)

    async with service.running() as poller:
        await clock.advance(HOUR_S)

        assert poller.snapshot.ended_at == 1_000_000
    assert service.plays.kept == kept


class Forgetful(FakePlays):
    """A card on which one thing or the other cannot be read."""

    def __init__(self, *, forgets: str) -> None:
        super().__init__(LastPlayed(item=A, ended_at=1_000))
        self._forgets = forgets

    async def last_played(self) -> LastPlayed | None:
        self.is_broken = self._forgets == "last_played"
        return await super().last_played()

    async def incognito(self) -> Incognito | None:
        self.is_broken = self._forgets == "incognito"
        return await super().incognito()


async def test_a_last_play_that_cannot_be_read_stops_no_start() -> None:
    """It is one line on a card."""
    service = Service(plays=Forgetful(forgets="last_played"))
    service.fake.playback = playing(B, 0)

    async with service.running() as poller:
        assert poller.snapshot.item == B


async def test_nothing_is_shown_while_nobody_knows_whether_it_may_be() -> None:
    """The start fails, and is tried again: the owner may have said that nobody is to see it."""
    service = Service(plays=Forgetful(forgets="incognito"))

    with pytest.raises(StateUnreadable):
        await service.poller.restore()

    assert service.emitted == []
