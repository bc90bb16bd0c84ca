"""The few colours a cover is made of. Takes a few milliseconds: call it off the event loop."""

from typing import TYPE_CHECKING, Final

from .palette import Swatch

if TYPE_CHECKING:
    from PIL import Image

_SIDE: Final = 64
_COLOURS: Final = 8


def swatches(image: "Image.Image") -> tuple[Swatch, ...]:
    """Return the swatches of an image in RGB."""
    from PIL import Image  # noqa: PLC0415  (heavy, and loaded already by whoever has an image)

    small = image.resize((_SIDE, _SIDE), Image.Resampling.BOX)
    found = small.quantize(_COLOURS).convert("RGB").getcolors() or []
    return tuple(
        Swatch(count / _SIDE**2, f"#{bytes(rgb).hex()}")
        for count, rgb in found
        if isinstance(rgb, tuple)
    )
