"""What the overlay does when music changes, pauses and stops, and when OBS hides it."""

import pytest
from obs import OTHER, animations, card, emit, open_overlay, play, title
from playwright.async_api import Page, expect
from stage import NOW, Open, Stage, snapshot, track

pytestmark = pytest.mark.asyncio(loop_scope="session")

THIRD = track(uri="spotify:track:3", title="Violet Hour")


async def finish_all(page: Page) -> None:
    """Let everything that moves arrive."""
    await page.evaluate("() => document.getAnimations().forEach((it) => it.finish())")


async def test_change_ends_with_the_new_item_alone(open_page: Open, stage: Stage) -> None:
    """Out, swap, in: after that the new title and one cover stand still, fully there."""
    page = await open_overlay(open_page, stage)
    await expect(card(page)).to_be_visible()

    await play(page, stage, snapshot(seq=2, item=track(**OTHER)))
    await expect(title(page)).to_have_text("Low Orbit")
    await finish_all(page)

    assert await animations(page) == 0
    for part in (".np-card", ".np-text", ".np-art"):
        await expect(page.locator(part)).to_have_css("opacity", "1")
    await expect(page.locator(".np-text")).to_have_css("transform", "none")
    await expect(page.locator(".np-cover")).to_have_count(1)


async def test_cover_stays_while_an_album_goes_on(open_page: Open, stage: Stage) -> None:
    """The next title of the same album changes nothing but the words."""
    page = await open_overlay(open_page, stage, "ms=2000")
    await expect(card(page)).to_be_visible()
    await finish_all(page)
    cover = await page.locator(".np-cover").element_handle()

    await play(page, stage, snapshot(seq=2, item=track(**OTHER)))
    await page.wait_for_function("() => document.getAnimations().length")

    fading = await page.evaluate(
        "() => document.getAnimations().map(({effect}) => effect.target.className)"
    )
    assert fading == ["np-text"]
    await expect(title(page)).to_have_text("Low Orbit")
    assert await page.locator(".np-cover").evaluate("(now, before) => now === before", cover)


@pytest.mark.parametrize("way", ["slide", "fade", "rise", "none"])
async def test_cover_only_ever_fades(open_page: Open, stage: Stage, way: str) -> None:
    """Whatever way in was chosen, it is the text that moves."""
    page = await open_overlay(open_page, stage, f"in={way}&ms=2000")
    await expect(card(page)).to_be_visible()

    moved = await page.evaluate(
        """() => document.getAnimations()
          .filter(({effect}) => effect.getKeyframes().some(({transform}) => transform))
          .map(({effect}) => effect.target.className)"""
    )

    assert moved == (["np-text"] if way in {"slide", "rise"} else [])


async def test_skips_are_shown_when_they_have_settled(open_page: Open, stage: Stage) -> None:
    """Three titles within a moment are one change."""
    page = await open_overlay(open_page, stage, "in=none", clock=True)
    await expect(card(page)).to_be_visible()

    await play(page, stage, snapshot(seq=2, item=track(**OTHER)))
    await page.clock.run_for(500)
    await play(page, stage, snapshot(seq=3, item=THIRD))
    await page.clock.run_for(500)
    await expect(title(page)).to_have_text("Paper Lanterns")
    await page.clock.run_for(101)

    await expect(title(page)).to_have_text("Violet Hour")


async def test_skip_there_and_back_changes_nothing(open_page: Open, stage: Stage) -> None:
    """The title that was meant all along just stays."""
    page = await open_overlay(open_page, stage, clock=True)
    await expect(card(page)).to_be_visible()
    await finish_all(page)

    await play(page, stage, snapshot(seq=2, item=track(**OTHER)))
    await play(page, stage, snapshot(seq=3))
    await page.clock.run_for(5000)

    await expect(title(page)).to_have_text("Paper Lanterns")
    assert await animations(page) == 0


async def test_reduced_motion_moves_nothing(open_page: Open, stage: Stage) -> None:
    """The same picture, at once."""
    frame = snapshot(item=track(title="A very long title " * 10))

    page = await open_overlay(open_page, stage, frame=frame, reduced_motion="reduce")

    await expect(card(page)).to_be_visible()
    assert await animations(page) == 0


@pytest.mark.parametrize(
    ("pause", "is_visible", "opacity"),
    [("keep", True, "1"), ("hide", False, "1"), ("dim", True, "0.55")],
)
async def test_pause_is_shown_as_wished(
    open_page: Open, stage: Stage, pause: str, is_visible: bool, opacity: str
) -> None:
    """Kept, hidden, or with quieter words; the cover is never dimmed."""
    page = await open_overlay(open_page, stage, f"pause={pause}&lang=en")
    await expect(card(page)).to_be_visible()

    await play(page, stage, snapshot("paused", seq=2))

    await expect(card(page)).to_be_visible(visible=is_visible)
    await expect(page.locator(".np-label")).to_have_text("Paused" if is_visible else "")
    await expect(page.locator(".np-text")).to_have_css("opacity", opacity)
    await expect(page.locator(".np-art")).to_have_css("opacity", "1")


@pytest.mark.parametrize("state", ["idle", "nothing", "ad"])
async def test_silence_is_not_shown(open_page: Open, stage: Stage, state: str) -> None:
    """When nothing plays, or nothing that may be told, the game has the screen to itself."""
    page = await open_overlay(open_page, stage)
    await expect(card(page)).to_be_visible()

    await play(page, stage, snapshot(state, seq=2))

    await expect(card(page)).to_be_hidden()


