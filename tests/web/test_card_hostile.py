"""Whatever arrives is text or a checked address: nothing runs, nothing leads astray."""

from typing import Any

import pytest
from playwright.async_api import expect
from stage import Open, Stage, snapshot, track

pytestmark = pytest.mark.asyncio(loop_scope="session")

CALL = "window.hacked()"
PAYLOADS = [
    f"<script>{CALL}</script>",
    f"<SCRIPT>{CALL}//</SCRIPT>",
    f"<scr<script>ipt>{CALL}</scr</script>ipt>",
    f"<script src=data:text/javascript,{CALL}></script>",
    f"</title><script>{CALL}</script>",
    f"</textarea><script>{CALL}</script>",
    f"</style><script>{CALL}</script>",
    f"--><script>{CALL}</script>",
    f"]]><script>{CALL}</script>",
    f"<img src=x onerror={CALL}>",
    f'<img src="x" onerror="{CALL}">',
    f"<img src=x oneonerrorrror={CALL}>",
    f"<img/src='x'/onerror={CALL}>",
    f'"><img src=x onerror={CALL}>',
    f"'><img src=x onerror={CALL}>",
    f"`><img src=x onerror={CALL}>",
    f"<svg onload={CALL}>",
    f"<svg/onload={CALL}>",
    f"<svg><script>{CALL}</script></svg>",
    f"<svg><animate onbegin={CALL} attributeName=x dur=1s>",
    f"<svg><a xlink:href=javascript:{CALL}><text>x</text></a></svg>",
    f"<math><mtext></form><form><mglyph><svg><mtext><style><path id='</style><img onerror={CALL}>",
    f"<math href=javascript:{CALL}>x</math>",
    f"<iframe src=javascript:{CALL}>",
    "<iframe srcdoc='<script>parent.hacked()</script>'>",
    f"<object data=javascript:{CALL}>",
    f"<embed src=javascript:{CALL}>",
    f"<body onload={CALL}>",
    f"<details open ontoggle={CALL}>",
    f"<input autofocus onfocus={CALL}>",
    f"<select autofocus onfocus={CALL}>",
    f"<textarea autofocus onfocus={CALL}>",
    f"<video><source onerror={CALL}>",
    f"<audio src=x onerror={CALL}>",
    f"<marquee onstart={CALL}>",
    f"<a href=javascript:{CALL}>x</a>",
    f"<a href=' javascript:{CALL}'>x</a>",
    f"<form action=javascript:{CALL}><button>x</button></form>",
    f"<base href=javascript:{CALL}//>",
    f"<meta http-equiv=refresh content='0;url=javascript:{CALL}'>",
    f"<link rel=stylesheet href=data:text/css,*{{}} onload={CALL}>",
    f"<style>@import 'javascript:{CALL}';</style>",
    f"<style onload={CALL}></style>",
    f"<template><script>{CALL}</script></template>",
    f"<slot onslotchange={CALL}></slot>",
    f"<div style=animation-name:x onanimationstart={CALL}>",
    f"{{{{constructor.constructor('{CALL}')()}}}}",
    f"${{{CALL}}}",
    f"javascript:{CALL}",
    f"&lt;script&gt;{CALL}&lt;/script&gt;",
    f"\\u003cscript\\u003e{CALL}\\u003c/script\\u003e",
    "<b>bold</b> &amp; <i>not</i>",
    "__proto__",
    "\u202edlrow olleh",
]


async def test_nothing_in_a_title_ever_runs(open_page: Open, stage: Stage) -> None:
    """Fifty ways to smuggle a script in, in every text field: shown letter by letter, run never."""
    frames = [
        snapshot(
            seq=seq,
            item=track(
                uri=payload,
                title=payload,
                byline=payload,
                kind=payload,
                album={"name": payload, "url": payload},
                artists=[{"name": payload, "url": payload}],
                palette={
                    name: dict.fromkeys(("bg", "fg", "mu", "ac"), payload)
                    for name in ("light", "dark", "bold")
                },
            ),
        )
        for seq, payload in enumerate(PAYLOADS)
    ]
    page = await open_page("<p></p>")

    shown = await page.evaluate(
        """(frames) => {
          window.ran = 0;
          window.hacked = () => { ran += 1; };
          const card = document.createElement('now-playing');
          document.body.append(card);
          const part = (name) => card.shadowRoot.querySelector(`[part=${name}]`);
          return frames.map((frame) => {
            card.data = frame;
            const link = part('link').getAttribute('aria-label');
            return [part('title').textContent, part('byline').textContent, link,
              card.shadowRoot.querySelectorAll('*').length, part('card').style.length];
          });
        }""",
        frames,
    )
    await page.wait_for_timeout(0)

    elements = shown[0][3]
    for payload, seen in zip(PAYLOADS, shown, strict=True):
        assert seen == [payload, payload, f"{payload}, {payload}. Open on Spotify", elements, 0]
    assert await page.evaluate("() => ran") == 0


