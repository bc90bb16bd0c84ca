"""The arithmetic of a contest: medians of costs, and ratios within a round only."""

from contest import OURS, Rounds, compare


class Turns:
    """A contender that only notes when its turn comes."""

    def __init__(self, name: str, taken: list[str]) -> None:
        self.name = name
        self._taken = taken

    async def cost_s(self) -> float:
        self._taken.append(self.name)
        return float(len(self._taken))


def test_ratios_are_taken_within_a_round() -> None:
    """A round in which the machine was busy raises both; their ratio stays."""
    rounds = Rounds([{OURS: 1.5, "loop": 1.0}, {OURS: 15.0, "loop": 10.0}, {OURS: 1.2, "loop": 1}])

    assert rounds.ratios("loop") == [1.2, 1.5, 1.5]
    assert rounds.cost_s(OURS) == 1.5


async def test_compare_lets_another_begin_each_round() -> None:
    """Whoever always came second would always find the core as the first had left it."""
    taken: list[str] = []

    rounds = await compare([Turns(name, taken) for name in ("a", "b", "c")], 3)

    assert "".join(taken) == "abcbcacab"
    assert rounds.costs_s[1] == {"b": 4.0, "c": 5.0, "a": 6.0}
