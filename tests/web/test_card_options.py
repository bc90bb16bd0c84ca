"""What a site can ask of the card: attributes, slots and methods."""

import json
from typing import Any

import pytest
from playwright.async_api import expect
from stage import Open, Stage, snapshot, track

pytestmark = pytest.mark.asyncio(loop_scope="session")

OTHER = track(uri="spotify:track:2", title="Low Orbit")


async def test_links_may_be_left_out(open_page: Open, stage: Stage) -> None:
    """Then title and byline are read as text."""
    stage.frame = json.dumps(snapshot())

    page = await open_page("<now-playing links=none></now-playing>")

    await expect(page.get_by_text("Paper Lanterns")).to_be_visible()
    await expect(page.get_by_role("link")).to_have_count(0)
    await expect(page.locator("now-playing [aria-hidden]")).to_have_count(0)


HIDING: dict[str, dict[str, Any]] = {
    "paused": snapshot("paused"),
    "idle": snapshot("idle"),
    "nothing": snapshot("nothing"),
    "offline": snapshot(health="offline"),
    "explicit": snapshot(item=track(explicit=True)),
}


@pytest.mark.parametrize("word", HIDING)
async def test_card_hides_when_it_is_told_to(open_page: Open, stage: Stage, word: str) -> None:
    """It takes no room then, and comes back with the next item."""
    stage.frame = json.dumps(HIDING[word])
    page = await open_page(f"<now-playing hide-when='unheard {word}'></now-playing>")
    card = page.locator("now-playing")
    state = "offline" if word == "offline" else HIDING[word]["state"]
    await expect(card).to_have_attribute("data-state", state)
    assert await card.evaluate("(card) => card.offsetHeight") == 0

    await stage.play(snapshot(seq=2))

    await expect(page.get_by_role("link", name="Paper Lanterns")).to_be_visible()


async def test_cover_may_be_left_out(open_page: Open, stage: Stage) -> None:
    """Then no browser of a visitor asks for one."""
    stage.frame = json.dumps(snapshot())

    page = await open_page("<now-playing art=none></now-playing>")

    await expect(page.get_by_role("link", name="Paper Lanterns")).to_be_visible()
    await expect(page.locator("now-playing [part=artwork]")).to_be_hidden()
    assert "/art/lanterns" not in stage.asked


async def test_progress_may_be_left_out(open_page: Open, stage: Stage) -> None:
    """Neither bar nor times."""
    stage.frame = json.dumps(snapshot())

    page = await open_page("<now-playing progress=none></now-playing>")

    await expect(page.get_by_role("link", name="Paper Lanterns")).to_be_visible()
    await expect(page.locator("now-playing [part=progress]")).to_be_hidden()


async def test_motion_may_be_left_out(open_page: Open, stage: Stage) -> None:
    """Nothing is animated, whatever the visitor prefers."""
    stage.frame = json.dumps(snapshot())
    page = await open_page("<now-playing motion=none></now-playing>")

    await stage.play(snapshot(seq=2, item=OTHER))
    await expect(page.get_by_text("Low Orbit")).to_be_visible()

    moving = "(card) => card.shadowRoot.getAnimations().length"
    assert await page.locator("now-playing").evaluate(moving) == 0


async def test_new_items_are_announced_on_request(open_page: Open, stage: Stage) -> None:
    """Not the first one, and at most one in ten seconds: then the last of those that came."""
    stage.frame = json.dumps(snapshot())
    page = await open_page("<now-playing announce></now-playing>", clock=True)
    said = page.locator("now-playing [role=status]")
    await expect(page.get_by_role("link", name="Paper Lanterns")).to_be_visible()
    await expect(said).to_have_text("")
    await stage.play(snapshot(seq=2, item=OTHER))
    await expect(said).to_have_text("Low Orbit, Nova Halden")
    await stage.play(snapshot(seq=3, item=track(uri="3", title="Third")))
    await expect(page.get_by_role("link", name="Third")).to_be_visible()
    await expect(said).to_have_text("Low Orbit, Nova Halden")

    await page.clock.run_for(10_100)

    await expect(said).to_have_text("Third, Nova Halden")


