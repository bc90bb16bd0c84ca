"""A length of time as it is typed."""

import pytest

from tonearm.server.durations import NotADuration, seconds


@pytest.mark.parametrize(
    ("typed", "meant_s"),
    [
        ("90", 5_400),
        ("30m", 1_800),
        ("30min", 1_800),
        ("2h", 7_200),
        ("1h30m", 5_400),
        ("1H 30M", 5_400),
        ("1d", 86_400),
        ("1d12h", 129_600),
    ],
)
def test_a_duration_is_understood_as_people_write_it(typed: str, meant_s: float) -> None:
    """A plain number is minutes: nobody goes incognito for seconds."""
    assert seconds(typed) == meant_s


@pytest.mark.parametrize(
    "typed", ["", "0", "0m", "m", "-5", "5s", "1.5h", "m30", "400d", "1e9", "ⅷ", "soon", "30m2h"]
)
def test_a_duration_is_refused_when_it_is_none(typed: str) -> None:
    """Better no pause than one that ends when nobody thinks it does."""
    with pytest.raises(NotADuration, match="write 30m"):
        seconds(typed)
