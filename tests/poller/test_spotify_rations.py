"""The gate counts every call before it is made, and holds back what is too much."""

import pytest
from fake_transport import json_answer
from spotify_line import NOTHING, Line, too_many

from tonearm.poller.calls import Endpoint
from tonearm.poller.errors import RateLimited, Rationed
from tonearm.poller.transport import Answer


async def test_every_endpoint_is_counted() -> None:
    """They share one ceiling."""
    line = Line(NOTHING, NOTHING, NOTHING)

    await line.spotify.look()
    await line.spotify.queue()
    await line.spotify.recently_played()

    assert line.ledger.usage.by_endpoint == {
        Endpoint.PLAYER: 1,
        Endpoint.QUEUE: 1,
        Endpoint.RECENTLY_PLAYED: 1,
    }


async def test_a_call_that_is_repeated_with_a_new_token_counts_twice() -> None:
    """Spotify counts it twice too."""
    line = Line(Answer(status=401), NOTHING)

    await line.spotify.look()

    assert line.ledger.usage.last_24h == 2


async def test_nothing_is_asked_beyond_the_ceiling() -> None:
    """Whoever asks."""
    line = Line(*[NOTHING] * 3, daily_calls=3)
    for _ in range(3):
        await line.spotify.look()
        await line.clock.advance(5)

    with pytest.raises(Rationed):
        await line.spotify.queue()

    assert len(line.transport.requests) == 3


async def test_a_refused_quota_is_learned() -> None:
    """From the count at that moment."""
    line = Line(NOTHING, too_many("48925", "QUOTA_EXCEEDED"))
    await line.spotify.look()

    with pytest.raises(RateLimited):
        await line.spotify.look()

    assert line.ledger.usage.learned is not None


async def test_the_queue_tells_what_comes_next() -> None:
    """Empty while nothing plays."""
    line = Line(NOTHING, json_answer({"currently_playing": None, "queue": []}))

    assert (await line.spotify.queue()).upcoming == ()
    assert (await line.spotify.queue()).upcoming == ()
    assert line.transport.requests[0].url.endswith("/me/player/queue")
