"""`tonearm status` for people: one calm screen, and below it what its owner should do.

Pure: a report in, lines out.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from tonearm.poller.grant import WARN_DAYS
from tonearm.poller.playback import Health, State
from tonearm.server.ink import Ink, behind, cut, in_days, local_day, local_time, plural, span, width
from tonearm.server.owner.control_messages import Calls, Report, Status

SIGNS: Final[Mapping[str, tuple[str, str]]] = {
    State.PLAYING: ("▶", ">"),
    State.PAUSED: ("❚❚", "||"),
    State.IDLE: ("■", "#"),
    State.NOTHING: ("·", "."),
    State.AD: ("♪", "~"),
    State.UNKNOWN: ("…", "?"),
}
WHY: Final = {
    "start": "the first one",
    "end_of_track": "the end of the track",
    "look_ahead": "what comes next",
    "watched": "somebody watches",
    "unwatched": "nobody watches",
    "paused": "paused",
    "idle": "nothing plays",
    "settling": "something changed just now",
    "confirming": "to be sure",
    "hint": "a hint",
    "viewer_arrived": "somebody came",
    "read": "somebody read",
    "logged_in": "a new login",
    "retry": "the last one failed",
    "refused": "Spotify refused the last one",
    "budget": "the day's calls have to last",
    "cooldown": "Spotify asked to wait",
}
_LABEL_COLUMNS: Final = 12


def screen(report: Report, *, now_at: int, columns: int, ink: Ink) -> Iterator[str]:
    """Yield the lines of the screen; ``now_at`` is in ms UTC."""
    status = report.status
    yield from _music(status, columns, ink)
    yield ""
    for label, value in _rows(report, now_at, ink):
        yield from behind(ink.dim(label.ljust(_LABEL_COLUMNS)), value, columns=columns)
    sentences = list(advice(report, now_at=now_at))
    if sentences:
        yield ""
    for sentence in sentences:
        yield from behind(f"{ink.warning('!')} ", sentence, columns=columns)


def advice(report: Report, *, now_at: int) -> Iterator[str]:
    """Yield what the owner should do, or should know when waiting is all there is to do."""
    status, login = report.status, report.status.login
    match status.health:
        case Health.LOGIN_NEEDED:
            yield "Spotify needs your permission: run `tonearm login`."
        case Health.REFUSED | Health.OFFLINE | Health.STALE:
            yield report.trouble or "Spotify did not answer of late."
        case Health.LIMITED if status.until is not None:
            yield (
                "Spotify asked to be left alone until"
                f" {local_time(status.until, now_at=now_at)}; there is nothing to do."
            )
        case _:
            pass
    if login is not None and login.days_left <= WARN_DAYS[0]:
        ends = in_days(login.days_left)
        yield f"Your permission ends {ends}, that is Spotify's rule: run `tonearm login` before."
    if report.is_unsaved:
        yield "The disk does not take the newest login: make room before the service stops."
    match status.paused_until:
        case None:
            pass
        case "resume":
            yield "Nothing you play is shown: `tonearm resume` ends that."
        case until:
            ends = local_time(until, now_at=now_at)
            yield f"Nothing you play is shown until {ends}: `tonearm resume` ends that."


def _music(status: Status, columns: int, ink: Ink) -> Iterator[str]:
    sign = ink.sign(*SIGNS[status.state])
    beside = columns - width(sign) - 2
    item = status.item
    if item is None:
        words = {State.AD: "Adverts", State.NOTHING: "Nothing was played yet"}
        yield f"{sign} {ink.bold(words.get(status.state, 'Something plays'))}"
        return
    yield f"{sign} {ink.bold(cut(item.title, beside))}"
    below = [item.byline]
    if item.album is not None and item.album.name not in {item.title, item.byline}:
        below.append(item.album.name)
    if status.state is State.IDLE:
        below.append("played last")
    line = ink.sign(" · ", " - ").join(part for part in below if part)
    yield f"{' ' * width(sign)} {ink.dim(cut(line, beside))}"


def _rows(report: Report, now_at: int, ink: Ink) -> Iterator[tuple[str, str]]:
    status = report.status
    health = status.health.replace("_", " ")
    draw = {Health.OK: ink.good, Health.LIMITED: ink.warning}.get(status.health, ink.bad)
    yield "Health", draw(health)
    if status.next_look.in_s is not None:
        why = WHY.get(status.next_look.why, status.next_look.why.replace("_", " "))
        wait = f"in {span(status.next_look.in_s)}" if status.next_look.in_s >= 1 else "now"
        yield "Next look", f"{wait} {ink.dim(f'({why})')}"
    yield "Viewers", f"{status.viewers:,}"
    yield "Calls", _calls(status.calls)
    if status.login is None:
        yield "Login", "none"
    else:
        left = plural(status.login.days_left, "day")
        until = f"until {local_day(status.login.valid_until)} {ink.dim(f'({left})')}"
        account = status.login.account
        yield "Login", f"{account}, {until}" if account else until
    if status.paused_until == "resume":
        yield "Incognito", "until `tonearm resume`"
    elif status.paused_until is not None:
        yield "Incognito", f"until {local_time(status.paused_until, now_at=now_at)}"
    yield "Service", f"tonearm {status.version} at {report.url}, up {span(status.uptime_s)}"


def _calls(calls: Calls) -> str:
    said = f"{calls.last_24h:,} in 24 hours, of {calls.ceiling:,}"
    if calls.learned is not None:
        said += f" (Spotify's own limit seems to be {calls.learned:,})"
    return said
