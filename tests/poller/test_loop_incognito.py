"""Incognito and logout in the running poller: what is hidden, until when, and what stays gone."""

import pytest
from fake_spotify import FakePlays
from observations import STOPPED, playing, track
from running_poller import Service

from tonearm.poller.errors import LoginNeeded, StateUnwritable
from tonearm.poller.playback import Health, Play, State
from tonearm.poller.publish import LastPlayed

SHOWN, SECRET, LATER = track("Shown"), track("Canary"), track("Later")
HOUR_S = 3_600.0


async def test_what_is_shown_is_hidden_at_once() -> None:
    """Without a look: the owner has said so."""
    service = Service()
    service.fake.playback = playing(SHOWN, 10)

    async with service.running() as poller:
        count = len(service.fake.looks)
        await poller.go_incognito(None)
        hidden = poller.snapshot

        assert len(service.fake.looks) == count

    assert (hidden.state, hidden.item, hidden.health) == (State.IDLE, SHOWN, Health.OK)


async def test_it_looks_like_silence_while_it_lasts() -> None:
    """No snapshot names what is played, none of them is news, and no looks are spent on viewers."""
    service = Service()
    service.viewers = 1
    service.fake.playback = playing(SHOWN, 10)

    async with service.running() as poller:
        await poller.go_incognito(None)
        news, looks = len(service.news), len(service.fake.looks)
        for title in ("Canary 1", "Canary 2", "Canary 3"):
            service.fake.playback = playing(track(title), 0)
            await service.clock.advance(100)

        assert len(service.news) == news
        assert len(service.fake.looks) - looks <= 10

    assert "Canary" not in repr(service.emitted)
    assert service.plays.kept is not None
    assert service.plays.kept.item == SHOWN


@pytest.mark.parametrize("is_ended_by_owner", [True, False], ids=["resume", "time is up"])
async def test_the_music_comes_back_but_not_what_was_played_meanwhile(
    *, is_ended_by_owner: bool
) -> None:
    """Only a look after its end may show anything: the last one saw the secret."""
    service = Service()
    service.viewers = 1
    service.fake.playback = playing(SHOWN, 10)

    async with service.running() as poller:
        await poller.go_incognito(None if is_ended_by_owner else 600)
        service.fake.playback = playing(SECRET, 0)
        await service.clock.advance(595)
        service.fake.playback = playing(LATER, 0)
        if is_ended_by_owner:
            await poller.end_incognito()
        await service.clock.advance(11)
        shown = poller.snapshot

    assert (shown.state, shown.item) == (State.PLAYING, LATER)
    assert "Canary" not in repr(service.emitted)


async def test_the_secret_stays_hidden_when_it_is_heard_no_more_at_the_end() -> None:
    """A doubted stop must not bring up what was believed before."""
    service = Service()
    service.viewers = 1
    service.fake.playback = playing(SHOWN, 10)

    async with service.running() as poller:
        await poller.go_incognito(None)
        service.fake.playback = playing(SECRET, 0)
        await service.clock.advance(60)
        service.fake.playback = STOPPED
        await poller.end_incognito()
        await service.clock.advance(60)

    assert "Canary" not in repr(service.emitted)


async def test_it_outlives_the_process() -> None:
    """A restart, an upgrade or a crash must not tell."""
    first = Service()
    async with first.running() as poller:
        await poller.go_incognito(None)
    again = Service(plays=first.plays, clock=first.clock)
    again.viewers = 1
    again.fake.playback = playing(SECRET, 10)

    async with again.running() as poller:
        await again.clock.advance(HOUR_S)
        assert poller.incognito is not None

    assert "Canary" not in repr(again.emitted)


async def test_it_ends_on_time_in_the_next_process() -> None:
    """The duration goes on counting."""
    first = Service()
    async with first.running() as poller:
        await poller.go_incognito(600)
        await first.clock.advance(500)
    again = Service(plays=first.plays, clock=first.clock)
    again.viewers = 1
    again.fake.playback = playing(LATER, 0)

    async with again.running() as poller:
        assert poller.incognito is not None
        await again.clock.advance(110)

        assert poller.incognito is None
        assert poller.snapshot.item == LATER


async def test_plays_from_before_are_not_asked_for_after_it() -> None:
    """What Spotify lists as last played may be what was to be hidden."""
    first = Service()
    async with first.running() as poller:
        await poller.go_incognito(None)
        await poller.end_incognito()
    again = Service(plays=FakePlays(), clock=first.clock)
    again.plays.kept_incognito = first.plays.kept_incognito
    again.fake.plays = (Play(item=SECRET, ended_at=1_000),)

    async with again.running() as poller:
        await again.clock.advance(60)

        assert poller.snapshot.item is None
    assert again.fake.backfills == 0


async def test_it_holds_although_the_disk_does_not_keep_it() -> None:
    """And the owner is told that a restart would end it."""
    service = Service()
    service.fake.playback = playing(SHOWN, 10)

    async with service.running() as poller:
        service.plays.is_broken = True
        with pytest.raises(StateUnwritable):
            await poller.go_incognito(None)

        assert poller.snapshot.state is State.IDLE


async def test_nothing_is_shown_after_a_logout() -> None:
    """Not even as the last one played; a login is asked for, and nothing of Spotify."""
    service = Service(plays=FakePlays(LastPlayed(item=SHOWN, ended_at=1_000)))
    service.fake.playback = playing(SHOWN, 10)

    async with service.running() as poller:
        service.fake.error = LoginNeeded()
        await poller.logged_out()
        looks = len(service.fake.looks)
        await service.clock.advance(HOUR_S)
        shown = poller.snapshot

        assert (shown.state, shown.item) == (State.NOTHING, None)
        assert shown.health is Health.LOGIN_NEEDED
        assert len(service.fake.looks) == looks


async def test_an_answer_under_way_is_dropped_at_a_logout() -> None:
    """It was asked with a permission that is no more."""
    service = Service()
    service.viewers = 1
    service.fake.playback = playing(SECRET, 0)
    service.fake.takes_s = 3

    async with service.running() as poller:
        service.fake.error = None
        await poller.logged_out()
        await service.clock.advance(60)

        assert poller.snapshot.health is Health.LOGIN_NEEDED
    assert "Canary" not in repr(service.emitted)
