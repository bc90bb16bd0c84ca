"""The image card: complete in itself, and well-formed whatever a song is called."""

import base64
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from viewers import TRACK

from tonearm.poller.playback import Item, Kind, State
from tonearm.server.artwork.palette import Swatch, palette
from tonearm.server.public.words import Languages
from tonearm.server.views.looks import THEMES, TINTS, Looks
from tonearm.server.views.scene import Scene
from tonearm.server.views.svg import card

LANGUAGES = Languages.load()
GREEN = palette([Swatch(1, "#207040")])
SVG = "{http://www.w3.org/2000/svg}"
ALLOWED = {"svg", "title", "style", "rect", "path", "clipPath", "image", "circle", "text"}
HOSTILE = (
    "<script>alert(1)</script>",
    '"><image href="https://evil.example/"/>',
    "]]></style><svg onload=alert(1)>",
    "&lt;b&gt; &amp; &#x3c;",
    "}</style>*{fill:red}",
    "\x00\x08\x1b\x7f\ufffe\uffff\ud800",
    "--><!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>&x;",
)


def drawn(
    item: Item | None = TRACK,
    *,
    state: State = State.PLAYING,
    lang: str = "en",
    looks: Looks = Looks(),  # noqa: B008  (a frozen value)
    picture: bytes | None = None,
    ended_at: int | None = None,
) -> bytes:
    """Return the image."""
    return card(Scene(state, item, ended_at), LANGUAGES.words(lang), looks, picture=picture)


def texts(image: bytes) -> list[str]:
    """Return the lines that are seen."""
    return [each.text or "" for each in ET.fromstring(image).iter(f"{SVG}text")]


def test_card_shows_status_title_and_byline() -> None:
    """In this order."""
    assert texts(drawn()) == ["Now playing", "Glass Harbour", "Mara Lind, Otto"]


@pytest.mark.parametrize(
    ("state", "lines"),
    [
        (State.NOTHING, ["Nothing played yet", "Quiet so far"]),
        (State.AD, ["Ad break", "Back in a moment"]),
        (State.UNKNOWN, ["Now playing", "One moment"]),
    ],
)
def test_card_without_an_item_still_says_something(state: State, lines: list[str]) -> None:
    """No hole where the title was."""
    assert texts(drawn(None, state=state)) == lines


def test_card_says_when_something_was_played_last() -> None:
    """A day, so that nothing has to be drawn anew as time passes."""
    image = drawn(state=State.IDLE, ended_at=1_795_290_352_492)

    assert texts(image)[0] == "Last played 21 Nov"


def test_card_is_an_image_with_a_name() -> None:
    """It holds the whole text, also what was shortened."""
    long = replace(TRACK, title="A very long title " * 9, explicit=True)

    root = ET.fromstring(drawn(long))

    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "t")
    name = root.findtext(f"{SVG}title") or ""
    assert name == f"Now playing: {long.title}, Mara Lind, Otto, Explicit. Spotify"
    assert texts(drawn(long))[1].endswith("…")


def test_card_has_the_size_of_the_wide_one() -> None:
    """Whoever replaces one by the other moves nothing."""
    root = ET.fromstring(drawn())

    assert (root.get("width"), root.get("height")) == ("400", "128")


def test_card_holds_the_cover_itself() -> None:
    """GitHub's image proxy loads nothing further."""
    root = ET.fromstring(drawn(picture=b"a jpeg"))

    (image,) = root.iter(f"{SVG}image")
    kind, _, data = (image.get("href") or "").partition(",")
    assert kind == "data:image/jpeg;base64"
    assert base64.b64decode(data) == b"a jpeg"


def test_card_without_a_cover_shows_a_note() -> None:
    """Never a broken image."""
    root = ET.fromstring(drawn(picture=None))

    assert not list(root.iter(f"{SVG}image"))
    assert len(list(root.iter(f"{SVG}path"))) == 2


@pytest.mark.parametrize(
    ("looks", "grounds"),
    [
        (Looks(), [GREEN.light.bg, GREEN.dark.bg]),
        (Looks(theme="light"), [GREEN.light.bg]),
        (Looks(theme="dark"), [GREEN.dark.bg]),
        (Looks(tint="bold"), [GREEN.bold.bg]),
        (Looks(tint="none"), ["#ffffff", "#17171a"]),
    ],
)
def test_card_wears_the_colours_that_were_asked_for(looks: Looks, grounds: list[str]) -> None:
    """With theme auto it follows who looks at it."""
    image = drawn(replace(TRACK, palette=GREEN), looks=looks).decode()

    assert re.findall(r"\.b\{fill:(#\w+)", image) == grounds
    assert ("prefers-color-scheme" in image) is (len(grounds) == 2)


