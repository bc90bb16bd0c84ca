"""The token for hints: the same four places as the Client secret, and hard to guess."""

from pathlib import Path

import pytest

from tonearm.poller.secret import Secret
from tonearm.server.configuration.config import ConfigError, load

TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return an environment that leads to no other settings."""
    monkeypatch.chdir(tmp_path)
    return {"HOME": str(tmp_path), "TONEARM_SPOTIFY_CLIENT_ID": "app"}


def file_with(tmp_path: Path, text: str, name: str = "token") -> Path:
    """Write a file that is closed to others."""
    file = tmp_path / name
    file.write_text(text)
    file.chmod(0o600)
    return file


def test_there_is_no_token_unless_the_owner_makes_one_up(environ: dict[str, str]) -> None:
    """And without one there is no such address."""
    assert load(environ).hint.token is None


def test_the_token_comes_from_the_environment(environ: dict[str, str]) -> None:
    """As any other setting."""
    assert load({**environ, "TONEARM_LOOK_HINT_TOKEN": TOKEN}).hint.token == Secret(TOKEN)


def test_the_token_comes_from_a_file_of_its_own(environ: dict[str, str], tmp_path: Path) -> None:
    """Without the newline at its end."""
    file = file_with(tmp_path, f"{TOKEN}\n")

    settings = load({**environ, "TONEARM_LOOK_HINT_TOKEN_FILE": str(file)})

    assert settings.hint.token == Secret(TOKEN)


def test_the_token_comes_from_systemd(environ: dict[str, str], tmp_path: Path) -> None:
    """LoadCredential=hint_token:... is enough, beside that of the Client secret."""
    file_with(tmp_path, TOKEN, "hint_token")
    file_with(tmp_path, "hush-hush", "client_secret")

    settings = load({**environ, "CREDENTIALS_DIRECTORY": str(tmp_path)})

    assert settings.hint.token == Secret(TOKEN)
    assert settings.spotify.client_secret == Secret("hush-hush")


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("tooshort", "can be guessed"),
        ("two words of many letters", "nobody can guess"),
        ("ü" * 20, ""),
    ],
)
def test_a_token_is_refused_without_being_shown(
    environ: dict[str, str], token: str, reason: str
) -> None:
    """What can be guessed, or cannot travel in a header."""
    with pytest.raises(ConfigError, match=reason or None) as error:
        load({**environ, "TONEARM_LOOK_HINT_TOKEN": token})

    assert token not in str(error.value)


def test_every_secret_that_is_wrong_is_named_at_once(
    environ: dict[str, str], tmp_path: Path
) -> None:
    """One start is enough to mend both."""
    token, secret = file_with(tmp_path, "short"), file_with(tmp_path, "\x00", "secret")

    with pytest.raises(ConfigError) as error:
        load(
            {
                **environ,
                "TONEARM_LOOK_HINT_TOKEN_FILE": str(token),
                "TONEARM_SPOTIFY_CLIENT_SECRET_FILE": str(secret),
            }
        )

    assert [problem.key for problem in error.value.problems] == [
        "spotify.client_secret_file",
        "look.hint_token_file",
    ]
