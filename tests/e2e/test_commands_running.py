"""The commands of daily use, as processes, on a service that runs and on one that does not."""

import asyncio
import contextlib
import json
import os
import pty
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from installed import CLIENT_SECRET, PATIENCE_S, Home, Program, log_in, program, service
from watching import watcher

from tonearm.poller.clock import SystemClock
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.music import Album, track

ALBUM = Album(name="Test Pressing", cover="dusk", by=("The Testers",))
FIRST = track("Side One", ALBUM, duration_s=600)
SECOND = track("Side Two", ALBUM, duration_s=600)
SECRET = track("Guilty Pleasure", ALBUM, duration_s=600)
LOGIN_NEEDED = 3


async def ran(home: Home, *arguments: str) -> tuple[int, Program]:
    """Run a command to its end."""
    async with program(home, *arguments) as command:
        return await command.end(), command


async def status(home: Home) -> dict[str, Any]:
    """Ask how the service is."""
    _, command = await ran(home, "status", "--json")
    said: dict[str, Any] = json.loads(command.lines[0])
    return said


async def until_shown(home: Home, title: str) -> None:
    """Ask again and again, which makes nobody look, until this title is shown."""
    async with asyncio.timeout(PATIENCE_S):
        while ((await status(home))["item"] or {}).get("title") != title:
            pass


@pytest.fixture
async def listening(home: Home, spotify: Account, clock: SystemClock) -> Home:
    """A machine whose owner has logged in and listens."""
    await log_in(home)
    spotify.player.play([FIRST, SECOND], clock.monotonic() - 10)  # the API lags by a second
    return home


@pytest.mark.parametrize("command", ["status", "watch", "pause", "resume", "hint"])
async def test_a_command_says_what_to_start_when_no_service_runs(home: Home, command: str) -> None:
    """One sentence, exit code 1, and nothing is made."""
    code, said = await ran(home, command)

    assert (code, said.errors) == (
        1,
        "tonearm: No service is running: start it with `tonearm run`.\n",
    )
    assert not home.state.exists()


async def test_a_duration_that_is_none_is_wrong_usage(home: Home) -> None:
    """Before anything is hidden for a time that nobody meant."""
    code, said = await ran(home, "pause", "soon")

    assert code == 2
    assert "write 30m" in said.errors


async def test_status_tells_that_a_login_is_needed(home: Home) -> None:
    """To people in a sentence, to programs by the exit code."""
    async with service(home) as running, watcher(running.url) as viewer:
        await viewer.has("login_needed")
        code, said = await ran(home, "status")
        as_json = await status(home)

    assert code == LOGIN_NEEDED
    assert "run `tonearm login`" in said.output
    assert (as_json["health"], as_json["login"]) == ("login_needed", None)
    assert as_json["next_look"]["in_s"] is None


async def test_status_tells_what_everybody_sees_and_how_the_service_is(listening: Home) -> None:
    """On a screen without colours, for it is a pipe, and as JSON."""
    async with service(listening) as running, watcher(running.url) as viewer:
        await viewer.shows(FIRST.title)
        code, said = await ran(listening, "status")
        as_json = await status(listening)

    assert code == 0
    assert FIRST.title in said.lines[0]
    assert "\x1b" not in said.output
    assert as_json["item"] == viewer.newest["item"]
    assert as_json["viewers"] == 1
    assert as_json["calls"]["last_24h"] >= 1
    assert as_json["login"]["days_left"] in (179, 180)
    assert as_json["paused_until"] is None


async def test_what_is_played_incognito_is_never_seen(
    listening: Home, spotify: Account, clock: SystemClock
) -> None:
    """Not while it lasts, not after a restart, and not when it ends."""
    async with service(listening) as running, watcher(running.url) as viewer:
        await viewer.shows(FIRST.title)
        code, said = await ran(listening, "pause", "2h")
        hidden = await viewer.is_in("idle")
        spotify.player.play([SECRET], clock.monotonic())
        assert (code, hidden["item"]["title"]) == (0, FIRST.title)
        assert "is shown until" in said.output

    async with service(listening) as again, watcher(again.url) as viewer:
        paused = await status(listening)
        assert viewer.newest["item"] == hidden["item"]
        assert paused["paused_until"] > clock.now() * 1000
        spotify.player.play([SECOND], clock.monotonic())
        code, _ = await ran(listening, "resume")
        await viewer.shows(SECOND.title)
        assert (code, (await status(listening))["paused_until"]) == (0, None)

    assert SECRET.title not in str(viewer.seen)
    assert SECRET.title not in again.program.output


