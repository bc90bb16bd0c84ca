"""Reading a cover: any picture Spotify may send, and nothing that only pretends to be one."""

import io
import subprocess
import sys
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from tonearm.server.swatches import MOST_PIXELS, NotACover, read_swatches

RED, BLUE = "#d02020", "#2040d0"


def file(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Return ``image`` as a file."""
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def two_colours(mode: str = "RGB") -> Image.Image:
    """Return a picture that is red in its upper three quarters and blue below."""
    image = Image.new("RGB", (64, 64), RED)
    ImageDraw.Draw(image).rectangle((0, 48, 63, 63), fill=BLUE)
    return image.convert(mode)


def test_swatches_are_the_colours_and_their_shares() -> None:
    """A flat drawing is told exactly."""
    swatches = read_swatches(file(two_colours()))

    shares = {colour: share for share, colour in swatches if share > 0.01}
    assert shares == {RED: 0.75, BLUE: 0.25}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK", "P", "1", "RGBA", "LA"])
def test_swatches_can_be_read_in_every_mode(kind: str, mode: str) -> None:
    """Grey, indexed and printers' JPEGs occur among real covers."""
    writable = {"PNG": "CMYK", "JPEG": "P RGBA LA", "WEBP": "CMYK P 1 L LA"}
    image = two_colours(mode)
    if mode in writable[kind].split():
        image = image.convert("RGB")

    swatches = read_swatches(file(image, kind))

    assert sum(share for share, _ in swatches) == pytest.approx(1)


def test_swatches_of_a_cmyk_jpeg_are_its_colours() -> None:
    """Four inks are turned into light, not taken for it."""
    swatches = read_swatches(file(Image.new("CMYK", (64, 64), (0, 255, 255, 0)), "JPEG"))

    assert max(swatches).colour.startswith("#f")
    assert int(max(swatches).colour[3:5], 16) < 32


def test_swatches_count_what_is_transparent_as_white() -> None:
    """Colour under full transparency is seen by nobody."""
    hidden = Image.new("RGBA", (64, 64), (255, 0, 0, 0))

    assert [colour for _, colour in read_swatches(file(hidden))] == ["#ffffff"]


@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 640), (640, 1)])
def test_swatches_of_odd_sizes_are_read(width: int, height: int) -> None:
    """Covers are square until they are not."""
    assert read_swatches(file(Image.new("RGB", (width, height), RED)))[0].colour == RED


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "PPM", "ICO"])
def test_other_formats_are_refused(kind: str) -> None:
    """Pillow can read much more than a cover comes in; nobody shall find a hole in that."""
    with pytest.raises(NotACover):
        read_swatches(file(two_colours(), kind))


def test_large_pictures_are_refused_before_they_are_decoded() -> None:
    """A few kilobytes that would unpack to gigabytes never do."""
    picture = file(Image.new("1", (64, 64)))
    width = (1 << 15).to_bytes(4)
    header = b"IHDR" + width + width + picture[24:29]
    bomb = picture[:12] + header + zlib.crc32(header).to_bytes(4) + picture[33:]

    with pytest.raises(NotACover):
        read_swatches(bomb)


def test_the_size_limit_is_told() -> None:
    """The reason names the size, for the log."""
    with pytest.raises(NotACover, match="1025 x 1024"):
        read_swatches(file(Image.new("1", (MOST_PIXELS // 1024 + 1, 1024))))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_half_a_picture_is_refused(kind: str) -> None:
    """A cover that broke off is not guessed at."""
    whole = file(Image.effect_noise((64, 64), 80).convert("RGB"), kind)

    with pytest.raises(NotACover):
        read_swatches(whole[: len(whole) // 2])


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"]))
def test_garbage_is_refused(garbage: bytes, head: bytes) -> None:
    """Whatever comes, it is a picture or it is refused; no other error gets out."""
    with pytest.raises(NotACover):
        read_swatches(head + garbage)


@given(st.data(), st.sampled_from(["PNG", "JPEG", "WEBP"]))
def test_a_damaged_picture_is_read_or_refused(data: st.DataObject, kind: str) -> None:
    """One flipped byte anywhere may cost the colours, never the service."""
    damaged = bytearray(file(two_colours(), kind))
    damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= data.draw(st.integers(1, 255))

    try:
        swatches = read_swatches(bytes(damaged))
    except NotACover:
        return

    assert sum(share for share, _ in swatches) == pytest.approx(1)


def test_pillow_is_not_loaded_before_there_is_a_cover() -> None:
    """A service that has nothing to tint does not pay for it."""
    script = "import sys, tonearm.server.app; sys.exit('PIL' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