ADDRESSES: list[Any] = [
    "javascript:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "blob:https://open.spotify.com/1",
    "http://open.spotify.com/track/1",
    "https://open.spotify.com@evil.example/",
    "https://open.spotify.com:8443/track/1",
    "https://open.spotify.com.evil.example/",
    "https://evil.example/open.spotify.com",
    "https://evil.example\\@open.spotify.com",
    "//evil.example",
    "//open.spotify.com/track/1",
    "/track/1",
    "track",
    "",
    None,
    7,
    {},
    ["https://evil.example/"],
]

LEADS_TO = """([frame, addresses]) => {
  const card = document.createElement('now-playing');
  document.body.append(card);
  return addresses.map((url) => {
    frame.item.url = url;
    card.data = frame;
    return card.shadowRoot.querySelector('a').getAttribute('href');
  });
}"""


async def test_links_lead_to_spotify_or_nowhere(open_page: Open) -> None:
    """Only https on open.spotify.com itself becomes a link."""
    page = await open_page("<p></p>")
    good = "https://open.spotify.com/track/1"

    hrefs = await page.evaluate(LEADS_TO, [snapshot(), [*ADDRESSES, good]])

    assert hrefs == [None] * len(ADDRESSES) + [good]


async def test_covers_come_from_https_or_from_the_server(open_page: Open, stage: Stage) -> None:
    """No other address is ever asked, whatever its scheme."""
    page = await open_page("<p></p>", expect_trouble=True)
    addresses = [
        "javascript:hacked()",
        "data:image/svg+xml,<svg onload=hacked()>",
        "http://127.0.0.1:9/cover.png",
        "//127.0.0.1:9/cover.png",
        "ftp://127.0.0.1/",
        7,
        None,
        {},
        "",
        "/art/lanterns",
        "https://i.scdn.co/image/1",
    ]

    taken = await page.evaluate(
        """([frame, addresses]) => {
          const card = document.createElement('now-playing');
          document.body.append(card);
          return addresses.map((url) => {
            frame.item.art = [{url, width: 300, height: 300}];
            card.data = frame;
            return card.shadowRoot.querySelector('img').getAttribute('src');
          });
        }""",
        [snapshot(), addresses],
    )

    good = [f"{stage.origin}/art/lanterns", "https://i.scdn.co/image/1"]
    assert taken == [None] * (len(addresses) - 2) + good


DAMAGE: list[dict[str, Any]] = [
    {"item": None},
    {"item": {}},
    {"item": "x"},
    {"item": track(art=None)},
    {"item": track(art="x")},
    {"item": track(art=[None, None])},
    {"item": track(palette="x")},
    {"item": track(palette={"light": None, "dark": 7})},
    {"item": track(duration_ms=None)},
    {"item": track(duration_ms=-1)},
    {"item": track(duration_ms=1e300)},
    {"item": track(title=None, byline=7)},
    {"position_ms": None, "as_of": None},
    {"position_ms": 1e300},
    {"position_ms": -5},
    {"position_ms": "x", "as_of": {}},
    {"now": None},
    {"state": None},
    {"state": "__proto__"},
    {"health": None},
    {"seq": "x"},
]


async def test_damaged_snapshot_never_breaks_the_card(open_page: Open, stage: Stage) -> None:
    """No script error, and after each the next good snapshot is shown."""
    page = await open_page()
    await stage.until(lambda s: s.opened == 1)

    for n, damage in enumerate(DAMAGE):
        await stage.play(snapshot() | {"epoch": f"bad{n}"} | damage)
        title = f"Good {n}."
        await stage.play(snapshot(item=track(title=title)) | {"epoch": f"good{n}"})
        await expect(page.get_by_role("link", name=title)).to_be_visible()
