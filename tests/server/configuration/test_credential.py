"""The client secret: four places, one at a time, closed to others, never shown."""

from pathlib import Path

import pytest

from tonearm.poller.secret import Secret
from tonearm.server.configuration.config import ConfigError, load

ENVIRON = {"HOME": "/home/ada", "TONEARM_SPOTIFY_CLIENT_ID": "app", "TONEARM_CONFIG": ""}
HUSH = "hush-hush"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start each test in a folder without a tonearm.toml."""
    monkeypatch.chdir(tmp_path)


def written(file: Path, text: str | bytes, mode: int = 0o600) -> Path:
    """Write a file with a mode of its own."""
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    file.chmod(mode)
    return file


def refusal(environ: dict[str, str], config: Path | None = None) -> str:
    """Return the one sentence said about the secret, which never holds it."""
    with pytest.raises(ConfigError) as caught:
        load({**ENVIRON, **environ}, config=config)
    (problem,) = caught.value.problems
    assert HUSH not in f"{problem}{problem!r}"
    return str(problem)


def test_secret_is_optional() -> None:
    """Without one the login uses PKCE alone."""
    assert load(ENVIRON).spotify.client_secret is None


def test_secret_comes_from_the_environment() -> None:
    """As any other setting."""
    settings = load({**ENVIRON, "TONEARM_SPOTIFY_CLIENT_SECRET": HUSH})

    assert settings.spotify.client_secret == Secret(HUSH)


def test_secret_comes_from_a_file_of_its_own(tmp_path: Path) -> None:
    """Editors end a file with a newline; that is not part of it."""
    file = written(tmp_path / "secret", f"{HUSH}\n", 0o640)

    settings = load({**ENVIRON, "TONEARM_SPOTIFY_CLIENT_SECRET_FILE": str(file)})

    assert settings.spotify.client_secret == Secret(HUSH)


def test_secret_comes_from_systemd(tmp_path: Path) -> None:
    """LoadCredential=client_secret:... is enough."""
    written(tmp_path / "client_secret", HUSH, 0o400)

    settings = load({**ENVIRON, "CREDENTIALS_DIRECTORY": str(tmp_path)})

    assert settings.spotify.client_secret == Secret(HUSH)


def test_blank_credential_is_none(tmp_path: Path) -> None:
    """It is what our unit gives for a file that the owner did not make."""
    written(tmp_path / "client_secret", "\n", 0o400)

    settings = load({**ENVIRON, "CREDENTIALS_DIRECTORY": str(tmp_path)})

    assert settings.spotify.client_secret is None


def test_secret_is_taken_from_a_settings_file_closed_to_others(tmp_path: Path) -> None:
    """Its group may read it: that is how a service reads a file of root's."""
    file = written(tmp_path / "x.toml", f'[spotify]\nclient_secret = "{HUSH}"', 0o640)

    assert load(ENVIRON, config=file).spotify.client_secret == Secret(HUSH)


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602])
def test_secret_is_refused_when_everybody_may_read_its_file(tmp_path: Path, mode: int) -> None:
    """A secret that everybody on the machine knows is none; the way out is one command."""
    file = written(tmp_path / "secret", HUSH, mode)

    said = refusal({"TONEARM_SPOTIFY_CLIENT_SECRET_FILE": str(file)})

    assert said.endswith(f"everybody on this machine may read {file}; chmod o= {file}")


def test_secret_is_refused_in_a_settings_file_open_to_everybody(tmp_path: Path) -> None:
    """The same rule wherever it stands."""
    file = written(tmp_path / "x.toml", f'[spotify]\nclient_secret = "{HUSH}"', 0o644)

    said = refusal({}, file)

    assert said == (
        f"spotify.client_secret ({file}): everybody on this machine may read it; chmod o= {file}"
    )


def test_secret_given_twice_is_refused(tmp_path: Path) -> None:
    """Which one is meant cannot be guessed."""
    file = written(tmp_path / "secret", HUSH)

    said = refusal(
        {
            "TONEARM_SPOTIFY_CLIENT_SECRET": HUSH,
            "TONEARM_SPOTIFY_CLIENT_SECRET_FILE": str(file),
        }
    )

    assert said == (
        "spotify.client_secret (spotify.client_secret in TONEARM_SPOTIFY_CLIENT_SECRET and"
        " spotify.client_secret_file in TONEARM_SPOTIFY_CLIENT_SECRET_FILE):"
        " it is given more than once; keep one of them"
    )


def test_secret_given_beside_systemds_is_refused(tmp_path: Path) -> None:
    """The same with a credential."""
    written(tmp_path / "client_secret", HUSH)

    said = refusal({"TONEARM_SPOTIFY_CLIENT_SECRET": HUSH, "CREDENTIALS_DIRECTORY": str(tmp_path)})

    assert said.endswith(
        "and systemd's credential client_secret): it is given more than once; keep one of them"
    )


def test_secret_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The path says which one was looked for."""
    said = refusal({"TONEARM_SPOTIFY_CLIENT_SECRET_FILE": str(tmp_path / "none")})

    assert said.endswith(f"{tmp_path / 'none'} cannot be read (No such file or directory)")


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", f"{HUSH}\nand more".encode(), b"\xff" + HUSH.encode(), HUSH.encode() * 200],
)
def test_secret_file_with_anything_else_in_it_is_refused(tmp_path: Path, content: bytes) -> None:
    """A wrong file is not sent to Spotify, nor shown."""
    file = written(tmp_path / "secret", content)

    said = refusal({"TONEARM_SPOTIFY_CLIENT_SECRET_FILE": str(file)})

    assert said.endswith(f"{file} does not hold a Client secret and nothing else")


def test_secret_of_the_wrong_kind_is_not_shown(tmp_path: Path) -> None:
    """Whatever stands there may be half a secret."""
    file = written(tmp_path / "x.toml", f'[spotify]\nclient_secret = ["{HUSH}"]')

    said = refusal({}, file)

    assert said == (
        f"spotify.client_secret ({file}): write the Client secret of your app, or leave it out"
    )


def test_secret_under_a_misspelt_name_is_not_shown(tmp_path: Path) -> None:
    """The likeliest value of client_secert is the secret."""
    file = written(tmp_path / "x.toml", f'[spotify]\nclient_secert = "{HUSH}"')

    said = refusal({}, file)

    assert said.endswith("there is no such setting; did you mean spotify.client_secret?")
