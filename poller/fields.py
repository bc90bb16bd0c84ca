"""Untyped JSON, and the few questions one may ask of it without trusting it.

It knows JSON's shapes and limits. What a field means is the business of parse and items.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from .errors import BadAnswer

LARGEST_WHOLE: Final = 2**53
"""The largest integer that every reader of our JSON, JavaScript included, takes exactly."""

_LONGEST_NUMBER: Final = 32
_NOTHING: Final[Mapping[str, Any]] = {}


def read(body: bytes) -> Mapping[str, Any]:
    """Return the JSON object in ``body``.

    One bad field must not blind the poller while it lasts: bytes that are not UTF-8 become
    U+FFFD, numbers that JSON does not have or nobody can hold become None. This is why the
    standard library reads here and not msgspec, which refuses the whole answer for a lone
    surrogate, 1e400 or a byte that is not UTF-8.

    Raises:
        BadAnswer: not JSON, cut off, too deep, or not an object.
    """
    try:
        value = json.loads(
            body.decode("utf-8-sig", "replace"),
            parse_int=_int,
            parse_float=_float,
            parse_constant=_no_number,
        )
    except ValueError:  # JSONDecodeError is one
        raise BadAnswer("not JSON" if body else "empty body") from None
    except RecursionError:
        raise BadAnswer("JSON too deep") from None
    if not isinstance(value, dict):
        raise BadAnswer("not a JSON object")
    return value


def mapping(value: object) -> Mapping[str, Any]:
    """Return ``value`` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else _NOTHING


def listing(value: object) -> list[Any]:
    """Return ``value`` if it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def word(value: object) -> str:
    """Return ``value`` if it is a string, else an empty one. It is not cleaned."""
    return value if isinstance(value, str) else ""


def whole(value: object) -> int | None:
    """Return ``value`` if it is a whole number from 0 to 2**53 (``3.0`` is), else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and 0 <= value <= LARGEST_WHOLE else None


def is_raised(value: object) -> bool:
    """Tell whether a flag that hides something is up: whatever is there and not false counts."""
    return value not in (None, False)


def _int(digits: str) -> int | None:
    # int() itself raises over 4,300 digits, and is quadratic below.
    return int(digits) if len(digits) <= _LONGEST_NUMBER else None


def _float(digits: str) -> float | None:
    return float(digits) if len(digits) <= _LONGEST_NUMBER else None


def _no_number(_name: str) -> None:
    """Stand in for NaN and Infinity, which Python reads and JSON does not have."""
