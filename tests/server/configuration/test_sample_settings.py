"""The commented sample is the manual, so it must be complete, true and fit to be uncommented."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from tonearm.server.configuration.config import load
from tonearm.server.configuration.key import Key
from tonearm.server.configuration.keys import BY_NAME, KEYS, SECTIONS

SAMPLE = files("tonearm.systemd").joinpath("tonearm.toml").read_text("utf-8")
SETTING = re.compile(r"^#(?=\w+ = )", re.MULTILINE)

WITHOUT_DEFAULT = {
    "spotify.client_id",
    "spotify.client_secret",
    "spotify.client_secret_file",
    "look.hint_token",
    "look.hint_token_file",
    "server.public_url",
    "server.trusted_proxies",
    "server.tls_cert",
    "server.tls_key",
    "server.metrics_listen",
    "text.directory",
    "alerts.apprise_urls",
    "alerts.apprise_urls_file",
}


def uncommented(*names: str) -> str:
    """Return the sample with the settings ``names`` switched on, and only those."""
    section = ""
    lines = []
    for line in SAMPLE.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        setting = re.match(r"#(\w+) = ", line)
        is_wanted = setting is not None and f"{section}.{setting[1]}" in names
        lines.append(line[1:] if is_wanted else line)
    return "\n".join(lines)


def test_sample_as_it_stands_sets_nothing() -> None:
    """Installing the file unread changes no default."""
    tables = tomllib.loads(SAMPLE)

    assert tables == {section: {} for section in SECTIONS}


def test_sample_shows_every_setting_once() -> None:
    """What is not in the manual does not exist, and the manual invents nothing."""
    tables = tomllib.loads(SETTING.sub("", SAMPLE))  # a name shown twice would not parse

    shown = [f"{section}.{name}" for section, table in tables.items() for name in table]
    assert shown == [key.name for key in KEYS]


def test_sample_with_every_default_uncommented_changes_nothing(tmp_path: Path) -> None:
    """The values shown as defaults are the defaults."""
    environ = {"HOME": "/home/ada", "TONEARM_SPOTIFY_CLIENT_ID": "app"}
    file = tmp_path / "tonearm.toml"
    file.write_text(uncommented(*(set(BY_NAME) - WITHOUT_DEFAULT)), "utf-8")
    untouched = tmp_path / "untouched.toml"
    untouched.write_text("", "utf-8")

    settings = load(environ, config=file)

    default = load(environ, config=untouched)
    parts = ("spotify", "look", "hint", "publish", "server", "control", "text", "state", "log")
    assert [getattr(settings, part) for part in parts] == [getattr(default, part) for part in parts]


@pytest.mark.parametrize("name", sorted(WITHOUT_DEFAULT))
def test_sample_example_is_allowed(name: str) -> None:
    """Where there is no default the sample shows a value that would be taken."""
    section, _, variable = name.partition(".")
    example = tomllib.loads(uncommented(name))[section][variable]

    BY_NAME[name].read(example)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_sample_explains_each_setting(key: Key) -> None:
    """Prose stands before each setting, or before the group it ends."""
    block = next(
        block
        for block in re.split(r"\n\n+", SAMPLE.split(f"\n[{key.section}]\n")[1])
        if re.search(rf"^#{key.name.partition('.')[2]} = ", block, re.MULTILINE)
    )

    assert block.lstrip().startswith("# ")
