"""The card looks as it did when somebody last looked at it and said so."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from baselines import ALIKE, DRAWN_WITH, FOLDER, SAME, SCENES, difference, draw, drawn_with
from gallery import covers
from PIL import Image
from playwright.async_api import Browser
from stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def gallery() -> AsyncIterator[Stage]:
    """Run a server with the made-up covers."""
    async with Stage(art=covers()) as running:
        yield running


@pytest.mark.parametrize("name", SCENES)
async def test_card_looks_as_it_did(browser: Browser, gallery: Stage, name: str) -> None:
    """To the pixel where it was drawn with the same; elsewhere in shapes, places and colours."""
    kept = Image.open(FOLDER / f"{name}.png").convert("RGB")
    is_exact = json.loads(DRAWN_WITH.read_text("utf-8")) == drawn_with(browser)

    drawn = await draw(browser, gallery, name)

    assert difference(drawn, kept, is_exact=is_exact) <= (SAME if is_exact else ALIKE)
    # The coarse look has to hold here too, or it would not be noticed that it fails elsewhere.
    assert difference(drawn, kept, is_exact=False) <= ALIKE


@pytest.mark.parametrize(
    "style",
    ["--np-radius: 0", "--np-bg: #cfcfcf", "--np-art-size: 70px", "opacity: .7"],
)
async def test_coarse_look_notices_what_a_visitor_would(
    browser: Browser, gallery: Stage, style: str
) -> None:
    """Corners are too fine for it; another ground, another size and paler cards are not."""
    kept = Image.open(FOLDER / "light.png").convert("RGB")

    drawn = await draw(browser, gallery, "light", style=f"now-playing{{{style}}}")

    is_noticed = difference(drawn, kept, is_exact=False) > ALIKE
    assert is_noticed == ("radius" not in style)
    assert difference(drawn, kept, is_exact=True) > SAME


async def test_pictures_are_light() -> None:
    """They stay in the repository for ever."""
    pictures = sorted(FOLDER.glob("*.png"))

    assert [picture.stem for picture in pictures] == sorted(SCENES)
    assert max(picture.stat().st_size for picture in pictures) <= 60_000
