"""The start page and the iframe page, as the server serves them, under the strict policy."""

import json
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect
from stage import Axe, Open, Stage, snapshot

from tonearm.server.public.pages import Pages

pytestmark = pytest.mark.asyncio(loop_scope="session")


PLACES = ("A website", "A stream", "A README", "A chat bot")


async def open_for(open_page: Open, place: str, **options: Any) -> tuple[Page, Locator]:
    """Open the start page, choose a place, and return the page and what is shown for the place."""
    page = await open_page(path="/", **options)
    await page.get_by_role("radio", name=place).check()
    return page, page.locator(".kit:visible")


def snippet(kit: Locator, label: str) -> Locator:
    """Return the text to copy under a label."""
    return kit.get_by_label(label, exact=True)


async def test_start_page_shows_the_card_and_the_snippet_for_this_server(
    open_page: Open, stage: Stage
) -> None:
    """A visitor sees what is on, and HTML that works as it stands."""
    stage.frame = json.dumps(snapshot())

    page, kit = await open_for(open_page, "A website")

    await expect(page.get_by_role("link", name="Paper Lanterns").first).to_be_visible()
    await expect(snippet(kit, "HTML")).to_have_text(
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

    written = snippet(page.locator("#card"), "HTML")
    await expect(written).to_contain_text('src="https://np.example/music/card.js"')
    await expect(page.locator("#owner")).to_be_hidden()


async def test_start_page_pins_the_version_that_is_served(open_page: Open, stage: Stage) -> None:
    """A page that loads it so gets this file or none."""
    pages = Pages.load()
    [start] = [page for page in pages.all if page.path == "/"]
    stage.pages["/served"] = start.body.decode()

    kit = (await open_page(path="/served")).locator("#card")

    pinned = snippet(kit, "HTML that accepts this very version only")
    await expect(pinned).to_contain_text(f'src="{stage.origin}{pages.card_path}"')
    await expect(pinned).to_contain_text(f'integrity="{pages.card_integrity}"')


async def test_choices_change_preview_and_snippet(open_page: Open, stage: Stage) -> None:
    """What is chosen is seen at once, and written into the HTML to copy."""
    stage.frame = json.dumps(snapshot())
    page, kit = await open_for(open_page, "A website")

    for choice in ("bento", "dark", "bold"):
        await kit.get_by_role("radio", name=choice).check()
    await kit.get_by_text("More").click()
    for state in ("idle", "paused"):
        await kit.get_by_role("checkbox", name=state).check()

    options = 'variant="bento" theme="dark" tint="bold" hide-when="paused idle"'
    await expect(snippet(kit, "HTML")).to_contain_text(f"<now-playing {options}>")
    await expect(page.locator("#preview")).to_have_attribute("variant", "bento")
    frame = snippet(kit, "Where no scripts are allowed: a frame")
    address = "/embed?variant=bento&amp;theme=dark&amp;tint=bold&amp;hide-when=paused%20idle"
    await expect(frame).to_contain_text(address)


@pytest.mark.parametrize(
    ("variant", "size"), [("wide", "400 x 128"), ("compact", "400 x 56"), ("hero", "400 x 152")]
)
async def test_frame_to_copy_has_room_for_the_card(
    open_page: Open, stage: Stage, variant: str, size: str
) -> None:
    """Nothing is cut off, and nothing scrolls."""
    stage.frame = json.dumps(snapshot())
    _, kit = await open_for(open_page, "A website")
    await kit.get_by_role("radio", name=variant, exact=True).check()

    html = await snippet(kit, "Where no scripts are allowed: a frame").text_content()

    page = await open_page(html or "", bypass_csp=True)
    card = page.frame_locator("iframe").locator("now-playing")
    await expect(card).to_have_attribute("data-state", "playing")
    frame = page.locator("iframe")
    assert await frame.evaluate("({width, height}) => `${width} x ${height}`") == size
    over = """({ownerDocument: {documentElement: page}}) =>
        [page.scrollWidth - innerWidth, page.scrollHeight - innerHeight]"""
    assert await card.evaluate(over) == [0, 0]


async def test_overlay_comes_with_its_address_and_size(open_page: Open, stage: Stage) -> None:
    """Both are typed into OBS; the preview shows the overlay itself."""
    stage.frame = json.dumps(snapshot())
    page, kit = await open_for(open_page, "A stream")

    await kit.get_by_role("radio", name="tower").check()

    address = snippet(kit, "OBS: Sources, +, Browser, URL")
    await expect(address).to_have_text(f"{stage.origin}/overlay?theme=tower")
    await expect(snippet(kit, "Width and height there")).to_have_text("340 x 432")
    title = page.frame_locator("#overlay iframe").get_by_text("Paper Lanterns")
    await expect(title).to_be_visible(timeout=15_000)


async def test_preview_is_fitted_and_no_more_when_the_window_changes(
    open_page: Open, stage: Stage
) -> None:
    """A phone's window grows whenever its address bar goes: nobody loses the place by that."""
    stage.frame = json.dumps(snapshot())
    page, kit = await open_for(open_page, "A stream")
    title = page.frame_locator("#overlay iframe").get_by_text("Paper Lanterns")
    await expect(title).to_be_visible(timeout=15_000)
    copy = kit.get_by_role("button").first
    await copy.focus()

    await page.set_viewport_size({"width": 320, "height": 600})
    await page.wait_for_function(
        """() => {
          const [iframe, stage] = ['iframe', '.stage'].map((name) =>
            document.querySelector(`#overlay ${name}`).getBoundingClientRect());
          return iframe.width <= stage.width;
        }"""
    )

    await expect(copy).to_be_focused()


@pytest.mark.parametrize(
    ("legend", "value", "said"),
    [
        ("Accent", "reddish", "May be auto, or six digits such as ff8800."),
        ("Delay", "-1", "May be 0 to 60 s."),
        ("Font", "<b>", "May be auto, or the name of an installed font."),
    ],
)
async def test_a_wrong_value_is_named_beside_its_field_and_not_written(
    open_page: Open, legend: str, value: str, said: str
) -> None:
    """The same words as in the overlay's console; mending it makes them go."""
    _, kit = await open_for(open_page, "A stream")
    await kit.get_by_text("More").click()
    field = kit.get_by_role("textbox", name=legend)

    await field.fill(value)

    await expect(kit.get_by_text(said)).to_be_visible()
    await expect(field).to_have_attribute("aria-invalid", "true")
    address = snippet(kit, "OBS: Sources, +, Browser, URL")
    assert "?" not in await address.inner_text()

    await field.fill("")

    await expect(kit.get_by_text(said)).to_be_hidden()


async def test_image_and_its_markdown_follow_the_choices(open_page: Open, stage: Stage) -> None:
    """What is shown is the address that is copied."""
    _, kit = await open_for(open_page, "A README")

    await kit.get_by_role("radio", name="dark").check()

    await expect(snippet(kit, "Markdown")).to_have_text(
        f"[![What I am listening to]({stage.origin}/v1/card.svg?theme=dark)]({stage.origin}/)"
    )
    await expect(kit.locator("img")).to_have_attribute(
        "src", f"{stage.origin}/v1/card.svg?theme=dark"
    )


async def test_chat_line_is_escaped_for_bots(open_page: Open, stage: Stage) -> None:
    """Braces, parentheses and spaces in an address would end a bot's own brackets."""
    _, kit = await open_for(open_page, "A chat bot")

    await kit.get_by_role("textbox", name="Says").fill("{title} (live) & more")

    await expect(snippet(kit, "Nightbot")).to_have_text(
        f"!commands add !song $(urlfetch {stage.origin}/v1/current.txt"
        "?f=%7Btitle%7D%20%28live%29%20%26%20more)"
    )


async def test_copy_button_copies(open_page: Open, stage: Stage) -> None:
    """One press, and a word that it happened."""
    page = await open_page(path="/", permissions=["clipboard-read", "clipboard-write"])
    block = page.locator(".snippet").first

    await block.get_by_role("button", name="Copy").click()

    await expect(block.get_by_role("status")).to_have_text("Copied")
    copied = await page.evaluate("() => navigator.clipboard.readText()")
    assert copied == await block.locator("code").inner_text()


async def test_owner_is_told_how_to_connect(open_page: Open, stage: Stage) -> None:
    """Without a grant the page says in general words what to do next."""
    stage.frame = json.dumps(snapshot("nothing", health="login_needed"))

    page = await open_page(path="/")

    await expect(page.get_by_text("tonearm login")).to_be_visible()
    await expect(page.get_by_text("Nobody outside can open")).to_be_visible()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
async def test_start_page_is_open_to_everyone(
    open_page: Open, stage: Stage, axe: Axe, *, theme: str, width: int, place: str
) -> None:
    """Axe finds nothing, and nothing sticks out sideways, on a desk and on a phone."""
    stage.frame = json.dumps(snapshot("nothing", health="login_needed"))
    page, kit = await open_for(
        open_page,
        place,
        color_scheme=theme,
        viewport={"width": width, "height": 800},
        bypass_csp=True,
    )
    await expect(page.get_by_text("tonearm login")).to_be_visible()
    for more in await kit.get_by_text("More", exact=True).all():
        await more.click()

    assert await axe(page) == []
    assert await page.evaluate("() => document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("width", [320, 390])
async def test_every_choice_is_within_reach_of_a_thumb(
    open_page: Open, place: str, width: int
) -> None:
    """On a phone all of them are on the page, high enough, and five shapes stand in one row."""
    page, kit = await open_for(open_page, place, viewport={"width": width, "height": 700})
    for more in await kit.get_by_text("More", exact=True).all():
        await more.click()

    boxes = await page.evaluate(
        """() => [...document.querySelectorAll('fieldset label')].filter((one) => one.offsetHeight)
          .map((one) => one.getBoundingClientRect()).map(({left, right, height}) =>
            ({left, right, height}))"""
    )

    assert boxes
    assert min(box["height"] for box in boxes) >= 38
    assert min(box["left"] for box in boxes) >= 16
    assert max(box["right"] for box in boxes) <= width - 16
    if place == "A website":
        shapes = await kit.get_by_role("radio").all()
        tops = [await shape.evaluate("(it) => it.getBoundingClientRect().top") for shape in shapes]
        assert len(set(tops[:5])) == 1


async def test_embed_takes_its_looks_from_the_address(open_page: Open, stage: Stage) -> None:
    """Variant, theme and tint come from the query; everything else in it is ignored."""
    stage.frame = json.dumps(snapshot())

    options = "constructor=x&variant=compact&theme=dark&tint=bold&onclick=alert(1)"
    page = await open_page(path=f"/embed?{options}")

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
