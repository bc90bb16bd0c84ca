"""The installation as an owner meets it, in a folder that stands for a Pi."""

import os
import subprocess
from pathlib import Path

import pytest
from pi import COMMAND, LOGIN, ROOT, SETTINGS, UNIT, Pi

from tonearm.systemd.__main__ import _agrees


@pytest.mark.parametrize(
    ("path", "mode"),
    [
        ("/etc/tonearm", "drwxr-xr-x"),
        (SETTINGS, "-rw-r-----"),
        (UNIT, "-rw-r--r--"),
        ("/etc/sysusers.d/tonearm.conf", "-rw-r--r--"),
        ("/opt/tonearm/a/bin/tonearm", "-rwxr-xr-x"),
        (COMMAND, "lrwxrwxrwx"),
    ],
)
def test_everything_is_in_its_place(fresh: Pi, path: str, mode: str) -> None:
    """The service may read its settings, other users may not; everybody may run the command."""
    assert fresh.mode(path) == mode


def test_settings_begin_as_the_sample(fresh: Pi) -> None:
    """The manual lies where it is needed."""
    sample = (ROOT / "systemd/tonearm.toml").read_text("utf-8")

    assert fresh.at(SETTINGS).read_text("utf-8") == sample


def test_command_of_the_owner_is_the_one_that_was_installed(fresh: Pi) -> None:
    """`sudo tonearm` finds it in /usr/local/bin."""
    assert fresh.command == Path("/opt/tonearm/a/bin/tonearm")
    assert fresh.at(str(fresh.command)).is_file()


@pytest.mark.parametrize(
    "step", ["client_id", "systemctl start tonearm", "sudo tonearm login --paste"]
)
def test_first_steps_are_told(fresh: Pi, step: str) -> None:
    """What only the owner can do: name the app, start, log in."""
    assert step in (fresh.root / "said").read_text("utf-8")


def test_update_keeps_settings_and_login(updated: Pi) -> None:
    """Byte for byte."""
    assert updated.at(SETTINGS).read_text("utf-8") == "# mine\n"
    assert updated.at(LOGIN).read_bytes() == b"the grant"


def test_update_is_built_beside_the_version_before(updated: Pi) -> None:
    """That one goes on until the new one is whole, and stays."""
    assert updated.command == Path("/opt/tonearm/b/bin/tonearm")
    assert updated.start_command[0] == str(updated.at("/opt/tonearm/b/bin/python"))
    assert updated.at("/opt/tonearm/a/bin/tonearm").is_file()


def test_update_keeps_the_extra_that_carries_alerts(updated: Pi, tmp_path: Path) -> None:
    """Without it a service whose settings name an alert would not start again."""
    pi = updated.copied(tmp_path)
    (libraries,) = pi.at("/opt/tonearm/b/lib").glob("python3*/site-packages")

    said_without = pi.install("--dry-run")
    (libraries / "apprise").mkdir()
    said_with = pi.install("--dry-run")

    assert "[alerts]" not in said_without
    assert f"{pi.wheel}[alerts]" in said_with


def test_version_before_can_be_gone_back_to(updated: Pi, tmp_path: Path) -> None:
    """Each version registers itself: it has its unit with it."""
    pi = updated.copied(tmp_path)

    before = pi.at("/opt/tonearm/a/bin/python")
    installing = [str(before), "-I", "-m", "tonearm.systemd", "install"]
    subprocess.run([*installing, "--root", pi.root], check=True)

    assert pi.command == Path("/opt/tonearm/a/bin/tonearm")
    assert pi.start_command[0] == str(before)


def test_failed_build_leaves_what_was_installed(pi: Pi, tmp_path: Path) -> None:
    """No network, a full card: the service goes on as it was."""
    unit = pi.unit

    done = pi.tries("install", "--from", tmp_path / "no-such.whl")

    assert done.returncode == 1
    assert "what was installed is as it was" in done.stderr
    assert pi.unit == unit
    assert pi.command == Path("/opt/tonearm/a/bin/tonearm")


def test_dry_run_says_everything_and_does_nothing(bare: Pi) -> None:
    """An owner can read what would happen as root."""
    said = bare.install("--dry-run")

    assert f"write {UNIT}" in said
    assert not bare.root.exists()


@pytest.mark.parametrize(
    ("lacks", "advice"), [("version_info", "Python 3.11"), ("ensurepip", "python3-venv")]
)
def test_python_that_will_not_do_is_refused_in_a_sentence(
    bare: Pi, tmp_path: Path, lacks: str, advice: str
) -> None:
    """On Raspberry Pi OS Lite, venv is a package of its own."""
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\ncase "$*" in *{lacks}*) exit 1;; esac\n', "utf-8")
    python.chmod(0o755)

    done = bare.tries("install", python=python)

    assert done.returncode == 1
    assert advice in done.stderr


@pytest.mark.parametrize("script", ["install", "uninstall"])
def test_folder_it_is_called_from_lends_no_module(
    bare: Pi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    """Root may stand in a folder where somebody else put an argparse.py."""
    for module in ("argparse", "ensurepip", "venv"):
        (tmp_path / f"{module}.py").write_text("raise SystemExit('taken over')", "utf-8")
    monkeypatch.chdir(tmp_path)

    done = bare.tries(script, "--dry-run")

    assert done.returncode == 0, done.stderr


# Uninstalling.


def test_uninstalling_keeps_settings_and_login(updated: Pi, tmp_path: Path) -> None:
    """Who comes back goes on where they were."""
    pi = updated.copied(tmp_path)

    said = pi.run("uninstall")

    assert pi.at(SETTINGS).exists()
    assert pi.at(LOGIN).exists()
    assert "--purge" in said
    for path in ("/opt/tonearm", COMMAND, UNIT):
        assert not os.path.lexists(pi.at(path))


def test_purge_asks_first(updated: Pi) -> None:
    """There is no way back, and a line from the shell's history is quickly run."""
    done = updated.tries("uninstall", "--purge")

    assert (done.returncode, done.stderr) == (1, "tonearm: nothing was removed.\n")
    assert "/var/lib/tonearm" in done.stdout
    assert updated.at(LOGIN).exists()
    assert updated.at(UNIT).exists()


def test_purge_takes_ctrl_c_for_a_no(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is what one presses at such a question; a traceback is no answer."""

    def interrupted(_prompt: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", interrupted)

    assert not _agrees()
    assert "for good" in capsys.readouterr().out


def test_purge_leaves_nothing_and_may_be_run_again(updated: Pi, tmp_path: Path) -> None:
    """Not a file of it is left, however often it is asked for."""
    pi = updated.copied(tmp_path)

    pi.run("uninstall", "--purge", "--yes")
    pi.run("uninstall", "--purge", "--yes")

    left = [path for path in pi.root.rglob("*") if not path.is_dir()]
    assert left == [pi.root / "said"]
    assert not pi.at(LOGIN).parent.exists()
