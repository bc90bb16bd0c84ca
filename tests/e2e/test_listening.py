"""An owner logs in, runs the service and listens; a viewer and a reader see what is played."""

import aiohttp
from installed import Home, log_in, service
from watching import Watcher, current, watcher

from tonearm.poller.clock import SystemClock
from tonearm.poller.playback import Repeat
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.music import Album, Item, episode, local_file, track

ALBUM = Album(name="Test Pressing", cover="dusk", by=("The Testers",))
FIRST = track("Side One", ALBUM, duration_s=120)
SECOND = track("Side Two", ALBUM, duration_s=9)
THIRD = track("Side Three", ALBUM, duration_s=120)
SPOKEN = episode("Needle Talk", Album(name="The Groove", cover="microphone"), duration_s=2400)
LOCAL = local_file("Kitchen Tape", "The Testers", duration_s=200)
SECRET = track("Guilty Pleasure", ALBUM, duration_s=200)

TOLERANCE_MS = 500


def true_position_ms(spotify: Account, clock: SystemClock) -> int:
    """Return where the listener's own player stands."""
    now_s = clock.monotonic()
    return spotify.player.at(now_s).progress_ms(now_s)


async def test_a_viewer_sees_a_day_of_listening(
    home: Home, spotify: Account, clock: SystemClock
) -> None:
    """Skip, natural change, pause, podcast, local file, advert, private session and stop."""
    await log_in(home)
    player = spotify.player
    player.play([FIRST, SECOND, THIRD], clock.monotonic() - 10, position_ms=61_000)

    async with (
        service(home) as running,
        watcher(running.url) as viewer,
        aiohttp.ClientSession() as reader,
    ):

        async def both_show(item: Item, state: str = "playing") -> None:
            await viewer.shows(item.title, state)
            read = await current(reader, running.url)
            assert read["item"] == viewer.newest["item"]
            assert (read["state"], read["seq"]) == (state, viewer.newest["seq"])
            assert abs(viewer.position_ms() - true_position_ms(spotify, clock)) < TOLERANCE_MS

        await both_show(FIRST)

        player.skip(clock.monotonic())
        await both_show(SECOND)

        await both_show(THIRD)  # by itself, when the second is over

        player.pause(clock.monotonic())
        await both_show(THIRD, "paused")

        player.resume(clock.monotonic())
        await both_show(THIRD)

        player.seek(90_000, clock.monotonic())
        await viewer.until(lambda seen: seen["position_ms"] > 80_000)
        assert abs(viewer.position_ms() - true_position_ms(spotify, clock)) < TOLERANCE_MS

        player.play([SPOKEN], clock.monotonic())
        await both_show(SPOKEN)
        assert viewer.newest["item"]["kind"] == "episode"
        assert viewer.newest["item"]["byline"] == "The Groove"

        player.play([LOCAL], clock.monotonic())
        await both_show(LOCAL)
        assert viewer.newest["item"]["kind"] == "local"
        assert viewer.newest["item"]["url"] is None

        player.start_ad(600, clock.monotonic())
        await viewer.is_in("ad")
        assert viewer.newest["item"] is None

        await private_session_looks_like_a_stop(viewer, spotify, clock)

        player.play([FIRST], clock.monotonic())
        await both_show(FIRST)

        player.stop(clock.monotonic())
        stopped = await viewer.is_in("idle")
        assert stopped["item"]["title"] == FIRST.title
        assert stopped["position_ms"] is None
        assert 0 <= stopped["now"] - stopped["ended_at"] < 10_000

        assert await running.stop() == 0


async def private_session_looks_like_a_stop(
    viewer: Watcher, spotify: Account, clock: SystemClock
) -> None:
    """Play in private, and see on the page what a stop would have shown."""
    spotify.player.play([FIRST], clock.monotonic())
    await viewer.shows(FIRST.title)
    spotify.player.set_private(True, clock.monotonic())
    spotify.player.play([SECRET], clock.monotonic())
    spotify.player.set_private(True, clock.monotonic())
    hidden = await viewer.is_in("idle")
    assert hidden["item"]["title"] == FIRST.title
    assert SECRET.title not in str(viewer.seen)
    spotify.player.set_private(False, clock.monotonic())
    spotify.player.set_repeat(Repeat.OFF, clock.monotonic())


async def test_a_newcomer_sees_the_last_played_item_when_nothing_was_ever_stored(
    home: Home, spotify: Account, clock: SystemClock
) -> None:
    """One recently-played call at the start stands in for a memory."""
    player = spotify.player
    player.play([FIRST], clock.monotonic() - 300)
    await log_in(home)

    async with service(home) as running, watcher(running.url) as viewer:
        seen = await viewer.is_in("idle")

    assert seen["item"]["title"] == FIRST.title
    assert spotify.count("/v1/me/player/recently-played") == 1  # type: ignore[arg-type]


async def test_the_last_played_item_outlives_the_service(
    home: Home, spotify: Account, clock: SystemClock
) -> None:
    """After a restart a visitor sees what was played last, without another question."""
    await log_in(home)
    spotify.player.play([FIRST], clock.monotonic() - 10)  # older than the lag
    async with service(home) as running, watcher(running.url) as viewer:
        await viewer.shows(FIRST.title)
        spotify.player.stop(clock.monotonic())
        before = await viewer.is_in("idle")
        await running.stop()

    async with service(home) as again, watcher(again.url) as viewer:
        after = viewer.newest

    assert after["state"] == "idle"
    assert after["item"] == before["item"]
    assert after["ended_at"] == before["ended_at"]
    assert after["epoch"] != before["epoch"]
