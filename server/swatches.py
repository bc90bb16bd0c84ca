"""The few colours a cover is made of, read out of the file.

The file is as hostile as anything from outside: the format must be one of three, and the size is
known to be small before a pixel is decoded. Pillow is imported at the first cover, so a service
that never shows one never loads it. Takes a few milliseconds: call it off the event loop.
"""

import io
from typing import Final

from .palette import Swatch

MOST_PIXELS: Final = 1 << 20  # Spotify's largest cover has 640 x 640
_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_SIDE: Final = 64
_COLOURS: Final = 8


class NotACover(Exception):
    """The file cannot be read, or is none a cover comes in."""


def read_swatches(file: bytes) -> tuple[Swatch, ...]:
    """Return the swatches of an image file, JPEG, PNG or WebP; what is transparent counts as white.

    Raises:
        NotACover: it is something else, broken, or too large.
    """
    try:
        found = _read(file)
    except NotACover:
        raise
    except Exception as error:  # noqa: BLE001  (Pillow raises whatever a broken file leads it to)
        raise NotACover(type(error).__name__) from None
    return tuple(Swatch(count / _SIDE**2, f"#{bytes(rgb).hex()}") for count, rgb in found)


def _read(file: bytes) -> list[tuple[int, tuple[int, ...]]]:
    """Return a few colours as red, green and blue, and how often each occurs."""
    # Naming WebP's module keeps Pillow from loading its forty others in search of it.
    from PIL import Image, WebPImagePlugin  # noqa: F401, PLC0415  (heavy; see above)

    with Image.open(io.BytesIO(file), formats=_FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise NotACover(f"{image.width} x {image.height} pixels")
        image.draft("RGB", (_SIDE, _SIDE))  # a JPEG is then decoded no larger than needed
        if image.has_transparency_data:
            seen = image.convert("RGBA")
            opaque = Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen)
        else:
            opaque = image.convert("RGB")
    small = opaque.convert("RGB").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    found = small.quantize(_COLOURS).convert("RGB").getcolors() or []
    return [(count, rgb) for count, rgb in found if isinstance(rgb, tuple)]
