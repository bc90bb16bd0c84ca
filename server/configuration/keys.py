"""Every setting there is: its name, how it is written, what it may be, and its default.

This one table drives the file, the environment, the checks and the test that the commented
sample, ``systemd/tonearm.toml``, is complete. A key exists from the day its feature does.
"""

from pathlib import Path
from typing import Final

from tonearm.poller.options import App, Pace, Rules

from . import values
from .key import Key

LEAST_WAIT_S: Final = 2
MOST_WAIT_S: Final = 86_400
LEAST_CALLS: Final = 100
MOST_CALLS: Final = 100_000
MOST_CONNECTIONS: Final = 100_000

_APP: Final = App(client_id="")
_PACE: Final = Pace()
_RULES: Final = Rules()
_WAIT: Final = values.seconds(LEAST_WAIT_S, MOST_WAIT_S)

_SECONDS: Final = f"a number of seconds from {LEAST_WAIT_S} to {MOST_WAIT_S}"
_YES_OR_NO: Final = "true or false"
_BASE_URL: Final = "an https address without a query"
_PATH: Final = "a path"
_LINE: Final = f"one line of at most {values.MOST_LINE_CHARS} characters"
_ADDRESS: Final = "host:port or [IPv6]:port, such as 127.0.0.1:3345"

KEYS: Final = (
    Key(
        name="spotify.client_id",
        written=str,
        check=values.client_id,
        allowed="the Client ID of your app, as its page in Spotify's developer dashboard shows it",
    ),
    Key(
        name="spotify.client_secret",
        written=str,
        check=values.secret,
        allowed="the Client secret of your app, or leave it out",
        is_secret=True,
    ),
    Key(
        name="spotify.client_secret_file",
        written=Path,
        check=values.path,
        allowed="the path of a file that holds nothing but the Client secret",
    ),
    Key(
        name="spotify.pkce",
        written=bool,
        check=values.switch,
        allowed=_YES_OR_NO,
        default=_APP.pkce,
    ),
    Key(
        name="spotify.redirect_uri",
        written=str,
        check=values.redirect_uri,
        allowed="an https address, http://127.0.0.1:PORT/PATH or http://[::1]:PORT/PATH",
        default=_APP.redirect_uri,
    ),
    Key(
        name="spotify.api_url",
        written=str,
        check=values.spotify_url,
        allowed=_BASE_URL,
        default=_APP.api_url,
    ),
    Key(
        name="spotify.accounts_url",
        written=str,
        check=values.spotify_url,
        allowed=_BASE_URL,
        default=_APP.accounts_url,
    ),
    Key(
        name="look.watched_s",
        written=float,
        check=_WAIT,
        allowed=_SECONDS,
        default=_PACE.watched_s,
    ),
    Key(
        name="look.unwatched_s",
        written=float,
        check=_WAIT,
        allowed=_SECONDS,
        default=_PACE.unwatched_s,
    ),
    Key(name="look.idle_s", written=float, check=_WAIT, allowed=_SECONDS, default=_PACE.idle_s),
    Key(
        name="look.daily_calls",
        written=int,
        check=values.count(LEAST_CALLS, MOST_CALLS),
        allowed=f"a whole number from {LEAST_CALLS} to {MOST_CALLS}",
        default=_PACE.daily_calls,
    ),
    Key(
        name="look.look_ahead",
        written=bool,
        check=values.switch,
        allowed=_YES_OR_NO,
        default=_PACE.look_ahead,
    ),
    Key(
        name="look.hint_token",
        written=str,
        check=values.token,
        allowed=f"{values.LEAST_TOKEN_CHARS} to {values.MOST_SECRET_CHARS} letters and digits that"
        " nobody can guess, such as `openssl rand -hex 24` prints",
        is_secret=True,
    ),
    Key(
        name="look.hint_token_file",
        written=Path,
        check=values.path,
        allowed="the path of a file that holds nothing but the token",
    ),
    Key(
        name="server.listen",
        written=str,
        check=values.address,
        allowed=_ADDRESS,
        default=values.Address("127.0.0.1", 3345),
    ),
    Key(
        name="server.public_url",
        written=str,
        check=values.public_url,
        allowed="the https or http address at which the world reaches the service",
    ),
    Key(
        name="server.max_connections",
        written=int,
        check=values.count(1, MOST_CONNECTIONS),
        allowed=f"a whole number from 1 to {MOST_CONNECTIONS}",
        default=10_000,
    ),
    Key(
        name="server.max_per_ip",
        written=int,
        check=values.count(1, MOST_CONNECTIONS),
        allowed=f"a whole number from 1 to {MOST_CONNECTIONS}",
        default=20,
    ),
    Key(
        name="server.trusted_proxies",
        written=tuple,
        check=values.networks,
        allowed='addresses or networks, such as ["127.0.0.1", "10.0.0.0/8"]',
    ),
    Key(name="server.tls_cert", written=Path, check=values.path, allowed=_PATH),
    Key(name="server.tls_key", written=Path, check=values.path, allowed=_PATH),
    Key(
        name="server.metrics_listen",
        written=str,
        check=values.address,
        allowed=_ADDRESS,
    ),
    Key(name="control.socket", written=Path, check=values.path, allowed=_PATH),
    Key(
        name="publish.private_sessions",
        written=bool,
        check=values.switch,
        allowed=_YES_OR_NO,
        default=_RULES.private_sessions,
    ),
    Key(
        name="publish.local_files",
        written=bool,
        check=values.switch,
        allowed=_YES_OR_NO,
        default=_RULES.local_files,
    ),
    Key(
        name="alerts.apprise_urls",
        written=str,
        check=values.service_addresses,
        allowed=f"up to {values.MOST_SERVICES} addresses as apprise takes them, such as"
        " ntfy://ntfy.sh/TOPIC, divided by spaces or line breaks",
        is_secret=True,
    ),
    Key(
        name="alerts.apprise_urls_file",
        written=Path,
        check=values.path,
        allowed="the path of a file that holds nothing but such addresses",
    ),
    Key(name="text.directory", written=Path, check=values.path, allowed=_PATH),
    Key(
        name="text.format",
        written=str,
        check=values.line,
        allowed=_LINE,
        default="{title} - {artist}",
    ),
    Key(name="text.idle", written=str, check=values.line, allowed=_LINE, default=""),
    Key(name="state.directory", written=Path, check=values.path, allowed=_PATH),
    Key(
        name="log.level",
        written=str,
        check=values.one_of("debug", "info", "warning", "error"),
        allowed="debug, info, warning or error",
        default="info",
    ),
    Key(
        name="log.format",
        written=str,
        check=values.one_of("auto", "console", "json"),
        allowed="auto, console or json",
        default="auto",
    ),
)

BY_NAME: Final = {key.name: key for key in KEYS}
BY_VARIABLE: Final = {key.variable: key for key in KEYS}
SECTIONS: Final = tuple(dict.fromkeys(key.section for key in KEYS))
