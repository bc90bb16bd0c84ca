"""The certificate with which the port speaks TLS itself, for those who have no proxy in front.

A renewed one is picked up by itself: whether the files have changed is looked up when somebody
connects, at most once a minute. No signal, no restart, no timer. A renewal that cannot be used (a
key not there yet, say) leaves the old one in place.
"""

import os
import ssl
import stat
from pathlib import Path
from typing import Final

import structlog

from tonearm.poller.clock import Clock
from tonearm.server.configuration.problems import ConfigError, Problem
from tonearm.server.configuration.settings import Tls

CHECK_EVERY_S: Final = 60.0

log = structlog.get_logger()


class Certificate:
    """Two files, and the TLS context they make."""

    def __init__(self, files: Tls, clock: Clock) -> None:
        """Load both.

        Raises:
            ConfigError: they cannot be read or used, or everybody may read the key.
        """
        self._files = files
        self._clock = clock
        self._seen = self._look()
        self._context = load(files.cert, files.key)
        self._check_at_s = clock.monotonic() + CHECK_EVERY_S

    def context(self) -> ssl.SSLContext:
        """Return what the next connection is to be encrypted with."""
        now_s = self._clock.monotonic()
        if now_s >= self._check_at_s:
            self._check_at_s = now_s + CHECK_EVERY_S
            self._renew()
        return self._context

    def _renew(self) -> None:
        seen = self._look()
        if seen == self._seen:
            return
        try:
            self._context = load(self._files.cert, self._files.key)
        except ConfigError as error:
            log.warning("certificate_not_renewed", error=str(error))
        else:
            self._seen = seen
            log.info("certificate_renewed")

    def _look(self) -> tuple[tuple[int, int, int] | None, ...]:
        return tuple(map(_identity, (self._files.cert, self._files.key)))


def load(cert: Path, key: Path) -> ssl.SSLContext:
    """Return a server's context with a certificate and its key.

    Raises:
        ConfigError: they cannot be read or used, or everybody may read the key.
    """
    _check_key(key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(cert, key, password=_nobody_to_ask)
    except _Encrypted:
        raise _problem("server.tls_key", key, "it has a passphrase; write one without") from None
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            reason = f"it is not the key of the certificate in {cert}"
            raise _problem("server.tls_key", key, reason) from None
        culprit, path = _culprit(cert, key)
        raise _problem(culprit, path, "it is not what it should be; write a PEM file") from None
    except OSError as error:
        raise _problem("server.tls_cert", cert, f"it cannot be read ({error.strerror})") from None
    return context


class _Encrypted(Exception):
    """The key has a passphrase."""


def _nobody_to_ask() -> str:
    """Refuse; OpenSSL would stop and ask on the terminal."""
    raise _Encrypted


def _check_key(key: Path) -> None:
    try:
        with key.open("rb") as file:
            status = os.fstat(file.fileno())
    except OSError as error:
        raise _problem("server.tls_key", key, f"it cannot be read ({error.strerror})") from None
    if status.st_mode & stat.S_IRWXO:
        reason = f"everybody on this machine may read it; chmod o= {key}"
        raise _problem("server.tls_key", key, reason)


def _culprit(cert: Path, key: Path) -> tuple[str, Path]:
    """Return which of two readable files OpenSSL cannot use; it does not say."""
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_verify_locations(cert)
    except ssl.SSLError:
        return "server.tls_cert", cert
    return "server.tls_key", key


def _identity(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _problem(key: str, path: Path, reason: str) -> ConfigError:
    return ConfigError([Problem(key=key, where=str(path), allowed=reason)])
