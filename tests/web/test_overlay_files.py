"""The overlay's files: small, old enough for the Chromium in OBS, and documented name by name."""

import hashlib
import re

import pytest
from documents import ROOT, Document
from obs import open_overlay
from stage import Open, Stage

from tonearm.server.public.pages import (
    CONTENT_SECURITY_POLICY,
    OVERLAY_SECURITY_POLICY,
    Page,
    Pages,
)

PAGE = Document.named("docs/overlay.md")
WEB = ROOT / "web"
FILES = sorted(WEB.glob("overlay*"))
TEXT = {
    file.name: re.sub(r"/\*.*?\*/|(?<!:)//.*", "", file.read_text("utf-8"), flags=re.DOTALL)
    if file.suffix == ".css"
    else file.read_text("utf-8")
    for file in FILES
}

# What came after Chromium 103, which OBS 28 to 30 have inside.
TOO_NEW_CSS = (
    r"@container",
    r"container-type",
    r"\dcq[wihb]",
    r"@layer .*\(",
    r"@scope",
    r"@starting-style",
    r"@property",
    r":has\(",
    r":dir\(",
    r":popover-open",
    r":state\(",
    r"color-mix",
    r"oklch",
    r"oklab",
    r"\blab\(",
    r"\blch\(",
    r"light-dark",
    r"color\(",
    r"&",
    r"text-wrap",
    r"(?<![-\w])(translate|rotate|scale)\s*:",
    r"\d[dsl]v[hw]",
    r"linear\(",
    r"animation-timeline",
    r"\bsubgrid",
    r"trig|sin\(|cos\(|round\(",
    r"inset-area",
    r"field-sizing",
)
TOO_NEW_SCRIPT = (
    r"\.(toSorted|toReversed|toSpliced|with|findLast|findLastIndex|group|groupToMap)\(",
    r"Object\.groupBy",
    r"Promise\.withResolvers",
    r"Array\.fromAsync",
    r"structuredClone",
    r"\.isWellFormed",
    r"\bstatic \{",
    r"/[gimsuy]*v[gimsuy]*[;,.)]",
    r"AbortSignal\.(any|timeout)",
    r"URL\.canParse",
    r"URL\.parse",
    r"scheduler\.",
    r"Set\.prototype|\.(union|intersection|difference)\(",
    r"Iterator\.",
    r"RegExp\.escape",
    r"startViewTransition",
    r"\bimport\s*\w+\s*from .* with\b",
    r"\busing\b \w+ =",
    r"popover",
    r"error\.cause",
    r"#\w+ in ",
)
SINKS = (
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|srcdoc"
    r"|setAttribute\('on"
)


def served() -> dict[str, Page]:
    """Return what the server sends for the overlay, by path."""
    return {page.path: page for page in Pages.load().all if page.path.startswith("/overlay")}


def test_every_file_is_served() -> None:
    """A file that no path leads to would break the overlay only in production."""
    names = {"overlay.html" if path == "/overlay" else path[1:] for path in served()}

    assert names == {file.name for file in FILES}


def test_whole_load_is_small() -> None:
    """OBS loads all of it anew whenever a scene becomes active."""
    size = sum(len(page.packed) for page in served().values())

    assert size <= 15_000


def test_styles_are_old_enough() -> None:
    """No word of CSS that Chromium 103 would skip."""
    found = [word for word in TOO_NEW_CSS if re.search(word, TEXT["overlay.css"])]

    assert found == []


@pytest.mark.parametrize("name", [name for name in TEXT if name.endswith(".js")])
def test_scripts_are_old_enough(name: str) -> None:
    """ECMAScript 2021, and nothing of the platform that came after Chromium 103."""
    assert [word for word in TOO_NEW_SCRIPT if re.search(word, TEXT[name])] == []


@pytest.mark.parametrize("name", [name for name in TEXT if name.endswith(".js")])
def test_scripts_make_no_markup(name: str) -> None:
    """The page has no Trusted Types, for the sake of OBS, so this is held here."""
    assert re.findall(SINKS, TEXT[name]) == []


def test_policy_differs_from_the_others_only_where_obs_needs_it() -> None:
    """Style elements may be added, with fonts; everything else is as strict as elsewhere."""
    strict, ours = (
        dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
        for policy in (CONTENT_SECURITY_POLICY, OVERLAY_SECURITY_POLICY)
    )

    changed = {name: ours.get(name) for name in strict | ours if strict.get(name) != ours.get(name)}

    assert changed == {
        "style-src": "'self' 'unsafe-inline' https:",
        "font-src": "https: data:",
        "img-src": strict["img-src"] + " data:",
        "frame-src": None,
        "require-trusted-types-for": None,
        "trusted-types": None,
    }
    assert served()["/overlay"].content_security_policy == OVERLAY_SECURITY_POLICY


def test_mark_is_spotifys_as_simple_icons_draws_it() -> None:
    """Not a digit of the outline may change."""
    (mark,) = re.findall(r'class="np-mark"[^>]*><path d="([^"]+)"', TEXT["overlay.html"])

    assert hashlib.sha256(mark.encode()).hexdigest().startswith("f8560b9a4343d3ef")


def test_classes_are_documented() -> None:
    """Each class of the markup and of its states stands on the page, and no other."""
    markup = set(" ".join(re.findall(r'class="([^"]+)"', TEXT["overlay.html"])).split())
    made = set(re.findall(r"className: '([\w-]+)'", TEXT["overlay-sleeve.js"]))
    states = set(re.findall(r"`?\b((?:is|without)-[a-z]+)'", TEXT["overlay-sleeve.js"]))
    modes = {"is-playing", "is-paused", "is-idle"}

    assert set(PAGE.words("class")) == markup | made | states | modes


def test_custom_properties_are_documented() -> None:
    """Each that the styles read."""
    assert set(PAGE.words("custom property")) == set(
        re.findall(r"--np-[\w-]+", TEXT["overlay.css"])
    )


@pytest.mark.asyncio(loop_scope="session")
async def test_parameters_are_documented(open_page: Open, stage: Stage) -> None:
    """Each with its values or range, and its default."""
    page = await open_overlay(open_page, stage)
    table = await page.evaluate(
        """async () => {
          const {PARAMETERS, allowed} = await import('/overlay-parameters.js');
          return Object.entries(PARAMETERS)
            .map(([name, row]) => [name, allowed(name), String(row.default)]);
        }"""
    )

    documented = [
        [cells[0].strip("`"), cells[1].replace("`", ""), cells[2].strip("`")]
        for cells in PAGE.rows("parameter")
    ]

    assert documented == table


@pytest.mark.asyncio(loop_scope="session")
async def test_sizes_are_documented(open_page: Open, stage: Stage) -> None:
    """What to type into OBS, for each theme."""
    page = await open_overlay(open_page, stage)
    sizes = await page.evaluate(
        """async () => {
          const {PARAMETERS, read, sourceSize} = await import('/overlay-parameters.js');
          return Object.fromEntries(PARAMETERS.theme.one.map((theme) => {
            const {width, height} = sourceSize(read(`theme=${theme}`).values);
            return [theme, `${width} x ${height}`];
          }));
        }"""
    )

    assert {
        name: cells[2] for cells in PAGE.rows("theme") for name in re.findall(r"`(\w+)`", cells[0])
    } == sizes


def test_all_scripts_are_asked_for_at_once() -> None:
    """None waits until another has been read; OBS loads them whenever a scene becomes active."""
    asked = re.findall(r'(?:href|src)="(overlay[-\w]*\.js)"', TEXT["overlay.html"])

    assert sorted(asked) == [name for name in TEXT if name.endswith(".js")]
