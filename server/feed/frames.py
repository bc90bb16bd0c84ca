"""What goes over the wire: a snapshot as JSON, and that JSON framed for WebSocket and for SSE.

Pure: bytes out of values. It knows the wire contract and nothing of sockets or of who listens. The
order of the fields here is the order on the wire.
"""

from collections.abc import Callable
from typing import Final

import msgspec
from msgspec.structs import replace
from websockets.frames import Frame, Opcode

from tonearm.poller.playback import Health, Item, Snapshot, State

FRAME_LIMIT_BYTES: Final = 4096


class _Source(msgspec.Struct, frozen=True):
    name: str = "Spotify"
    url: str = "https://open.spotify.com"


class _StateFrame(msgspec.Struct, frozen=True, kw_only=True):
    v: int = 1
    type: str = "state"
    epoch: str
    seq: int
    now: int
    state: State
    health: Health
    until: int | None
    confirmed: bool
    as_of: int | None
    position_ms: int | None
    ended_at: int | None
    item: Item | None
    source: _Source = _Source()


class _BeatFrame(msgspec.Struct, frozen=True, kw_only=True):
    v: int = 1
    type: str = "beat"
    now: int


_json = msgspec.json.Encoder()

# What a card can best do without, in this order. Fields are cut one by one when an item is parsed;
# only an item that is long in all of them at once, or full of quotes and backslashes, gets here.
_TRIMS: Final[tuple[Callable[[Item], Item], ...]] = (
    lambda item: replace(item, palette=None),
    lambda item: replace(item, artists=tuple(replace(each, url=None) for each in item.artists)),
    lambda item: replace(item, art=item.art[:1]),
    lambda item: replace(item, artists=()),
    lambda item: replace(item, album=None, show=None),
)


def encode(snapshot: Snapshot, *, now: float, monotonic_s: float) -> bytes:
    """Return ``snapshot`` as the JSON of the contract, at most 4 KiB.

    ``now`` (seconds since 1970) and ``monotonic_s`` are one instant on two clocks. The wire's
    ``as_of`` is counted back from it, so that a step of the wall clock moves no progress bar.
    """
    now_ms = round(now * 1000)
    as_of_s = snapshot.as_of_s
    frame = _StateFrame(
        epoch=snapshot.epoch,
        seq=snapshot.seq,
        now=now_ms,
        state=snapshot.state,
        health=snapshot.health,
        until=snapshot.until,
        confirmed=snapshot.confirmed,
        as_of=None if as_of_s is None else now_ms - round((monotonic_s - as_of_s) * 1000),
        position_ms=snapshot.position_ms,
        ended_at=snapshot.ended_at,
        item=snapshot.item,
    )
    payload = _json.encode(frame)
    for trim in _TRIMS:
        if len(payload) <= FRAME_LIMIT_BYTES or frame.item is None:
            break
        frame = replace(frame, item=trim(frame.item))
        payload = _json.encode(frame)
    return payload


def beat(now: float) -> bytes:
    """Return the JSON of a beat; ``now`` in seconds since 1970."""
    return _json.encode(_BeatFrame(now=round(now * 1000)))


def text_frame(payload: bytes) -> bytes:
    """Return ``payload`` as one WebSocket text frame, unmasked as servers send it."""
    return Frame(Opcode.TEXT, payload).serialize(mask=False)


def sse_state(payload: bytes, epoch: str, seq: int) -> bytes:
    """Return ``payload`` as a server-sent event whose id is ``epoch-seq``."""
    return b"id: %b-%d\ndata: %b\n\n" % (epoch.encode("ascii"), seq, payload)


def sse_beat(payload: bytes) -> bytes:
    """Return a beat as a named event: it wakes no ``onmessage`` and leaves the last id alone."""
    return b"event: beat\ndata: %b\n\n" % payload


def etag(snapshot: Snapshot) -> str:
    """Return the opaque part of the weak ETag ``W/"epoch-seq"``, without quotes."""
    return f"{snapshot.epoch}-{snapshot.seq}"
