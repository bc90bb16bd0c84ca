"""The owner's settings, complete and checked; ``config`` makes them, all others take a part."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tonearm.poller.options import App, Pace, Rules
from tonearm.poller.secret import Secret
from tonearm.server.forwarded import IPNetwork

from .values import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """Who may say 'look now' from another machine; without a token nobody may."""

    token: Secret | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Where the certificate and its key are kept."""

    cert: Path
    key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The public port, and the one for numbers. ``public_url`` has no slash at its end."""

    listen: Address
    public_url: str | None
    max_connections: int
    max_per_ip: int
    trusted_proxies: tuple[IPNetwork, ...]
    tls: Tls | None
    metrics_listen: Address | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """The control socket as it was asked for; ``paths.socket_path`` says where it really is."""

    socket: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """Which services carry alerts to the owner, in one text divided by spaces; None for the log."""

    apprise_urls: Secret | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Where text files and cover are written, None for nowhere; and the lines of ``now.txt``."""

    directory: Path | None
    format: str
    idle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where the grant and the last plays are kept."""

    directory: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What is logged, and in which form; auto is console on a terminal, else JSON."""

    level: Literal["debug", "info", "warning", "error"]
    format: Literal["auto", "console", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the owner chose. ``source`` is the file it was read from, if any."""

    spotify: App
    look: Pace
    hint: Hint
    publish: Rules
    server: Server
    control: Control
    alerts: Alerts
    text: Text
    state: State
    log: Log
    source: Path | None
