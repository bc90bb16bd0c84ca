"""Why Spotify refuses, and how long it asks to wait."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonearm.poller import parse
from tonearm.poller.errors import RefusedReason


def json_error(message: str, **more: str) -> bytes:
    """Return an error body as Spotify sends it."""
    return msgspec.json.encode({"error": {"status": 403, "message": message, **more}})


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"User not registered in the Developer Dashboard", RefusedReason.ALLOW_LIST),
        (
            b"Check settings on developer.spotify.com/dashboard, the user may not be registered.",
            RefusedReason.ALLOW_LIST,
        ),
        (
            json_error("Active premium subscription required for the owner of the app."),
            RefusedReason.PREMIUM,
        ),
        (json_error("Player command failed", reason="PREMIUM_REQUIRED"), RefusedReason.PREMIUM),
        (json_error("Insufficient client scope"), RefusedReason.SCOPE),
        (json_error("Spotify is unavailable in this country"), RefusedReason.COUNTRY),
        (json_error("Forbidden"), RefusedReason.OTHER),
        (b'{"error": "premium"}', RefusedReason.OTHER),
        (b'{"error": {"message": ["premium"]}}', RefusedReason.OTHER),
        (b"<html><select name='country'></html>", RefusedReason.OTHER),
        (b"", RefusedReason.OTHER),
        (b"\xff\x00\xfe", RefusedReason.OTHER),
        pytest.param(b"[" * 100_000, RefusedReason.OTHER, id="deep"),
    ],
)
def test_refusal_tells_why(body: bytes, reason: RefusedReason) -> None:
    """The owner is told what to do, from JSON and from plain text alike."""
    assert parse.refusal(body) is reason


# 2026-11-20 18:00:00 UTC
NOW = 1_795_197_600.0

# What an HTTP date is made of, and what breaks readers of it.
DATE_PARTS = [
    "Fri,",
    "20",
    "Nov",
    "2026",
    "18:01:30",
    "18.01",
    "GMT",
    "+9999",
    "-0000",
    "99999999999",
    "",
    "-1",
]


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("1.5", 1.5),
        ("86236", 86_236.0),
        ("604800", 604_800.0),
        ("604801", 604_800.0),
        ("9999999999", 604_800.0),
        ("Fri, 20 Nov 2026 18:01:30 GMT", 90.0),
        ("Fri, 20 Nov 2026 18:01:30 -0000", 90.0),
        ("Friday, 20-Nov-26 18:01:30 GMT", 90.0),
        ("Wed, 20 Nov 2999 18:01:30 GMT", 604_800.0),
        ("Fri, 20 Nov 2026 17:59:59 GMT", None),
        ("Fri, 20 Nov 99999999999999999999 17:59:59 GMT", None),
        ("Fri, 20 Nov 2026 18:01:30 +999999999999", None),
        ("0", None),
        ("0.0", None),
        ("-1", None),
        ("1e3", None),
        ("1e400", None),
        ("NaN", None),
        ("inf", None),
        ("\u0667", None),
        pytest.param("9" * 5000, None, id="5000 digits"),
        ("soon", None),
        ("", None),
    ],
)
def test_rate_limit_reads_how_long_to_wait(header: str, wait_s: float | None) -> None:
    """Seconds or a date; whatever would mean 'ask again at once' or nothing at all is None."""
    assert parse.rate_limit({"retry-after": header}, b"", now=NOW).retry_after_s == wait_s


@given(st.text() | st.lists(st.sampled_from(DATE_PARTS)).map(" ".join))
@settings(deadline=None)
def test_rate_limit_takes_any_header(header: str) -> None:
    """Whatever a proxy writes there, the wait is none or a bearable one."""
    wait_s = parse.rate_limit({"retry-after": header}, b"", now=NOW).retry_after_s

    assert wait_s is None or 0 < wait_s <= 604_800


def test_rate_limit_without_a_header_knows_no_wait() -> None:
    """A missing header must not read as zero."""
    assert parse.rate_limit({}, b"", now=NOW).retry_after_s is None


@pytest.mark.parametrize(
    ("body", "is_quota"),
    [
        (json_error("Too many requests", reason="QUOTA_EXCEEDED"), True),
        (json_error("API rate limit exceeded"), False),
        (json_error("QUOTA_EXCEEDED"), False),
        (b'{"error": {"reason": ["QUOTA_EXCEEDED"]}}', False),
        (b"QUOTA_EXCEEDED", False),
        (b"", False),
    ],
)
def test_rate_limit_tells_the_quota_from_the_short_window(body: bytes, is_quota: bool) -> None:
    """Only Spotify's own reason counts."""
    assert parse.rate_limit({}, body, now=NOW).is_quota is is_quota