async def test_nothing_is_announced_unasked(open_page: Open, stage: Stage) -> None:
    """A reader of somebody's page did not ask for a list of what they play."""
    stage.frame = json.dumps(snapshot())
    page = await open_page()
    await expect(page.get_by_role("link", name="Paper Lanterns")).to_be_visible()

    await stage.play(snapshot(seq=2, item=OTHER))

    await expect(page.get_by_role("link", name="Low Orbit")).to_be_visible()
    await expect(page.locator("now-playing [role=status]")).to_have_text("")


async def test_hero_is_as_high_as_its_cover(open_page: Open, stage: Stage) -> None:
    """On a phone and on a desk, with the large picture, and in every state."""
    art = [{"url": "/art/lanterns"}, {"url": "/art/small"}]
    stage.frame = json.dumps(snapshot(item=track(art=art)))
    page = await open_page("<now-playing variant=hero></now-playing>")
    card = page.locator("now-playing")
    await expect(page.get_by_role("link", name="Paper Lanterns")).to_be_visible()

    heights = [
        await card.evaluate(
            "(card, width) => (card.style.width = `${width}px`, card.offsetHeight)", width
        )
        for width in (360, 1100)
    ]
    await stage.play(snapshot("idle", seq=2))
    await expect(card).to_have_attribute("data-state", "idle")

    assert heights == [152, 309]
    assert await card.evaluate("(card) => card.offsetHeight") == 309
    assert "/art/small" not in stage.asked


async def test_site_may_say_what_stands_where_nothing_was_played(
    open_page: Open, stage: Stage
) -> None:
    """Its own words, also a link, in the slot; and its own logo."""
    stage.frame = json.dumps(snapshot("nothing"))

    page = await open_page(
        "<now-playing><a slot=empty href=/music>All my music</a><b slot=logo>Logo</b></now-playing>"
    )

    await expect(page.get_by_text("Logo")).to_be_visible()
    await page.get_by_role("link", name="All my music").click(trial=True)
    await expect(page.get_by_text("Quiet so far")).to_be_hidden()


async def test_state_can_be_selected(open_page: Open, stage: Stage) -> None:
    """By CSS of browsers that know custom states."""
    stage.frame = json.dumps(snapshot("paused"))

    page = await open_page()

    await expect(page.locator("now-playing[data-state=paused]")).to_be_visible()
    assert await page.locator("now-playing").evaluate("(card) => card.matches(':state(paused)')")


async def test_pause_gives_the_connection_up_until_resume(open_page: Open, stage: Stage) -> None:
    """For pages that know better than the card when somebody looks."""
    stage.frame = json.dumps(snapshot())
    page = await open_page()
    card = page.locator("now-playing")
    await expect(card).to_have_attribute("data-state", "playing")

    await card.evaluate("(card) => card.pause()")
    await stage.until(lambda s: not s.sockets)
    await card.evaluate("(card) => card.setAttribute('tint', 'bold')")
    await card.evaluate("(card) => card.resume()")

    await stage.until(lambda s: s.opened == 2)


async def test_refresh_asks_again(open_page: Open, stage: Stage) -> None:
    """A new connection brings a new snapshot; the old one is closed."""
    stage.frame = json.dumps(snapshot())
    page = await open_page()
    await expect(page.locator("now-playing")).to_have_attribute("data-state", "playing")

    await page.locator("now-playing").evaluate("(card) => card.refresh()")

    await stage.until(lambda s: s.opened == 2 and len(s.sockets) == 1)


async def test_page_hears_what_the_card_cannot_mend(open_page: Open) -> None:
    """An address that is none, and the card says offline."""
    page = await open_page("<p></p>")

    error = await page.evaluate(
        """() => new Promise((heard) => {
          addEventListener('np-error', ({detail}) => heard(detail));
          const card = document.createElement('now-playing');
          card.setAttribute('server', 'ftp://np.example');
          document.body.append(card);
        })"""
    )

    assert error == "address"
    await expect(page.locator("now-playing")).to_have_attribute("data-state", "offline")
