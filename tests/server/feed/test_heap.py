"""When the heap is frozen, and when what was frozen is looked through."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from tonearm.server.feed.heap import Heap


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    """Leave the collector as it was."""
    gc.unfreeze()
    yield
    gc.unfreeze()


def grown(by: int) -> Heap:
    """Return a heap to which as many viewers came."""
    heap = Heap()
    for _ in range(by):
        heap.grew()
    return heap


def test_heap_is_frozen_once_a_crowd_has_settled() -> None:
    """Not while it still comes: half-made objects would be kept."""
    heap = grown(2_000)
    heap.settle()
    while_they_came = gc.get_freeze_count()

    heap.settle()

    assert while_they_came == 0
    assert gc.get_freeze_count() > 0


def test_heap_is_left_alone_when_few_came() -> None:
    """A small house needs none of this."""
    heap = grown(20)

    heap.settle()
    heap.settle()

    assert gc.get_freeze_count() == 0


def test_tidy_finds_what_became_garbage_while_frozen() -> None:
    """Frozen cycles are never collected; an empty house is the moment to look."""
    cycle = Knot()
    heap = grown(2_000)
    heap.settle()
    heap.settle()
    left = weakref.ref(cycle)
    del cycle
    gc.collect()
    was_kept = left() is not None

    heap.tidy()

    assert was_kept
    assert left() is None


class Knot:
    """Garbage that only the collector can free."""

    def __init__(self) -> None:
        self.itself = self
