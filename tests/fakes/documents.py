"""The documentation as tests read it: tables, fenced blocks, code words and links of a page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parents[2]

_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
_TABLE = re.compile(r"(?:^\|.*\|\n)+", re.MULTILINE)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")


@dataclass(frozen=True, kw_only=True)
class Document:
    """One page of Markdown."""

    path: Path
    text: str

    @classmethod
    def named(cls, name: str) -> Self:
        """Read the page ``name``, as seen from the root of the repository."""
        path = ROOT / name
        return cls(path=path, text=path.read_text("utf-8"))

    @property
    def prose(self) -> str:
        """The page without its fenced blocks."""
        return _FENCE.sub("", self.text)

    @property
    def code(self) -> list[str]:
        """What the prose marks as code, and the lines to type into a shell."""
        return _CODE.findall(self.prose) + "".join(self.fences("sh")).splitlines()

    @property
    def links(self) -> list[str]:
        """The targets of all links and pictures; what stands in a block is an example."""
        return [markdown or html for markdown, html in _LINK.findall(self.prose)]

    @property
    def anchors(self) -> set[str]:
        """What a link may name after ``#``: every heading, the way GitHub spells it."""
        return {
            re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
            for heading in _HEADING.findall(self.prose)
        }

    def fences(self, language: str) -> list[str]:
        """Return the fenced blocks in one language."""
        return [body for _, said, body in _FENCE.findall(self.text) if said == language]

    def rows(self, header: str) -> Iterator[list[str]]:
        """Yield the cells of each row of the tables whose first column is called ``header``."""
        for table in _TABLE.findall(self.prose):
            names, _, *rows = [re.split(r" *\| *", line)[1:-1] for line in table.splitlines()]
            if names[0] == header:
                yield from rows

    def words(self, header: str) -> list[str]:
        """Return what is marked as code in the first column of these tables, in their order."""
        return [word for cells in self.rows(header) for word in _CODE.findall(cells[0])]


def documents() -> list[Document]:
    """Return every page there is."""
    paths = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    return [Document.named(str(path.relative_to(ROOT))) for path in sorted(paths)]
