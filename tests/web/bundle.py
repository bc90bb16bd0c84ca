"""Make ``web/card.js`` of the sources in ``web/card/``: one classic script, as small as it gets.

The sources are standard modules. Each import gives way to what it names, scripts, JSON or text; a
block around all keeps the names to itself; a minifier does the rest. Run it after every change of a
source or of the English words::

    python tests/web/bundle.py
"""

import json
import re
from pathlib import Path
from typing import Final

import minify  # type: ignore[import-untyped]  # it ships no types

WEB: Final = Path(__file__).resolve().parents[2] / "web"

_IMPORT: Final = re.compile(
    r"^import (?:\{[^}]*\}|(?P<name>\w+)) from '(?P<path>[^']+)'"
    r"(?: with \{type: '(?P<kind>json|text)'\})?;\n",
    re.MULTILINE,
)
_EXPORT: Final = re.compile(r"^export ", re.MULTILINE)


def bundle() -> str:
    """Return what ``web/card.js`` has to be."""
    script = minify.string("text/javascript", "{" + _script(WEB / "card" / "element.js") + "}")
    return f"{script}\n"


def _script(file: Path) -> str:
    def import_(found: re.Match[str]) -> str:
        imported = (file.parent / found["path"]).resolve()
        match found["kind"]:
            case "json":
                value = _names(imported.read_text("utf-8"))
            case "text":
                css = minify.string("text/css", imported.read_text("utf-8"))
                # It leaves the values of custom properties as they are; ours need no spaces.
                value = _literal(css.replace(", ", ","))
            case _:
                return _script(imported)
        return f"const {found['name']} = {value};\n"

    return _EXPORT.sub("", _IMPORT.sub(import_, file.read_text("utf-8")))


def _names(flat: str) -> str:
    """Return a flat JSON object of texts as a script's object."""
    pairs = json.loads(flat).items()
    return "{" + ",".join(f"{name}:{json.dumps(text)}" for name, text in pairs) + "}"


def _literal(text: str) -> str:
    r"""Return a text as a template literal, which ``\``, a backtick and ``${`` would spoil."""
    return "`" + re.sub(r"[\\`]|\$(?=\{)", r"\\\g<0>", text) + "`"


if __name__ == "__main__":
    (WEB / "card.js").write_text(bundle(), "utf-8")
