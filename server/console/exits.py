"""What every command of the command line shares: `--config`, exit codes, complaints as sentences.

Exit codes: 0 fine, 1 failure, 2 wrong usage, 3 login needed, 78 configuration (systemd must not
restart on it).
"""

import errno
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})

EXIT_FAILURE: Final = 1
EXIT_LOGIN_NEEDED: Final = 3
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
        from tonearm.poller.errors import (  # noqa: PLC0415
            LoginNeeded,
            StateRefused,
            StateUnwritable,
            TonearmError,
        )
        from tonearm.server.configuration.problems import ConfigError  # noqa: PLC0415

        try:
            command(*args, **kwargs)
        except (ConfigError, StateRefused) as error:
            complain(str(error))
            sys.exit(EXIT_CONFIGURATION)
        except StateUnwritable as error:
            complain(f"{error} Make room on the disk of the state directory, or make it writable.")
            sys.exit(EXIT_FAILURE)
        except LoginNeeded as error:
            complain(str(error))
            sys.exit(EXIT_LOGIN_NEEDED)
        except TonearmError as error:
            complain(str(error))
            sys.exit(EXIT_FAILURE)
        except KeyboardInterrupt:
            complain("stopped.")
            sys.exit(EXIT_FAILURE)

    return wrapped


def open_missing_streams() -> None:
    """Let nothing stand in for standard streams that are closed (`tonearm login --paste <&-`)."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # Not to be closed, like those it stands in for: Python would warn at its end.
            nothing = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, open(nothing, mode, closefd=False))  # noqa: SIM115


def drop_output() -> None:
    """Forget what could not be written; Python would complain when it flushes that at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(sentence: str) -> None:
    """Say on standard error what went wrong."""
    click.echo(f"tonearm: {sentence}", err=True)