async def test_a_pause_without_an_end_says_so(listening: Home) -> None:
    """Until the owner ends it."""
    async with service(listening):
        _, said = await ran(listening, "pause")
        assert (await status(listening))["paused_until"] == "resume"

    assert "until `tonearm resume`" in said.output


async def test_a_hint_brings_the_change_at_once(
    listening: Home, spotify: Account, clock: SystemClock
) -> None:
    """Nobody watches, so the next look would be a minute away."""
    async with service(listening):
        await until_shown(listening, FIRST.title)
        spotify.player.skip(clock.monotonic())

        code, said = await ran(listening, "hint")

        await until_shown(listening, SECOND.title)
    assert (code, said.output) == (0, "")


async def test_a_hint_from_another_machine_needs_the_token(
    listening: Home, spotify: Account, clock: SystemClock
) -> None:
    """Which may come in a file of its own."""
    token = listening.path / "token"
    token.write_text(f"{CLIENT_SECRET}\n")  # so that it is looked for in everything that is said
    token.chmod(0o600)
    listening.variables["TONEARM_LOOK_HINT_TOKEN_FILE"] = str(token)

    async with service(listening) as running, aiohttp.ClientSession() as elsewhere:
        await until_shown(listening, FIRST.title)
        spotify.player.skip(clock.monotonic())
        async with elsewhere.post(f"{running.url}/v1/hint") as refused:
            assert refused.status == 401
        bearer = {"Authorization": f"Bearer {CLIENT_SECRET}"}
        async with elsewhere.post(f"{running.url}/v1/hint", headers=bearer) as taken:
            assert taken.status == 202
        await until_shown(listening, SECOND.title)


async def test_watch_prints_each_change_and_outlives_the_service(
    listening: Home, spotify: Account, clock: SystemClock
) -> None:
    """The next service is on another port; Ctrl-C is a good end."""
    async with program_of_watch(listening) as watching:
        async with service(listening) as running:
            await watching.begin()
            assert await watching.command.line_with("Side One") == "playing: Side One - The Testers"
            assert running.program.process.returncode is None
            await running.program.stop(signal.SIGKILL)

        spotify.player.skip(clock.monotonic())
        async with service(listening):
            assert await watching.command.line_with("Side Two") == "playing: Side Two - The Testers"
            code = await watching.command.stop(signal.SIGINT)

    assert (code, watching.command.errors) == (0, "")


async def drawn_in(terminal: str, listening: Home, until: str) -> tuple[int, bytes]:
    """Watch in a terminal of this kind until it shows something, then press Ctrl-C.

    Return the exit code and all that was drawn.
    """
    ours, theirs = pty.openpty()
    try:
        async with service(listening) as running:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tonearm", "watch", "--url", running.url),
                stdin=theirs,
                stdout=theirs,
                stderr=theirs,
                env={**listening.environment(), "COLUMNS": "90", "TERM": terminal},
                cwd=listening.path,
                # Whoever runs the tests in the background of a script has it ignored.
                preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
            )
            drawn = await read_until(ours, until)
            process.send_signal(signal.SIGINT)
            async with asyncio.timeout(PATIENCE_S):
                code = await process.wait()
            os.set_blocking(ours, False)
            with contextlib.suppress(BlockingIOError):
                drawn += os.read(ours, 4096)
    finally:
        os.close(ours)
        os.close(theirs)
    return code, drawn


async def test_watch_draws_a_line_on_a_terminal(listening: Home) -> None:
    """With colours, over itself, and it leaves the terminal in order."""
    code, drawn = await drawn_in("xterm", listening, until=" / 10:00")

    assert code == 0
    assert "\r▶ \x1b[1mSide One\x1b[0m" in drawn.decode()
    assert drawn.endswith(b"\r\n")


async def test_watch_prints_lines_where_none_can_be_drawn_again(listening: Home) -> None:
    """A dumb terminal, as in an editor, would show the codes themselves."""
    code, drawn = await drawn_in("dumb", listening, until="Side One")

    assert code == 0
    assert b"\x1b" not in drawn
    assert drawn.startswith(b"playing: Side One")


