"""Certificates for 127.0.0.1, made by the ``openssl`` command."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class SelfSigned:
    """A certificate that only those trust who know it, and its key."""

    cert: Path
    key: Path

    @classmethod
    def make(cls, folder: Path, name: str = "tonearm") -> Self:
        """Write ``name.crt`` and ``name.key``, closed to others, into ``folder``."""
        made = cls(folder / f"{name}.crt", folder / f"{name}.key")
        subprocess.run(
            (
                *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt"),
                *("ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}"),
                *("-addext", "subjectAltName=IP:127.0.0.1"),
                *("-keyout", str(made.key), "-out", str(made.cert)),
            ),
            check=True,
            capture_output=True,
        )
        made.key.chmod(0o600)
        return made

    def trust(self) -> ssl.SSLContext:
        """Return the context of a client that trusts this certificate and no other."""
        return ssl.create_default_context(cafile=str(self.cert))

    def identity(self) -> ssl.SSLContext:
        """Return the context of a server that shows this certificate."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.cert, self.key)
        return context

    def encrypt_key(self, passphrase: str) -> None:
        """Put the key under a passphrase."""
        command = ("openssl", "ec", "-in", str(self.key), "-aes256", "-passout")
        subprocess.run(
            (*command, f"pass:{passphrase}", "-out", str(self.key)),
            check=True,
            capture_output=True,
        )
