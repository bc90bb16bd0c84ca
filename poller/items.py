"""One track, episode or local file out of Spotify's object for it, safe to keep and to publish.

Every field may be missing or of another type, and an item must fit into a frame whatever it
holds. Which answer the object came in is parse's business.
"""

import hashlib
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

import msgspec

from .fields import is_raised, listing, mapping, whole, word
from .links import art_link, link
from .options import Hosts
from .playback import Art, Artist, Item, Kind, Linked
from .text import NAME_BYTES, TEXT_BYTES, clean

ITEM_BYTES: Final = 3500
"""The most an item takes as JSON, so that a frame with palette and envelope stays under 4 KiB."""

ARTISTS: Final = 5
IMAGES: Final = 3

# More than this of a list is never looked at.
_READ_ELEMENTS: Final = 50
_MEDIUM_PX: Final = 300
_SMALL_PX: Final = 64
_LARGEST_PX: Final = 20_000

# Chapters of an audiobook are sent as episodes today; the name exists elsewhere in the API.
_KINDS: Final = {"track": Kind.TRACK, "episode": Kind.EPISODE, "chapter": Kind.EPISODE}

_LOCAL_PREFIX: Final = "spotify:local:"
_URI: Final = re.compile(r"spotify:(?P<type>[a-z]{1,20}):[A-Za-z0-9]{1,64}")
_ID: Final = re.compile(r"[A-Za-z0-9]{1,64}")

# A local file's links and covers are believed of no host.
_NO_HOSTS: Final = Hosts(links=(), art=(), art_origin=None)


def read_item(value: object, *, hosts: Hosts, expected: object = None) -> Item | None:
    """Return the item in ``value``, or None if it is of no known kind or has nothing to show.

    ``expected`` is the kind that the answer around it names, for an item that does not say.
    A title may be empty as long as a byline tells what it is.
    """
    raw = mapping(value)
    kind = _kind(raw, expected)
    if kind is None:
        return None
    if kind is Kind.LOCAL:
        hosts = _NO_HOSTS
    title = clean(raw.get("name"), TEXT_BYTES)
    album = _linked(raw.get("album"), hosts) if kind is Kind.TRACK else None
    show = _linked(raw.get("show"), hosts) if kind is Kind.EPISODE else None
    artists = _artists(raw.get("artists"), hosts) if kind is not Kind.EPISODE else ()
    byline = show.name if show else clean(", ".join(each.name for each in artists), TEXT_BYTES)
    if not title and not byline:
        return None
    return _fit(
        Item(
            kind=kind,
            uri=_uri(raw, kind, f"{title}\n{byline}"),
            title=title,
            byline=byline,
            artists=artists[:ARTISTS],
            album=album,
            show=show,
            url=_page(raw, hosts),
            duration_ms=whole(raw.get("duration_ms")) or 0,
            explicit=raw.get("explicit") is True,
            art=_art(raw, kind, hosts),
        ),
    )


def _kind(raw: Mapping[str, Any], expected: object) -> Kind | None:
    uri = word(raw.get("uri"))
    if uri.startswith(_LOCAL_PREFIX) or is_raised(raw.get("is_local")):
        return Kind.LOCAL
    match = _URI.fullmatch(uri)
    said = word(raw.get("type")) or (match["type"] if match else word(expected))
    return _KINDS.get(said)


def _uri(raw: Mapping[str, Any], kind: Kind, shown: str) -> str:
    """Return what tells this item from others: Spotify's URI, else one made of what is there.

    The URI of a local file spells out its tags, and no other address than Spotify's short ones
    may reach a viewer's ``href``: these are published as a digest.
    """
    uri = word(raw.get("uri"))
    if kind is not Kind.LOCAL:
        if _URI.fullmatch(uri):
            return uri
        if _ID.fullmatch(word(raw.get("id"))):
            return f"spotify:{kind}:{raw['id']}"
    digest = hashlib.sha256((uri or shown).encode("utf-8", "surrogatepass")).hexdigest()
    return f"tonearm:{kind}:{digest[:16]}"


def _page(raw: Mapping[str, Any], hosts: Hosts) -> str | None:
    return link(mapping(raw.get("external_urls")).get("spotify"), hosts)


def _linked(value: object, hosts: Hosts) -> Linked | None:
    raw = mapping(value)
    name = clean(raw.get("name"), TEXT_BYTES)
    return Linked(name=name, url=_page(raw, hosts)) if name else None


def _artists(value: object, hosts: Hosts) -> tuple[Artist, ...]:
    found = (
        Artist(name=clean(raw.get("name"), NAME_BYTES), url=_page(raw, hosts))
        for raw in map(mapping, islice(listing(value), _READ_ELEMENTS))
    )
    return tuple(artist for artist in found if artist.name)


def _art(raw: Mapping[str, Any], kind: Kind, hosts: Hosts) -> tuple[Art, ...]:
    if kind is Kind.EPISODE:
        own = _images(raw.get("images"), hosts)
        return own or _images(mapping(raw.get("show")).get("images"), hosts)
    return _images(mapping(raw.get("album")).get("images"), hosts)


def _images(value: object, hosts: Hosts) -> tuple[Art, ...]:
    """Return up to three covers, largest first: the largest, one for cards, one for badges."""
    found = dict.fromkeys(
        Art(url=url, width=_pixels(raw.get("width")), height=_pixels(raw.get("height")))
        for raw in map(mapping, islice(listing(value), _READ_ELEMENTS))
        if (url := art_link(raw.get("url"), hosts)) is not None
    )
    images = sorted(found, key=lambda art: -(art.width or 0))
    if len(images) <= IMAGES:
        return tuple(images)
    largest, *others = images
    medium = min(others, key=lambda art: abs((art.width or 0) - _MEDIUM_PX))
    others.remove(medium)
    small = min(others, key=lambda art: abs((art.width or 0) - _SMALL_PX))
    return tuple(art for art in images if art in (largest, medium, small))


def _pixels(value: object) -> int | None:
    size = whole(value)
    return size if size and size <= _LARGEST_PX else None


def _fit(item: Item) -> Item:
    """Return ``item`` within ``ITEM_BYTES``.

    Only an item with nearly every field at its limit is over it. The artists give way, since the
    byline names them too; with one of them left even the largest item is within.
    """
    artists = tuple(Artist(name=artist.name) for artist in item.artists)
    while artists and not _fits(item):
        item = msgspec.structs.replace(item, artists=artists)
        artists = artists[:-1]
    return item


def _fits(item: Item) -> bool:
    return len(msgspec.json.encode(item)) <= ITEM_BYTES
