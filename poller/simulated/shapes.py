"""JSON as the Web API answers apps made since February 2026: no removed field is in it.

Shapes only: which item, which instant and who may ask is decided elsewhere.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from tonearm.poller.playback import Kind, Status

from .music import Album, Item, spotify_id
from .player import WITH_ITEM, Moment

API: Final = "https://api.spotify.com/v1"
PAGES: Final = "https://open.spotify.com"
COVER_SIZES: Final = (640, 300, 64)

CoverUrl = Callable[[str, int], str]
"""Makes the address of a cover from its slug and its width in pixels."""

_COVER_PREFIX: Final = {
    640: "ab67616d0000b273",
    300: "ab67616d00001e02",
    64: "ab67616d00004851",
}


def cover_at_spotify(slug: str, size: int) -> str:
    """Return an address such as Spotify's covers have; nothing is there."""
    digits = spotify_id("cover", slug).encode().hex()[:24]
    return f"https://i.scdn.co/image/{_COVER_PREFIX[size]}{digits}"


def item_json(item: Item, cover_url: CoverUrl) -> dict[str, Any]:
    """Return a track, an episode or a local file with all the fields it has."""
    match item.kind:
        case Kind.TRACK:
            return _track(item, cover_url)
        case Kind.EPISODE:
            return _episode(item, cover_url)
        case Kind.LOCAL:
            return _local_file(item)


def player_json(
    moment: Moment,
    *,
    asked_s: float,
    epoch_s: float,
    cover_url: CoverUrl,
    wants_episodes: bool,
) -> dict[str, Any]:
    """Return what ``/me/player`` answers; ``currently-playing`` is a part of it.

    ``moment`` may be older than ``asked_s``: its progress is extrapolated all the same, as the
    real service does. ``timestamp`` is the last change of state, not the instant of the answer.
    """
    item = moment.item
    is_playing = moment.status is not Status.PAUSED
    shown = item if item and (wants_episodes or item.kind is not Kind.EPISODE) else None
    return {
        "device": device_json(is_private=moment.is_private),
        "shuffle_state": False,
        "smart_shuffle": False,
        "repeat_state": moment.repeat.value,
        "timestamp": round((epoch_s + moment.since_s) * 1000),
        "context": context_json(item),
        "progress_ms": moment.progress_ms(asked_s) if item else 0,
        "item": item_json(shown, cover_url) if shown else None,
        "currently_playing_type": _playing_type(moment),
        "actions": {"disallows": {"resuming" if is_playing else "pausing": True}},
        "is_playing": is_playing,
    }


def listener_json(account_id: str, name: str) -> dict[str, Any]:
    """Return what ``/me`` answers without the scope user-read-private."""
    user_id = spotify_id("user", account_id)
    return {
        "account_id": account_id,
        "display_name": name,
        "external_urls": {"spotify": f"{PAGES}/user/{user_id}"},
        "href": f"{API}/users/{user_id}",
        "id": user_id,
        "images": [],
        "type": "user",
        "uri": f"spotify:user:{user_id}",
    }


def device_json(*, is_private: bool) -> dict[str, Any]:
    """Return the one device there is; only here does a private session show."""
    return {
        "id": spotify_id("device", "kitchen").encode().hex()[:40],
        "is_active": True,
        "is_private_session": is_private,
        "is_restricted": False,
        "name": "Kitchen speaker",
        "supports_volume": True,
        "type": "Speaker",
        "volume_percent": 62,
    }


def context_json(item: Item | None) -> dict[str, Any] | None:
    """Return the album or show that plays; local files and interludes have none."""
    if item is None or item.album is None:
        return None
    kind = "show" if item.kind is Kind.EPISODE else "album"
    named = _named(kind, item.album.name)
    return {key: named[key] for key in ("external_urls", "href", "type", "uri")}


def played_json(item: Item, ended_s: float, cover_url: CoverUrl) -> dict[str, Any]:
    """Return one entry of recently-played; ``played_at`` is the end of the play (UTC)."""
    ended = datetime.fromtimestamp(ended_s, UTC).isoformat(timespec="milliseconds")
    return {
        "track": item_json(item, cover_url),
        "played_at": ended.replace("+00:00", "Z"),
        "context": context_json(item),
    }


def _playing_type(moment: Moment) -> str:
    if moment.status in WITH_ITEM and moment.item is not None:
        return "episode" if moment.item.kind is Kind.EPISODE else "track"
    return moment.status.value


def _named(kind: str, name: str, item_id: str = "") -> dict[str, Any]:
    """Return the fields that everything with a page on Spotify has."""
    identity = item_id or spotify_id(kind, name)
    return {
        "external_urls": {"spotify": f"{PAGES}/{kind}/{identity}"},
        "href": f"{API}/{kind}s/{identity}",
        "id": identity,
        "name": name,
        "type": kind,
        "uri": f"spotify:{kind}:{identity}",
    }


def _images(album: Album, cover_url: CoverUrl) -> list[dict[str, Any]]:
    return [
        {"height": size, "url": cover_url(album.cover, size), "width": size} for size in COVER_SIZES
    ]


def _released(album: Album) -> dict[str, str]:
    precision = ("year", "month", "day")[album.released.count("-")]
    return {"release_date": album.released, "release_date_precision": precision}


def _track(item: Item, cover_url: CoverUrl) -> dict[str, Any]:
    album = item.album or Album(name=item.title, cover="")
    return {
        "album": {
            "album_type": "album" if album.size > 1 else "single",
            "artists": [_named("artist", name) for name in album.by],
            **_named("album", album.name),
            "images": _images(album, cover_url) if album.cover else [],
            **_released(album),
            "total_tracks": album.size,
        },
        "artists": [_named("artist", name) for name in item.artists],
        "disc_number": 1,
        "duration_ms": item.duration_ms,
        "explicit": item.explicit,
        "external_ids": {"isrc": f"QZ{item.item_id[:10].upper()}"},
        "is_local": False,
        "track_number": item.number,
        **_named("track", item.title, item.item_id),
    }


def _episode(item: Item, cover_url: CoverUrl) -> dict[str, Any]:
    show = item.album or Album(name=item.title, cover="")
    images = _images(show, cover_url) if show.cover else []
    about = {"description": "", "html_description": "", "is_externally_hosted": False}
    return {
        **about,
        "duration_ms": item.duration_ms,
        "explicit": item.explicit,
        "images": images,
        "is_playable": True,
        "languages": ["en"],
        **_released(show),
        "resume_point": {"fully_played": False, "resume_position_ms": 0},
        "show": {
            **about,
            "copyrights": [],
            "explicit": False,
            "images": images,
            "languages": ["en"],
            "media_type": "audio",
            "total_episodes": show.size,
            **_named("show", show.name),
        },
        **_named("episode", item.title, item.item_id),
    }


def _local_file(item: Item) -> dict[str, Any]:
    nowhere: dict[str, Any] = {"external_urls": {}, "href": None, "id": None}
    return {
        "album": {
            **nowhere,
            "album_type": None,
            "artists": [],
            "images": [],
            "name": "",
            "release_date": None,
            "release_date_precision": None,
            "type": "album",
            "uri": None,
        },
        "artists": [
            {**nowhere, "name": name, "type": "artist", "uri": None} for name in item.artists
        ],
        "disc_number": 0,
        "duration_ms": item.duration_ms,
        "explicit": item.explicit,
        "external_ids": {},
        **nowhere,
        "is_local": True,
        "name": item.title,
        "track_number": 0,
        "type": "track",
        "uri": item.uri,
    }
