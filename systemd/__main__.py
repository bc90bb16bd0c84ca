"""The command line of the installation: ``python -m tonearm.systemd``, or ``systemd/install``."""

import argparse
import os
import sys
from pathlib import Path

from .fitness import Unfit
from .installation import SETTINGS, STATE, install, uninstall
from .site import Site


def main() -> None:
    """Install or uninstall; what cannot be done is said in a sentence, with exit code 1."""
    arguments = _parser().parse_args()
    os.umask(0o022)  # the service, which is another user, has to be able to read it
    site = Site(arguments.root, is_dry_run=arguments.dry_run, say=_say)
    if arguments.dry_run:
        _say("This is what would be done:")
    try:
        if arguments.does == "install":
            said = install(site, arguments.source)
        elif arguments.purge and not (arguments.yes or arguments.dry_run or _agrees()):
            sys.exit("tonearm: nothing was removed.")
        else:
            said = uninstall(site, purge=arguments.purge)
    except (Unfit, OSError) as error:
        sys.exit(f"tonearm: {error}")
    if not arguments.dry_run:
        print(said)


def _agrees() -> bool:
    """Ask before what cannot be undone; Ctrl-C and an end of the input are a no."""
    print(f"This deletes the settings ({SETTINGS.parent}) and the login ({STATE}) for good.")
    try:
        return input("Go on? [y/N] ").strip().lower() in {"y", "yes"}
    except (EOFError, KeyboardInterrupt):
        print()
        return False


def _say(step: str) -> None:
    print(step, flush=True)  # what a program writes comes after the line that names it


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tonearm.systemd", description=__doc__)
    commands = parser.add_subparsers(dest="does", required=True)
    installs = commands.add_parser("install", help="make tonearm a service of this machine")
    installs.add_argument(
        "--from",
        dest="source",
        metavar="WHAT",
        help="a checkout or a wheel to build it from; else the venv this runs in is used",
    )
    uninstalls = commands.add_parser("uninstall", help="remove the service")
    uninstalls.add_argument("--purge", action="store_true", help="settings and login too")
    uninstalls.add_argument("--yes", action="store_true", help="do not ask before a purge")
    for command in (installs, uninstalls):
        command.add_argument("--dry-run", action="store_true", help="say it, and change nothing")
        command.add_argument(
            "--root",
            type=Path,
            default=Path("/"),
            metavar="DIR",
            help="put everything below DIR, and start nothing",
        )
    return parser


if __name__ == "__main__":
    main()