async def test_moment_of_not_knowing_changes_nothing(open_page: Open, stage: Stage) -> None:
    """Spotify says 'something' now and then; what was shown stays."""
    page = await open_overlay(open_page, stage, "idle=last")
    await expect(card(page)).to_be_visible()

    await play(page, stage, snapshot("unknown", seq=2))

    await expect(page.locator(".np.is-playing")).to_be_visible()


async def test_hide_delay_lets_a_short_pause_pass(open_page: Open, stage: Stage) -> None:
    """It goes only after those seconds, and not at all if music is back by then."""
    page = await open_overlay(open_page, stage, "pause=hide&hide-delay=5&in=none", clock=True)
    await expect(card(page)).to_be_visible()

    await play(page, stage, snapshot("paused", seq=2))
    await page.clock.run_for(4900)
    await play(page, stage, snapshot(seq=3))
    await page.clock.run_for(10_000)
    await expect(card(page)).to_be_visible()
    await play(page, stage, snapshot("paused", seq=4))
    await page.clock.run_for(5100)

    await expect(card(page)).to_be_hidden()


async def test_hide_delay_is_not_prolonged_by_other_news(open_page: Open, stage: Stage) -> None:
    """What is heard while it waits, be it the same again, changes nothing of the end."""
    page = await open_overlay(open_page, stage, "pause=hide&hide-delay=5&in=none", clock=True)
    await expect(card(page)).to_be_visible()

    await play(page, stage, snapshot("paused", seq=2))
    await page.clock.run_for(4000)
    await play(page, stage, snapshot("paused", seq=3, health="stale"))
    await page.clock.run_for(1100)

    await expect(card(page)).to_be_hidden()


async def test_shown_on_change_goes_after_its_time(open_page: Open, stage: Stage) -> None:
    """Eight seconds unless told otherwise; the next title brings it back."""
    page = await open_overlay(open_page, stage, "show=change&for=6&in=none", clock=True)
    await expect(card(page)).to_be_visible()

    await page.clock.run_for(6100)
    await expect(card(page)).to_be_hidden()
    await play(page, stage, snapshot(seq=2, item=track(**OTHER)))
    await page.clock.run_for(700)

    await expect(card(page)).to_be_visible()
    await expect(title(page)).to_have_text("Low Orbit")
    await page.clock.run_for(5800)
    await expect(card(page)).to_be_visible()
    await page.clock.run_for(300)
    await expect(card(page)).to_be_hidden()


@pytest.mark.parametrize(("on", "is_visible"), [("change", False), ("change,resume", True)])
async def test_shown_on_what_was_named(
    open_page: Open, stage: Stage, on: str, is_visible: bool
) -> None:
    """A resume counts only for those who asked for it."""
    page = await open_overlay(
        open_page, stage, f"show=change&on={on}&in=none", frame=snapshot("paused"), clock=True
    )
    await expect(card(page)).to_be_hidden()

    await play(page, stage, snapshot(seq=2))

    await expect(card(page)).to_be_visible(visible=is_visible)


@pytest.mark.parametrize(
    ("event", "detail"), [("obsSourceActiveChanged", {"active": True}), ("now-playing:show", {})]
)
async def test_obs_brings_it_back(
    open_page: Open, stage: Stage, event: str, detail: dict[str, bool]
) -> None:
    """When the source goes live, or when a button or bot asks through obs-websocket."""
    page = await open_overlay(open_page, stage, "show=change&in=none", clock=True)
    await expect(card(page)).to_be_visible()
    await page.clock.run_for(8100)
    await expect(card(page)).to_be_hidden()

    await emit(page, event, **detail)

    await expect(card(page)).to_be_visible()


async def test_hidden_source_jumps_to_the_end(open_page: Open, stage: Stage) -> None:
    """OBS freezes what moves and would play it late: nothing moves when the source is back."""
    page = await open_overlay(open_page, stage, "ms=2000")
    await expect(card(page)).to_be_visible()

    await emit(page, "obsSourceVisibleChanged", visible=False)
    await play(page, stage, snapshot(seq=2, item=track(**OTHER)))
    await expect(title(page)).to_have_text("Low Orbit")
    await emit(page, "obsSourceVisibleChanged", visible=True)

    assert await animations(page) == 0
    await expect(card(page)).to_be_visible()
    await expect(page.locator(".np-text")).to_have_css("opacity", "1")


async def test_source_hidden_in_the_middle_of_a_change_ends_it(
    open_page: Open, stage: Stage
) -> None:
    """The old title leaves for two seconds; hidden meanwhile, the new one is there at once."""
    page = await open_overlay(open_page, stage, "ms=2000")
    await expect(card(page)).to_be_visible()
    await finish_all(page)
    await play(page, stage, snapshot(seq=2, item=track(**OTHER)))
    await page.wait_for_function("() => document.getAnimations().length")

    await emit(page, "obsSourceVisibleChanged", visible=False)

    await expect(title(page)).to_have_text("Low Orbit")
    assert await animations(page) == 0


async def test_long_hidden_source_is_no_viewer(open_page: Open, stage: Stage) -> None:
    """After five minutes it lets go of the server, and shows nothing old when it is back."""
    page = await open_overlay(open_page, stage, "in=none", clock=True)
    await expect(card(page)).to_be_visible()

    await emit(page, "obsSourceVisibleChanged", visible=False)
    for n in range(1, 10):
        await page.clock.run_for(30_000)
        await play(page, stage, {"v": 1, "type": "beat", "now": NOW + n * 30_000, "seq": 100 + n})
    await page.clock.run_for(31_000)
    await stage.until(lambda it: not it.sockets)
    await expect(card(page)).to_be_hidden()
    await emit(page, "obsSourceVisibleChanged", visible=True)

    await expect(card(page)).to_be_visible()
    await expect(title(page)).to_have_text("Paper Lanterns")
    assert stage.opened == 2
