"""What Spotify really sends: right state, no bogus change, no storm."""

from collections.abc import Sequence
from typing import Final

import pytest
from msgspec.structs import replace
from observations import AD, STOPPED, UNKNOWN, paused, playing, track
from running_poller import Service

from tonearm.poller.playback import Playback, State

A, B = track("A", duration_s=1_000), track("B", duration_s=1_000)
SHORT = track("Short", duration_s=30)
P, AD_SHOWN = State.PLAYING, State.AD

ODDITIES: Final[dict[str, tuple[Sequence[tuple[float, Playback]], Sequence[State]]]] = {
    "a 204 between two good answers": (
        [(30, playing(A, 10)), (1.5, STOPPED), (60, playing(A, 41.5))],
        [P],
    ),
    "an item that is missing for a moment": (
        [(30, playing(A, 10)), (1.5, UNKNOWN), (60, playing(A, 41.5))],
        [P],
    ),
    "an advert between two items": (
        [(30, playing(A, 10)), (30, AD), (60, playing(B, 0))],
        [P, AD_SHOWN, P],
    ),
    "a seek": ([(30, playing(A, 10)), (60, playing(A, 500))], [P, P]),
    "repeat one": ([(32, playing(SHORT, 0)), (28, playing(SHORT, 0))], [P, P]),
    "a handover to another device": (
        [(30, playing(A, 10)), (1, paused(A, 40)), (60, playing(A, 41))],
        [P],
    ),
    "no progress at all": ([(120, playing(A, None))], [P]),
    "progress hours past the end": ([(120, playing(A, 17_800))], []),
    "a pause and a resumption": (
        [(30, playing(A, 10)), (30, paused(A, 40)), (60, playing(A, 40))],
        [P, State.PAUSED, P],
    ),
}


@pytest.mark.parametrize("name", ODDITIES)
async def test_an_oddity_shows_what_is_right(name: str) -> None:
    """And costs no more calls than anything else."""
    steps, expected = ODDITIES[name]
    service = Service()
    service.viewers = 1

    async with service.running():
        await service.clock.advance(35)
        service.fake.looks.clear()
        for lasts_s, playback in steps:
            service.fake.playback = replace(playback)
            service.poller.viewer_arrived()
            await service.clock.advance(lasts_s)

    shown = [news.state for news in service.news[1:]]
    changes = [state for state in shown if state is not State.UNKNOWN]
    assert changes in (list(expected), [*expected, State.IDLE])
    assert len(service.fake.looks) <= sum(lasts_s for lasts_s, _ in steps) / 1.9 + 5
