"""The commands that talk to a running service: arguments in, a sentence or a screen out.

Imports are local to the commands, so that `--help` and `hint` start at once.
"""

import os
import sys
from pathlib import Path

import click

from .exits import (
    EXIT_FAILURE,
    EXIT_LOGIN_NEEDED,
    complain,
    config_option,
    drop_output,
    with_exit_codes,
)


def _seconds(
    _context: click.Context, _parameter: click.Parameter, text: str | None
) -> float | None:
    """Return the length of time that was typed."""
    from tonearm.server import durations  # noqa: PLC0415

    if text is None:
        return None
    try:
        return durations.seconds(text)
    except durations.NotADuration as error:
        raise click.BadParameter(str(error)) from None


def _columns() -> int:
    """Return how wide a line may be; in a pipe each stays whole."""
    import shutil  # noqa: PLC0415

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object.")
@with_exit_codes
def status(config: Path | None, *, as_json: bool) -> None:
    """Show what is published, how the service is, and what to do about it."""
    import asyncio  # noqa: PLC0415

    import msgspec  # noqa: PLC0415

    from tonearm.poller.clock import SystemClock  # noqa: PLC0415
    from tonearm.poller.playback import Health  # noqa: PLC0415
    from tonearm.server import ink  # noqa: PLC0415

    from . import asking, status_screen  # noqa: PLC0415

    report = asyncio.run(asking.report(os.environ, config=config))
    if as_json:
        click.echo(msgspec.json.encode(report.status))
    else:
        lines = status_screen.screen(
            report,
            now_at=round(SystemClock().now() * 1000),
            columns=_columns(),
            ink=ink.ink_for(sys.stdout, os.environ),
        )
        click.echo("\n".join(lines), color=True)
    if report.status.health is Health.LOGIN_NEEDED:
        sys.exit(EXIT_LOGIN_NEEDED)


@click.command()
@config_option
@click.option("--url", metavar="URL", help="Watch any tonearm, such as https://music.example.org.")
@with_exit_codes
def watch(config: Path | None, *, url: str | None) -> None:
    """Show what is playing, live, until Ctrl-C.

    In a pipe it prints one line per change.
    """
    import asyncio  # noqa: PLC0415
    import contextlib  # noqa: PLC0415

    from . import asking  # noqa: PLC0415
    from .watching import NobodyReads  # noqa: PLC0415

    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(asking.watch(os.environ, config=config, url=url, stdout=sys.stdout))
    except NobodyReads:
        drop_output()


@click.command()
@config_option
@click.argument("duration", required=False, callback=_seconds)
@with_exit_codes
def pause(config: Path | None, *, duration: float | None) -> None:
    """Go incognito: nothing you play is shown, as if you had stopped.

    For DURATION (30m, 2h, 1h30m, 1d; a plain number is minutes) or until `tonearm resume`. It
    survives a restart. Your player is not touched.
    """
    import asyncio  # noqa: PLC0415

    from tonearm.poller.clock import SystemClock  # noqa: PLC0415
    from tonearm.server import ink  # noqa: PLC0415

    from . import asking  # noqa: PLC0415

    until = asyncio.run(asking.pause(os.environ, config=config, duration_s=duration))
    if isinstance(until, int):
        ends = ink.local_time(until, now_at=round(SystemClock().now() * 1000))
        click.echo(f"Nothing you play is shown until {ends}.")
    else:
        click.echo("Nothing you play is shown until `tonearm resume`.")


@click.command()
@config_option
@with_exit_codes
def resume(config: Path | None) -> None:
    """End the incognito: show again what you play."""
    import asyncio  # noqa: PLC0415

    from . import asking  # noqa: PLC0415

    asyncio.run(asking.resume(os.environ, config=config))
    click.echo("What you play is shown again.")


@click.command()
@config_option
@with_exit_codes
def hint(config: Path | None) -> None:
    """Say 'look now': something changed on the player.

    For librespot, playerctl, OBS and the like. Any user of this machine may, and needs no
    settings; what is played is still asked of Spotify.
    """
    from tonearm.server.configuration.config import control_sockets  # noqa: PLC0415
    from tonearm.server.owner import hint_client  # noqa: PLC0415

    said = hint_client.send(control_sockets(os.environ, config=config))
    if said != "ok":
        click.echo("tonearm: too many hints at once; this one was dropped.", err=True)


def _agrees(question: str) -> bool:
    """Ask; Ctrl-C and an end of the input are a no."""
    try:
        return click.confirm(question)
    except click.Abort:
        click.echo()
        return False


@click.command()
@config_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_exit_codes
def logout(config: Path | None, *, yes: bool) -> None:
    """Delete your permission, and what was played, from this machine."""
    import asyncio  # noqa: PLC0415

    from tonearm.server import logs  # noqa: PLC0415

    from . import asking  # noqa: PLC0415

    logs.configure_for_command()
    if not (yes or _agrees("Delete tonearm's permission at Spotify and what was played?")):
        complain("nothing was deleted.")
        sys.exit(EXIT_FAILURE)
    farewell = asyncio.run(asking.logout(os.environ, config=config))
    click.echo("Logged out: permission and stored plays are deleted.")
    if farewell.set_aside:
        click.echo("Files set aside as damaged may still hold old ones; delete them yourself:")
        for path in farewell.set_aside:
            click.echo(f"  {path}")
    click.echo(
        "To take the permission back at Spotify too, remove the app at"
        " https://www.spotify.com/account/apps/"
    )


@click.command()
@config_option
@click.option("--support", is_flag=True, help="Print a bundle to send to somebody who helps.")
@with_exit_codes
def check(config: Path | None, *, support: bool) -> None:
    """Examine everything, and say what to fix."""
    import asyncio  # noqa: PLC0415
    from importlib.metadata import version  # noqa: PLC0415

    from tonearm.poller.clock import SystemClock  # noqa: PLC0415
    from tonearm.server.ink import ink_for  # noqa: PLC0415

    from .check import examine  # noqa: PLC0415
    from .findings import has_failed, page  # noqa: PLC0415

    examination = asyncio.run(
        examine(os.environ, config=config, clock=SystemClock(), version=version("tonearm"))
    )
    if support:
        from .support import bundle  # noqa: PLC0415

        click.echo(bundle(examination, os.environ))
    else:
        ink = ink_for(sys.stdout, os.environ)
        lines = page(examination.findings, ink, columns=_columns())
        click.echo("\n".join(lines), color=True)
    if has_failed(examination.findings):
        sys.exit(EXIT_FAILURE)
