"""What an examination found: each thing one line, with what to do about it.

Pure. How things are found is the business of ``check``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tonearm.server.ink import Ink, behind


class Verdict(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; ``fix`` is a sentence for what is not well."""

    subject: str
    verdict: Verdict
    said: str
    fix: str | None = None


def ok(subject: str, said: str) -> Finding:
    """Return that all is well."""
    return Finding(subject=subject, verdict=Verdict.OK, said=said)


def warning(subject: str, said: str, fix: str | None = None) -> Finding:
    """Return that it works, but not as it should, or not for long."""
    return Finding(subject=subject, verdict=Verdict.WARNING, said=said, fix=fix)


def failure(subject: str, said: str, fix: str | None = None) -> Finding:
    """Return that it does not work."""
    return Finding(subject=subject, verdict=Verdict.FAILURE, said=said, fix=fix)


_SIGNS: Final = {
    Verdict.OK: ("✓", "ok"),
    Verdict.WARNING: ("!", "!"),
    Verdict.FAILURE: ("✗", "X"),
}


def page(findings: Iterable[Finding], ink: Ink, *, columns: int) -> Iterator[str]:
    """Yield the lines for a person, none wider than ``columns`` if it need not be."""
    found = list(findings)
    subject_columns = max((len(each.subject) for each in found), default=0) + 2
    draw = {Verdict.OK: ink.good, Verdict.WARNING: ink.warning, Verdict.FAILURE: ink.bad}
    sign_columns = max(len(ink.sign(*signs)) for signs in _SIGNS.values())
    for each in found:
        sign = ink.sign(*_SIGNS[each.verdict]).ljust(sign_columns)
        head = f"{draw[each.verdict](sign)} {each.subject.ljust(subject_columns)}"
        yield from behind(head, each.said, columns=columns)
        if each.fix is not None:
            indent = " " * (sign_columns + 1 + subject_columns)
            yield from behind(indent, each.fix, columns=columns)


def has_failed(findings: Iterable[Finding]) -> bool:
    """Tell whether anything has to be mended."""
    return any(each.verdict is Verdict.FAILURE for each in findings)
