"""Six hundred covers nobody has seen: the card can be read over every one of them."""

import io
from collections.abc import Iterator
from itertools import islice
from random import Random

import pytest
from PIL import Image, ImageChops, ImageDraw

from tonearm.server.artwork.oklch import contrast
from tonearm.server.artwork.palette import palette
from tonearm.server.artwork.picture import opened
from tonearm.server.artwork.swatches import swatches

SIDE = 64
EACH = 120


def colour(chance: Random) -> tuple[int, int, int]:
    """Return any colour."""
    return chance.randrange(256), chance.randrange(256), chance.randrange(256)


def two_colours(chance: Random) -> Image.Image:
    """Draw one colour upon another."""
    image = Image.new("RGB", (SIDE, SIDE), colour(chance))
    box = (0, 0, chance.randrange(SIDE), chance.randrange(SIDE))
    ImageDraw.Draw(image).rectangle(box, fill=colour(chance))
    return image


def gradient(chance: Random) -> Image.Image:
    """Draw one colour that turns into another."""
    way = Image.linear_gradient("L").resize((SIDE, SIDE))
    one, other = (Image.new("RGB", (SIDE, SIDE), colour(chance)) for _ in range(2))
    return Image.composite(one, other, way)


def noise(chance: Random) -> Image.Image:
    """Draw a photograph of nothing."""
    return Image.frombytes("RGB", (SIDE, SIDE), chance.randbytes(SIDE * SIDE * 3))


def tinted_noise(chance: Random) -> Image.Image:
    """Draw grain over one colour."""
    return ImageChops.multiply(noise(chance), Image.new("RGB", (SIDE, SIDE), colour(chance)))


def grey(chance: Random) -> Image.Image:
    """Draw shades of grey, black and white among them."""
    level = chance.choice((0, 255, chance.randrange(256)))
    return Image.new("L", (SIDE, SIDE), level)


DRAWN = (two_colours, gradient, noise, tinted_noise, grey)


def covers() -> Iterator[bytes]:
    """Draw them all, the same ones each time, as the files they would come in."""
    chance = Random(600)
    for draw in DRAWN:
        for number in range(EACH):
            file = io.BytesIO()
            draw(chance).save(file, "JPEG" if number % 2 else "PNG")
            yield file.getvalue()


@pytest.mark.parametrize("scheme", ["light", "dark", "bold"])
def test_every_cover_gives_colours_that_can_be_read(scheme: str) -> None:
    """The worst of six hundred still has ink at 7 and everything else at 4.5."""
    found = [getattr(palette(swatches(opened(cover))), scheme) for cover in covers()]

    assert len(found) == 600
    assert min(contrast(each.fg, each.bg) for each in found) >= 7
    assert min(contrast(each.mu, each.bg) for each in found) >= 4.5
    assert min(contrast(each.ac, each.bg) for each in found) >= 4.5


def test_every_cover_gives_the_same_colours_again() -> None:
    """Nothing in the way from file to colours is left to chance."""
    for cover in islice(covers(), 0, None, 10):
        assert palette(swatches(opened(cover))) == palette(swatches(opened(cover)))
