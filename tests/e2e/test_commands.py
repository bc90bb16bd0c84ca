"""What an owner types, what comes back, and with which exit code."""

import asyncio
import contextlib
import re
import signal
import socket
import sys

import aiohttp
import pytest
from installed import Home, program, service
from watching import watcher

from tonearm.poller.simulated.account import Account

CONFIGURATION = 78


async def complaint(home: Home, *arguments: str) -> tuple[int, str]:
    """Run a command to its end; return its exit code and what it complained of."""
    async with program(home, *arguments) as started:
        return await started.end(), started.errors


async def test_every_mistake_in_the_settings_is_reported_at_once(home: Home) -> None:
    """One start is enough to correct a file."""
    (home.path / "tonearm.toml").write_text(
        '[look]\nwatched_s = 1\n[spotify]\ncolour = "red"\n[serer]\nlisten = "here"\n'
    )

    code, said = await complaint(home, "run")

    assert code == CONFIGURATION
    for mistake in ("look.watched_s = 1", "spotify.colour", "serer", "did you mean server"):
        assert mistake in said


async def test_localhost_as_redirect_address_is_refused_with_the_reason(home: Home) -> None:
    """Spotify would refuse it later and say less."""
    home.variables["TONEARM_SPOTIFY_REDIRECT_URI"] = "http://localhost:8888/callback"

    code, said = await complaint(home, "run")

    assert code == CONFIGURATION
    assert "Spotify refuses the name localhost" in said


async def test_a_state_directory_open_to_others_is_refused_with_the_command_that_mends_it(
    home: Home,
) -> None:
    """Tokens are kept there."""
    home.state.mkdir(parents=True)
    home.state.chmod(0o755)

    code, said = await complaint(home, "run")

    assert code == CONFIGURATION
    assert f"chmod 700 {home.state}" in said


async def test_a_taken_port_is_named(home: Home) -> None:
    """And the setting that chooses another one."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        home.variables["TONEARM_SERVER_LISTEN"] = f"127.0.0.1:{port}"

        code, said = await complaint(home, "run")
        _, said_of_demo = await complaint(home, "run", "--demo")

    assert code == 1
    assert f"Port {port} on 127.0.0.1 is taken" in said
    assert "server.listen" in said
    assert "TONEARM_SERVER_LISTEN=127.0.0.1:0" in said_of_demo  # it needs no settings file


async def test_a_second_service_on_the_same_state_is_refused(home: Home) -> None:
    """Two would refresh each other's tokens to death."""
    async with service(home):
        code, said = await complaint(home, "run")

    assert code == 1
    assert "Another tonearm is using" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_ctrl_c_and_a_stop_from_systemd_end_the_service_cleanly(
    home: Home, number: signal.Signals
) -> None:
    """Exit code 0, no traceback, and the socket file is gone."""
    async with service(home) as running:
        code = await running.program.stop(number)

    assert code == 0
    assert not (home.state / "control.sock").exists()


async def test_the_demo_needs_no_settings_and_leaves_nothing_behind(
    home: Home, spotify: Account
) -> None:
    """Even with settings that are all wrong, and with an account that must not be touched."""
    home.variables.update(
        TONEARM_SPOTIFY_CLIENT_ID="nonsense",
        TONEARM_SPOTIFY_REDIRECT_URI="http://localhost/",
        TONEARM_SERVER_LISTEN="127.0.0.1:0",
    )
    async with service(home, "--demo") as running, aiohttp.ClientSession() as reader:
        async with watcher(running.url) as viewer:
            seen = await viewer.is_in("playing")
        async with reader.get(seen["item"]["art"][0]["url"]) as cover:
            assert cover.content_type == "image/png"
        assert await running.stop() == 0

    assert seen["state"] == "playing"
    assert spotify.calls == []
    assert not home.state.exists()


async def test_garbage_on_the_port_is_answered_or_dropped_without_a_traceback(home: Home) -> None:
    """Whoever talks nonsense learns nothing and harms nobody."""
    async with service(home) as running, aiohttp.ClientSession() as reader:
        host, port = running.url.removeprefix("http://").split(":")
        for nonsense in (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
            b"GET\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nHeader: " + b"a" * 20_000 + b"\r\n\r\n",
            b"GET /v1/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
            b"BREW /card.js HTTP/1.1\r\nHost: x\r\n\r\n",
        ):
            incoming, outgoing = await asyncio.open_connection(host, int(port))
            outgoing.write(nonsense)
            outgoing.write_eof()
            answer = b""
            with contextlib.suppress(ConnectionResetError):  # it was hung up on before it was done
                answer = await incoming.read()
            # Of a request that is not understood its version is not, either: 1.0 is the least.
            assert answer == b"" or re.match(rb"HTTP/1\.[01] (400|405|426) ", answer)
            outgoing.close()
            with contextlib.suppress(ConnectionResetError):
                await outgoing.wait_closed()

        async with reader.get(running.url + "/healthz") as alive:
            assert alive.status in (200, 503)
        async with reader.get(running.url + "/wp-login.php") as unknown:
            assert (unknown.status, unknown.content_type) == (404, "application/json")


@pytest.mark.parametrize(
    ("redirections", "arguments", "code", "said"),
    [
        ("<&-", ("login", "--paste"), 1, "Nothing was pasted"),
        ("<&-", ("logout",), 1, "nothing was deleted"),
        ("</dev/null", ("logout",), 1, "nothing was deleted"),
        (">&-", ("check",), 0, ""),
        (">/dev/full", ("check",), 1, "the output cannot be written (No space left on device)"),
        (">/dev/full", ("--help",), 1, "the output cannot be written"),
    ],
)
async def test_standard_streams_may_be_closed_or_full(
    home: Home, redirections: str, arguments: tuple[str, ...], code: int, said: str
) -> None:
    """As in a job of cron's, or a file on a full disk: a sentence, never a traceback."""
    command = ("sh", "-c", f'exec "$0" -m tonearm "$@" {redirections}', sys.executable)

    async with program(home, *arguments, command=command) as started:
        assert (await started.end(), said in started.errors) == (code, True), started.output
        assert "Exception ignored" not in started.errors


async def test_a_settings_file_that_does_not_exist_stops_a_command_too(home: Home) -> None:
    """Whoever mistypes its name must not log another service out."""
    async with service(home):
        code, said = await complaint(home, "logout", "--yes", "--config", "tonearn.toml")

    assert code == CONFIGURATION
    assert "settings file (tonearn.toml): it cannot be read" in said
