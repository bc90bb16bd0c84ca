"""What the owner has to be told, and when: for what only the owner can mend, and for a lock-out.

Pure. How the service is comes in as the report that `tonearm status` shows; what was told before
comes in too, so that nothing is told twice. How it reaches the owner is ``messenger``'s business.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from tonearm.poller.grant import warning_days
from tonearm.poller.playback import Health
from tonearm.server.ink import in_days, local_time, plural
from tonearm.server.owner.control_messages import Report

DAY_MS: Final = 86_400_000
LOCK_OUT_MS: Final = 3_600_000
"""A shorter cooldown is over before anybody could read of it."""
LASTS_S: Final = {Health.STALE: 1_800.0, Health.OFFLINE: 1_800.0, Health.REFUSED: 900.0}
"""What may pass by itself is told only once it has lasted for so long."""
SILENCE: Final = frozenset({Health.STALE, Health.OFFLINE})
"""One trouble for the owner: which of the two it is may change with every look."""
LITTLE_SPACE_BYTES: Final = 50 << 20


class Cause(StrEnum):
    """What an alert is about; each is told at most once a day."""

    LOGIN_EXPIRING = "login_expiring"
    LOGIN_LOST = "login_lost"
    REFUSED = "refused"
    LOCK_OUT = "lock_out"
    STALE = "stale"
    UNSAVED = "unsaved"
    DISK = "disk"


class Alert(NamedTuple):
    """One message. With the same ``mark`` as the one before it is the same news, on any day."""

    cause: Cause
    title: str
    body: str
    mark: str | None = None


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The last alert of a cause: when it was told (ms UTC), and its mark."""

    told_at: int
    mark: str | None


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """How the service is, seen by an owner.

    ``lasted_s`` is how long the health has been what it is; ``had_login`` whether there ever was
    a login; ``is_damaged`` whether it was in a file that could not be used; ``free_bytes`` the
    room where the login is kept, None when that is not known.
    """

    report: Report
    lasted_s: float
    had_login: bool
    is_damaged: bool
    free_bytes: int | None
    now_at: int


def due(circumstances: Circumstances, told: Mapping[Cause, Told]) -> Iterator[Alert]:
    """Yield what the owner is to be told now."""
    for alert in (*_login(circumstances), *_spotify(circumstances), *_disk(circumstances)):
        before = told.get(alert.cause)
        if before is None or not _is_recent(before, alert, circumstances.now_at):
            yield alert


def _is_recent(before: Told, alert: Alert, now_at: int) -> bool:
    # In the future, too: a machine without a clock of its own may start with yesterday's time. If
    # it was wrong by more when it was told, that keeps nothing back for years.
    is_today = abs(now_at - before.told_at) < DAY_MS
    return is_today or (alert.mark is not None and alert.mark == before.mark)


def _login(circumstances: Circumstances) -> Iterator[Alert]:
    report, login = circumstances.report, circumstances.report.status.login
    if report.status.health is Health.LOGIN_NEEDED:
        if circumstances.had_login:
            why = "Spotify no longer accepts the permission you gave."
        elif circumstances.is_damaged:
            why = "The file that held your permission was damaged, and is set aside."
        else:
            return
        yield Alert(
            Cause.LOGIN_LOST,
            "tonearm needs a new login",
            f"{why} Until you run `tonearm login`, the card shows what was played last.",
        )
    elif login is not None and (days := warning_days(login.days_left)) is not None:
        yield Alert(
            Cause.LOGIN_EXPIRING,
            f"tonearm's login ends {in_days(login.days_left)}",
            "Spotify lets a permission live for six months. Run `tonearm login` before it ends:"
            " it takes a minute, and nothing is interrupted.",
            mark=f"{login.valid_until}/{days}",  # a newer permission is warned of anew
        )


def _spotify(circumstances: Circumstances) -> Iterator[Alert]:
    report, status = circumstances.report, circumstances.report.status
    if status.health is Health.LIMITED and status.until is not None:
        if status.until - circumstances.now_at >= LOCK_OUT_MS:
            until = local_time(status.until, now_at=circumstances.now_at)
            yield Alert(
                Cause.LOCK_OUT,
                "Spotify has locked tonearm out",
                f"It asked to be left alone until {until}, and will be. The ceiling for calls is"
                " lowered by itself; other programs that use the same Spotify app count too.",
                mark=str(status.until),
            )
        return
    lasts_s = LASTS_S.get(status.health)
    if lasts_s is None or circumstances.lasted_s < lasts_s:
        return
    said = report.trouble or "Spotify did not answer of late."
    if status.health is Health.REFUSED:
        yield Alert(Cause.REFUSED, "Spotify refuses tonearm", said)
    else:
        minutes = plural(int(circumstances.lasted_s // 60), "minute")
        yield Alert(Cause.STALE, f"tonearm has had no answer for {minutes}", said)


def _disk(circumstances: Circumstances) -> Iterator[Alert]:
    free_bytes = circumstances.free_bytes
    if circumstances.report.is_unsaved:
        yield Alert(
            Cause.UNSAVED,  # not the same as little room, or that would keep this back for a day
            "tonearm cannot save its login",
            "The disk does not take it. Make room, or see whether it has turned read-only,"
            " before the service stops: only memory holds the newest login.",
        )
    elif free_bytes is not None and free_bytes < LITTLE_SPACE_BYTES:
        yield Alert(
            Cause.DISK,
            "tonearm's disk is almost full",
            f"{free_bytes >> 20} MiB are left where the login is kept. Make room.",
        )
