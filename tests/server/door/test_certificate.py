"""TLS of our own: what cannot be used is said before the start, what was renewed is picked up."""

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
from certificates import SelfSigned
from fake_clock import FakeClock

from tonearm.server.configuration.problems import ConfigError
from tonearm.server.configuration.settings import Tls
from tonearm.server.door.certificate import CHECK_EVERY_S, Certificate


def certificate(files: SelfSigned, clock: FakeClock | None = None) -> Certificate:
    """Load what an owner named in the settings."""
    return Certificate(Tls(cert=files.cert, key=files.key), clock or FakeClock())


def presented(context: ssl.SSLContext, trust: ssl.SSLContext) -> str:
    """Shake hands in memory; return the common name of what the server presents."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(to_server, to_client, server_side=True)
    client = trust.wrap_bio(to_client, to_server, server_hostname="127.0.0.1")
    for _ in range(3):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    subject = client.getpeercert()
    assert subject is not None
    return str(dict(field[0] for field in subject["subject"])["commonName"])  # type: ignore[misc]


def swap_key(files: SelfSigned) -> None:
    """Put another certificate's key in the place of this one's."""
    other = SelfSigned.make(files.key.parent, "other")
    other.key.replace(files.key)


@pytest.mark.parametrize(
    ("damage", "setting", "words"),
    [
        (lambda files: files.cert.unlink(), "server.tls_cert", "cannot be read"),
        (lambda files: files.key.unlink(), "server.tls_key", "cannot be read"),
        (lambda files: files.cert.write_text("hello"), "server.tls_cert", "PEM"),
        (lambda files: files.key.write_text("hello"), "server.tls_key", "PEM"),
        (swap_key, "server.tls_key", "not the key of the certificate"),
        (lambda files: files.encrypt_key("open sesame"), "server.tls_key", "passphrase"),
        (lambda files: files.key.chmod(0o644), "server.tls_key", "chmod o="),
    ],
    ids=["no-cert", "no-key", "bad-cert", "bad-key", "other-key", "passphrase", "open"],
)
def test_files_that_cannot_be_used_are_one_problem_that_names_the_setting(
    damage: Callable[[SelfSigned], object], setting: str, words: str, tmp_path: Path
) -> None:
    """Never a traceback, and never a question on a terminal that nobody reads."""
    files = SelfSigned.make(tmp_path)
    damage(files)

    with pytest.raises(ConfigError, match=words) as raised:
        certificate(files)

    (problem,) = raised.value.problems
    assert problem.key == setting


def test_renewed_certificate_is_presented_within_a_minute(tmp_path: Path) -> None:
    """No signal and no restart: whoever connects is what makes it look."""
    files, clock = SelfSigned.make(tmp_path), FakeClock()
    ours = certificate(files, clock)
    renewed = SelfSigned.make(tmp_path, "renewed")
    trust = renewed.trust()

    before = ours.context()
    renewed.key.replace(files.key)
    renewed.cert.replace(files.cert)
    at_once = ours.context()
    clock._move_to(clock.monotonic() + CHECK_EVERY_S)
    later = ours.context()

    assert at_once is before
    assert presented(later, trust) == "renewed"


def test_renewal_that_cannot_be_used_leaves_the_old_one_until_it_can(tmp_path: Path) -> None:
    """Between the two files' arrival somebody may connect."""
    files, clock = SelfSigned.make(tmp_path), FakeClock()
    ours, trust = certificate(files, clock), files.trust()
    renewed = SelfSigned.make(tmp_path, "renewed")

    renewed.cert.replace(files.cert)
    clock._move_to(clock.monotonic() + CHECK_EVERY_S)
    with structlog.testing.capture_logs() as logged:
        half_way = ours.context()
    renewed.key.replace(files.key)
    clock._move_to(clock.monotonic() + CHECK_EVERY_S)
    complete = ours.context()

    assert presented(half_way, trust) == "tonearm"
    assert [line["event"] for line in logged] == ["certificate_not_renewed"]
    assert presented(complete, files.trust()) == "renewed"
