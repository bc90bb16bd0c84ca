"""Frames: the exact bytes of the wire contract."""

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from viewers import TRACK, playing

from tonearm.poller.playback import (
    Art,
    Artist,
    Colours,
    Health,
    Item,
    Kind,
    Linked,
    Palette,
    Snapshot,
    State,
)
from tonearm.server.feed import frames

SCHEMA: dict[str, Any] = json.loads(
    Path(__file__).parents[1].joinpath("snapshot.schema.json").read_text()
)

NOW = 1_795_290_352.492
EVERY_STATE = (
    playing(),
    replace(playing(), state=State.PAUSED, health=Health.LIMITED, until=1_795_290_400_000),
    Snapshot(
        epoch="k3f9",
        seq=2,
        state=State.IDLE,
        health=Health.OK,
        ended_at=1_795_290_000_000,
        item=TRACK,
    ),
    Snapshot(epoch="k3f9", seq=3, state=State.NOTHING, health=Health.LOGIN_NEEDED),
    Snapshot(epoch="k3f9", seq=4, state=State.AD, health=Health.OK),
    Snapshot(epoch="k3f9", seq=5, state=State.UNKNOWN, health=Health.STALE, item=TRACK),
)

_colours = Colours(bg="#ffffff", fg="#101010", mu="#404040", ac="#1db954")
_long_text = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])).map(
    lambda text: text.encode("utf-8")[:480].decode("utf-8", "ignore"),
) | st.sampled_from(['"' * 480, "\\" * 480, "x" * 480])
_urls = st.integers(40, 200).map(lambda size: "https://i.scdn.co/".ljust(size, "a"))
_linked = st.builds(Linked, name=_long_text, url=_urls)
_items = st.builds(
    Item,
    kind=st.sampled_from(Kind),
    uri=_urls,
    title=_long_text,
    byline=_long_text,
    artists=st.lists(
        st.builds(Artist, name=_long_text.map(lambda name: name[:200]), url=_urls), max_size=5
    ).map(tuple),
    album=_linked,
    show=_linked,
    url=_urls,
    duration_ms=st.integers(0, 2**40),
    explicit=st.booleans(),
    art=st.lists(st.builds(Art, url=_urls), max_size=3).map(tuple),
    palette=st.just(Palette(light=_colours, dark=_colours, bold=_colours)),
)


def decoded(snapshot: Snapshot, *, monotonic_s: float = 1_000.0) -> dict[str, Any]:
    """Return what a viewer reads of ``snapshot``."""
    return dict(json.loads(frames.encode(snapshot, now=NOW, monotonic_s=monotonic_s)))


@pytest.mark.parametrize("snapshot", EVERY_STATE, ids=lambda snapshot: snapshot.state)
def test_encode_meets_the_contract_in_every_state(snapshot: Snapshot) -> None:
    """Each state has exactly the fields, and the nulls, that the contract gives it."""
    jsonschema.validate(decoded(snapshot), SCHEMA)


def test_encode_keeps_the_order_of_the_contract() -> None:
    """A person who reads the JSON finds what matters first."""
    assert list(decoded(playing())) == SCHEMA["required"]
    assert list(decoded(playing())["item"]) == SCHEMA["$defs"]["item"]["required"]


def test_encode_counts_as_of_back_from_now() -> None:
    """However late a frame is made, now minus as_of is the time since the position was true."""
    late = decoded(playing(as_of_s=1_000.0), monotonic_s=1_012.5)

    assert late["now"] == 1_795_290_352_492
    assert late["now"] - late["as_of"] == 12_500
    assert late["position_ms"] == 60_000


@given(item=_items)
def test_encode_fits_into_four_kibibytes_whatever_the_item(item: Item) -> None:
    """An item that is long everywhere loses what a card can do without, never its title."""
    payload = frames.encode(playing(item=item), now=NOW, monotonic_s=1_000.0)

    assert len(payload) <= 4096
    assert json.loads(payload)["item"]["title"] == item.title


def test_encode_trims_nothing_when_the_item_is_of_usual_size() -> None:
    """The limit costs the usual item nothing."""
    item = replace(TRACK, palette=Palette(light=_colours, dark=_colours, bold=_colours))

    frame = decoded(playing(item=item))["item"]

    assert frame["palette"]["bold"]["ac"] == "#1db954"
    assert [artist["name"] for artist in frame["artists"]] == ["Mara Lind", "Otto"]
    assert frame["artists"][0]["url"] is not None


def test_beat_tells_the_time_and_nothing_else() -> None:
    """The beat is the three fields of the contract."""
    assert frames.beat(NOW) == b'{"v":1,"type":"beat","now":1795290352492}'


@pytest.mark.parametrize(
    ("size", "header"),
    [(2, b"\x81\x02"), (125, b"\x81\x7d"), (126, b"\x81\x7e\x00\x7e"), (4096, b"\x81\x7e\x10\x00")],
)
def test_text_frame_has_the_header_of_its_size(size: int, header: bytes) -> None:
    """RFC 6455 5.2: final text frame, no mask, the shortest form of the length."""
    assert frames.text_frame(b"x" * size) == header + b"x" * size


def test_sse_state_names_epoch_and_seq_as_its_id() -> None:
    """A browser that comes back sends the id as Last-Event-ID."""
    assert frames.sse_state(b"{}", "k3f9", 481) == b"id: k3f9-481\ndata: {}\n\n"


def test_sse_beat_is_a_named_event_without_an_id() -> None:
    """``onmessage`` does not see it and the last id stays."""
    assert frames.sse_beat(b"{}") == b"event: beat\ndata: {}\n\n"


def test_etag_is_epoch_and_seq() -> None:
    """A restart, which begins to count anew, never repeats an ETag."""
    assert frames.etag(playing(seq=481)) == "k3f9-481"
