"""Damages Spotify's answers in every way, and says what must hold of whatever parse returns."""

import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from tonearm.poller import parse
from tonearm.poller.errors import BadAnswer
from tonearm.poller.options import Hosts
from tonearm.poller.playback import Item, Playback, Status

HOSTS = Hosts(art_origin="http://127.0.0.1:3345")

PARSERS: dict[str, Callable[[bytes], object]] = {
    "playback": lambda body: parse.playback(body, hosts=HOSTS),
    "queue": lambda body: parse.queue(body, hosts=HOSTS),
    "recently_played": lambda body: parse.recently_played(body, hosts=HOSTS),
    "account": parse.account,
    "refusal": parse.refusal,
    "rate_limit": lambda body: parse.rate_limit({}, body, now=0.0).is_quota,
}

# One of each type, and the values that break careless code.
RETYPES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**63,
    1.5,
    1e400,
    "",
    "odd",
    "\ud800\u202e\x00",
    "x" * 3000,
    "https://evil.example/",
    [],
    [[]],
    [None],
    {},
    {"name": []},
)

_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LINK = re.compile(r"https://open\.spotify\.com/[!-~]*")
_ART = re.compile(
    r"(https://([a-z0-9-]+\.)*(scdn\.co|spotifycdn\.com)|http://127\.0\.0\.1:3345)/[!-~]*"
)


def survives(name: str, body: bytes) -> bool:
    """Tell whether a parser took ``body``; fail if what it returned breaks the contract."""
    try:
        value = PARSERS[name](body)
    except BadAnswer:
        return False
    for item in _items(value):
        assert_publishable(item)
    if isinstance(value, Playback):
        assert (value.item is not None) == (value.status in {Status.PLAYING, Status.PAUSED})
    return True


def assert_publishable(item: Item) -> None:
    """Fail unless ``item`` keeps every limit of the wire contract."""
    encoded = msgspec.json.encode(item)
    assert len(encoded) <= 3500
    assert not _FORBIDDEN.search(encoded.decode())
    names = [
        item.title,
        item.byline,
        *(linked.name for linked in (item.album, item.show) if linked),
    ]
    assert any(names[:2])
    assert all(len(name) <= 300 and len(name.encode()) <= 480 for name in names)
    assert all(name == " ".join(name.split()) for name in names)
    assert len(item.artists) <= 5
    assert all(len(artist.name.encode()) <= 200 for artist in item.artists)
    assert len(item.art) <= 3
    pages = [item.url, *(each.url for each in (item.album, item.show, *item.artists) if each)]
    assert all(_LINK.fullmatch(page) and len(page) <= 200 for page in pages if page)
    assert all(_ART.fullmatch(art.url) and len(art.url) <= 200 for art in item.art)
    assert 0 <= item.duration_ms <= 2**53
    assert len(item.uri) <= 200
    assert re.fullmatch(r"(spotify|tonearm):[a-z]+:[A-Za-z0-9]+", item.uri)
    assert not item.uri.startswith("spotify:local")


def every_damage(body: bytes) -> Iterator[bytes]:
    """Yield ``body`` with each of its paths deleted once, and set to each of ``RETYPES`` once.

    Lists are cut to their first two elements: the others are only more of the same.
    """
    document = _shortened(json.loads(body))
    for parent, key in list(_places(document)):
        kept = parent[key]
        for value in RETYPES:
            parent[key] = value
            yield _encode(document)
        del parent[key]
        yield _encode(document)
        if isinstance(parent, list):
            parent.insert(key, kept)
        else:
            parent[key] = kept


def random_retypes(body: bytes, source: random.Random) -> bytes:
    """Return ``body`` with several of its values exchanged for ``RETYPES``: still valid JSON."""
    document = json.loads(body)
    places = list(_places(document))
    for parent, key in source.sample(places, min(len(places), source.randint(2, 12))):
        parent[key] = source.choice(RETYPES)
    return _encode(document)


def random_damage(body: bytes, source: random.Random) -> bytes:
    """Return ``body`` with a few bytes changed, cut out, doubled or put in."""
    damaged = bytearray(body)
    for _ in range(source.randint(1, 6)):
        start = source.randrange(len(damaged) + 1)
        end = start + source.choice((0, 1, 1, 1, 8, 64))
        match source.randrange(4):
            case 0:
                damaged[start:end] = source.randbytes(end - start)
            case 1:
                del damaged[start:end]
            case 2:
                damaged[start:start] = damaged[start:end] * source.choice((1, 2, 50))
            case _:
                damaged[start:end] = source.choice(_TOKENS)
    return bytes(damaged)


_TOKENS = (
    b"null", b"NaN", b"1e400", b"-0.0", b'"', b"\\", b"\\ud800", b"\xff", b"\xed\xa0\x80",
    b"[" * 64, b"{}", b",", b"9" * 5000, b"\x00", "\u202e".encode(), b"true", b'"ad"',
)  # fmt: skip


def _items(value: object) -> Iterator[Item]:
    match value:
        case Item():
            yield value
        case tuple():
            for each in value:
                yield from _items(each)
        case msgspec.Struct():
            for name in value.__struct_fields__:
                yield from _items(getattr(value, name))
        case _:
            pass


def _shortened(value: Any) -> Any:
    match value:
        case dict():
            return {key: _shortened(each) for key, each in value.items()}
        case list():
            return [_shortened(each) for each in value[:2]]
        case _:
            return value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every container with every key in it, from the inside out."""
    keys: list[Any]
    match value:
        case dict():
            keys = list(value)
        case list():
            keys = list(range(len(value)))
        case _:
            keys = []
    for key in keys:
        yield from _places(value[key])
        yield value, key


def _encode(document: Any) -> bytes:
    return json.dumps(document).replace("Infinity", "1e400").encode()
