"""Settings: where they come from, and which one wins."""

from pathlib import Path

import pytest

from tonearm.poller.options import App, Pace, Rules
from tonearm.poller.secret import Secret
from tonearm.server.configuration.config import ConfigError, control_sockets, load
from tonearm.server.configuration.settings import Tls
from tonearm.server.configuration.values import Address

HOME = {"HOME": "/home/ada"}
APP = {**HOME, "TONEARM_SPOTIFY_CLIENT_ID": "app"}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Start each test in an empty folder, so that no tonearm.toml of the checkout is found."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def written(folder: Path, text: str, name: str = "tonearm.toml") -> Path:
    """Write a settings file that only its owner may read."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    file.chmod(0o600)
    return file


def test_load_gives_defaults_when_only_the_app_is_known() -> None:
    """Nothing but the Client ID has to be chosen."""
    settings = load(APP)

    assert settings.spotify == App(client_id="app")
    assert settings.look == Pace()
    assert settings.publish == Rules()
    assert settings.server.listen == Address("127.0.0.1", 3345)
    assert settings.server.public_url is None
    assert settings.server.max_connections == 10_000
    assert settings.log.level == "info"
    assert settings.log.format == "auto"
    assert settings.source is None


def test_load_reads_every_section_of_the_file(tmp_path: Path) -> None:
    """Each value arrives where the program looks for it, in the program's own types."""
    file = written(
        tmp_path,
        """
        [spotify]
        client_id = "mine"
        client_secret = "hush"
        pkce = false
        redirect_uri = "https://music.example.org/callback"
        api_url = "http://127.0.0.1:9/v1/"
        accounts_url = "http://[::1]:9"
        [look]
        watched_s = 2
        unwatched_s = 2.5
        idle_s = 600
        [server]
        listen = "[::1]:80"
        public_url = "https://music.example.org/"
        max_connections = 5
        [control]
        socket = "/run/x.sock"
        [publish]
        private_sessions = true
        local_files = false
        [state]
        directory = "/srv/x"
        [log]
        level = "debug"
        format = "json"
        """,
    )

    settings = load(HOME, config=file)

    assert settings.spotify == App(
        client_id="mine",
        client_secret=Secret("hush"),
        pkce=False,
        redirect_uri="https://music.example.org/callback",
        api_url="http://127.0.0.1:9/v1",
        accounts_url="http://[::1]:9",
    )
    assert settings.look == Pace(watched_s=2.0, unwatched_s=2.5, idle_s=600.0)
    assert settings.publish == Rules(private_sessions=True, local_files=False)
    assert settings.server.listen == Address("::1", 80)
    assert settings.server.public_url == "https://music.example.org"
    assert settings.server.max_connections == 5
    assert settings.control.socket == Path("/run/x.sock")
    assert settings.state.directory == Path("/srv/x")
    assert (settings.log.level, settings.log.format) == ("debug", "json")
    assert settings.source == file


def test_load_lets_the_environment_win_over_the_file(tmp_path: Path) -> None:
    """A unit or a container can change one value without touching the file."""
    file = written(tmp_path, "[look]\nwatched_s = 7\nidle_s = 700\n[publish]\nlocal_files = true")

    settings = load(
        {**APP, "TONEARM_LOOK_WATCHED_S": "9", "TONEARM_PUBLISH_LOCAL_FILES": "no"},
        config=file,
    )

    assert settings.look == Pace(watched_s=9.0, idle_s=700.0)
    assert settings.publish.local_files is False


def test_load_ignores_empty_variables() -> None:
    """Compose files pass on variables that nobody set."""
    settings = load({**APP, "TONEARM_LOOK_WATCHED_S": ""})

    assert settings.look.watched_s == Pace().watched_s


@pytest.mark.parametrize("present", [3, 2, 1])
def test_load_takes_the_first_file_it_finds(tmp_path: Path, elsewhere: Path, present: int) -> None:
    """$TONEARM_CONFIG goes before the current folder, and that before the user's settings."""
    environ = {**APP, "XDG_CONFIG_HOME": str(tmp_path)}
    user = written(tmp_path, "", "tonearm/tonearm.toml")
    here = written(elsewhere, "")
    named = written(tmp_path, "", "named.toml")
    expected = user
    if present >= 2:
        expected = Path("tonearm.toml")
    else:
        here.unlink()
    if present >= 3:
        expected = named
        environ["TONEARM_CONFIG"] = str(named)

    settings = load(environ)

    assert settings.source == expected


def test_load_prefers_the_file_named_on_the_command_line(tmp_path: Path) -> None:
    """--config goes before everything else."""
    named = written(tmp_path, "")

    settings = load({**APP, "TONEARM_CONFIG": "/nowhere"}, config=named)

    assert settings.source == named


def test_load_starts_relative_paths_at_the_file(tmp_path: Path, elsewhere: Path) -> None:
    """A file means the same wherever the service is started; a variable means here."""
    file = written(tmp_path, '[state]\ndirectory = "state"\n[control]\nsocket = "~/control.sock"')

    from_file = load(APP, config=file)
    from_variable = load({**APP, "TONEARM_STATE_DIRECTORY": "state"})

    assert from_file.state.directory == tmp_path / "state"
    assert from_file.control.socket == Path("/home/ada/control.sock")
    assert from_variable.state.directory == elsewhere / "state"


