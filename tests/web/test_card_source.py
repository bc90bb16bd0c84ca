"""The card that is served is the one whose sources are read, and keeps its weight."""

import gzip
import json

from bundle import WEB, bundle

from tonearm.server.public.pages import Pages

MOST_BYTES = 6144


def test_card_is_made_of_its_sources() -> None:
    """After a change of web/card/ or of the English words: python tests/web/bundle.py."""
    assert WEB.joinpath("card.js").read_text("utf-8") == bundle()


def test_card_weighs_no_more_than_it_may() -> None:
    """With looks, every variant and the English words, as any gzip packs it."""
    card = next(page for page in Pages.load().all if page.path == "/card.js")

    assert len(gzip.compress(card.body, 9)) <= MOST_BYTES
    assert len(gzip.compress(WEB.joinpath("card.js").read_bytes(), 9)) <= MOST_BYTES


def test_card_speaks_every_language_there_are_words_for() -> None:
    """It asks for no other, because a missing file would be an error in a visitor's console."""
    script = WEB.joinpath("card", "sleeve.js").read_text("utf-8")
    words = {file.stem: json.loads(file.read_text("utf-8")) for file in WEB.glob("words/*.json")}

    assert f"({'|'.join(sorted(set(words) - {'en'}))})" in script
    assert all(list(spoken) == list(words["en"]) for spoken in words.values())
    assert [name for name, spoken in words.items() if spoken["lang"] != name] == []
