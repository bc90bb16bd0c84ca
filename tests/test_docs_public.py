"""The page on running it on the internet: what the log says there, and what the limits are."""

import ast
from collections.abc import Iterator

from documents import ROOT, Document

from tonearm.server.door.guard import (
    CONNECTIONS_AT_ONCE,
    PRIVATE_PROXY_FACTOR,
    PUBLIC_PROXY_FACTOR,
    REQUESTS_AT_ONCE,
)

PAGE = Document.named("docs/public.md")
DOOR = ("caller", "certificate", "descriptors", "entrance", "porter")
MODULES = (*(f"door/{name}" for name in DOOR), "feed/hub")
SAYING = {"info", "note", "warning", "_say_once"}


def events(module: str) -> Iterator[str]:
    """Yield every event that a module logs for an owner to see."""
    for node in ast.walk(ast.parse((ROOT / f"server/{module}.py").read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Attribute(attr=attr), args=[ast.Constant(str(event)), *_]):
                if attr in SAYING:
                    yield event
            case ast.AnnAssign(target=ast.Name("_TOLD_AS"), value=ast.Dict(values=values)):
                for value in values:
                    yield ast.literal_eval(value)


def test_events_table_has_every_event_of_the_guards_and_no_other() -> None:
    """An owner who finds one in the log finds it here."""
    assert set(PAGE.words("event")) == {event for module in MODULES for event in events(module)}


def test_limits_are_those_of_the_guard() -> None:
    """Numbers in prose grow old."""
    rows = {cells[0]: cells[1] for cells in PAGE.rows("of one address (in IPv6: of one /64)")}

    assert rows["new connections"] == f"{CONNECTIONS_AT_ONCE}, then 1 a second"
    assert rows["requests"] == f"{REQUESTS_AT_ONCE}, then 1 a second"
    assert (PUBLIC_PROXY_FACTOR, PRIVATE_PROXY_FACTOR) == (10, 1_000)  # "ten", "a thousand"
