"""From a settings file and the environment to checked settings, or to all that is wrong at once.

The environment wins over the file. ``keys`` says which settings there are and what each may be;
this module puts them together.
"""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tonearm.poller.options import App, Pace, Rules

from . import paths
from .credential import CALLED, secret
from .keys import BY_NAME, KEYS
from .problems import ConfigError, Problem
from .settings import Alerts, Control, Hint, Log, Server, Settings, State, Text, Tls
from .written import Written, find_file, in_environment, in_file, is_missing

__all__ = ["ConfigError", "Problem", "Settings", "control_sockets", "load"]

# The demo has an account and a state of its own, and leaves the owner's own files and messages
# alone, whatever the settings say.
DEMO_DECIDES: Final = frozenset({"spotify", "state", "control", "alerts", "text"})
DEMO_CLIENT_ID: Final = "demo"

SYSTEM_SOCKET: Final = Path("/run/tonearm/control.sock")


def load(environ: Mapping[str, str], *, config: Path | None = None, demo: bool = False) -> Settings:
    """Read, check and complete the owner's settings.

    ``config`` is the file named on the command line. With ``demo`` the sections of
    ``DEMO_DECIDES`` are taken from nobody: the caller gives the demo a state directory of its own.

    Raises:
        ConfigError: with every problem found, in the order of the file, then the environment.
    """
    source = find_file(environ, config)
    problems: list[Problem] = []
    value = {key.name: key.default for key in KEYS}
    given: dict[str, str] = {}
    for found in _everything(source, environ):
        if isinstance(found, Problem):
            problems.append(found)
        elif not (demo and found.key.section in DEMO_DECIDES):
            given[found.key.name] = found.where
            try:
                value[found.key.name] = found.value(environ)
            except ValueError as error:
                problems.append(found.problem(error))

    if demo:
        value["spotify.client_id"] = DEMO_CLIENT_ID
    else:
        if "spotify.client_id" not in given and not any(p.is_unreadable_file for p in problems):
            problems.append(_client_id_missing(source))
        for name in CALLED:
            try:
                value[name] = secret(name, value, given, source, environ)
            except ConfigError as error:
                problems += error.problems
    problems += _half_of_tls(value, given)
    problems += _one_port_twice(value, given)
    if problems:
        raise ConfigError(problems)
    return _settings(value, environ, source)


def control_sockets(
    environ: Mapping[str, str],
    *,
    config: Path | None = None,
) -> tuple[Path, ...]:
    """Return which control sockets a command may find the running service at, likeliest first.

    A command needs neither the service's settings nor its secret, so what cannot be read counts as
    not written. :func:`paths.socket_path` says where each really is.

    Raises:
        ConfigError: the file that was named does not exist; whoever mistypes it means another
            service than the one that would be found without.
    """
    source = find_file(environ, config)
    if source is not None and is_missing(source):
        raise ConfigError(found for found in in_file(source) if isinstance(found, Problem))
    value: dict[str, Any] = {}
    for found in _everything(source, environ):
        if isinstance(found, Written):
            with contextlib.suppress(ValueError):
                value[found.key.name] = found.value(environ)
    if "control.socket" in value:
        return (value["control.socket"],)
    state = value.get("state.directory") or paths.state_directory(environ)
    return tuple(dict.fromkeys((paths.control_socket(environ, state), SYSTEM_SOCKET)))


def _everything(source: Path | None, environ: Mapping[str, str]) -> Iterator[Written | Problem]:
    """Yield what the file says, then what the environment says: the later one wins."""
    if source is not None:
        yield from in_file(source)
    yield from in_environment(environ)


def _client_id_missing(source: Path | None) -> Problem:
    if source is None:
        return Problem(
            key="spotify.client_id",
            where="no settings file found",
            allowed="this one is required; make an app at https://developer.spotify.com/dashboard"
            ' and write its Client ID into tonearm.toml, below [spotify], as client_id = "..."'
            " (to see tonearm without one: `tonearm run --demo`)",
        )
    wanted = f"this one is required; write {BY_NAME['spotify.client_id'].allowed}"
    return Problem(key="spotify.client_id", where=str(source), allowed=wanted)


def _one_port_twice(value: Mapping[str, Any], given: Mapping[str, str]) -> Iterator[Problem]:
    """Yield a problem if the port for numbers is the public one."""
    address = value["server.metrics_listen"]
    if address is not None and address.port and address == value["server.listen"]:
        yield Problem(
            key="server.metrics_listen",
            where=given["server.metrics_listen"],
            value=f'"{address}"',
            allowed="server.listen is there already; write another port",
        )


def _half_of_tls(value: Mapping[str, Any], given: Mapping[str, str]) -> Iterator[Problem]:
    """Yield a problem if only one of certificate and key is there."""
    pair = ("server.tls_cert", "server.tls_key")
    there = [name for name in pair if value[name] is not None]
    if len(there) == 1:
        missing = next(name for name in pair if name not in given)
        yield Problem(
            key=missing,
            where=given[there[0]],
            allowed=f"{there[0]} stands alone; write both, or none",
        )


def _settings(
    value: Mapping[str, Any], environ: Mapping[str, str], source: Path | None
) -> Settings:
    """Put checked values into their places; what nobody chose depends on the machine."""
    state = value["state.directory"] or paths.state_directory(environ)
    cert = value["server.tls_cert"]
    return Settings(
        spotify=App(
            client_id=value["spotify.client_id"],
            client_secret=value["spotify.client_secret"],
            pkce=value["spotify.pkce"],
            redirect_uri=value["spotify.redirect_uri"],
            api_url=value["spotify.api_url"],
            accounts_url=value["spotify.accounts_url"],
        ),
        look=Pace(
            watched_s=value["look.watched_s"],
            unwatched_s=value["look.unwatched_s"],
            idle_s=value["look.idle_s"],
            daily_calls=value["look.daily_calls"],
            look_ahead=value["look.look_ahead"],
        ),
        hint=Hint(token=value["look.hint_token"]),
        publish=Rules(
            private_sessions=value["publish.private_sessions"],
            local_files=value["publish.local_files"],
        ),
        server=Server(
            listen=value["server.listen"],
            public_url=value["server.public_url"],
            max_connections=value["server.max_connections"],
            max_per_ip=value["server.max_per_ip"],
            trusted_proxies=value["server.trusted_proxies"] or (),
            tls=Tls(cert=cert, key=value["server.tls_key"]) if cert is not None else None,
            metrics_listen=value["server.metrics_listen"],
        ),
        control=Control(socket=value["control.socket"] or paths.control_socket(environ, state)),
        alerts=Alerts(apprise_urls=value["alerts.apprise_urls"]),
        text=Text(
            directory=value["text.directory"],
            format=value["text.format"],
            idle=value["text.idle"],
        ),
        state=State(directory=state),
        log=Log(level=value["log.level"], format=value["log.format"]),
        source=source,
    )
