"""The command line: arguments in, exit code out. What a command does lives elsewhere.

Exit codes: 0 fine, 1 failure, 2 wrong usage, 3 login needed, 78 configuration (systemd must not
restart on it). Imports are local to the commands, so that `--help` and `login` start at once.
"""

import sys
from collections.abc import Callable
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import click

EXIT_FAILURE: Final = 1
EXIT_CONFIGURATION: Final = 78

config_option = click.option(
    "--config",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Settings file; default: $TONEARM_CONFIG, ./tonearm.toml, then the usual places.",
)


def with_exit_codes(command: Callable[..., None]) -> Callable[..., None]:
    """Turn the errors we know into a sentence and an exit code."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        from tonearm.poller.errors import StateRefused, TonearmError  # noqa: PLC0415

        from .problems import ConfigError  # noqa: PLC0415

        try:
            command(*args, **kwargs)
        except (ConfigError, StateRefused) as error:
            _complain(str(error))
            sys.exit(EXIT_CONFIGURATION)
        except TonearmError as error:
            _complain(str(error))
            sys.exit(EXIT_FAILURE)
        except KeyboardInterrupt:
            _complain("stopped.")
            sys.exit(EXIT_FAILURE)

    return wrapped


def _complain(sentence: str) -> None:
    click.echo(f"tonearm: {sentence}", err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("tonearm"), prog_name="tonearm")
def main() -> None:
    """Show what you are listening to on Spotify: a live card, an overlay, a feed."""


@main.command()
@config_option
@click.option("--demo", is_flag=True, help="Run on made-up music; needs no Spotify account.")
@with_exit_codes
def run(config: Path | None, *, demo: bool) -> None:
    """Run the service in the foreground."""
    import asyncio  # noqa: PLC0415
    import os  # noqa: PLC0415

    from . import app, logs  # noqa: PLC0415
    from .config import load  # noqa: PLC0415

    settings = load(os.environ, config=config, demo=demo)
    logs.configure(settings.log)

    def announce(url: str) -> None:
        name = "The demo" if demo else "tonearm"
        click.echo(f"{name} is running: open {url} (Ctrl-C stops it)")

    asyncio.run(app.serve(settings, is_demo=demo, announce=announce))


@main.command()
@config_option
@click.option("--paste", is_flag=True, help="For ssh: print the link, read where you landed.")
@click.option("--other-account", is_flag=True, help="Switch to another Spotify account.")
@with_exit_codes
def login(config: Path | None, *, paste: bool, other_account: bool) -> None:
    """Give tonearm your permission to ask Spotify what you play."""
    import asyncio  # noqa: PLC0415
    import os  # noqa: PLC0415

    from . import logs, signin  # noqa: PLC0415

    logs.configure_for_command()
    asyncio.run(
        signin.sign_in(os.environ, config=config, paste=paste, is_other_account=other_account)
    )
