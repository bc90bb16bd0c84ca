"""The covers: every item of the demo has one, each is a picture of its own, always the same."""

import io

import pytest
from PIL import Image

from tonearm.poller.simulated import covers
from tonearm.poller.simulated.music import EVENING


@pytest.mark.parametrize("slug", covers.SLUGS)
def test_a_cover_comes_in_three_sizes(slug: str) -> None:
    """Square, opaque, as large as its name says, and more than a flat colour."""
    for size in covers.SIZES:
        picture = Image.open(io.BytesIO(covers.png(slug, size)))

        assert (picture.format, picture.mode, picture.size) == ("PNG", "RGB", (size, size))
        assert len(picture.getcolors(size * size) or ()) > 8


def test_no_two_covers_are_the_same() -> None:
    """Nine drawings, nine pictures."""
    assert len({covers.png(slug, 64) for slug in covers.SLUGS}) == len(covers.SLUGS)


def test_every_album_of_the_evening_has_its_cover() -> None:
    """And no cover is left unused."""
    wanted = {item.album.cover for item in EVENING if item.album is not None}

    assert wanted == set(covers.SLUGS)


@pytest.mark.parametrize(("slug", "size"), [("nobody", 64), ("rings", 128), ("../rings", 64)])
def test_an_unknown_cover_is_a_key_error(slug: str, size: int) -> None:
    """Nothing is looked up anywhere else."""
    with pytest.raises(KeyError):
        covers.png(slug, size)
