"""What makes an SQLite file one of ours; ``database`` opens files by it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Whose file it is, which version, and what is in it.

    ``what`` names the content in sentences for the owner. ``tables`` is the SQL that makes them;
    ``prime`` runs once after it. ``readers`` maps each table to what reads one of its rows, or
    raises ValueError. ``upgrades`` maps each older version to the SQL that leads to the next one;
    all that are needed run in one transaction.
    """

    file_name: str
    what: str
    application_id: int
    version: int
    page_bytes: int
    tables: str
    prime: str
    readers: Mapping[str, Callable[[Mapping[str, object]], object]]
    upgrades: Mapping[int, str] = field(default_factory=dict)
