"""The colours of a cover, whatever form its file has."""

import io
from typing import Any

import pytest
from PIL import Image, ImageDraw

from tonearm.server.artwork.palette import Swatch
from tonearm.server.artwork.picture import opened
from tonearm.server.artwork.swatches import swatches

RED, BLUE = "#d02020", "#2040d0"


def file(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Return ``image`` as a file."""
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def read_swatches(file: bytes) -> tuple[Swatch, ...]:
    """Return the swatches of a file."""
    return swatches(opened(file))


def two_colours(mode: str = "RGB") -> Image.Image:
    """Return a picture that is red in its upper three quarters and blue below."""
    image = Image.new("RGB", (64, 64), RED)
    ImageDraw.Draw(image).rectangle((0, 48, 63, 63), fill=BLUE)
    return image.convert(mode)


def test_swatches_are_the_colours_and_their_shares() -> None:
    """A flat drawing is told exactly."""
    found = read_swatches(file(two_colours()))

    shares = {colour: share for share, colour in found if share > 0.01}
    assert shares == {RED: 0.75, BLUE: 0.25}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK", "P", "1", "RGBA", "LA"])
def test_swatches_can_be_read_in_every_mode(kind: str, mode: str) -> None:
    """Grey, indexed and printers' JPEGs occur among real covers."""
    writable = {"PNG": "CMYK", "JPEG": "P RGBA LA", "WEBP": "CMYK P 1 L LA"}
    image = two_colours(mode)
    if mode in writable[kind].split():
        image = image.convert("RGB")

    found = read_swatches(file(image, kind))

    assert sum(share for share, _ in found) == pytest.approx(1)


def test_swatches_of_a_cmyk_jpeg_are_its_colours() -> None:
    """Four inks are turned into light, not taken for it."""
    found = read_swatches(file(Image.new("CMYK", (64, 64), (0, 255, 255, 0)), "JPEG"))

    assert max(found).colour.startswith("#f")
    assert int(max(found).colour[3:5], 16) < 32


def test_swatches_count_what_is_transparent_as_white() -> None:
    """Colour under full transparency is seen by nobody."""
    hidden = Image.new("RGBA", (64, 64), (255, 0, 0, 0))

    assert [colour for _, colour in read_swatches(file(hidden))] == ["#ffffff"]


@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 640), (640, 1)])
def test_swatches_of_odd_sizes_are_read(width: int, height: int) -> None:
    """Covers are square until they are not."""
    assert read_swatches(file(Image.new("RGB", (width, height), RED)))[0].colour == RED
