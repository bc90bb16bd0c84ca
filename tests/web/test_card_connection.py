"""The connection: shared, given up when nobody looks, found again without a stampede."""

import json

import pytest
from playwright.async_api import Page, expect
from stage import NOW, Open, Stage, hide, snapshot, track

pytestmark = pytest.mark.asyncio(loop_scope="session")

OTHER = track(uri="spotify:track:2", title="Low Orbit")


async def live(page: Page) -> None:
    """Wait until the card shows what is played."""
    await expect(page.locator("now-playing").first).to_have_attribute("data-state", "playing")


async def lost(page: Page) -> None:
    """Wait until the card has noticed that its connection is gone."""
    await expect(page.locator("html")).to_have_attribute("data-link", "stale")


async def fire(page: Page, name: str) -> None:
    """Dispatch an event on the window."""
    await page.evaluate("([name]) => dispatchEvent(new Event(name))", [name])


async def set_luck(page: Page, luck: float) -> None:
    """Fix what the page's dice say."""
    await page.evaluate(f"() => (Math.random = () => {luck})")


async def test_twelve_cards_share_one_socket(open_page: Open, stage: Stage) -> None:
    """However many cards stand on a page, the server sees one viewer."""
    stage.frame = json.dumps(snapshot())

    page = await open_page("<now-playing></now-playing>" * 12)
    await expect(page.locator("now-playing[data-state=playing]")).to_have_count(12)

    assert stage.opened == 1


async def test_change_reaches_every_card(open_page: Open, stage: Stage) -> None:
    """A pushed snapshot replaces what all cards show."""
    stage.frame = json.dumps(snapshot())
    page = await open_page("<now-playing></now-playing>" * 2)
    await live(page)

    await stage.play(snapshot(seq=2, item=OTHER))

    await expect(page.get_by_role("link", name="Low Orbit")).to_have_count(2)


async def test_card_that_comes_later_is_filled_at_once(open_page: Open, stage: Stage) -> None:
    """A second card takes the connection and the snapshot that are already there."""
    stage.frame = json.dumps(snapshot())
    page = await open_page()
    await live(page)

    state = await page.evaluate(
        """() => {
          const card = document.createElement('now-playing');
          document.body.append(card);
          return card.state;
        }"""
    )

    assert state == "playing"
    assert stage.opened == 1


async def test_removing_the_last_card_closes_the_socket(open_page: Open, stage: Stage) -> None:
    """Nothing stays behind on a page that has no card any more."""
    stage.frame = json.dumps(snapshot())
    page = await open_page("<now-playing></now-playing>" * 2)
    await live(page)

    await page.evaluate("() => document.querySelectorAll('now-playing').forEach((c) => c.remove())")

    await stage.until(lambda s: not s.sockets)


async def test_moving_a_card_keeps_the_socket(open_page: Open, stage: Stage) -> None:
    """A page that rearranges itself does not cost the server a handshake."""
    stage.frame = json.dumps(snapshot())
    page = await open_page("<now-playing></now-playing><section></section>")
    await live(page)

    await page.evaluate(
        "() => document.querySelector('section').append(document.querySelector('now-playing'))"
    )
    await stage.play(snapshot(seq=2, item=OTHER))

    await expect(page.get_by_role("link", name="Low Orbit")).to_be_visible()
    assert stage.opened == 1


async def test_restart_brings_cards_back_after_a_random_wait(open_page: Open, stage: Stage) -> None:
    """After close code 1012 the first wait lies anywhere between 0 and 10 s: here 9."""
    stage.frame = json.dumps(snapshot())
    page = await open_page(clock=True)
    await live(page)
    await set_luck(page, 0.9)
    await stage.close(1012)
    await lost(page)
    await page.clock.run_for(8900)
    assert stage.opened == 1

    await page.clock.run_for(200)

    await stage.until(lambda s: s.opened == 2)


async def test_other_losses_wait_twice_as_long_each_time(open_page: Open, stage: Stage) -> None:
    """Full jitter over 1, 2, 4 s... while nothing comes: of each the part the dice say."""
    stage.frame = json.dumps(snapshot())
    page = await open_page(clock=True)
    await live(page)
    await set_luck(page, 0.51)
    await page.evaluate(RECORD_WAITS)
    stage.refuses = {"ws"}
    body = page.locator("body")

    await stage.close(1001)
    for wait, waits in ((510, "510"), (1020, "510,1020"), (2040, "510,1020,2040")):
        await expect(body).to_have_attribute("data-waits", waits)
        await page.clock.run_for(wait)

    await expect(body).to_have_attribute("data-waits", "510,1020,2040,4080")


