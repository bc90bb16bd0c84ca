"""The player: what plays at an instant follows from what was done, and when."""

from itertools import pairwise

import pytest

from tonearm.poller.playback import Repeat, Status
from tonearm.poller.simulated.music import Album, Item, track
from tonearm.poller.simulated.player import Player

ALBUM = Album(name="Test tones", cover="rings", by=("Oscillator",))
ONE, TWO, THREE = (track(name, ALBUM, duration_s=60) for name in ("One", "Two", "Three"))
QUEUE = (ONE, TWO, THREE)


@pytest.fixture
def player() -> Player:
    """Return a player that began with the first of three items, a minute each, at 100 s."""
    player = Player()
    player.play(QUEUE, 100)
    return player


def seen(player: Player, now_s: float) -> tuple[Status, Item | None, int]:
    """Return what somebody at ``now_s`` would see."""
    moment = player.at(now_s)
    return moment.status, moment.item, moment.progress_ms(now_s)


def test_a_player_is_stopped_before_anything_was_played() -> None:
    """Nobody pressed play: no item, no progress."""
    assert seen(Player(), 5) == (Status.STOPPED, None, 0)


def test_progress_grows_with_time(player: Player) -> None:
    """A quarter of a minute later the progress is a quarter of a minute."""
    assert seen(player, 115) == (Status.PLAYING, ONE, 15_000)


def test_the_next_item_follows_at_the_end(player: Player) -> None:
    """At the very instant of the end the next item stands at zero."""
    assert seen(player, 159.999) == (Status.PLAYING, ONE, 59_999)
    assert seen(player, 160) == (Status.PLAYING, TWO, 0)


def test_several_items_pass_when_nobody_asks(player: Player) -> None:
    """A question after a long silence skips what has passed in between."""
    assert seen(player, 230) == (Status.PLAYING, THREE, 10_000)


def test_the_past_stays_known(player: Player) -> None:
    """Asking for an earlier instant after a later one gives what was true then."""
    player.at(230)

    assert seen(player, 130) == (Status.PLAYING, ONE, 30_000)


def test_the_end_of_the_queue_stops(player: Player) -> None:
    """After the last item there is no session."""
    assert seen(player, 280) == (Status.STOPPED, None, 0)


def test_repeating_the_queue_begins_it_again(player: Player) -> None:
    """With repeat on, the first item follows the last."""
    player.set_repeat(Repeat.CONTEXT, 100)

    assert seen(player, 290) == (Status.PLAYING, ONE, 10_000)


def test_repeating_an_item_restarts_it(player: Player) -> None:
    """The item stays, the progress falls back to zero, and it counts as a new play."""
    player.set_repeat(Repeat.TRACK, 110)

    assert seen(player, 165) == (Status.PLAYING, ONE, 5_000)
    assert [play.item for play in player.plays(225)] == [ONE, ONE]


def test_a_pause_holds_the_progress(player: Player) -> None:
    """Paused at 20 s it is at 20 s an hour later."""
    player.pause(120)

    assert seen(player, 3720) == (Status.PAUSED, ONE, 20_000)


def test_resuming_goes_on_where_it_was(player: Player) -> None:
    """The pause moves the end of the item by its length."""
    player.pause(120)
    player.resume(150)

    assert seen(player, 189.5) == (Status.PLAYING, ONE, 59_500)
    assert seen(player, 190) == (Status.PLAYING, TWO, 0)


def test_pausing_nothing_changes_nothing() -> None:
    """A pause without a session is no session."""
    player = Player()

    player.pause(5)

    assert player.at(6).status is Status.STOPPED


def test_resuming_nothing_changes_nothing() -> None:
    """An empty queue cannot play."""
    player = Player()

    player.resume(5)

    assert player.at(6).status is Status.STOPPED


def test_a_seek_moves_the_end(player: Player) -> None:
    """From 50 s on it lasts ten more seconds."""
    player.seek(50_000, 105)

    assert seen(player, 105) == (Status.PLAYING, ONE, 50_000)
    assert seen(player, 115) == (Status.PLAYING, TWO, 0)


def test_a_skip_plays_the_next_item_from_its_start(player: Player) -> None:
    """Also when it was paused: that is what the real player does."""
    player.pause(110)
    player.skip(112)

    assert seen(player, 113) == (Status.PLAYING, TWO, 1_000)


