"""The covers of the made-up music as PNG files, drawn when first asked for and then kept.

Pillow is imported at the first drawing, so that whoever never shows a cover never loads it.
Drawing takes about a tenth of a second: call ``png`` off the event loop.
"""

import io
from collections.abc import Mapping
from functools import cache
from typing import Final

SIZES: Final = (640, 300, 64)
SLUGS: Final = (
    "arches",
    "dusk",
    "halftone",
    "harbour",
    "microphone",
    "planes",
    "quarters",
    "rings",
    "waves",
)


def png(slug: str, size: int) -> bytes:
    """Return the cover ``slug`` as a square PNG of ``size`` pixels.

    Raises:
        KeyError: there is no such cover, or not in this size.
    """
    if slug not in SLUGS:
        raise KeyError(slug)
    return _encoded(slug)[size]


@cache
def _encoded(slug: str) -> Mapping[int, bytes]:
    from . import designs  # noqa: PLC0415  (Pillow is heavy; see above)

    picture = designs.draw(slug)
    files = {}
    for size in SIZES:
        file = io.BytesIO()
        picture.resize((size, size), designs.SMOOTH).save(file, "PNG", compress_level=6)
        files[size] = file.getvalue()
    return files