RECORD_WAITS = """() => {
  const [real, waits] = [window.setTimeout, []];
  window.setTimeout = (then, ms, ...rest) => {
    if (ms >= 510 && ms % 510 === 0) document.body.dataset.waits = waits.push(ms) && waits;
    return real(then, ms, ...rest);
  };
}"""


async def test_server_that_says_stay_away_is_obeyed(open_page: Open, stage: Stage) -> None:
    """After a close code from 4400 to 4499 neither time nor a new network brings the card back."""
    stage.frame = json.dumps(snapshot())
    page = await open_page(clock=True)
    await live(page)
    await stage.close(4403)
    await expect(page.locator("html")).to_have_attribute("data-link", "offline")

    await page.clock.run_for(300_000)
    await fire(page, "online")
    await page.clock.run_for(300_000)

    assert stage.asked["ws"] == 1
    await expect(page.locator("now-playing")).to_have_attribute("data-state", "offline")


async def test_silence_is_a_dead_connection(open_page: Open, stage: Stage) -> None:
    """After 75 s without a word the card connects anew; a beat starts the count again."""
    stage.frame = json.dumps(snapshot())
    page = await open_page(clock=True)
    await live(page)
    await page.clock.run_for(60_000)
    await stage.play({"v": 1, "type": "beat", "now": NOW + 60_000})
    await stage.play(snapshot(seq=2, item=OTHER))
    await expect(page.get_by_role("link", name="Low Orbit")).to_be_visible()
    await page.clock.run_for(60_000)
    assert stage.opened == 1

    await page.clock.run_for(17_000)

    await stage.until(lambda s: s.opened == 2)


async def test_clock_that_jumped_fetches_a_fresh_snapshot(open_page: Open, stage: Stage) -> None:
    """A beat that disagrees with the time that passed here means sleep or a set clock."""
    stage.frame = json.dumps(snapshot())
    page = await open_page(clock=True)
    await live(page)

    await stage.play({"v": 1, "type": "beat", "now": NOW + 600_000})
    await lost(page)
    await page.clock.run_for(1000)

    await stage.until(lambda s: s.opened == 2)


async def test_hidden_page_gives_its_connection_up(open_page: Open, stage: Stage) -> None:
    """After 30 s in the background the socket is closed; on return it is opened at once."""
    stage.frame = json.dumps(snapshot())
    page = await open_page(clock=True)
    await live(page)
    await hide(page, is_hidden=True)
    await page.clock.run_for(29_000)
    assert stage.opened == len(stage.sockets) == 1
    await page.clock.run_for(1100)
    await stage.until(lambda s: not s.sockets)

    await hide(page, is_hidden=False)

    await stage.until(lambda s: s.opened == 2)


async def test_leaving_the_page_closes_the_socket(open_page: Open, stage: Stage) -> None:
    """Closed on pagehide, so that the page may rest in the back-forward cache; open on pageshow."""
    stage.frame = json.dumps(snapshot())
    page = await open_page(clock=True)
    await live(page)

    await fire(page, "pagehide")
    await stage.until(lambda s: not s.sockets)
    await fire(page, "pageshow")

    await stage.until(lambda s: s.opened == 2)


async def test_page_opened_in_the_background_waits(open_page: Open, stage: Stage) -> None:
    """A tab nobody has looked at yet costs the server nothing."""
    stage.frame = json.dumps(snapshot())
    page = await open_page("<p></p>")
    await hide(page, is_hidden=True)
    await page.evaluate("() => document.body.append(document.createElement('now-playing'))")
    asked_hidden = stage.asked.get("ws", 0)

    await hide(page, is_hidden=False)

    await stage.until(lambda s: s.opened == 1)
    assert asked_hidden == 0


