"""Wrong settings: all of them are said at once, each with what to write instead."""

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonearm.server.configuration.config import ConfigError, Problem, Settings, load
from tonearm.server.configuration.keys import BY_NAME, KEYS

HOME = {"HOME": "/home/ada"}
APP = {**HOME, "TONEARM_SPOTIFY_CLIENT_ID": "app"}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start each test in a folder without a tonearm.toml."""
    monkeypatch.chdir(tmp_path)


def written(folder: Path, text: str) -> Path:
    """Write a settings file, under a name that is not looked for."""
    file = folder / "written.toml"
    file.write_text(text, "utf-8")
    return file


def problems(environ: dict[str, str], file: Path | None = None) -> list[str]:
    """Return what is said about wrong settings."""
    with pytest.raises(ConfigError) as caught:
        load(environ, config=file)
    return [str(problem) for problem in caught.value.problems]


def test_problems_are_all_reported_at_once(tmp_path: Path) -> None:
    """Nobody has to start the service five times to find five mistakes."""
    client_id = BY_NAME["spotify.client_id"]
    file = written(
        tmp_path,
        """
        [look]
        watched_s = 1
        watchd_s = 3
        [sever]
        listen = "0.0.0.0:80"
        [publish]
        local_files = "yes"
        """,
    )

    said = problems({**HOME, "TONEARM_LOG_LEVEL": "loud"}, file)

    assert said == [
        f"look.watched_s = 1 ({file}): write a number of seconds from 2 to 86400",
        f"look.watchd_s ({file}): there is no such setting; did you mean look.watched_s?",
        f"sever ({file}): there is no such setting; did you mean server?",
        f'publish.local_files = "yes" ({file}): write true or false',
        'log.level = "loud" (TONEARM_LOG_LEVEL): write debug, info, warning or error',
        f"spotify.client_id ({file}): this one is required; write {client_id.allowed}",
    ]


def test_load_says_so_when_the_client_id_is_missing_and_there_is_no_file() -> None:
    """A newcomer learns what to write where, who hands it out, and how to do without."""
    (said,) = problems(HOME)

    assert said.startswith("spotify.client_id (no settings file found): this one is required")
    assert "into tonearm.toml" in said
    assert "developer.spotify.com/dashboard" in said
    assert 'below [spotify], as client_id = "..."' in said
    assert "tonearm run --demo" in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[look\n", "it is not TOML: Expected ']' at the end of a table declaration (at line 1,"),
        (
            "[log]\nlevel = warn",
            "it is not TOML: Invalid value (at line 2, column 9); text stands in",
        ),
        (b"\xff", "it is not text in UTF-8"),
        ("x = " + "[" * 5000, "it is not TOML that anybody would write"),
        (None, "it cannot be read (No such file or directory)"),
    ],
)
def test_load_names_what_is_wrong_with_the_file(
    tmp_path: Path,
    content: str | bytes | None,
    said: str,
) -> None:
    """A file that cannot be read is one problem, not one per setting it may hold."""
    file = tmp_path / "tonearm.toml"
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    (found,) = problems(HOME, file)

    assert found.startswith(f"settings file ({file}): {said}")


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("TONEARM_LOOK_WATCHED", "TONEARM_LOOK_WATCHED_S"),
        ("TONEARM_SPOTFY_CLIENT_ID", "TONEARM_SPOTIFY_CLIENT_ID"),
    ],
)
def test_load_notices_a_misspelt_variable(variable: str, meant: str) -> None:
    """A typing mistake in a unit is no silent default, and its value is not shown."""
    (said,) = problems({**APP, variable: "do-not-show"})

    assert said == f"{variable} (environment): there is no such setting; did you mean {meant}?"


@pytest.mark.parametrize(
    ("section", "name", "advice"),
    [
        ("look", "watchd_s", "did you mean look.watched_s?"),
        ("spotify", "id", "did you mean spotify.client_id?"),
        ("spotify", "colour", "systemd/tonearm.toml has them all"),
        ("server", "port", "systemd/tonearm.toml has them all"),
    ],
)
def test_load_guesses_only_what_is_likely(
    tmp_path: Path, section: str, name: str, advice: str
) -> None:
    """That two settings share a section makes neither of them the other."""
    file = written(tmp_path, f"[{section}]\n{name} = 1")

    said = problems(APP, file)

    assert said == [f"{section}.{name} ({file}): there is no such setting; {advice}"]


def test_load_ignores_variables_that_others_invent() -> None:
    """Kubernetes describes a service called tonearm in variables of that prefix."""
    settings = load({**APP, "TONEARM_PORT": "tcp://10.0.0.1:3345", "TONEARM_SERVICE_HOST": "x"})

    assert settings.server.listen.port == 3345


def test_load_says_that_a_section_is_a_section(tmp_path: Path) -> None:
    """``look = 5`` is a likely slip."""
    file = written(tmp_path, "look = 5")

    assert problems(APP, file) == [f"look ({file}): this is a section; write [look]"]


def test_load_never_shows_a_password_in_an_address() -> None:
    """Somebody may have put one where none belongs."""
    (said,) = problems({**APP, "TONEARM_SPOTIFY_API_URL": "https://ada:hush@api.example/"})

    assert "hush" not in said
    assert "https://***@api.example/" in said


def test_load_shows_values_as_harmless_text(tmp_path: Path) -> None:
    """Neither a value nor a name can move the cursor of the terminal it is shown on."""
    file = written(tmp_path, '[log]\nlevel = "\\u001b[2J\\u202e"\n"\\u001b[2J" = 1')

    said = problems(APP, file)

    assert all(line.isascii() and line.isprintable() for line in said)


@given(st.binary() | st.text(alphabet=string.printable).map(str.encode))
def test_load_of_any_file_gives_settings_or_problems(
    tmp_path_factory: pytest.TempPathFactory,
    content: bytes,
) -> None:
    """No file makes the service fail in any other way than with sentences."""
    file = tmp_path_factory.mktemp("any") / "tonearm.toml"
    file.write_bytes(content)

    assert outcome(APP, file)


@given(
    st.dictionaries(
        st.sampled_from([key.variable for key in KEYS]),
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    )
)
def test_load_of_any_environment_gives_settings_or_problems(environ: dict[str, str]) -> None:
    """Nor does any environment."""
    assert outcome({**APP, **environ})


def outcome(environ: dict[str, str], file: Path | None = None) -> Settings | tuple[Problem, ...]:
    """Return the settings, or what is wrong with them."""
    try:
        return load(environ, config=file)
    except ConfigError as error:
        return error.problems
