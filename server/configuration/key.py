"""One setting: its name, how it is written in a file and in the environment, and what it may be."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

SWITCH_WORDS: Final = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One setting.

    ``written`` is the type it has in TOML (a Path is written as text, a float may be written as a
    whole number, a tuple is an array; in a variable commas or spaces divide it); ``check`` turns a
    value of that type into the one the program uses, or raises ValueError. ``allowed`` ends the
    sentence 'write ...'. A default of None means there is none, or that it depends on the machine.
    """

    name: str
    written: type[str | bool | int | float | Path | tuple[str, ...]]
    check: Callable[[Any], Any]
    allowed: str
    default: Any = None
    is_secret: bool = False

    @property
    def section(self) -> str:
        return self.name.partition(".")[0]

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return "TONEARM_" + self.name.replace(".", "_").upper()

    def read(self, found: object) -> Any:
        """Return the checked value of what a TOML file holds, or raise ValueError."""
        takes: tuple[type, ...] = (self.written,)
        if self.written is Path:
            takes = (str,)
        elif self.written is float:
            takes = (int, float)
        elif self.written is tuple:
            takes = (list,)
        # A bool is an int to Python, and to nobody else.
        if not isinstance(found, takes) or (isinstance(found, bool) and self.written is not bool):
            raise ValueError
        return self.check(found)

    def read_text(self, text: str) -> Any:
        """Return the checked value of an environment variable's text, or raise ValueError."""
        if self.written is bool:
            return self.read(SWITCH_WORDS.get(text.strip().lower()))
        if self.written in {int, float}:
            return self.read(int(text) if self.written is int else float(text))
        if self.written is tuple:
            return self.read(text.replace(",", " ").split())
        return self.read(text)
