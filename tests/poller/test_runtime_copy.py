"""The copy in the runtime directory: believed only when it is ours, and never in the way."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tonearm.poller.runtime_copy import COPY_FILE, RuntimeCopy
from tonearm.poller.secret import Secret
from tonearm.poller.stored_grant import StoredGrant

GRANT = StoredGrant(generation=7, refresh_token=Secret("refresh"), scope="s", authorized_at=5)


def test_copy_is_read_as_it_was_written(tmp_path: Path) -> None:
    """All of it."""
    copy = RuntimeCopy(tmp_path)
    copy.write(GRANT)
    copy.write(replace(GRANT, generation=8))

    assert copy.read() == replace(GRANT, generation=8)
    assert [file.name for file in tmp_path.iterdir()] == [COPY_FILE]


def test_copy_is_gone_when_it_is_removed(tmp_path: Path) -> None:
    """Removing twice is no accident."""
    copy = RuntimeCopy(tmp_path)
    copy.write(GRANT)
    copy.remove()
    copy.remove()

    assert copy.read() is None


def test_nothing_happens_without_a_runtime_directory() -> None:
    """On macOS and in the demo there is none."""
    copy = RuntimeCopy(None)
    copy.write(GRANT)
    copy.remove()

    assert copy.read() is None


def test_trouble_with_the_copy_stops_nothing(tmp_path: Path) -> None:
    """It is a second place, not the first."""
    copy = RuntimeCopy(tmp_path / "missing")
    copy.write(GRANT)
    copy.remove()

    assert copy.read() is None


def damaged(path: Path) -> None:
    """Cut it in half."""
    path.write_bytes(path.read_bytes()[:20])


def of_another_shape(path: Path) -> None:
    """Valid JSON that is no grant."""
    path.write_bytes(b'{"generation": "canary"}')


def empty(path: Path) -> None:
    """No bytes at all."""
    path.write_bytes(b"")


def readable_for_all(path: Path) -> None:
    """Somebody else may have written it as well."""
    path.chmod(0o644)


def linked(path: Path) -> None:
    """A link to a good one elsewhere."""
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


def a_pipe(path: Path) -> None:
    """Opening it must not wait for a writer."""
    path.unlink()
    os.mkfifo(path, 0o600)


def huge(path: Path) -> None:
    """More than a grant can be."""
    path.write_bytes(path.read_bytes() + b" " * 100_000)


@pytest.mark.parametrize(
    "spoil", [damaged, of_another_shape, empty, readable_for_all, linked, a_pipe, huge]
)
def test_copy_is_not_believed_when_it_is_odd(
    spoil: Callable[[Path], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is ignored, and not quoted in the log."""
    copy = RuntimeCopy(tmp_path)
    copy.write(GRANT)
    spoil(tmp_path / COPY_FILE)

    assert copy.read() is None
    assert "canary" not in capsys.readouterr().out