def test_a_skip_of_the_last_item_stops(player: Player) -> None:
    """Nothing is left to play."""
    player.jump(2, 110)
    player.skip(120)

    assert player.at(120).status is Status.STOPPED


def test_a_skip_of_the_last_item_begins_again_when_repeating(player: Player) -> None:
    """With repeat on the queue is a circle."""
    player.set_repeat(Repeat.CONTEXT, 105)
    player.jump(2, 110)
    player.skip(120)

    assert player.at(120).item is ONE


def test_previous_goes_back_within_the_first_seconds(player: Player) -> None:
    """At 2 s it means the item before."""
    player.jump(1, 110)
    player.previous(112)

    assert seen(player, 112) == (Status.PLAYING, ONE, 0)


def test_previous_restarts_an_item_that_is_some_seconds_in(player: Player) -> None:
    """At 10 s it means this item again."""
    player.jump(1, 110)
    player.previous(120)

    assert seen(player, 120) == (Status.PLAYING, TWO, 0)


def test_stopping_ends_the_session(player: Player) -> None:
    """There is no item any more, not even a paused one."""
    player.stop(110)

    assert seen(player, 111) == (Status.STOPPED, None, 0)


def test_an_advert_hides_the_item_and_gives_it_back(player: Player) -> None:
    """For its 30 s there is no item; then the item goes on where it was."""
    player.start_ad(30, 120)

    assert seen(player, 149)[:2] == (Status.AD, None)
    assert seen(player, 150) == (Status.PLAYING, ONE, 20_000)


def test_unknown_lasts_until_the_next_command(player: Player) -> None:
    """Without a length it stays, as when a device never comes back."""
    player.set_unknown(120)

    assert seen(player, 500)[:2] == (Status.UNKNOWN, None)


def test_an_interlude_within_an_interlude_returns_to_the_music(player: Player) -> None:
    """An unknown moment in an advert does not make the advert last for ever."""
    player.start_ad(30, 120)
    player.set_unknown(130, duration_s=2)

    assert player.at(133).item is ONE


def test_a_command_replaces_a_future_somebody_asked_about(player: Player) -> None:
    """A look ahead at 500 s does not keep a pause at 110 s from holding."""
    player.at(500)

    player.pause(110)

    assert seen(player, 500) == (Status.PAUSED, ONE, 10_000)
    assert player.plays(500) == ()


def test_a_private_session_is_part_of_the_moment(player: Player) -> None:
    """It holds from its instant on, not before."""
    player.set_private(True, 110)

    assert [player.at(instant).is_private for instant in (109, 111)] == [False, True]


def test_plays_tell_how_long_each_was_heard(player: Player) -> None:
    """Pauses and jumped-over parts do not count."""
    player.pause(110)
    player.resume(120)
    player.seek(55_000, 125)

    (play,) = player.plays(131)

    assert (play.item, play.ended_s, play.heard_s) == (ONE, 130, 20)


def test_a_crossfade_ends_each_item_early() -> None:
    """With 5 s of crossfade the next item begins at 55 s."""
    player = Player(crossfade_s=5)

    player.play(QUEUE, 0)

    assert seen(player, 55) == (Status.PLAYING, TWO, 0)


def test_upcoming_items_are_the_rest_of_the_queue(player: Player) -> None:
    """What comes is what follows, and nothing after the end."""
    assert player.at(100).upcoming(20) == (TWO, THREE)


def test_upcoming_items_go_round_when_repeating(player: Player) -> None:
    """A repeating queue never runs out."""
    player.set_repeat(Repeat.CONTEXT, 100)

    assert player.at(100).upcoming(4) == (TWO, THREE, ONE, TWO)


def test_a_long_run_keeps_its_time_and_bounds_its_memory(player: Player) -> None:
    """A day of a repeating queue ends where arithmetic says, with plays in order."""
    player.set_repeat(Repeat.CONTEXT, 100)
    day_s = 86_400

    assert seen(player, 100 + day_s + 61) == (Status.PLAYING, TWO, 1_000)
    plays = player.plays(100 + day_s + 61)
    assert len(plays) == 50
    assert all(one.ended_s < other.ended_s for one, other in pairwise(plays))
