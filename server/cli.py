"""The command line: arguments in, exit code out. What a command does lives elsewhere.

Imports are local to the commands, so that `--help` and `login` start at once.
"""

import sys
from pathlib import Path
from typing import Any, Final

import click

from tonearm.server.console import commands
from tonearm.server.console.exits import (
    EXIT_CONFIGURATION,
    EXIT_FAILURE,
    EXIT_LOGIN_NEEDED,
    NO_ROOM,
    complain,
    config_option,
    drop_output,
    open_missing_streams,
    with_exit_codes,
)

__all__ = ["EXIT_CONFIGURATION", "EXIT_FAILURE", "EXIT_LOGIN_NEEDED", "SECTIONS", "main"]

SECTIONS: Final = {
    "To begin": ("login", "run", "check"),
    "While it runs": ("status", "watch", "hint"),
    "What is yours": ("pause", "resume", "logout"),
}

EXAMPLES: Final = """\b
Examples:
  tonearm run --demo             see it without an account
  tonearm login --paste          log in over ssh
  tonearm pause 2h               play something nobody sees
  tonearm status --json | jq     for a program
  eval "$(_TONEARM_COMPLETE=bash_source tonearm)"
                                 complete commands with Tab (also: zsh, fish)
"""


class InSections(click.Group):
    """A group whose help lists the commands by what they are for.

    It also minds what may be wrong with the standard streams, before and after any command.
    """

    def main(self, *args: Any, **extra: Any) -> Any:
        open_missing_streams()
        try:
            return super().main(*args, **extra)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            complain(f"the output cannot be written ({error.strerror}).")
            drop_output()
            sys.exit(EXIT_FAILURE)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's)
        return [name for names in SECTIONS.values() for name in names]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        longest = max(map(len, self.list_commands(ctx)))
        for title, names in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(
                    [
                        (name.ljust(longest), self.commands[name].get_short_help_str(limit=70))
                        for name in names
                    ]
                )


@click.group(
    cls=InSections, context_settings={"help_option_names": ["-h", "--help"]}, epilog=EXAMPLES
)
@click.version_option(package_name="tonearm", prog_name="tonearm")
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

    from tonearm.server import lifetime, logs  # noqa: PLC0415
    from tonearm.server.configuration.config import load  # noqa: PLC0415

    settings = load(os.environ, config=config, demo=demo)
    logs.configure(settings.log)

    def announce(url: str) -> None:
        name = "The demo" if demo else "tonearm"
        click.echo(f"{name} is running: open {url} (Ctrl-C stops it)")

    asyncio.run(lifetime.serve(settings, is_demo=demo, announce=announce))


@main.command()
@config_option
@click.option("--paste", is_flag=True, help="For ssh: print the link, read where you landed.")
@click.option("--other-account", is_flag=True, help="Switch to another Spotify account.")
@with_exit_codes
def login(config: Path | None, *, paste: bool, other_account: bool) -> None:
    """Give tonearm your permission to ask Spotify what you play."""
    import asyncio  # noqa: PLC0415
    import os  # noqa: PLC0415

    from tonearm.server import logs  # noqa: PLC0415
    from tonearm.server.console import signin  # noqa: PLC0415

    logs.configure_for_command()
    asyncio.run(
        signin.sign_in(os.environ, config=config, paste=paste, is_other_account=other_account)
    )


for command in (
    commands.status,
    commands.watch,
    commands.pause,
    commands.resume,
    commands.hint,
    commands.logout,
    commands.check,
):
    main.add_command(command)
