"""tonearm as its user meets it: a process with arguments, an environment, output and exit codes.

Every process runs at DEBUG, and whatever it wrote is searched for secrets when it ends.
"""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import aiohttp
from yarl import URL

CLIENT_SECRET = "canary5e1f00c0ffee4a11b0a7d0d0ca"
# The simulated account's tokens and codes are long runs of hexadecimal digits; nothing else is.
SECRETS = re.compile(rf"{CLIENT_SECRET}|[0-9a-f]{{100,}}|Bearer |Basic ")
PATIENCE_S = 20.0


@dataclass(kw_only=True)
class Home:
    """One owner's machine: a home directory and an environment that leads to ``spotify_url``."""

    path: Path
    spotify_url: str
    client_id: str
    variables: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.path),
            "PYTHONWARNINGS": "error",
            "TONEARM_SPOTIFY_CLIENT_ID": self.client_id,
            "TONEARM_SPOTIFY_CLIENT_SECRET": CLIENT_SECRET,
            "TONEARM_SPOTIFY_API_URL": f"{self.spotify_url}/v1",
            "TONEARM_SPOTIFY_ACCOUNTS_URL": self.spotify_url,
            "TONEARM_SERVER_LISTEN": "127.0.0.1:0",
            "TONEARM_LOOK_WATCHED_S": "2",
            "TONEARM_LOG_LEVEL": "debug",
            **self.variables,
        }

    @property
    def state(self) -> Path:
        return self.path / ".local" / "state" / "tonearm"


@dataclass(kw_only=True)
class Program:
    """A running tonearm command."""

    process: asyncio.subprocess.Process
    error_file: Path
    lines: list[str] = field(default_factory=list)

    async def line(self) -> str:
        """Return the next line of its standard output, "" at the end."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            line = (await self.process.stdout.readline()).decode()
        self.lines.append(line)
        return line.rstrip("\n")

    async def line_with(self, part: str) -> str:
        """Return the next line of its standard output that holds ``part``."""
        while part not in (line := await self.line()):
            assert self.lines[-1], f"ended without saying {part!r}: {self.errors}"
        return line

    async def type(self, line: str) -> None:
        """Type a line into its standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        await self.process.stdin.drain()

    async def end(self) -> int:
        """Wait until it ends by itself and return its exit code."""
        while await self.line() or self.lines[-1]:  # an empty line is not the end
            pass
        async with asyncio.timeout(PATIENCE_S):
            return await self.process.wait()

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """Send it a signal and return its exit code."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.end()

    @property
    def errors(self) -> str:
        """What it has written to standard error."""
        return self.error_file.read_text("utf-8")

    @property
    def output(self) -> str:
        """Everything it has written."""
        return "".join(self.lines) + self.errors


@asynccontextmanager
async def program(
    home: Home, *arguments: str, command: Sequence[str] = (sys.executable, "-m", "tonearm")
) -> AsyncIterator[Program]:
    """Start ``tonearm`` with these arguments; what still runs at the end is stopped."""
    error_file = home.path / f"stderr-{len(list(home.path.glob('stderr-*')))}"
    with error_file.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *command,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env=home.environment(),
            cwd=home.path,
            # Whoever runs the tests in the background of a script has it ignored.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )
    started = Program(process=process, error_file=error_file)
    try:
        yield started
    except BaseException as error:
        error.add_note(f"tonearm {' '.join(arguments)} wrote:\n{started.output}")
        raise
    finally:
        await started.stop(signal.SIGKILL)
        close_pipes(process)
    assert not SECRETS.findall(started.output), "a secret was written"
    assert "Traceback" not in started.output, started.output


def close_pipes(process: asyncio.subprocess.Process) -> None:
    """Close what asyncio would only close when the collector finds it."""
    process._transport.close()  # type: ignore[attr-defined]  # no public way


@dataclass(kw_only=True)
class Service:
    """``tonearm run``, listening."""

    program: Program
    url: str

    async def stop(self) -> int:
        return await self.program.stop()


@asynccontextmanager
async def service(home: Home, *arguments: str) -> AsyncIterator[Service]:
    """Run ``tonearm run`` and wait until it listens."""
    async with program(home, "run", *arguments) as started:
        line = await started.line_with("http://")
        yield Service(program=started, url=line[line.index("http://") :].split()[0])


async def agree(link: str, choice: str = "agree") -> str:
    """Do what the owner does in a browser: open the link, choose, and return where one lands."""
    page = URL(link)
    decision = page.with_path("/authorize/decision").with_query({**page.query, "choice": choice})
    async with (
        aiohttp.ClientSession() as session,
        session.get(decision, allow_redirects=False) as answer,
    ):
        assert answer.status == 302, await answer.text()
        return answer.headers["Location"]


async def log_in(home: Home, *arguments: str) -> Program:
    """Run ``tonearm login --paste`` to its end, agreeing in the browser; return what it said."""
    async with program(home, "login", "--paste", *arguments) as started:
        link = await started.line_with("/authorize?")
        await started.type(await agree(link.strip()))
        code = await started.end()
        assert code == 0, started.output
        return started