async def test_offline_after_ninety_seconds(open_page: Open, stage: Stage) -> None:
    """The last item stays, the bar goes, and the card says so; then it recovers."""
    stage.frame = json.dumps(snapshot())
    page = await open_page(clock=True)
    await live(page)
    card = page.locator("now-playing")
    stage.refuses = {"ws", "events"}
    await stage.close(1001)
    await lost(page)
    await page.clock.run_for(80_000)
    await expect(card).to_have_attribute("data-state", "playing")

    await page.clock.run_for(15_000)

    await expect(page.get_by_text("Offline", exact=True)).to_be_visible()
    await expect(page.get_by_role("link", name="Paper Lanterns")).to_be_visible()
    await expect(card.locator("[part=progress]")).to_be_hidden()
    stage.refuses = set()
    await fire(page, "online")
    await live(page)


async def test_older_frames_are_ignored_and_a_new_epoch_is_not(
    open_page: Open, stage: Stage
) -> None:
    """Within an epoch only forward; a new process starts counting anew."""
    stage.frame = json.dumps(snapshot(seq=7))
    page = await open_page()
    await live(page)

    await stage.play(snapshot("paused", seq=6))
    await stage.play(snapshot("idle", seq=1) | {"epoch": "zz11"})

    await expect(page.locator("now-playing")).to_have_attribute("data-state", "idle")


JUNK = [
    "",
    "null",
    "[]",
    "{",
    '"state"',
    "7",
    "{}",
    '{"v":1}',
    '{"v":1,"type":"news","now":1}',
    '{"v":2,"type":"state","state":"nothing"}',
]


async def test_frames_it_does_not_know_are_ignored(open_page: Open, stage: Stage) -> None:
    """Malformed frames, later versions and unknown types neither change nor break the card."""
    stage.frame = json.dumps(snapshot())
    page = await open_page()
    await live(page)

    for junk in JUNK:
        await stage.play(junk)
    await stage.play(snapshot(seq=2, item=OTHER))

    await expect(page.get_by_role("link", name="Low Orbit")).to_be_visible()
    assert stage.opened == 1


async def test_page_hears_of_changes_and_of_the_connection(open_page: Open, stage: Stage) -> None:
    """np-change comes with each new state or item, np-status with each turn of the connection."""
    page = await open_page("<p></p>")
    await page.evaluate(
        """() => {
          window.heard = [];
          addEventListener('np-change', ({detail}) => heard.push(detail.state));
          addEventListener('np-status', ({detail}) => heard.push(detail));
          document.body.append(document.createElement('now-playing'));
        }"""
    )
    await stage.until(lambda s: s.opened == 1)

    await stage.play(snapshot())
    await stage.play(snapshot(seq=2, position_ms=100_000))
    await stage.play(snapshot("paused", seq=3))
    await page.wait_for_function("() => heard.length === 4")
    await stage.close(1012)
    await page.wait_for_function("() => heard.length === 5")

    expected = ["connecting", "playing", "live", "paused", "stale"]
    assert await page.evaluate("() => heard") == expected


async def test_page_may_set_the_snapshot_itself(open_page: Open, stage: Stage) -> None:
    """With `data` the card needs no server; given up, it follows the server again."""
    stage.frame = json.dumps(snapshot())
    page = await open_page("<p></p>")
    await page.evaluate(
        """(data) => {
          const card = document.createElement('now-playing');
          card.data = data;
          document.body.append(card);
        }""",
        snapshot("paused"),
    )
    card = page.locator("now-playing")
    await expect(card).to_have_attribute("data-state", "paused")
    assert stage.asked.get("ws") is None

    await card.evaluate("(card) => (card.data = null)")

    await live(page)


async def test_server_attribute_may_change(open_page: Open, stage: Stage) -> None:
    """Pointed to another server, the card leaves the first."""
    async with Stage(frame=json.dumps(snapshot(item=OTHER))) as second:
        stage.frame = json.dumps(snapshot())
        stage.pages["/cross"] = "<!doctype html><script src=/card.js></script><now-playing>"
        page = await open_page(path="/cross", bypass_csp=True)
        await live(page)

        await page.locator("now-playing").evaluate(
            "(card, origin) => card.setAttribute('server', origin)", second.origin
        )

        await expect(page.get_by_role("link", name="Low Orbit")).to_be_visible()
        await stage.until(lambda s: not s.sockets)
        await page.close()
