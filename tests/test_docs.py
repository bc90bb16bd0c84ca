"""What the program has stands in docs/, and docs/ says nothing of what it has not."""

import ast
import json
import re
from typing import Any

import click
import jsonschema  # type: ignore[import-untyped]
import pytest
from documents import ROOT, Document, documents
from fake_clock import FakeClock
from websockets.frames import CloseCode

from tonearm.poller import errors
from tonearm.poller.playback import Health, State
from tonearm.poller.secret import Secret
from tonearm.server import cli
from tonearm.server.configuration.key import Key
from tonearm.server.configuration.keys import BY_NAME, BY_VARIABLE, KEYS, SECTIONS
from tonearm.server.configuration.written import CONFIG_VARIABLE
from tonearm.server.demo import cover_routes
from tonearm.server.door import caller
from tonearm.server.feed import frames, hub
from tonearm.server.owner.hints import Doorbell, hint_routes
from tonearm.server.public.http import application
from tonearm.server.public.pages import Pages
from tonearm.server.public.view_routes import view_routes
from tonearm.server.public.words import Languages

PROTOCOL = Document.named("docs/protocol.md")
COMMANDS = Document.named("docs/commands.md")
SETTINGS = Document.named("docs/settings.md")
LOGIN = Document.named("docs/login.md")

SCHEMA: dict[str, Any] = json.loads((ROOT / "tests/server/snapshot.schema.json").read_text("utf-8"))
ITEM: dict[str, Any] = SCHEMA["$defs"]["item"]["properties"]


# Commands.


def test_commands_table_has_every_command_and_no_other() -> None:
    """Who reads the table knows all that tonearm can do."""
    assert set(COMMANDS.words("command")) == {f"tonearm {name}" for name in cli.main.commands}


def test_options_table_has_every_option_and_no_other() -> None:
    """Each option stands there with the commands that take it."""
    documented = {
        (command, option)
        for cells in COMMANDS.rows("option")
        for option in re.findall(r"`(--?\S+)`", cells[0])
        for command in re.findall(r"`(\w+)`", cells[1]) or ["all"]
    }

    owners: list[tuple[str, click.Command]] = [("tonearm", cli.main), *cli.main.commands.items()]
    taken = {
        (owner, option)
        for owner, command in owners
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    }
    assert documented == taken | {("all", "--help"), ("all", "-h")}


def test_exit_codes_table_has_every_code() -> None:
    """Fine and wrong usage are click's; the rest are named in the command line's own module."""
    codes = {value for name, value in vars(cli).items() if name.startswith("EXIT_")}

    documented = {int(cells[0]) for cells in COMMANDS.rows("code")}

    assert documented == codes | {0, click.UsageError.exit_code}


# Settings.


def test_settings_table_has_every_setting_in_the_order_of_the_sample() -> None:
    """The overview is complete and invents nothing."""
    assert SETTINGS.words("setting") == [key.name for key in KEYS]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_settings_table_tells_the_default(key: Key) -> None:
    """It is written as in TOML; a word says that there is none, or that it depends."""
    (shown,) = [cells[1] for cells in SETTINGS.rows("setting") if cells[0] == f"`{key.name}`"]

    match key.default:
        case None:
            assert shown in {"none", "depends", "required"}
        case bool() | int():
            assert shown == f"`{str(key.default).lower()}`"
        case float():
            assert shown == f"`{key.default:g}`"
        case _:
            assert shown == f'`"{key.default}"`'


# The feed.


async def test_addresses_table_has_every_public_route_and_no_other() -> None:
    """What the router knows is what is documented."""
    crowd = hub.Hub(FakeClock(), on_arrival=lambda: None, max_connections=1)
    bell = Doorbell(FakeClock(), lambda: None)
    pages = Pages.load()
    app = application(
        crowd,
        pages=pages,
        clock=FakeClock(),
        jitter=lambda: 0.0,
        extra_routes=(
            *cover_routes(),
            *hint_routes(bell, Secret("0" * 16)),
            *view_routes(
                crowd,
                clock=FakeClock(),
                thumbnail=lambda _: None,
                languages=Languages.load(),
                public_url=None,
            ),
        ),
    )

    served = {resource.canonical for resource in app.router.resources()}

    assert pages.card_path is not None
    cards = {pages.card_path: "/card-<hash>.js", "/card-{hash}.js": "/card-<hash>.js"}
    (covers,) = (route.path for route in cover_routes())
    covers = re.sub(r":[^{}]+(?=})", "", covers)
    documented = {*PROTOCOL.words("path"), covers}
    assert covers in PROTOCOL.prose
    assert documented == {cards.get(path, path) for path in served}


