"""A cover's file opened, and made small.

The file is as hostile as anything from outside: the format must be one of three, and the size is
known to be small before a pixel is decoded. Pillow is imported at the first cover, so a service
that never shows one never loads it. Takes a few milliseconds: call it off the event loop.
"""

import io
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL import Image

MOST_PIXELS: Final = 1 << 20  # Spotify's largest cover has 640 x 640
PICTURE_SIDE: Final = 300
THUMBNAIL_SIDE: Final = 192  # 96 px on a screen that has two for one
_QUALITY: Final = 82
_FORMATS: Final = ("JPEG", "PNG", "WEBP")


class NotACover(Exception):
    """The file cannot be read, or is none a cover comes in."""


def opened(file: bytes) -> "Image.Image":
    """Return an image file, JPEG, PNG or WebP, in RGB; what is transparent becomes white.

    It is no smaller than ``PICTURE_SIDE``, unless the file is.

    Raises:
        NotACover: it is something else, broken, or too large.
    """
    try:
        return _decoded(file)
    except NotACover:
        raise
    except Exception as error:  # noqa: BLE001  (Pillow raises whatever a broken file leads it to)
        raise NotACover(type(error).__name__) from None


def as_jpeg(image: "Image.Image", side: int) -> bytes:
    """Return ``image`` as a JPEG that fits a square of ``side`` pixels; it is never enlarged."""
    small = image.copy()
    small.thumbnail((side, side))
    written = io.BytesIO()
    small.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return written.getvalue()


def _decoded(file: bytes) -> "Image.Image":
    # Naming WebP's module keeps Pillow from loading its forty others in search of it.
    from PIL import Image, WebPImagePlugin  # noqa: F401, PLC0415  (heavy; see above)

    with Image.open(io.BytesIO(file), formats=_FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise NotACover(f"{image.width} x {image.height} pixels")
        image.draft("RGB", (PICTURE_SIDE, PICTURE_SIDE))  # a JPEG is decoded no larger than needed
        if not image.has_transparency_data:
            return image.convert("RGB")
        seen = image.convert("RGBA")
        white = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(white, seen).convert("RGB")