@pytest.mark.parametrize(
    ("environ", "state", "socket"),
    [
        ({}, "/home/ada/.local/state/tonearm", "/home/ada/.local/state/tonearm/control.sock"),
        ({"XDG_STATE_HOME": "/x"}, "/x/tonearm", "/x/tonearm/control.sock"),
        ({"XDG_STATE_HOME": "x"}, "/home/ada/.local/state/tonearm", None),
        (
            {"STATE_DIRECTORY": "/var/lib/tonearm:/b", "RUNTIME_DIRECTORY": "/run/tonearm"},
            "/var/lib/tonearm",
            "/run/tonearm/control.sock",
        ),
        (
            {"STATE_DIRECTORY": "/var/lib/tonearm", "TONEARM_STATE_DIRECTORY": "/mine"},
            "/mine",
            "/mine/control.sock",
        ),
    ],
)
def test_load_puts_state_where_the_machine_wants_it(
    environ: dict[str, str],
    state: str,
    socket: str | None,
) -> None:
    """The folders systemd made go before the user's, and the owner's choice before both."""
    settings = load({**APP, **environ})

    assert settings.state.directory == Path(state)
    assert settings.control.socket == Path(socket or f"{state}/control.sock")


def test_load_in_the_demo_takes_account_and_state_from_nobody(tmp_path: Path) -> None:
    """The demo works beside a configured service, even a wrongly configured one."""
    file = written(
        tmp_path,
        '[spotify]\nclient_secret = "hush"\npkce = 3\n[state]\ndirectory = "/real"\n'
        '[server]\nlisten = "127.0.0.1:4000"',
    )

    settings = load({**HOME, "TONEARM_CONTROL_SOCKET": "/real.sock"}, config=file, demo=True)

    assert settings.spotify == App(client_id="demo")
    assert settings.state.directory != Path("/real")
    assert settings.control.socket != Path("/real.sock")
    assert settings.server.listen.port == 4000


def test_control_sockets_are_found_without_settings_of_ones_own(tmp_path: Path) -> None:
    """A command works for a user who can make nothing of the service's file."""
    file = written(tmp_path, "[spotify")

    found = control_sockets({**HOME, "TONEARM_LOG_LEVEL": "loud"}, config=file)

    assert found == (
        Path("/home/ada/.local/state/tonearm/control.sock"),
        Path("/run/tonearm/control.sock"),
    )


@pytest.mark.parametrize("name", ["none.toml", "there.toml/none.toml"])
def test_control_sockets_of_a_file_that_does_not_exist_are_nowhere(
    tmp_path: Path, name: str
) -> None:
    """A slip in its name must not log another service out."""
    written(tmp_path, "", "there.toml")
    missing = tmp_path / name

    with pytest.raises(ConfigError, match="cannot be read"):
        control_sockets(HOME, config=missing)
    with pytest.raises(ConfigError, match="cannot be read"):
        control_sockets({**HOME, "TONEARM_CONFIG": str(missing)})


def test_control_sockets_are_the_one_that_was_chosen(tmp_path: Path) -> None:
    """Whoever names a socket means that one."""
    file = written(tmp_path, '[control]\nsocket = "mine.sock"')

    assert control_sockets(HOME, config=file) == (tmp_path / "mine.sock",)


@pytest.mark.parametrize(
    ("there", "missing"), [("TLS_CERT", "server.tls_key"), ("TLS_KEY", "server.tls_cert")]
)
def test_certificate_and_key_come_together_or_not_at_all(there: str, missing: str) -> None:
    """One of them does nothing, and an owner would think that it does."""
    with pytest.raises(ConfigError, match="write both, or none") as raised:
        load({**APP, f"TONEARM_SERVER_{there}": "/etc/tonearm/it.pem"})

    (problem,) = raised.value.problems
    assert (problem.key, problem.where) == (missing, f"TONEARM_SERVER_{there}")


def test_the_port_for_numbers_is_another_one() -> None:
    """Trying again would not free it, and "another program" would be this one."""
    with pytest.raises(ConfigError, match=r"server\.listen is there already") as raised:
        load({**APP, "TONEARM_SERVER_METRICS_LISTEN": "127.0.0.1:3345"})

    (problem,) = raised.value.problems
    assert str(problem).startswith('server.metrics_listen = "127.0.0.1:3345" (TONEARM_SERVER_')


def test_any_free_port_may_be_asked_for_twice() -> None:
    """The system finds two."""
    settings = load(
        {
            **APP,
            "TONEARM_SERVER_LISTEN": "127.0.0.1:0",
            "TONEARM_SERVER_METRICS_LISTEN": "127.0.0.1:0",
        }
    )

    assert settings.server.metrics_listen == settings.server.listen


def test_load_reads_whom_the_port_believes_and_what_it_presents(tmp_path: Path) -> None:
    """Networks as networks, and paths from where the file is."""
    file = written(
        tmp_path,
        """
        [spotify]
        client_id = "mine"
        [server]
        max_per_ip = 7
        trusted_proxies = ["127.0.0.1", "2001:db8::/48"]
        tls_cert = "full.pem"
        tls_key = "key.pem"
        """,
    )

    server = load(HOME, config=file).server

    assert server.max_per_ip == 7
    assert [str(each) for each in server.trusted_proxies] == ["127.0.0.1/32", "2001:db8::/48"]
    assert server.tls == Tls(cert=tmp_path / "full.pem", key=tmp_path / "key.pem")