@pytest.mark.parametrize(
    ("looks", "marks"),
    [
        (Looks(), ["#000000", "#ffffff"]),
        (Looks(tint="bold"), ["#ffffff"]),
        (Looks(theme="dark", tint="none"), ["#ffffff"]),
    ],
)
def test_mark_is_black_or_white(looks: Looks, marks: list[str]) -> None:
    """Spotify's rule for any ground that has a colour."""
    image = drawn(replace(TRACK, palette=GREEN), looks=looks).decode()

    assert re.findall(r"\.s\{fill:(#\w+)", image) == marks


@pytest.mark.parametrize(
    ("title", "lang", "direction", "anchor"),
    [
        ("Low Tide", "en", None, None),
        ("לילה ארוך בנמל", "en", "rtl", "end"),
        ("(לילה)", "en", "rtl", "end"),
        ("مصابيح", "ar", "rtl", None),
        ("Low Tide", "ar", None, "end"),
        ("夜明け", "ja", None, None),
        ("123 - ?", "en", None, None),
    ],
)
def test_title_runs_its_own_way_at_the_cards_own_side(
    title: str, lang: str, direction: str | None, anchor: str | None
) -> None:
    """Hebrew on an English card is read from the right, but begins where all lines begin."""
    root = ET.fromstring(drawn(replace(TRACK, title=title), lang=lang))

    _, line, _ = root.iter(f"{SVG}text")
    assert (line.get("direction"), line.get("text-anchor")) == (direction, anchor)
    assert line.get("x") == ("272" if lang == "ar" else "128")


def test_explicit_items_are_marked() -> None:
    """Mandatory in some countries, sensible in all."""
    assert "E" in texts(drawn(replace(TRACK, explicit=True)))
    assert "E" not in texts(drawn())


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("lang", ["en", "ar"])
def test_nothing_is_drawn_outside_the_card(state: State, lang: str) -> None:
    """Mirrored or not, in every state."""
    root = ET.fromstring(drawn(state=state, lang=lang, picture=b"x"))

    for box in root.iter(f"{SVG}rect"):
        left, width = float(box.get("x") or 0), float(box.get("width") or 0)
        assert 0 <= left <= left + width <= 400


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", ["title", "byline"])
def test_hostile_texts_stay_text(field: str, text: str) -> None:
    """Nothing a song is called becomes markup, style or a broken image."""
    image = drawn(replace(TRACK, **{field: text}), picture=b"x")

    root = ET.fromstring(image)
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= ALLOWED
    assert root.findtext(f"{SVG}style") == ET.fromstring(drawn()).findtext(f"{SVG}style")


@given(
    title=st.text(max_size=300),
    byline=st.text(max_size=300),
    state=st.sampled_from(State),
    kind=st.sampled_from(Kind),
    theme=st.sampled_from(THEMES),
    tint=st.sampled_from(TINTS),
    lang=st.sampled_from(["en", "de", "es", "ja", "ar"]),
    explicit=st.booleans(),
)
def test_card_is_always_well_formed_and_alone(  # noqa: PLR0917
    title: str, byline: str, state: State, kind: Kind, theme: str, tint: str, lang: str,
    *, explicit: bool,
) -> None:  # fmt: skip
    """No script, no reference, no foreign element, and XML that every parser takes."""
    item = replace(TRACK, title=title, byline=byline, kind=kind, explicit=explicit, palette=GREEN)

    image = drawn(item, state=state, lang=lang, looks=Looks(theme, tint), picture=b"x")

    root = ET.fromstring(image)
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= ALLOWED
    links = [value for each in root.iter() for name, value in each.items() if "href" in name]
    assert all(link.startswith("data:image/jpeg;base64,") for link in links)
    assert not [name for each in root.iter() for name in each.attrib if name.startswith("on")]
    assert "url(" not in (root.findtext(f"{SVG}style") or "")


def test_card_is_the_same_until_something_changes() -> None:
    """An ETag made of it is worth keeping."""
    assert drawn() == drawn()
    assert drawn() != drawn(replace(TRACK, title="Low Tide"))
    assert drawn() != drawn(state=State.PAUSED)
