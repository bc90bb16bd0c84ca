"""Ten days on an account with a ceiling nobody told us: few lock-outs, and still fresh."""

import pytest
from freshness import REFERENCE_DAYS
from replay.day import read_day
from replay.ten_days import replay_days


@pytest.mark.parametrize(("ceiling", "wrong_s"), [(600, 68), (1_200, 38), (3_000, 19)])
async def test_a_hidden_ceiling_is_met_once_and_then_lived_under(
    ceiling: int, wrong_s: float
) -> None:
    """The first lock-out teaches; outside it a viewer sees a fair picture."""
    days = [read_day(path) for path in REFERENCE_DAYS]

    outcome = await replay_days((days * 2)[:10], ceiling=ceiling, setting=3_000, seed=1)

    assert len(outcome.lock_outs) <= (ceiling < 3_000)
    assert outcome.most_in_a_day <= ceiling + 1
    assert outcome.score.wrong_s_per_viewer_hour <= wrong_s


async def test_the_owners_ceiling_holds_day_after_day() -> None:
    """Never more in any 24 hours than was allowed."""
    days = [read_day(path) for path in REFERENCE_DAYS[:4]]

    outcome = await replay_days(days, ceiling=10_000, setting=700, seed=1)

    assert outcome.lock_outs == []
    assert 500 <= outcome.most_in_a_day <= 700
