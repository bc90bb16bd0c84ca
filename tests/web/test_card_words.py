"""The card speaks the language of the page around it."""

import json

import pytest
from playwright.async_api import Route, expect
from stage import WEB, Open, Stage, snapshot

pytestmark = pytest.mark.asyncio(loop_scope="session")

SPOKEN = {
    "de": "Zuletzt gehört vor 12 Min.",
    "de-AT": "Zuletzt gehört vor 12 Min.",
    "es": "Última escucha hace 12 min",
    "ja": "最終再生 12 分前",
    "fr": "Last played 12 min. ago",
}


@pytest.mark.parametrize("lang", SPOKEN)
async def test_card_speaks_the_language_of_the_page(
    open_page: Open, stage: Stage, lang: str
) -> None:
    """With words of the server, and without any for the languages that have none."""
    stage.frame = json.dumps(snapshot("idle"))
    page = await open_page("<p></p>")
    asked = []

    async def words(route: Route) -> None:
        asked.append(route.request.url)
        file = WEB / "words" / route.request.url.rsplit("/", 1)[1]
        await route.fulfill(body=file.read_bytes())

    await page.route("**/v1/words/*.json", words)
    await page.evaluate(
        """(lang) => {
          document.documentElement.lang = lang;
          document.body.append(document.createElement('now-playing'));
          document.body.append(document.createElement('now-playing'));
        }""",
        lang,
    )

    await expect(page.get_by_text(SPOKEN[lang], exact=True)).to_have_count(2)
    assert len(asked) == (lang != "fr")


async def test_card_speaks_english_where_words_are_missing(open_page: Open, stage: Stage) -> None:
    """A server that has none does not keep the card from speaking."""
    stage.frame = json.dumps(snapshot())

    page = await open_page("<now-playing lang=ar></now-playing>")

    await expect(page.get_by_role("group", name="Now playing")).to_be_visible()


async def test_card_mixes_no_languages(open_page: Open, stage: Stage) -> None:
    """Until the words are there, and where they never come, the age is English like the rest."""
    stage.frame = json.dumps(snapshot("idle"))

    page = await open_page("<now-playing lang=de></now-playing>")

    await expect(page.get_by_text("Last played 12 min. ago", exact=True)).to_be_visible()
    await expect(page.locator("now-playing [part=status]")).to_have_attribute("lang", "en")
