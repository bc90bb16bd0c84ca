"""The words of card and overlay, in every language there is: the files of ``web/words``."""

import json
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, Self

DEFAULT: Final = "en"
_SUFFIX: Final = ".json"
MOST_TAG_CHARS: Final = 35  # BCP 47 asks programs to take that many
_TAG: Final = re.compile(r"[a-z]{2,8}([-_][a-z0-9]{1,8})*", re.IGNORECASE)


class Languages:
    """Finds the words of a language by its tag (BCP 47); ``known`` is by lower-case tag."""

    def __init__(self, known: Mapping[str, bytes]) -> None:
        self._files = known
        self._words = {tag: json.loads(file) for tag, file in known.items()}

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read ``folder``, by default that of the package ``tonearm.web``."""
        folder = folder or files("tonearm.web").joinpath("words")
        return cls(
            {
                file.name.removesuffix(_SUFFIX).lower(): file.read_bytes()
                for file in folder.iterdir()
                if file.name.endswith(_SUFFIX)
            }
        )

    def file(self, tag: str) -> bytes | None:
        """Return the file of a language, or of the nearest more general one: de-AT is also de.

        For a language that is not there it is the English one, for what is no tag None.
        """
        return self._files[self._nearest(tag)] if _TAG.fullmatch(tag) else None

    def words(self, tag: str) -> Mapping[str, str]:
        """Return the words of the nearest language, English for whatever is none."""
        words: Mapping[str, str] = self._words[self._nearest(tag)]
        return words

    def _nearest(self, tag: str) -> str:
        return next((each for each in _general(tag) if each in self._files), DEFAULT)


def _general(tag: str) -> Iterator[str]:
    """Yield ``de-at`` and ``de`` for ``de_AT``."""
    rest = tag[:MOST_TAG_CHARS].lower().replace("_", "-")
    while rest:
        yield rest
        rest = rest.rpartition("-")[0]
