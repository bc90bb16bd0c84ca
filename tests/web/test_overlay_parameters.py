"""What may stand in the overlay's address: every parameter works, and no wrong one breaks it."""

import json
from typing import Any

import pytest
from obs import card, open_overlay, title
from playwright.async_api import Page, expect
from stage import Open, Stage, snapshot, track

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def ask(page: Page, function: str, argument: object = None) -> Any:
    """Call a function on what overlay-parameters.js exports, and the argument."""
    return await page.evaluate(
        f"async (it) => ({function})(await import('/overlay-parameters.js'), it)", argument
    )


async def test_no_parameter_is_needed(open_page: Open, stage: Stage) -> None:
    """Without any, each has the default of the table."""
    page = await open_overlay(open_page, stage)

    read, table = await ask(page, "({read, PARAMETERS}) => [read(''), PARAMETERS]")

    assert read == {"values": {name: row["default"] for name, row in table.items()}, "wrong": []}


async def test_right_values_are_read(open_page: Open, stage: Stage) -> None:
    """Words, numbers, lists and text."""
    page = await open_overlay(open_page, stage)
    query = (
        "theme=pill&for=7.5&on=pause,resume&accent=FF8800&font=Noto%20Sans%20JP&max=640&lang=pt-BR"
    )

    read = await ask(page, "({read}, query) => read(query)", query)

    assert read["wrong"] == []
    assert (
        read["values"]
        | {
            "theme": "pill",
            "for": 7.5,
            "on": ["pause", "resume"],
            "accent": "FF8800",
            "font": "Noto Sans JP",
            "max": 640,
            "lang": "pt-BR",
        }
        == read["values"]
    )


@pytest.mark.parametrize(
    ("wrong", "allowed"),
    [
        ("theme=neon", "slab, paper, tint, bold, bare, pill, tower, strip"),
        ("theme=", "slab, paper, tint, bold, bare, pill, tower, strip"),
        ("for=4", "5 to 60 s"),
        ("for=1e1", "5 to 60 s"),
        ("radius=-1", "auto, or 0 to 60 px"),
        ("on=change,skip", "change, pause, resume, with commas between"),
        ("accent=red;}", "auto, or six digits such as ff8800"),
        ('font=x";}', "auto, or the name of an installed font"),
        ("lang=../x", "auto, or a language such as de"),
    ],
)
async def test_wrong_value_falls_back_and_is_named(
    open_page: Open, stage: Stage, wrong: str, allowed: str
) -> None:
    """The console says what would have been right; the stream sees the default."""
    warnings: list[str] = []
    page = await open_overlay(open_page, stage)
    page.on("console", lambda message: warnings.append(f"{message.type}: {message.text}"))

    await page.goto(f"{stage.origin}/overlay?{wrong}&size=l")

    await expect(page.locator(".theme-slab .np-card")).to_be_visible()
    name = wrong.partition("=")[0]
    assert f"warning: overlay: {wrong} is not used; {name} may be {allowed}" in warnings
    await expect(page.locator("html")).to_have_class("size-l")


async def test_unknown_parameters_are_ignored(open_page: Open, stage: Stage) -> None:
    """Some programs add their own; nobody is warned."""
    warnings: list[str] = []
    page = await open_overlay(open_page, stage)
    page.on(
        "console",
        lambda message: warnings.append(message.text) if message.type == "warning" else None,
    )

    await page.goto(f"{stage.origin}/overlay?__proto__=x&constructor=y&layer-name=Music")

    await expect(card(page)).to_be_visible()
    assert warnings == []


@pytest.mark.parametrize("size", ["s", "m", "l", "m&max=420"])
@pytest.mark.parametrize("theme", ["slab", "paper", "bare", "tower", "strip", "pill"])
async def test_source_size_is_what_the_overlay_needs(
    open_page: Open, stage: Stage, theme: str, size: str
) -> None:
    """What the builder tells to type into OBS fits the picture, and the room for its shadow."""
    page = await open_overlay(open_page, stage)
    needs = await ask(
        page,
        "({read, sourceSize}, query) => sourceSize(read(query).values)",
        query := f"theme={theme}&size={size}",
    )
    stage.frame = json.dumps(snapshot(item=track(title="A long title " * 9)))

    await page.set_viewport_size(needs)
    await page.goto(f"{stage.origin}/overlay?in=none&{query}")

    await expect(card(page)).to_be_visible()
    box = await card(page).bounding_box()
    assert box is not None
    margin = 0 if theme == "strip" else 20
    assert box["width"] == needs["width"] - 2 * margin
    assert box["height"] == pytest.approx(needs["height"] - 2 * margin, abs=1)


@pytest.mark.parametrize(
    ("pos", "left", "top"), [("tl", 20, 20), ("tr", 500, 20), ("bl", 20, 460), ("br", 500, 460)]
)
async def test_position_is_a_corner(
    open_page: Open, stage: Stage, pos: str, left: int, top: int
) -> None:
    """In a source as large as the canvas it stands there with its margin."""
    page = await open_overlay(open_page, stage, f"pos={pos}&in=none", width=1000, height=600)
    await expect(card(page)).to_be_visible()

    box = await card(page).bounding_box()

    assert box is not None
    assert (box["x"], box["y"]) == (left, top)


@pytest.mark.parametrize(
    ("query", "selector", "style"),
    [
        ("accent=ff8800", ".np-fill", "background-color: rgb(255, 136, 0)"),
        ("radius=3", ".np-card", "border-top-left-radius: 3px"),
        ("radius=3", ".np-cover", "border-top-left-radius: 3px"),
        ("radius=40", ".np-cover", "border-top-left-radius: 8px"),
        ("max=300", ".np-card", "width: 300px"),
        ("case=upper", ".np-title .np-line", "text-transform: uppercase"),
        ("case=lower", ".np-byline .np-line", "text-transform: lowercase"),
        ("progress=0", ".np-bar", "display: none"),
        ("art=0", ".np-art", "display: none"),
    ],
)
async def test_looks_follow_the_address(
    open_page: Open, stage: Stage, query: str, selector: str, style: str
) -> None:
    """One thing each."""
    page = await open_overlay(open_page, stage, query)
    await expect(card(page)).to_be_visible()

    name, _, value = style.partition(": ")

    await expect(page.locator(selector)).to_have_css(name, value)


async def test_font_is_the_first_choice(open_page: Open, stage: Stage) -> None:
    """Others follow, for scripts that it lacks."""
    page = await open_overlay(open_page, stage, "font=DejaVu%20Serif")

    family = await title(page).evaluate("(node) => getComputedStyle(node).fontFamily")

    assert family.startswith('"DejaVu Serif", "Segoe UI"')


async def test_no_cover_is_asked_for_where_none_is_shown(open_page: Open, stage: Stage) -> None:
    """With art=0 nobody outside hears of the viewer."""
    page = await open_overlay(open_page, stage, "art=0")

    await expect(card(page)).to_be_visible()

    assert "/art/lanterns" not in stage.asked
