"""Logs: one line per event, whoever logs it, and nothing in it that must not be there."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import aiosqlite
import pytest
import structlog

from tonearm.poller.errors import LoginNeeded
from tonearm.poller.secret import Secret
from tonearm.server import logs
from tonearm.server.configuration.settings import Log

log = structlog.get_logger()

CANARY = "BQ" + "canary7" * 20


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Give logging back to pytest after each test."""
    root = logging.getLogger()
    handlers, level, raises = root.handlers[:], root.level, logging.raiseExceptions
    levels = {name: logging.getLogger(name).level for name in logs.LEAST_LEVELS}
    yield
    root.handlers[:], logging.raiseExceptions = handlers, raises
    root.setLevel(level)
    logging.getLogger("aiohttp.access").disabled = False
    for name, before in levels.items():  # what poller.database silenced stays silent
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()


def machine_log(level: str = "debug") -> io.StringIO:
    """Configure JSON logs and return where they go."""
    stream = io.StringIO()
    logs.configure(Log(level=level, format="auto"), stream=stream)  # type: ignore[arg-type]
    return stream


def events(stream: io.StringIO) -> list[dict[str, Any]]:
    """Return what was logged, each line on its own."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_event_is_one_json_line_when_nobody_watches() -> None:
    """The journal and other programs get fields, level, time and origin."""
    stream = machine_log()

    log.info("track_changed", title="夜に駆ける", position_ms=3, is_private=False, show=None)

    (event,) = events(stream)
    assert event.pop("timestamp").endswith("Z")
    assert event == {
        "event": "track_changed",
        "title": "夜に駆ける",
        "position_ms": 3,
        "is_private": False,
        "show": None,
        "level": "info",
        "logger": __name__,
    }


def test_event_is_for_people_on_a_terminal() -> None:
    """Whoever runs it by hand reads words, not JSON."""
    stream = Terminal()
    logs.configure(Log(level="info", format="auto"), stream=stream)

    log.info("track_changed", title="Blue")

    assert not stream.getvalue().startswith("{")
    assert "track_changed" in stream.getvalue()
    assert "Blue" in stream.getvalue()


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()])
def test_format_can_be_chosen(stream: io.StringIO) -> None:
    """On a terminal for machines, in a file for people."""
    logs.configure(Log(level="info", format="json"), stream=stream)
    log.info("first")
    logs.configure(Log(level="info", format="console"), stream=stream)
    log.info("second")

    first, second = stream.getvalue().splitlines()
    assert json.loads(first)["event"] == "first"
    assert "second" in second
    assert not second.startswith("{")


def test_colours_are_left_out_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """https://no-color.org."""
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    logs.configure(Log(level="info", format="auto"), stream=stream)

    log.info("track_changed")

    assert "\x1b" not in stream.getvalue()


def test_level_holds_for_us_and_for_libraries() -> None:
    """Below the chosen level nobody speaks."""
    stream = machine_log("warning")

    log.info("quiet")
    logging.getLogger("aiohttp.server").info("quiet")
    log.warning("loud")
    logging.getLogger("aiohttp.server").warning("loud")

    assert [event["event"] for event in events(stream)] == ["loud", "loud"]


def test_command_logs_only_what_went_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    """A command speaks to its user; the log must not talk over it."""
    logs.configure_for_command()

    log.info("quiet")
    log.warning("loud")

    said = capsys.readouterr()
    assert said.out == ""
    assert "loud" in said.err
    assert "quiet" not in said.err


def test_access_log_stays_silent() -> None:
    """Who looks at the card, from where, is nobody's business."""
    stream = machine_log()

    logging.getLogger("aiohttp.access").critical('192.0.2.1 "GET /v1/ws?x=1"')

    assert stream.getvalue() == ""


async def test_sql_parameters_stay_out_at_every_level() -> None:
    """At DEBUG aiosqlite shows them, and ours are tokens."""
    stream = machine_log("debug")

    async with aiosqlite.connect(":memory:") as database:
        await database.execute("SELECT ?", ("short-canary",))

    assert "canary" not in stream.getvalue()


