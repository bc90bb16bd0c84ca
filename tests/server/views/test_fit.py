"""How much of a text fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonearm.server.views.fit import fitted, shortened


def test_what_fits_is_not_touched() -> None:
    """Neither by characters nor by pixels."""
    assert shortened("Glass Harbour", 13) == "Glass Harbour"
    assert fitted("Glass Harbour", 256, 18) == "Glass Harbour"


def test_what_is_too_long_ends_with_an_ellipsis_and_no_blank() -> None:
    """The cut is seen."""
    assert shortened("Glass Harbour", 7) == "Glass…"
    assert fitted("Glass Harbour", 70, 18) == "Glass…"


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("Houseplants Remember (Everything)", 23, "Houseplants Remember…"),
        ("Fern Atelier, Perigee Social Club", 15, "Fern Atelier…"),
        ("Low Tide - Live at the Pier", 12, "Low Tide…"),
        ("夜明け（長い題名の歌）", 5, "夜明け…"),  # noqa: RUF001
        ("Oh! What a night", 4, "Oh!…"),
        ("----------------", 5, "----…"),
    ],
)
def test_what_lost_its_other_half_is_cut_too(text: str, most: int, cut: str) -> None:
    """No bracket, comma or dash hangs before the ellipsis, unless there is nothing else."""
    assert shortened(text, most) == cut


def test_squares_count_twice() -> None:
    """Chinese, Japanese and Korean fill a line with half as many characters."""
    latin, japanese = fitted("n" * 90, 256, 18), fitted("夜" * 90, 256, 18)

    assert (len(latin), len(japanese)) == (23, 14)


def test_narrow_letters_count_less() -> None:
    """An i is not an m."""
    assert len(fitted("i" * 99, 256, 18)) > 2.5 * len(fitted("m" * 99, 256, 18))


def test_combining_marks_take_no_room_and_are_not_torn_off() -> None:
    """What is read as one letter is kept or dropped as one."""
    text = "e\u0301" * 40

    cut = fitted(text, 256, 18)

    assert cut.removesuffix("…").count("e") == cut.count("\u0301") == 22


@pytest.mark.parametrize("text", ["", "…", "👨‍👩‍👧" * 30, "\u0301" * 50])
def test_odd_texts_come_out_no_longer(text: str) -> None:
    """Emptiness, one emoji of five parts, marks without letters."""
    assert len(fitted(text, 50, 14)) <= len(text)


@given(text=st.text(), most=st.integers(1, 50))
def test_shortened_is_never_longer_than_asked(text: str, most: int) -> None:
    """The ellipsis counts."""
    assert len(shortened(text, most)) <= most