async def test_watch_ends_quietly_when_nobody_reads_on(listening: Home) -> None:
    """`tonearm watch | head -1` is a question like any other."""
    async with service(listening) as running, watcher(running.url) as viewer:
        await viewer.shows(FIRST.title)
        pipe = await asyncio.create_subprocess_shell(
            f"{sys.executable} -m tonearm watch 2>errors | head -1",
            stdout=asyncio.subprocess.PIPE,
            env=listening.environment(),
            cwd=listening.path,
        )
        assert pipe.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            line = await pipe.stdout.readline()
            await ran(listening, "pause")  # the next line, which nobody reads
            await pipe.wait()

    assert line.decode().startswith("playing: Side One")
    assert (listening.path / "errors").read_text() == ""


async def test_logout_leaves_nothing_to_show_and_nothing_to_use(
    listening: Home, spotify: Account
) -> None:
    """The card forgets, Spotify is left alone, and the disk holds no token and no title."""
    aside = listening.state / "grant.db.20260101T000000Z"
    async with service(listening) as running, watcher(running.url) as viewer:
        await viewer.shows(FIRST.title)
        touch(aside)

        code, said = await ran(listening, "logout", "--yes")

        gone = await viewer.has("login_needed")
        assert (gone["state"], gone["item"]) == ("nothing", None)
        calls = len(spotify.calls)
        assert (await status(listening))["login"] is None
        assert len(spotify.calls) == calls

    assert code == 0
    assert str(aside) in said.output
    assert "spotify.com/account/apps" in said.output
    assert FIRST.title.encode() not in stored(listening)


async def test_logout_works_without_a_service_and_asks_first(listening: Home) -> None:
    """Whoever answers no has changed nothing."""
    async with program(listening, "logout") as asking:
        await asking.type("n")
        assert await asking.end() == 1
    before = stored(listening)
    async with program(listening, "logout") as asking:
        await asking.type("y")
        assert await asking.end() == 0

    code, _ = await ran(listening, "check")

    assert before != stored(listening)
    async with service(listening) as running, watcher(running.url) as viewer:
        await viewer.has("login_needed")
    assert code == 0  # nothing is wrong with a machine that waits for a login


async def test_check_finds_nothing_when_all_is_well(listening: Home) -> None:
    """Each thing a line; exit code 0."""
    async with service(listening) as running, watcher(running.url) as viewer:
        await viewer.shows(FIRST.title)
        listening.variables["TONEARM_SERVER_PUBLIC_URL"] = running.url
        code, said = await ran(listening, "check")

    assert code == 0, said.output
    for subject in ("Service", "Settings", "State", "Clock", "Port", "Public URL", "Login"):
        assert f"✓ {subject}" in said.output
    assert "✓ Spotify     answers" in said.output


async def test_check_fails_with_what_to_do(home: Home) -> None:
    """No login, and a public address where nobody is."""
    home.variables["TONEARM_SERVER_PUBLIC_URL"] = "http://127.0.0.1:9"
    async with service(home) as running, watcher(running.url) as viewer:
        await viewer.has("login_needed")
        code, said = await ran(home, "check")
        _, bundle = await ran(home, "check", "--support")

    assert code == 1
    assert "Run `tonearm login`." in said.output
    assert "does not answer from here" in said.output
    content = json.loads("".join(bundle.lines))
    assert content["status"]["health"] == "login_needed"
    assert str(home.path) not in bundle.output


@asynccontextmanager
async def program_of_watch(home: Home) -> AsyncIterator["Watch"]:
    """Prepare a `tonearm watch` that is begun later and outlives what it watches."""
    watch = Watch(home)
    try:
        yield watch
    finally:
        await watch.end()


class Watch:
    """`tonearm watch`, begun when a service runs."""

    def __init__(self, home: Home) -> None:
        self._program = program(home, "watch")
        self.command: Program

    async def begin(self) -> None:
        """Start it."""
        self.command = await self._program.__aenter__()

    async def end(self) -> None:
        """Stop it, if it still runs, and search what it wrote for secrets."""
        await self._program.__aexit__(None, None, None)


async def read_until(terminal: int, text: str) -> bytes:
    """Return what is drawn on a terminal until ``text`` stands there."""
    drawn, loop = b"", asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(terminal, readable.set)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while text.encode() not in drawn:
                readable.clear()
                await readable.wait()
                with suppress(BlockingIOError):
                    drawn += os.read(terminal, 4096)
    finally:
        loop.remove_reader(terminal)
    return drawn


def touch(path: Path) -> None:
    """Put an empty file there."""
    path.touch(0o600)


def stored(home: Home) -> bytes:
    """Return everything in the state directory."""
    return b"".join(path.read_bytes() for path in sorted(home.state.iterdir()) if path.is_file())
