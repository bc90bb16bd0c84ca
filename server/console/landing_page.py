"""The page a browser sees after a login: one sentence, no script, nothing from elsewhere."""

import base64
import hashlib
import re
from html import escape
from http import HTTPStatus
from typing import Final

from aiohttp import web

_STYLE: Final = """
:root { color-scheme: light dark; --ground: #f6f4ef; --ink: #1d1b18; --muted: #6b665d;
        --groove: #d9d4c9; --disc: #1d1b18; --label: #c8452c }
@media (prefers-color-scheme: dark) {
  :root { --ground: #171614; --ink: #f1eee7; --muted: #a39d92; --groove: #3a3733; --disc: #060606 }
}
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 2rem;
       background: var(--ground); color: var(--ink); font: 1.0625rem/1.55 system-ui, sans-serif }
main { width: min(28rem, 100%) }
.disc { width: 5.5rem; aspect-ratio: 1; border-radius: 50%; margin-bottom: 2rem;
        background:
          radial-gradient(closest-side,
            var(--ground) 0 7%, var(--label) 8% 36%, var(--disc) 37% 43%, transparent 44%),
          repeating-radial-gradient(var(--disc) 0 2px, var(--groove) 2.5px, var(--disc) 3px 5px) }
.failed .disc { filter: grayscale(1); opacity: .55 }
h1 { font-size: 1.75rem; line-height: 1.2; letter-spacing: -.02em; margin: 0 0 .6rem }
p { margin: 0 0 .6rem; overflow-wrap: anywhere }
code { font: .9em ui-monospace, monospace; padding: .1em .35em; border-radius: .3em;
       background: color-mix(in srgb, var(--groove) 50%, transparent) }
p:last-child { color: var(--muted) }
"""

_PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title} - tonearm</title>
<style>{style}</style>
<main class="{kind}">
  <div class="disc" aria-hidden="true"></div>
  <h1>{title}</h1>
  <p>{sentence}</p>
  <p>{ending}</p>
</main>
</html>
"""

_CODE: Final = re.compile("`([^`]+)`")
_DIGEST: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode("ascii")

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_DIGEST}';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",  # this page's address holds a code
    "X-Content-Type-Options": "nosniff",
}


def answer(status: int, sentence: str) -> web.Response:
    """Return the page that says ``sentence``, as the only answer on its connection."""
    is_fine = status == HTTPStatus.OK
    response = web.Response(
        status=status,
        headers=HEADERS,
        content_type="text/html",
        charset="utf-8",
        text=_PAGE.format(
            style=_STYLE,
            kind="done" if is_fine else "failed",
            title="All set" if is_fine else "Not logged in",
            sentence=_CODE.sub(r"<code>\1</code>", escape(sentence)),
            ending="You can close this tab."
            if is_fine
            else "You can close this tab and go back to the terminal.",
        ),
    )
    response.force_close()
    return response
