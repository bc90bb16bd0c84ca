"""Opening a cover: any picture Spotify may send, and nothing that only pretends to be one."""

import io
import subprocess
import sys
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from tonearm.poller.simulated import covers
from tonearm.server.artwork.picture import MOST_PIXELS, NotACover, as_jpeg, opened


def file(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Return ``image`` as a file."""
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def two_colours() -> Image.Image:
    """Return a picture that is red in its upper three quarters and blue below."""
    image = Image.new("RGB", (64, 64), "#d02020")
    ImageDraw.Draw(image).rectangle((0, 48, 63, 63), fill="#2040d0")
    return image


def read_back(jpeg: bytes) -> Image.Image:
    """Return what others see of a JPEG."""
    return Image.open(io.BytesIO(jpeg), formats=["JPEG"])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_opened_is_the_whole_picture_in_rgb(kind: str) -> None:
    """The three formats of covers."""
    image = opened(file(two_colours(), kind))

    assert (image.mode, image.size) == ("RGB", (64, 64))


@pytest.mark.parametrize("side", [640, 1000])
def test_large_jpeg_is_decoded_no_larger_than_needed(side: int) -> None:
    """Its decoder can halve on the way, which saves most of the time."""
    image = opened(file(Image.new("RGB", (side, side)), "JPEG"))

    assert 300 <= image.width < side


@pytest.mark.parametrize(
    ("size", "side", "becomes"),
    [((640, 640), 192, (192, 192)), ((64, 64), 192, (64, 64)), ((640, 320), 300, (300, 150))],
)
def test_jpeg_fits_its_square_and_is_never_cropped_or_enlarged(
    size: tuple[int, int], side: int, becomes: tuple[int, int]
) -> None:
    """Spotify wants covers as they are."""
    assert read_back(as_jpeg(Image.new("RGB", size), side)).size == becomes


@pytest.mark.parametrize("slug", covers.SLUGS)
def test_thumbnail_is_small_enough_for_a_readme(slug: str) -> None:
    """With the text around it an image card stays under 25 KB."""
    assert len(as_jpeg(opened(covers.png(slug, 300)), 192)) < 16_000


def test_making_a_jpeg_leaves_the_picture_as_it_was() -> None:
    """Two sizes are made of one."""
    image = opened(file(Image.new("RGB", (300, 300))))

    as_jpeg(image, 192)

    assert image.size == (300, 300)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "PPM", "ICO"])
def test_other_formats_are_refused(kind: str) -> None:
    """Pillow can read much more than a cover comes in; nobody shall find a hole in that."""
    with pytest.raises(NotACover):
        opened(file(two_colours(), kind))


def test_large_pictures_are_refused_before_they_are_decoded() -> None:
    """A few kilobytes that would unpack to gigabytes never do."""
    picture = file(Image.new("1", (64, 64)))
    width = (1 << 15).to_bytes(4)
    header = b"IHDR" + width + width + picture[24:29]
    bomb = picture[:12] + header + zlib.crc32(header).to_bytes(4) + picture[33:]

    with pytest.raises(NotACover):
        opened(bomb)


def test_the_size_limit_is_told() -> None:
    """The reason names the size, for the log."""
    with pytest.raises(NotACover, match="1025 x 1024"):
        opened(file(Image.new("1", (MOST_PIXELS // 1024 + 1, 1024))))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_half_a_picture_is_refused(kind: str) -> None:
    """A cover that broke off is not guessed at."""
    whole = file(Image.effect_noise((64, 64), 80).convert("RGB"), kind)

    with pytest.raises(NotACover):
        opened(whole[: len(whole) // 2])


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"]))
def test_garbage_is_refused(garbage: bytes, head: bytes) -> None:
    """Whatever comes, it is a picture or it is refused; no other error gets out."""
    with pytest.raises(NotACover):
        opened(head + garbage)


@given(st.data(), st.sampled_from(["PNG", "JPEG", "WEBP"]))
def test_a_damaged_picture_is_read_or_refused(data: st.DataObject, kind: str) -> None:
    """One flipped byte anywhere may cost the cover, never the service."""
    damaged = bytearray(file(two_colours(), kind))
    damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= data.draw(st.integers(1, 255))

    try:
        image = opened(bytes(damaged))
    except NotACover:
        return

    assert read_back(as_jpeg(image, 192)).width <= 192


def test_pillow_is_not_loaded_before_there_is_a_cover() -> None:
    """A service that has nothing to tint does not pay for it."""
    script = "import sys, tonearm.server.lifetime; sys.exit('PIL' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
