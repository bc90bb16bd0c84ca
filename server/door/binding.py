"""From an address in the settings to a listening socket, or to a sentence that says what to do."""

import contextlib
import errno
import socket
from typing import Final

from tonearm.poller.errors import TonearmError

# Ten thousand viewers that come back at once wait in the kernel: 2 s in all, against 15-58 s when
# only 100 may wait.
_BACKLOG: Final = 4096

# What every connection is born with: Linux hands on what the listening socket is set to.
# NOTSENT_LOWAT bounds what the kernel queues for somebody who does not read (else it is 4 MB).
# USER_TIMEOUT ends who no longer acknowledges, or takes nothing in: with a beat or a change every
# 25 s, a viewer that vanished is gone within 45 s, and no ping, pong or timer for each is needed.
_SOCKET_OPTIONS: Final = (("TCP_NOTSENT_LOWAT", 16 * 1024), ("TCP_USER_TIMEOUT", 18_000))


class CannotListen(TonearmError):
    """An address can not be listened on; the message says which setting to change."""


class PortTaken(CannotListen):
    """Another program listens on the port already."""


def bind(host: str, port: int, *, setting: str) -> socket.socket:
    """Return a socket that listens; port 0 takes any that is free.

    ``setting`` is what an owner has to change when the address is not to be had.

    Raises:
        CannotListen: the address is not to be had; PortTaken when somebody else has it.
    """
    is_v6 = ":" in host
    try:
        listener = socket.create_server(
            (host, port),
            family=socket.AF_INET6 if is_v6 else socket.AF_INET,
            backlog=_BACKLOG,
            dualstack_ipv6=is_v6 and host == "::" and socket.has_dualstack_ipv6(),
        )
    except (socket.gaierror, UnicodeError):  # the latter: not even a name (`a..b`)
        raise CannotListen(
            f"There is no address called {host}: correct {setting}.",
        ) from None
    except OSError as error:
        raise _explain(error, host, port, setting) from None
    _tune(listener)
    return listener


def check_free(host: str, port: int) -> None:
    """Raise CannotListen if the service could not listen on this address now."""
    bind(host, port, setting="server.listen").close()


def url(listener: socket.socket, host: str, *, is_tls: bool) -> str:
    """Return the address under which a browser on this machine finds ``listener``."""
    open_at = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(  # noqa: S104
        host, f"[{host}]" if ":" in host else host
    )
    return f"{'https' if is_tls else 'http'}://{open_at}:{listener.getsockname()[1]}"


def _tune(listener: socket.socket) -> None:
    for name, setting in _SOCKET_OPTIONS:
        option = getattr(socket, name, None)  # not every system has every one
        if option is not None:
            with contextlib.suppress(OSError):
                listener.setsockopt(socket.IPPROTO_TCP, option, setting)


def _explain(error: OSError, host: str, port: int, setting: str) -> CannotListen:
    match error.errno:
        case errno.EADDRINUSE:
            return PortTaken(
                f"Port {port} on {host} is taken: stop the program that listens there (perhaps"
                f" another tonearm), or choose another port with {setting}.",
            )
        case errno.EACCES:
            return CannotListen(
                f"Port {port} needs rights this user does not have: choose one above 1023 with"
                f" {setting}.",
            )
        case errno.EADDRNOTAVAIL:
            return CannotListen(
                f"This machine does not have the address {host}: correct {setting}.",
            )
        case _:
            return CannotListen(
                f"Cannot listen on {host} port {port} ({error.strerror}): check {setting}.",
            )
