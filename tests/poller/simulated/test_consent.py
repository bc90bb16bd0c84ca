"""The consent page: two links that work, and nothing hostile left in it."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

from tonearm.poller.simulated.consent import page

QUERY = {"client_id": "app", "state": '"><script>alert(2)</script>', "redirect_uri": "http://x/y?z"}


def links(text: str) -> dict[str, str]:
    """Return where each link leads, by its class."""
    return {
        name: unescape(href) for name, href in re.findall(r'class="(\w+)" href="([^"]+)"', text)
    }


def test_each_link_repeats_the_query_and_adds_the_choice() -> None:
    """What a person clicks is what the app asked for, agreed to or not."""
    found = links(page("tonearm", "Demo listener", ["user-read-playback-state"], QUERY))

    for choice, href in found.items():
        parts = urlsplit(href)
        answer = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert (parts.path, answer) == ("/authorize/decision", {**QUERY, "choice": choice})
    assert set(found) == {"agree", "cancel"}


def test_hostile_names_stay_text() -> None:
    """Wherever they come from: the app, the listener, a scope, the query."""
    bad = "<script>alert(1)</script>"

    text = page(bad, bad, [bad], QUERY)

    assert "<script>" not in text
    assert text.count("&lt;script&gt;alert(1)") == 3


def test_scopes_are_told_in_words() -> None:
    """Nobody should have to read identifiers."""
    text = page("tonearm", "Demo listener", ["user-read-recently-played"], QUERY)

    assert "See what was played lately" in text
