"""kill -9 at random instants of a tight refresh loop: the owner never has to log in again."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest
from token_server import Rotation, TokenServer

KILLS = 25
KILLS_SOAK = 1_000  # per policy
REFRESH_LOOP = Path(__file__).parents[1] / "fakes" / "refresh_loop.py"
KILLED = str(-signal.SIGKILL)
LOGIN_NEEDED = "3"


async def kill_often(server: TokenServer, tmp_path: Path, kills: int) -> dict[str, int]:
    """Return how often a child came to which end; the last one is 'last'."""
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    async with server.serve() as url:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(REFRESH_LOOP),
            url,
            str(tmp_path / "state"),
            str(runtime),
            str(kills),
            str(len(server.rotation)),
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate()
    assert process.returncode == 0
    result = json.loads(output.splitlines()[-1])
    return {**result["ends"], "last": result["last"]}


@pytest.mark.parametrize("rotation", [Rotation.NONE, Rotation.GRACE])
async def test_the_grant_survives_when_the_process_is_killed(
    rotation: Rotation, tmp_path: Path, *, is_soak: bool
) -> None:
    """Where the old token stays good until the new one is used, no kill costs the login."""
    server = TokenServer(rotation)
    kills = KILLS_SOAK if is_soak else KILLS

    ends = await kill_often(server, tmp_path, kills)

    assert ends == {"0": 1, KILLED: kills, "last": 0}
    assert server.refreshes > kills
    assert server.refusals == 0


async def test_a_lost_grant_is_typed_when_the_server_forgives_nothing(
    tmp_path: Path, *, is_soak: bool
) -> None:
    """Strict rotation cannot be survived always, but it never ends in a crash."""
    server = TokenServer(Rotation.STRICT)
    kills = KILLS_SOAK if is_soak else KILLS

    ends = await kill_often(server, tmp_path, kills)

    assert set(ends) <= {"0", KILLED, LOGIN_NEEDED, "last"}
    assert ends["last"] in (0, int(LOGIN_NEEDED))
    assert server.refreshes > kills
