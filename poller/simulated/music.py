"""Made-up music: items as the simulated account knows them, and one evening's worth of them.

Nothing here exists: names, ids and links are invented, and ids are derived from names so that
every run has the same ones.
"""

import hashlib
import string
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote_plus

from tonearm.poller.playback import Kind

BASE62: Final = string.digits + string.ascii_lowercase + string.ascii_uppercase
ID_LENGTH: Final = 22


def spotify_id(kind: str, name: str) -> str:
    """Return the 22 base62 digits that stand for ``name``, always the same ones."""
    number = int.from_bytes(hashlib.blake2b(f"{kind}:{name}".encode(), digest_size=16).digest())
    digits = ""
    while len(digits) < ID_LENGTH:
        number, digit = divmod(number, len(BASE62))
        digits = BASE62[digit] + digits
    return digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """An album or a show; ``cover`` is the slug of a drawing in ``covers``."""

    name: str
    cover: str
    by: tuple[str, ...] = ()
    released: str = "2026-05-08"
    size: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something to play. ``album`` is the show of an episode and None for a local file."""

    kind: Kind
    title: str
    artists: tuple[str, ...]
    album: Album | None
    duration_ms: int
    explicit: bool = False
    number: int = 1
    item_id: str = ""

    @property
    def uri(self) -> str:
        if self.kind is Kind.LOCAL:
            names = ":".join(map(quote_plus, (" ".join(self.artists), "", self.title)))
            return f"spotify:local:{names}:{self.duration_ms // 1000}"
        return f"spotify:{self.kind}:{self.item_id}"


def track(
    title: str,
    album: Album,
    *,
    duration_s: float,
    artists: tuple[str, ...] = (),
    explicit: bool = False,
    number: int = 1,
    item_id: str = "",
) -> Item:
    """Return a track; without ``artists`` they are the album's."""
    return Item(
        kind=Kind.TRACK,
        title=title,
        artists=artists or album.by,
        album=album,
        duration_ms=round(duration_s * 1000),
        explicit=explicit,
        number=number,
        item_id=item_id or spotify_id("track", f"{album.name}/{title}"),
    )


def episode(title: str, show: Album, *, duration_s: float) -> Item:
    """Return an episode of ``show``."""
    return Item(
        kind=Kind.EPISODE,
        title=title,
        artists=(),
        album=show,
        duration_ms=round(duration_s * 1000),
        item_id=spotify_id("episode", f"{show.name}/{title}"),
    )


def local_file(title: str, artist: str, *, duration_s: float) -> Item:
    """Return a local file: no id, no album, no cover, no link."""
    return Item(
        kind=Kind.LOCAL,
        title=title,
        artists=(artist,),
        album=None,
        duration_ms=round(duration_s * 1000),
    )


EMBER = Album(name="Slow Ember Hills", cover="dusk", by=("Lantern Weather",), size=9)
VIOLET = Album(name="Violet Hour", cover="waves", by=("Velvet Tideline",), released="2025-11-21")
PLANTS = Album(name="Houseplants Remember", cover="quarters", by=("Fern Atelier",), size=12)
ORBIT = Album(name="Low Orbit", cover="rings", by=("Perigee Social Club",), released="2026-02-13")
STATIC = Album(name="Static Bloom", cover="halftone", by=("Grey Wool Radio",), released="2024")
LETTERS = Album(name="Folded Letters", cover="planes", by=("Origami Airmail",), size=8)
VIADUCT = Album(name="始発", cover="arches", by=("霧町アトリエ",), released="2026-03", size=6)
HARBOUR = Album(name="לילה ארוך בנמל", cover="harbour", by=("רציף שבע",), released="2025-08-01")
RACK = Album(name="The Cupboard Rack", cover="microphone", released="2026-10-30", size=64)

EVENING: Final = (
    track("Paper Lanterns", EMBER, duration_s=58.4),
    track(
        "Low Orbit",
        ORBIT,
        duration_s=74.1,
        explicit=True,
        artists=("Perigee Social Club", "Nadir Choir"),
    ),
    track("Violet Hour", VIOLET, duration_s=63.7, number=4),
    track("Houseplants Remember", PLANTS, duration_s=66.9),
    track("夜明け前の路面電車と、君の古いラジオ", VIADUCT, duration_s=75.8, number=2),
    track("Folded Letters", LETTERS, duration_s=46.5, number=3),
    episode("Why small servers still matter", RACK, duration_s=1447.0),
    track("Static Bloom", STATIC, duration_s=61.2, number=5),
    track("לילה ארוך בנמל", HARBOUR, duration_s=71.3),
    track("Last Bus to the Ridge", EMBER, duration_s=72.6, number=7),
    track("Perigee", ORBIT, duration_s=52.8, number=2),
    local_file("demo_take_final_v7", "Grey Wool Radio", duration_s=48.0),
    track("Undertow, Softly", VIOLET, duration_s=49.3, number=6),
    track("Window Seat, Row 12", LETTERS, duration_s=69.4, number=4),
    track(
        "The Night We Walked the Whole Way Home Because Neither of Us Would Admit"
        " That the Last Train Had Already Gone (Kitchen Recording, Seventh Take)",
        STATIC,
        duration_s=88.0,
        number=9,
    ),
    track("Watering Schedule", PLANTS, duration_s=44.2, number=8),
)
"""What the demo plays: tracks are short so that a newcomer sees them change."""
