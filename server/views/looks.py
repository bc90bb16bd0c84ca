"""The colours of a view: which of the cover's sets is wanted, and what there is without a cover."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from tonearm.poller.playback import Colours, Palette
from tonearm.server.artwork.oklch import contrast

THEMES: Final = ("auto", "light", "dark")
TINTS: Final = ("soft", "bold", "none")

# As in web/card/card.css.
_NEUTRAL_LIGHT: Final = Colours(bg="#ffffff", fg="#18181b", mu="#66666e", ac="#18181b")
_NEUTRAL_DARK: Final = Colours(bg="#17171a", fg="#fafafa", mu="#a3a3ab", ac="#fafafa")


class Looks(NamedTuple):
    """What somebody asked for, as the card's attributes of the same names."""

    theme: str = "auto"
    tint: str = "soft"

    @classmethod
    def asked(cls, query: Mapping[str, str]) -> "Looks":
        """Read a query; what is not known there is as if it had not been said."""
        theme, tint = query.get("theme", ""), query.get("tint", "")
        return cls(
            theme=theme if theme in THEMES else THEMES[0],
            tint=tint if tint in TINTS else TINTS[0],
        )

    def sets(self, palette: Palette | None) -> tuple[Colours, Colours]:
        """Return the colours for a light page and for a dark one."""
        if palette is None or self.tint == "none":
            light, dark = _NEUTRAL_LIGHT, _NEUTRAL_DARK
        elif self.tint == "bold":
            light = dark = palette.bold
        else:
            light, dark = palette.light, palette.dark
        match self.theme:
            case "light":
                return light, light
            case "dark":
                return dark, dark
            case _:
                return light, dark


def mark_colour(colours: Colours) -> str:
    """Return black or white, the colours Spotify's mark may have on any other ground."""
    white, black = "#ffffff", "#000000"
    return white if contrast(white, colours.bg) > contrast(black, colours.bg) else black
