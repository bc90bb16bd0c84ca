"""What chats and social networks show for a link to the start page: a name, a sentence, the cover.

Such previews are kept for hours or weeks by whoever made them, so the words say nothing of what
plays, and the picture is the cover of that moment (https://ogp.me; `/v1/art` leads to it).
"""

from html import escape
from typing import Final

from .oembed import TITLE

SENTENCE: Final = "On Spotify, live: this page follows every change within moments."
_SIDE: Final = 640  # Spotify's largest cover


def preview(public_url: str) -> str:
    """Return elements for the head of the start page; ``public_url`` has no slash at its end."""
    place = f"{public_url}/"
    told = {
        "og:type": "website",
        "og:site_name": "tonearm",
        "og:title": TITLE,
        "og:description": SENTENCE,
        "og:url": place,
        "og:image": f"{public_url}/v1/art?size={_SIDE}",
        "og:image:alt": "The cover of what was on when this was linked",
    }
    lines = [
        f'<link rel="canonical" href="{escape(place)}">',
        *(f'<meta property="{name}" content="{escape(text)}">' for name, text in told.items()),
        '<meta name="twitter:card" content="summary">',  # the small one: a cover is square
    ]
    return "\n".join(lines)
