"""A time in which nothing is shown of what is played, and how it is kept over a restart.

Pure. What it looks like from outside is the business of ``publish``: exactly like a stop.
"""

import msgspec


class Incognito(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which nothing is shown, under way or over.

    ``until_s`` is monotonic and means something only on the boot ``boot_id``; ``began_at`` and
    ``until_at`` are ms UTC, for display and for another boot. Both ends are None while only the
    owner ends it.
    """

    began_at: int
    until_at: int | None
    until_s: float | None
    boot_id: str

    def is_over(self, now_s: float) -> bool:
        """Tell whether what is seen at ``now_s`` may be shown again."""
        return self.until_s is not None and self.until_s <= now_s


def begun(duration_s: float | None, *, now_s: float, now_at: int, boot_id: str) -> Incognito:
    """Return one that begins now; without a duration it lasts until the owner ends it."""
    return Incognito(
        began_at=now_at,
        until_at=None if duration_s is None else now_at + round(duration_s * 1000),
        until_s=None if duration_s is None else now_s + duration_s,
        boot_id=boot_id,
    )


def ended(incognito: Incognito, *, now_s: float, now_at: int) -> Incognito:
    """Return ``incognito`` as the owner ends it now; one that is over stays as it was."""
    if incognito.is_over(now_s):
        return incognito
    return msgspec.structs.replace(incognito, until_at=now_at, until_s=now_s)


def restarted(incognito: Incognito, *, now_s: float, now_at: int, boot_id: str) -> Incognito:
    """Return ``incognito`` as it stands after a restart of the program or of the machine.

    On the same boot the monotonic clock tells what is left. On another boot only the wall clock
    can; it may be wrong, so what is left is never more than the whole time was.
    """
    if incognito.boot_id == boot_id:
        return incognito
    if incognito.until_at is None:
        return msgspec.structs.replace(incognito, boot_id=boot_id)
    whole_ms = incognito.until_at - incognito.began_at
    left_ms = max(0, min(whole_ms, incognito.until_at - now_at))
    return msgspec.structs.replace(
        incognito,
        until_at=now_at + left_ms,
        until_s=now_s + left_ms / 1000,
        boot_id=boot_id,
    )