@pytest.mark.parametrize("name", ["websockets.server", "websockets.client", "asyncio", "PIL.Image"])
def test_chatter_of_libraries_stays_out_at_every_level(name: str) -> None:
    """At DEBUG these show headers, frames and files."""
    stream = machine_log("debug")

    logging.getLogger(name).debug("> Authorization: secret")

    assert stream.getvalue() == ""


def test_error_of_ours_is_named_without_a_traceback() -> None:
    """The message is a sentence for the owner; where it was raised says nothing more."""
    stream = machine_log()

    log.error("look_failed", exc_info=LoginNeeded())

    (event,) = events(stream)
    assert event["error"] == "LoginNeeded"
    assert event["reason"].startswith("Spotify needs the owner to log in")
    assert "exception" not in event


@pytest.mark.parametrize("logger", [log, logging.getLogger("aiohttp.server")], ids=["us", "them"])
def test_error_nobody_expected_shows_where_it_came_from(logger: Any) -> None:
    """A defect can be reported from the log alone."""
    stream = machine_log()

    try:
        json.loads("nonsense")
    except json.JSONDecodeError:
        logger.exception("look_failed")

    (event,) = events(stream)
    assert event["event"] == "look_failed"
    assert event["exception"].startswith("Traceback")
    assert "test_logs.py" in event["exception"]


@pytest.mark.parametrize("form", ["json", "console"])
def test_token_is_masked_wherever_it_stands(form: Any) -> None:
    """Field, nested field, sentence, repr, error: the last line of defence is everywhere."""
    stream = io.StringIO()
    logs.configure(Log(level="debug", format=form), stream=stream)

    log.info("a", access_token="short-canary", client_secret=b"short-canary", code="short-canary")
    log.info("b", headers={"Authorization": "Bearer short-canary", "set-cookie": "short-canary"})
    log.info("c", answer=[{"refresh_token": "short-canary"}], wrapped=Secret("short-canary"))
    log.info("d", url="https://x.example/?code=short-canary&state=1", body=CANARY.encode())
    log.info("e", request='{"access_token": "short-canary"}', depth=[[[[[CANARY]]]]])
    logging.getLogger("aiohttp").warning("Authorization: Basic %s and %s", "short-canary", CANARY)
    log.error("f", state={"of": CANARY}, exc_info=KeyError(CANARY))

    assert "canary" not in stream.getvalue()
    assert len(stream.getvalue().splitlines()) >= 7


def test_numbers_and_public_names_are_not_masked() -> None:
    """A close code, a track and a cover are what the log is for."""
    stream = machine_log()
    uri = "spotify:track:4uLU6hMCjMI75M1A2tKUQC"
    cover = "https://i.scdn.co/image/" + "ab67616d" * 5

    log.info("socket_closed", code=1012, uri=uri, cover=cover)

    (event,) = events(stream)
    assert (event["code"], event["uri"], event["cover"]) == (1012, uri, cover)


@pytest.mark.parametrize("form", ["json", "console"])
def test_title_cannot_forge_a_line_or_move_the_cursor(form: Any) -> None:
    """Titles and headers are strangers' text."""
    stream = io.StringIO()
    logs.configure(Log(level="info", format=form), stream=stream)
    title = "a\n2026 [info] forged\x1b[2J\x9b\u202e\u2028\ud800"

    log.info("track_changed", title=title, artists=[title], **{title: 1})
    logging.getLogger("aiohttp").warning("%s", title)

    written = stream.getvalue()
    assert len(written.splitlines()) == 2
    assert written.replace("\n", "").isprintable()


def test_line_that_cannot_be_written_is_lost_without_a_word(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Logging's own complaint would print the event as it was, unmasked."""
    stream = machine_log()
    stream.close()

    logging.getLogger("x").warning("token %s", "short-canary")

    assert capsys.readouterr().err == ""


def test_a_library_nobody_looked_at_is_not_heard() -> None:
    """What carries alerts logs the addresses it carries them to, passwords and all."""
    stream = machine_log()

    logging.getLogger("urllib3.connectionpool").critical("POST /%s", CANARY)

    assert stream.getvalue() == ""
