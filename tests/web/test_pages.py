"""The start page and the iframe page, as the server serves them, under the strict policy."""

import json

import pytest
from playwright.async_api import expect
from stage import Axe, Open, Stage, snapshot

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_start_page_shows_the_card_and_the_snippet_for_this_server(
    open_page: Open, stage: Stage
) -> None:
    """A visitor sees what is on, and HTML that works as it stands."""
    stage.frame = json.dumps(snapshot())

    page = await open_page(path="/")

    await expect(page.get_by_role("link", name="Paper Lanterns").first).to_be_visible()
    await expect(page.locator("#snippet")).to_have_text(
        f'<script async src="{stage.origin}/card.js"></script>\n'
        f'<now-playing><a href="{stage.origin}/">What I am listening to</a></now-playing>'
    )
    await expect(page.get_by_text("not affiliated with Spotify")).to_be_visible()
    await expect(page.get_by_text("tonearm login")).to_be_hidden()
    assert stage.opened == 1


async def test_start_page_writes_the_public_address_when_it_is_told(
    open_page: Open, stage: Stage
) -> None:
    """Behind a proxy the server says under which address the world knows it."""
    html = (await (await open_page(path="/")).content()).replace(
        'name="tonearm-public-url" content=""',
        'name="tonearm-public-url" content="https://np.example/music"',
    )
    stage.pages["/told"] = html

    page = await open_page(path="/told")

    await expect(page.locator("#snippet")).to_contain_text('src="https://np.example/music/card.js"')


async def test_picker_changes_preview_and_snippet(open_page: Open, stage: Stage) -> None:
    """What is chosen is seen at once, and written into the HTML to copy."""
    stage.frame = json.dumps(snapshot())
    page = await open_page(path="/")

    await page.get_by_role("radio", name="Bento").check()
    await page.get_by_role("radio", name="Dark").check()
    await page.get_by_role("radio", name="Bold").check()

    options = 'variant="bento" theme="dark" tint="bold"'
    await expect(page.locator("#snippet")).to_contain_text(f"<now-playing {options}>")
    await expect(page.locator("#preview")).to_have_attribute("variant", "bento")


async def test_copy_button_copies(open_page: Open, stage: Stage) -> None:
    """One press, and a word that it happened."""
    page = await open_page(path="/", permissions=["clipboard-read", "clipboard-write"])

    await page.get_by_role("button", name="Copy").click()

    await expect(page.get_by_role("status")).to_have_text("Copied")
    copied = await page.evaluate("() => navigator.clipboard.readText()")
    assert copied == await page.locator("#snippet").inner_text()


async def test_owner_is_told_how_to_connect(open_page: Open, stage: Stage) -> None:
    """Without a grant the page says in general words what to do next."""
    stage.frame = json.dumps(snapshot("nothing", health="login_needed"))

    page = await open_page(path="/")

    await expect(page.get_by_text("tonearm login")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
async def test_start_page_is_open_to_everyone(
    open_page: Open, stage: Stage, axe: Axe, theme: str, width: int
) -> None:
    """Axe finds nothing, and nothing sticks out sideways, on a desk and on a phone."""
    stage.frame = json.dumps(snapshot("nothing", health="login_needed"))
    page = await open_page(
        path="/", color_scheme=theme, viewport={"width": width, "height": 800}, bypass_csp=True
    )
    await expect(page.get_by_text("tonearm login")).to_be_visible()

    assert await axe(page) == []
    assert await page.evaluate("() => document.documentElement.scrollWidth") == width


async def test_embed_takes_its_looks_from_the_address(open_page: Open, stage: Stage) -> None:
    """Variant, theme and tint come from the query; everything else in it is ignored."""
    stage.frame = json.dumps(snapshot())

    page = await open_page(path="/embed?variant=compact&theme=dark&tint=bold&onclick=alert(1)")

    card = page.locator("now-playing")
    await expect(card).to_have_attribute("data-state", "playing")
    names = await card.evaluate("(card) => card.getAttributeNames().sort()")
    assert names == ["data-state", "theme", "tint", "variant"]


async def test_embed_tells_the_page_around_how_high_it_is(open_page: Open, stage: Stage) -> None:
    """The frame is see-through, filled, and its height is posted to whoever embeds it."""
    stage.frame = json.dumps(snapshot())
    page = await open_page("<p></p>", bypass_csp=True)

    heard = await page.evaluate(
        """() => new Promise((done) => {
          addEventListener('message', ({data}) => done(data));
          const frame = document.createElement('iframe');
          Object.assign(frame, {src: '/embed', width: 500, height: 150});
          document.body.append(frame);
        })"""
    )

    assert heard == {"type": "np-resize", "height": 128}
    card = page.frame_locator("iframe").locator("now-playing")
    assert await card.evaluate("(card) => card.offsetWidth") == 500
