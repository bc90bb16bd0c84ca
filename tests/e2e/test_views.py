"""The other views of a running service: they follow what is played, and never what is hidden."""

import asyncio
from pathlib import Path

import aiohttp
from installed import Home, log_in, service
from watching import PATIENCE_S, watcher

from tonearm.poller.clock import SystemClock
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.music import Album, track

ALBUM = Album(name="Test Pressing", cover="dusk", by=("The Testers",))
FIRST = track("Side One", ALBUM, duration_s=200)
SECRET = track("Guilty Pleasure", ALBUM, duration_s=200)
VIEWS = ("/v1/current.txt", "/v1/card.svg", "/v1/badge.json", "/v1/art", "/theme.css")


def read(folder: Path) -> dict[str, str]:
    """Return every file in a folder."""
    return {each.name: each.read_text("utf-8") for each in folder.glob("*.txt")}


async def file_says(folder: Path, line: str, clock: SystemClock) -> None:
    """Wait until ``now.txt`` holds exactly this."""
    async with asyncio.timeout(PATIENCE_S):
        while read(folder).get("now.txt") != line:
            await clock.sleep(0.02)


async def test_views_follow_what_is_played_and_never_what_is_hidden(
    home: Home, spotify: Account, clock: SystemClock
) -> None:
    """A line, an image, a badge and files tell of a track, and of a private session nothing."""
    folder = home.path / "obs"
    home.variables |= {
        "TONEARM_TEXT_DIRECTORY": str(folder),
        "TONEARM_TEXT_IDLE": "Silence",
        "TONEARM_LOOK_LOOK_AHEAD": "false",
    }
    await log_in(home)
    spotify.player.play([FIRST], clock.monotonic() - 10)

    async with (
        service(home) as running,
        watcher(running.url) as viewer,
        aiohttp.ClientSession() as session,
    ):

        async def everything() -> str:
            told = ""
            for path in VIEWS:
                async with session.get(running.url + path, allow_redirects=False) as answer:
                    told += await answer.text()
            return told + "".join(read(folder).values())

        await viewer.shows(FIRST.title)
        await file_says(folder, "Side One - The Testers", clock)
        playing = await everything()

        spotify.player.set_private(True, clock.monotonic())
        spotify.player.play([SECRET], clock.monotonic())
        spotify.player.set_private(True, clock.monotonic())
        await viewer.is_in("idle")
        await file_says(folder, "Silence", clock)
        hidden = await everything()

        assert playing.count(FIRST.title) >= 5
        assert "Now playing" in playing
        assert SECRET.title not in hidden
        assert "Last played" in hidden
        assert await running.stop() == 0


async def test_a_folder_that_takes_no_files_is_told_and_stops_nothing(
    home: Home, clock: SystemClock
) -> None:
    """A website does not go dark over a folder for OBS; its owner reads what to mend."""
    place = home.path / "obs"
    place.write_text("a file")
    home.variables["TONEARM_TEXT_DIRECTORY"] = str(place)

    async with service(home) as running, aiohttp.ClientSession() as session:
        async with asyncio.timeout(PATIENCE_S):
            while "text_files_not_written" not in running.program.errors:
                await clock.sleep(0.02)
        async with session.get(f"{running.url}/v1/card.svg") as answer:
            pass

        assert answer.status == 200
        assert str(place) in running.program.errors
        assert "Make text.directory a folder" in running.program.errors
        assert await running.stop() == 0
