"""The line a chat bot says: never empty, never two lines, and never a command.

Bots post what they are given, with the rights of a moderator. So a title, or a template that came
with somebody's message, must not begin like a command and must not call a whole server.
"""

import re
import unicodedata
from typing import Final

from tonearm.poller.playback import Snapshot, position_ms

from . import template as templates
from .fit import shortened
from .scene import scene

IDLE: Final = "Nothing is playing"
MOST: Final = 400
"""Nightbot takes 400 characters, Twitch 500."""
MOST_EVER: Final = 2_000  # Discord

# What chats and bots take for the start of a command; Twitch itself: / and full stop.
_COMMANDS: Final = frozenset("/.!\\$?%&+-~>#@=;:*^|,`_<")
_NOTE: Final = "♪ "

# Discord's: everybody, or <@user>, <@!user>, <@&role>.
_CALLS: Final = re.compile(r"@(?=everyone|here)|(?<=<)@(?=[!&]?\d)", re.IGNORECASE)
_BLANK_LETTERS: Final = "\u115f\u1160\u2800\u3164\uffa0"


def line(
    snapshot: Snapshot | None, *, template: str, idle: str, most: int = MOST, now_s: float
) -> str:
    """Return what plays by ``template``, else ``idle``, in at most ``most`` characters.

    Where a template comes to nothing that can be seen, the default stands in for it.
    """
    seen = scene(snapshot)
    found = templates.values(seen, position_ms(snapshot, now_s) if snapshot else None)
    wanted = (template, templates.DEFAULT) if seen.is_on else (idle,)
    lines = (_begun(templates.fill(each, found)) for each in wanted)
    said = next(filter(None, lines), IDLE)
    return shortened(_harmless(said), most)


def _begun(text: str) -> str:
    """Return ``text`` from its first character that can be seen."""
    for at, character in enumerate(text):
        if unicodedata.category(character)[0] not in "CMZ" and character not in _BLANK_LETTERS:
            return text[at:]
    return ""


def _harmless(text: str) -> str:
    text = _CALLS.sub("@\u200b", text)
    return _NOTE + text if text[0] in _COMMANDS else text
