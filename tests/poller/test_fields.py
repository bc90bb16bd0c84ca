"""Reading JSON that may be anything."""

import pytest

from tonearm.poller.errors import BadAnswer
from tonearm.poller.fields import is_raised, listing, mapping, read, whole, word


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty body"),
        (b"  ", "not JSON"),
        (b"<!doctype html><title>Hotel Wi-Fi</title>", "not JSON"),
        (b'{"item": {"name"', "not JSON"),
        (b"{} {}", "not JSON"),
        pytest.param(b"[" * 100_000, "JSON too deep", id="lists"),
        pytest.param(b'{"a":' * 100_000, "JSON too deep", id="objects"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        ('{"a": 1}'.encode("utf-16"), "not JSON"),
    ],
)
def test_read_refuses_what_is_no_json_object(body: bytes, reason: str) -> None:
    """The reason is a few words for the log and never quotes the body."""
    with pytest.raises(BadAnswer) as caught:
        read(body)

    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "odd",
    [
        b"1e400",
        b"-1e400",
        b"NaN",
        b"-Infinity",
        pytest.param(b"9" * 5000, id="5000 digits"),
        pytest.param(b"0." + b"9" * 5000, id="5000 decimals"),
        b'"\\ud800"',
        b'"\xff\xfe"',
        b'"\xed\xa0\x80"',
        pytest.param(b'"' + b"x" * 1_000_000 + b'"', id="a megabyte"),
    ],
)
def test_read_keeps_the_answer_when_one_value_is_odd(odd: bytes) -> None:
    """One impossible value does not cost the others."""
    raw = read(b'{"odd": ' + odd + b', "name": "Tide Tables"}')

    assert raw["name"] == "Tide Tables"
    assert whole(raw["odd"]) is None


def test_read_takes_a_byte_order_mark() -> None:
    """A proxy that puts one in front does no harm."""
    assert read(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (0, 0),
        (62013, 62013),
        (3.0, 3),
        (2**53, 2**53),
        (2**53 + 1, None),
        (1e300, None),
        (-1, None),
        (1.5, None),
        (float("inf"), None),
        (float("nan"), None),
        (True, None),
        ("3", None),
        (None, None),
        ([3], None),
    ],
)
def test_whole_takes_whole_numbers_only(value: object, number: int | None) -> None:
    """A boolean, a fraction, a negative or an astronomical number is no progress."""
    assert whole(value) == number


@pytest.mark.parametrize("value", [None, 3, "text", True])
def test_other_types_read_like_missing_ones(value: object) -> None:
    """Whoever asks for an object or an array gets one."""
    assert mapping(value) == {}
    assert listing(value) == []


def test_word_is_empty_for_what_is_no_string() -> None:
    """A string stays as it is, to be cleaned or matched by who knows what it is."""
    assert [word("a\n"), word(3), word(None)] == ["a\n", "", ""]


@pytest.mark.parametrize(("value", "raised"), [(True, True), ("true", True), ({}, True),
                                               (False, False), (None, False)])  # fmt: skip
def test_a_flag_that_hides_counts_when_it_is_odd(value: object, raised: bool) -> None:
    """What might be private is."""
    assert is_raised(value) is raised
