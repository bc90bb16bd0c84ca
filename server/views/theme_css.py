"""The cover's colours as a style sheet, for a page that wants to wear them itself."""

from tonearm.poller.playback import Colours

from .looks import Looks
from .scene import Scene


def style_sheet(seen: Scene, looks: Looks) -> str:
    """Return the card's custom properties on ``:root``, for light and dark pages."""
    light, dark = looks.sets(seen.item.palette if seen.item else None)
    night = "" if dark == light else f"@media(prefers-color-scheme:dark){{{_root(dark)}}}\n"
    return f"{_root(light)}\n{night}"


def _root(colours: Colours) -> str:
    return (
        f":root{{--np-bg:{colours.bg};--np-fg:{colours.fg};"
        f"--np-muted:{colours.mu};--np-accent:{colours.ac}}}"
    )
