"""Spotify's answers: any bytes in, a value or a :class:`BadAnswer` out, nothing else ever.

It knows what each endpoint answers. It does not know how an answer was fetched, what time it is,
or what may be published of it.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import msgspec

from .errors import BadAnswer, RateLimited, RefusedReason
from .fields import is_raised, listing, mapping, read, whole, word
from .items import read_item
from .options import Hosts
from .playback import Account, Item, Play, Playback, Repeat, Status
from .text import NAME_BYTES, TEXT_BYTES, clean

LONGEST_COOLDOWN_S: Final = 7 * 86_400.0
"""A Retry-After over this is cut to it; the longest ever reported is 24 hours."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_REPEATS: Final = {mode.value: mode for mode in Repeat}
_SECONDS: Final = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,9})?")
_LONGEST_HEADER: Final = 64

# Spotify sends words here, not codes, and changes them now and then: single words last longest.
_REFUSALS: Final = {
    "premium": RefusedReason.PREMIUM,
    "registered": RefusedReason.ALLOW_LIST,
    "dashboard": RefusedReason.ALLOW_LIST,
    "scope": RefusedReason.SCOPE,
    "country": RefusedReason.COUNTRY,
}


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """What the queue endpoint says: the item playing now, and those to come, next first."""

    current: Item | None
    upcoming: tuple[Item, ...]


def playback(body: bytes, *, hosts: Hosts) -> Playback:
    """Return what the player endpoint says in a 200 answer.

    The currently-playing endpoint answers the same, less the private session and repeat.

    Raises:
        BadAnswer: the body is no JSON object.
    """
    raw = read(body)
    playing_type = raw.get("currently_playing_type")
    item = read_item(raw.get("item"), hosts=hosts, expected=playing_type)
    if playing_type == "ad":
        status, item = Status.AD, None
    elif item is None:
        status = Status.UNKNOWN
    elif raw.get("is_playing") is True:
        status = Status.PLAYING
    else:
        # Also when the flag is missing or odd: a bar that stands still claims the least.
        status = Status.PAUSED
    return Playback(
        status=status,
        item=item,
        progress_ms=whole(raw.get("progress_ms")) if item else None,
        is_private=is_raised(mapping(raw.get("device")).get("is_private_session")),
        repeat=_REPEATS.get(word(raw.get("repeat_state")), Repeat.OFF),
    )


def queue(body: bytes, *, hosts: Hosts) -> Queue:
    """Return what the queue endpoint says; elements that are no items are left out.

    Raises:
        BadAnswer: the body is no JSON object.
    """
    raw = read(body)
    upcoming = (read_item(element, hosts=hosts) for element in listing(raw.get("queue")))
    return Queue(
        current=read_item(raw.get("currently_playing"), hosts=hosts),
        upcoming=tuple(item for item in upcoming if item),
    )


def recently_played(body: bytes, *, hosts: Hosts) -> tuple[Play, ...]:
    """Return the finished plays, newest first; elements without item or instant are left out.

    ``played_at`` is when a play ended: in plays recorded in 2026 the gaps between them are the
    durations of the later items.

    Raises:
        BadAnswer: the body is no JSON object.
    """
    plays = [
        Play(item=item, ended_at=ended_at)
        for element in map(mapping, listing(read(body).get("items")))
        # The endpoint holds tracks only, so an item that does not say what it is, is one.
        if (item := read_item(element.get("track"), hosts=hosts, expected="track"))
        and (ended_at := _instant(element.get("played_at"))) is not None
    ]
    return tuple(sorted(plays, key=lambda play: -play.ended_at))


def account(body: bytes) -> Account:
    """Return whose grant it is.

    ``account_id`` is the stable one and exists since May 2026; older answers have ``id`` alone.

    Raises:
        BadAnswer: the body is no JSON object, or names nobody.
    """
    raw = read(body)
    key = clean(raw.get("account_id"), NAME_BYTES) or clean(raw.get("id"), NAME_BYTES)
    if not key:
        raise BadAnswer("no account id")
    return Account(key=key, name=clean(raw.get("display_name"), NAME_BYTES) or key)


def refusal(body: bytes) -> RefusedReason:
    """Return why Spotify answered 403, from a body that may be JSON, plain text or anything."""
    try:
        error = _error(read(body))
        said = f"{word(error.get('message'))} {word(error.get('reason'))}"
    except BadAnswer:
        said = body.decode("utf-8", "replace")
    if said.lstrip().startswith("<"):  # a page of somebody else's: its words mean nothing here
        return RefusedReason.OTHER
    said = clean(said, TEXT_BYTES).lower()
    found = (reason for sign, reason in _REFUSALS.items() if sign in said)
    return next(found, RefusedReason.OTHER)


def rate_limit(headers: Mapping[str, str], body: bytes, *, now: float) -> RateLimited:
    """Return what a 429 says; header names are in lower case, ``now`` is the wall clock's time."""
    try:
        reason = _error(read(body)).get("reason")
    except BadAnswer:
        reason = None
    retry_after_s = _retry_after_s(headers.get("retry-after", ""), now)
    return RateLimited(retry_after_s, is_quota=reason == "QUOTA_EXCEEDED")


def _error(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(raw.get("error"))


def _retry_after_s(value: str, now: float) -> float | None:
    """Return seconds from a Retry-After that is a number or an HTTP date, None from any other.

    Zero and the past read as garbage too: they would mean 'ask again at once' after a 429.
    """
    text = value.strip()[:_LONGEST_HEADER]
    if _SECONDS.fullmatch(text):
        wait_s = float(text)
    else:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        wait_s = _since_epoch(moment) / timedelta(seconds=1) - now
    return min(wait_s, LONGEST_COOLDOWN_S) if wait_s > 0 else None


def _instant(value: object) -> int | None:
    """Return milliseconds UTC from an ISO 8601 instant."""
    try:
        moment = datetime.fromisoformat(word(value))
    except ValueError:
        return None
    ended_at = _since_epoch(moment) // timedelta(milliseconds=1)
    return ended_at if ended_at >= 0 else None


def _since_epoch(moment: datetime) -> timedelta:
    # Without a zone it is UTC, the only one Spotify has; Python would take it for local time.
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
