"""The page of the other views lists what they take and say, and no more."""

import re

import aiohttp
import pytest
from aiohttp import web
from documents import Document
from viewers import Service, playing

from tonearm.poller.playback import State
from tonearm.server.public.text_files import COVER, NOW, RETRY_S, TEMPLATES
from tonearm.server.public.view_routes import view_routes
from tonearm.server.public.words import Languages
from tonearm.server.views import looks, oembed, template, text

PAGE = Document.named("docs/views.md")
OURS = "https://listening.example"
LANGUAGES = Languages.load()


def service_with_views() -> tuple[Service, tuple[web.RouteDef, ...]]:
    """Return a service in which a track plays, and the routes of its views."""
    service = Service()
    service.hub.publish(playing())
    routes = view_routes(
        service.hub,
        clock=service.clock,
        thumbnail=lambda _: None,
        languages=LANGUAGES,
        public_url=OURS,
    )
    return service, routes


def test_views_table_has_every_view() -> None:
    """In any order."""
    _, routes = service_with_views()

    assert sorted(PAGE.words("view")) == sorted(route.path for route in routes)


@pytest.mark.parametrize("row", list(PAGE.rows("view")), ids=lambda row: row[0])
async def test_views_table_tells_caching_and_audience(row: list[str]) -> None:
    """Column by column, as a visitor finds it."""
    path = row[0].strip("`").replace("{lang}", "en")
    service, routes = service_with_views()

    async with (
        service.open(extra_routes=routes) as listening,
        aiohttp.ClientSession() as session,
        session.get(f"{listening.url}{path}?url={OURS}", allow_redirects=False) as answer,
    ):
        assert row[2].strip("`") == answer.headers["Cache-Control"]
        assert row[3] == ("yes" if service.hub.has_readers() else "no")


def test_names_are_those_of_templates() -> None:
    """Each of them, in the order in which they are known."""
    assert PAGE.words("name") == [f"{{{name}}}" for name in template.NAMES]


def test_states_that_a_name_can_stand_for_are_the_feeds() -> None:
    """They are the words of the snapshot."""
    (row,) = [cells[1] for cells in PAGE.rows("name") if cells[0] == "`{state}`"]

    assert re.findall(r"`(\w+)`", row) == list(State)


def test_values_of_looks_are_those_that_are_known() -> None:
    """Theme and tint, each with its default first."""
    rows = {cells[0]: re.findall(r"`(\w+)`", cells[1]) for cells in PAGE.rows("image parameter")}

    assert rows["`theme`"] == list(looks.THEMES)
    assert rows["`tint`"] == list(looks.TINTS)


@pytest.mark.parametrize(
    "said",
    [
        f"`{template.DEFAULT}` unless given, 300 characters at most",
        f"`{text.IDLE}` unless given",
        f"1 to {text.MOST_EVER}; {text.MOST} unless given",
        f"tried again every {RETRY_S:g} s",
        f"max-age={oembed.CACHE_S}`",
    ],
)
def test_numbers_and_defaults_are_the_programs(said: str) -> None:
    """What changes there changes here."""
    assert said in PAGE.prose


def test_every_language_that_is_named_is_there() -> None:
    """And no dialect of it is needed."""
    (section,) = re.findall(r"## Words\n(.+?)A tag", PAGE.text, re.DOTALL)

    named = re.findall(r"`(\w\w)`", section)

    assert len(named) >= 5
    assert [lang for lang in named if LANGUAGES.words(lang)["lang"] != lang] == []


def test_files_table_has_every_file() -> None:
    """With what each of them holds."""
    rows = {cells[0].strip("`"): cells[1].strip("`") for cells in PAGE.rows("file")}

    assert {name: rows[name] for name in TEMPLATES} == TEMPLATES
    assert set(rows) == {*TEMPLATES, NOW, COVER}
