"""What every page must be, whatever it is about: linked, quotable, true to the files it shows."""

import json
import re

import pytest
from documents import ROOT, Document, documents

PAGES = documents()
CLIENTS = sorted(path.name for path in (ROOT / "docs/clients").iterdir() if path.is_file())


def name(page: Document) -> str:
    """Return what a test on this page is called."""
    return str(page.path.relative_to(ROOT))


def is_dead(link: str, page: Document) -> bool:
    """Tell whether a link leads nowhere; addresses elsewhere are believed."""
    place, _, anchor = link.partition("#")
    if re.match(r"[a-z]+:", place):
        return False
    target = (page.path.parent / place).resolve() if place else page.path
    if not target.is_relative_to(ROOT) or not target.exists():
        return True
    return bool(anchor) and anchor not in Document.named(str(target.relative_to(ROOT))).anchors


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Document) -> None:
    """Every relative link names a file of the repository, and a heading that is there."""
    dead = [link for link in page.links if is_dead(link, page)]

    assert dead == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_json_is_json(page: Document) -> None:
    """An example can be pasted into a program."""
    for block in page.fences("json"):
        json.loads(block)


def test_index_leads_to_every_page() -> None:
    """Nothing in docs/ is written for nobody."""
    index = Document.named("docs/README.md")

    linked = {link.partition("#")[0] for link in index.links}

    assert {path.name for path in (ROOT / "docs").glob("*.md")} - linked == {"README.md"}


@pytest.mark.parametrize("client", CLIENTS)
def test_protocol_shows_the_clients_as_they_are(client: str) -> None:
    """The text on the page is the file that tests/e2e/test_docs_clients.py runs."""
    language = {".mjs": "js", ".py": "python"}
    file = ROOT / "docs/clients" / client

    shown = Document.named("docs/protocol.md").fences(language[file.suffix])

    assert file.read_text("utf-8") in shown