def test_field_tables_have_every_field_and_no_other() -> None:
    """They follow the schema that all frames are tested against."""
    fields = PROTOCOL.words("field")

    assert fields == [*SCHEMA["properties"], *(f"item.{name}" for name in ITEM)]


@pytest.mark.parametrize(
    ("field", "parts"),
    [
        ("source", ["name", "url"]),
        ("item.artists", SCHEMA["$defs"]["linked"]["properties"]),
        ("item.album", SCHEMA["$defs"]["linked"]["properties"]),
        ("item.art", ITEM["art"]["items"]["properties"]),
        ("item.palette", ITEM["palette"]["oneOf"][1]["properties"]),
        ("item.palette", SCHEMA["$defs"]["colours"]["required"]),
        ("item.kind", ITEM["kind"]["enum"]),
    ],
)
def test_field_table_names_what_a_field_consists_of(field: str, parts: list[str]) -> None:
    """The row of a field with fields of its own, or with few values, names them all."""
    (row,) = [cells[1] for cells in PROTOCOL.rows("field") if cells[0] == f"`{field}`"]

    assert [part for part in parts if f"`{part}`" not in row] == []


def test_states_and_health_tables_have_every_word_and_no_other() -> None:
    """In the order of the contract, which for health is the order that counts."""
    assert PROTOCOL.words("`state`") == list(State)
    assert PROTOCOL.words("`health`") == list(Health)


def test_example_snapshots_keep_the_contract() -> None:
    """Whoever writes a reader by the example can read the real thing."""
    examples = [json.loads(block) for block in PROTOCOL.fences("json")]

    states = [example for example in examples if example["type"] == "state"]
    beats = [example for example in examples if example["type"] == "beat"]

    for example in states:
        jsonschema.validate(example, SCHEMA)
    sent = json.loads(frames.beat(beats[0]["now"] / 1000))
    assert (len(states), beats) == (1, [sent])


def test_close_codes_table_has_every_code_that_is_sent() -> None:
    """Those of the WebSocket library, and those kept for later, stand there too."""
    source = "".join(path.read_text("utf-8") for path in (ROOT / "server").rglob("*.py"))
    sent = {str(CloseCode[name].value) for name in re.findall(r"CloseCode\.([A-Z_]+)", source)}

    documented = {cells[0] for cells in PROTOCOL.rows("code")}

    assert sent == {"1012"}
    assert documented == sent | {"1002, 1007, 1009", "1013", "4400-4499"}


def test_errors_table_has_every_word_and_no_other() -> None:
    """Every refusal in the server's code is listed."""
    words = set()
    for path in (ROOT / "server").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="refusal"), args=[_, ast.Constant(value), *_]):
                    words.add(value)

    assert set(PROTOCOL.words("`error`")) == words


@pytest.mark.parametrize(
    "said",
    [
        f"a beat every {hub.BEAT_S:g} s",
        f"after {hub.DEADLINE_S:g} s of that",
        f"| a frame | {frames.FRAME_LIMIT_BYTES // 1024} KiB;",
        f"| time to send a first request | {caller.FIRST_REQUEST_S:g} s |",
    ],
)
def test_numbers_of_the_protocol_are_the_programs(said: str) -> None:
    """A limit that changes changes here too."""
    assert said in PROTOCOL.prose


# What tonearm says.


@pytest.mark.parametrize(
    "sentence",
    [
        *errors.REFUSED_ADVICE.values(),
        str(errors.LoginNeeded()),
        str(errors.InvalidClient()),
        str(errors.RateLimited(None, is_quota=False)),
    ],
)
def test_login_page_explains_what_stops_tonearm(sentence: str) -> None:
    """An owner who searches for the sentence from the log finds it."""
    said = [cells[0] for cells in LOGIN.rows("tonearm says")]

    assert sentence in said


@pytest.mark.parametrize(
    ("pattern", "known"),
    [
        (r"(?:\.venv/bin/)?tonearm ([a-z]+).*", set(cli.main.commands)),
        (r"\$?(TONEARM_[A-Z_]+).*", {*BY_VARIABLE, CONFIG_VARIABLE}),
        (
            rf"((?:{'|'.join(SECTIONS)})\.\w+)(?: = .*)?",
            {*BY_NAME, "control.sock", "alerts.db"},
        ),
    ],
    ids=["command", "variable", "setting"],
)
def test_pages_name_nothing_that_does_not_exist(pattern: str, known: set[str]) -> None:
    """What is only planned is not documented."""
    named = {
        (page.path.name, match[1])
        for page in documents()
        for piece in page.code
        if (match := re.fullmatch(pattern, piece))
    }

    assert named
    assert {(page, name) for page, name in named if name not in known} == set()
