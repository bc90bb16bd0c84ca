"""The page on which the listener agrees or cancels. Whatever stands in it may be hostile."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Final
from urllib.parse import urlencode

_WORDS: Final = {
    "user-read-playback-state": "See what is playing, and where",
    "user-read-currently-playing": "See the item that is playing",
    "user-read-recently-played": "See what was played lately",
}

_PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Agree? (simulated account)</title>
<style>
  body {{ max-width: 26rem; margin: 12vh auto; padding: 0 1.5rem; background: #fff;
         color: #191414; font: 1rem/1.5 system-ui, sans-serif }}
  small {{ color: #6a6a6a }}
  h1 {{ font-size: 1.6rem; line-height: 1.2; letter-spacing: -.02em; margin: .5rem 0 1.5rem }}
  ul {{ padding: 0; list-style: none; border-top: 1px solid #e5e5e5 }}
  li {{ padding: .7rem 0; border-bottom: 1px solid #e5e5e5 }}
  nav {{ display: grid; gap: .5rem; margin-top: 2rem; text-align: center }}
  a {{ padding: .8rem; border-radius: 2rem; color: inherit; font-weight: 600;
      text-decoration: none }}
  a.agree {{ background: #191414; color: #fff }}
</style>
<small>Simulated account of {listener}. Nothing here is real.</small>
<h1>{app} would like to</h1>
<ul>
{scopes}
</ul>
<nav>
  <a class="agree" href="{agree}">Agree</a>
  <a class="cancel" href="{cancel}">Cancel</a>
</nav>
</html>
"""


def page(app: str, listener: str, scopes: Iterable[str], query: Mapping[str, str]) -> str:
    """Return the page; its two links repeat ``query`` and add the choice."""
    items = (f"  <li>{escape(_WORDS.get(scope, scope))}</li>" for scope in sorted(scopes))
    return _PAGE.format(
        app=escape(app),
        listener=escape(listener),
        scopes="\n".join(items),
        agree=escape(_link("agree", query)),
        cancel=escape(_link("cancel", query)),
    )


def _link(choice: str, query: Mapping[str, str]) -> str:
    return f"/authorize/decision?{urlencode({**query, 'choice': choice})}"
