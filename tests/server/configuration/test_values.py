"""Values: what each setting may be, and the reason where a likely value is refused."""

from pathlib import Path

import pytest

from tonearm.server.configuration.key import Key
from tonearm.server.configuration.keys import BY_NAME, KEYS
from tonearm.server.configuration.values import Address, NotAllowed, address


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("redirect_uri", "http://localhost:8888/callback", "Spotify refuses the name localhost"),
        ("redirect_uri", "https://localhost/callback", "Spotify refuses the name localhost"),
        ("redirect_uri", "http://192.168.1.2/callback", "only for this very machine"),
        ("redirect_uri", "http://127.0.0.2/callback", "only for this very machine"),
        ("api_url", "http://api.spotify.com/v1", "http only reaches this very machine"),
        ("accounts_url", "http://localhost:9", "http only reaches this very machine"),
    ],
)
def test_app_with_a_likely_but_wrong_address_is_told_why(
    name: str,
    value: str,
    reason: str,
) -> None:
    """What Spotify would refuse after the login is refused before it."""
    with pytest.raises(NotAllowed, match=reason):
        BY_NAME[f"spotify.{name}"].read(value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("spotify.redirect_uri", "127.0.0.1:8888"),
        ("spotify.redirect_uri", "https://a.example/cb#here"),
        ("spotify.redirect_uri", "https://a.example:99999/"),
        ("spotify.redirect_uri", "https://[::1/"),
        ("spotify.redirect_uri", "https://a.example/\n"),
        ("spotify.redirect_uri", "https://ada:hush@a.example/"),
        ("spotify.accounts_url", "ftp://accounts.spotify.com"),
        ("spotify.api_url", "https://api.spotify.com/v1?x=1"),
        ("spotify.client_id", "two words"),
        ("spotify.client_id", ""),
        ("server.public_url", "music.example.org"),
        ("server.public_url", "https://music.example.org/?x=1"),
        ("server.max_connections", 0),
        ("server.max_connections", 100_001),
        ("server.max_per_ip", 0),
        ("server.trusted_proxies", "127.0.0.1"),
        ("server.trusted_proxies", [127]),
        ("server.trusted_proxies", [""]),
        ("state.directory", ""),
        ("control.socket", "a\0b"),
        ("log.level", "INFO "),
    ],
)
def test_value_that_cannot_work_is_refused(name: str, value: object) -> None:
    """Each key knows what it may be."""
    with pytest.raises(ValueError):  # noqa: PT011  (``keys`` has the words)
        BY_NAME[name].read(value)


@pytest.mark.parametrize(
    "value",
    [
        "http://127.0.0.1:8888/callback",
        "http://[::1]:8888/",
        "https://music.example.org/cb?x=1",
        "HTTPS://Music.Example.org",
    ],
)
def test_redirect_uri_is_kept_to_the_letter(value: str) -> None:
    """Spotify compares it letter by letter."""
    assert BY_NAME["spotify.redirect_uri"].read(value) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.0.0.0:0", Address("0.0.0.0", 0)),
        ("[2001:DB8::1]:3345", Address("2001:db8::1", 3345)),
        ("pi.local:65535", Address("pi.local", 65535)),
    ],
)
def test_address_is_a_host_and_a_port(text: str, expected: Address) -> None:
    """Host names, both kinds of addresses, and 'any free port'."""
    assert address(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("127.0.0.1:65536", "a port is at most 65535"),
        ("::1:3345", "an IPv6 address stands in brackets"),
    ],
)
def test_address_that_many_would_write_is_told_why(text: str, reason: str) -> None:
    """The two slips that are hard to see."""
    with pytest.raises(NotAllowed, match=reason):
        address(text)


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1",
        "3345",
        ":3345",
        "1.1.1.1:-1",
        "1.1.1.1:\u0663",
        "256.0.0.1:80",
        "[::g]:80",
        "a b:1",
    ],
)
def test_address_where_nobody_can_listen_is_refused(text: str) -> None:
    """It is checked before the socket is tried."""
    with pytest.raises(ValueError):  # noqa: PT011  (``keys`` has the words)
        address(text)


@pytest.mark.parametrize("text", ["127.0.0.1:3345", "[::1]:80"])
def test_address_prints_as_it_is_written(text: str) -> None:
    """What is printed can be put into the file."""
    assert str(address(text)) == text


@pytest.mark.parametrize("text", ["1.9", "nan", "inf", "-5", "five", "0x5", "86401"])
def test_wait_that_makes_no_sense_is_refused(text: str) -> None:
    """No setting makes tonearm ask more often than every two seconds."""
    with pytest.raises(ValueError):  # noqa: PT011  (``keys`` has the words)
        BY_NAME["look.idle_s"].read_text(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("true", True), ("On", True), ("1", True), ("no", False), ("0", False)],
)
def test_switch_in_the_environment_takes_the_usual_words(text: str, *, expected: bool) -> None:
    """Variables have no types, and every program spells yes in its own way."""
    assert BY_NAME["spotify.pkce"].read_text(text) is expected


WRITTEN_AS: dict[type, set[type]] = {
    bool: {bool},
    int: {int},
    float: {int, float},
    str: {str},
    Path: {str},
    tuple: {list},
}


@pytest.mark.parametrize(
    ("key", "found"),
    [
        pytest.param(key, found, id=f"{key.name}-{type(found).__name__}")
        for key in KEYS
        for found in (True, 5, 5.5, "5", [5], {"x": 5})
        if type(found) not in WRITTEN_AS[key.written]
    ],
)
def test_value_of_another_type_is_refused(key: Key, found: object) -> None:
    """A number is a number, not something that could be read as one."""
    with pytest.raises(ValueError):  # noqa: PT011  (``keys`` has the words)
        key.read(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1", ("127.0.0.1/32",)),
        ("127.0.0.1, 10.0.0.0/8", ("127.0.0.1/32", "10.0.0.0/8")),
        ("::1 2001:db8::/48", ("::1/128", "2001:db8::/48")),
    ],
)
def test_networks_in_the_environment_are_divided_by_commas_or_spaces(
    text: str, expected: tuple[str, ...]
) -> None:
    """A variable has no arrays."""
    networks = BY_NAME["server.trusted_proxies"].read_text(text)

    assert tuple(map(str, networks)) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nginx", "no address and no network"),
        ("10.0.0.0/33", "no address and no network"),
        ("10.0.0.1/8", "10.0.0.0/8 has not"),
        ("0.0.0.0/0", "everybody"),
        ("::/0", "everybody"),
    ],
)
def test_network_that_cannot_be_meant_is_refused_with_the_reason(text: str, reason: str) -> None:
    """Whoever trusts everybody lets everybody be anybody."""
    with pytest.raises(NotAllowed, match=reason):
        BY_NAME["server.trusted_proxies"].read(["127.0.0.1", text])
