"""The badge: what https://shields.io/badges/endpoint-badge draws for a README."""

from typing import Final

import msgspec

from tonearm.poller.playback import State

from .fit import shortened
from .scene import Scene, Words, byline, label, title

CACHE_S: Final = 300
"""The least time that shields.io keeps a badge."""
MOST: Final = 60
_GREY: Final = "#555555"


def badge(seen: Scene, words: Words) -> bytes:
    """Return the badge as JSON; its message is never empty."""
    ground = seen.item.palette.bold.bg if seen.item and seen.item.palette else _GREY
    what = " · ".join(filter(None, (title(seen, words), byline(seen, words))))
    said = label(seen._replace(ended_at=None), words)
    return msgspec.json.encode(
        {
            "schemaVersion": 1,
            "label": said.lower() if words["lang"] == "en" else said,
            "message": shortened(" ".join(what.split()) or words[State.UNKNOWN], MOST),
            "color": ground.removeprefix("#"),
            "namedLogo": "spotify",
            "logoColor": "white",
            "cacheSeconds": CACHE_S,
        }
    )
