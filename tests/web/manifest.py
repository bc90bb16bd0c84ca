"""Make ``web/custom-elements.json``: what editors show and complete while somebody types the tag.

All of it stands in docs/card.md, whose tables the tests keep true; types come from web/card.d.ts.
The form is version 1.0.0 of the Custom Elements Manifest. Run it after a change of either::

    python tests/web/manifest.py
"""

import json
import re
import sys
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fakes"))

from documents import ROOT, Document

FILE: Final = ROOT / "web" / "custom-elements.json"
PAGE: Final = Document.named("docs/card.md")
TYPES: Final = (ROOT / "web" / "card.d.ts").read_text("utf-8")


def manifest() -> str:
    """Return what the file has to be."""
    declaration = {
        "kind": "class",
        "name": "NowPlayingElement",
        "customElement": True,
        "tagName": "now-playing",
        "superclass": {"name": "HTMLElement"},
        "attributes": [
            one | {"type": {"text": _typed(one["name"], "NowPlayingAttributes")}}
            for one in _table("attribute")
        ],
        "members": [
            {"kind": "field"} | one | {"type": {"text": _typed(one["name"], "NowPlayingElement")}}
            for one in _table("property")
        ]
        + [
            {"kind": "method"} | one | {"name": one["name"].removesuffix("()")}
            for one in _table("method")
        ],
        "events": [
            one | {"type": {"text": _typed(one["name"], "GlobalEventHandlersEventMap")}}
            for one in _table("event")
        ],
        "slots": [{"name": "", "description": "shown until the first snapshot"}, *_table("slot")],
        "cssParts": _table("part"),
        "cssProperties": _table("custom property"),
    }
    module = {
        "kind": "javascript-module",
        "path": "card.js",
        "declarations": [declaration],
        "exports": [
            {
                "kind": "custom-element-definition",
                "name": "now-playing",
                "declaration": {"name": "NowPlayingElement", "module": "card.js"},
            }
        ],
    }
    made = {"schemaVersion": "1.0.0", "modules": [module]}
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def _table(header: str) -> list[dict[str, Any]]:
    """Return name and description of everything in the tables whose first column is this."""
    return [
        {"name": name, "description": re.sub(r"\[([^\]]*)\]\([^)]*\)|[`*]", r"\1", cells[1])}
        for cells in PAGE.rows(header)
        for name in re.findall(r"`([^`]+)`", cells[0])
    ]


def _typed(name: str, interface: str) -> str:
    """Return the type of a name in one of the interfaces of ``card.d.ts``."""
    block = re.search(
        rf"interface {interface}\b[^{{]*{{(.*?)^ *}}", TYPES, re.MULTILINE | re.DOTALL
    )
    pattern = re.compile(rf"^ *(?:readonly )?'?{name}'?\??: (.+);$", re.MULTILINE)
    found = block and pattern.search(block[1])
    if found is None:
        raise LookupError(f"card.d.ts has no {name} in {interface}")
    return found[1]


if __name__ == "__main__":
    FILE.write_text(manifest(), "utf-8")
