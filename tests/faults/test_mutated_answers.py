"""Whatever Spotify, a proxy or a stranger answers, what comes out is an answer or a typed error.

Every sample that was recorded, or the project's own answers where those are absent, is damaged
again and again and sent through the real client: any status, any headers, any body.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile import assert_publishable, random_damage, random_retypes
from spotify_line import Line

from tonearm.poller.errors import GrantError, InvalidGrant, SpotifyError, TonearmError
from tonearm.poller.secret import Secret
from tonearm.poller.spotify import Spotify
from tonearm.poller.token_endpoint import TokenAnswer, read_token_answer
from tonearm.poller.transport import Answer

MUTATIONS = 4_000
MUTATIONS_SOAK = 200_000
RECORDED = Path(__file__).parents[3] / "shared" / "spotify" / "samples"
OWN = Path(__file__).parents[1] / "poller" / "answers"
STATUSES = (200, 200, 200, 200, 200, 200, 204, 301, 400, 401, 403, 404, 418, 429, 429, 500, 503)
KINDS = ("application/json", "application/json; charset=utf-8", "text/html", "", "\x00", "json")
WAITS = (
    "7", "0", "-1", "79892", "NaN", "inf", "-inf", "1e400", "9" * 5000, "", "soon", "٣",
    "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 99 Oct 99999 07:28:00 GMT", "7, 8", "0x10", "1_000",
)  # fmt: skip


@pytest.fixture(scope="module")
def samples() -> list[bytes]:
    """Every body there is, error bodies included."""
    folder = RECORDED if RECORDED.is_dir() else OWN
    bodies = [path.read_bytes() for path in sorted(folder.glob("*.json"))]
    return [*bodies, *list(_bodies_in(bodies))]


def _bodies_in(bodies: list[bytes]) -> Iterator[bytes]:
    for body in bodies:
        document = json.loads(body)
        for case in document if isinstance(document, list) else []:
            yield json.dumps(case.get("body", {})).encode()


def mutated(samples: list[bytes], chance: random.Random) -> Answer:
    """Return an answer nobody would send on purpose."""
    body = chance.choice(samples)
    return Answer(
        status=chance.choice(STATUSES),
        headers={"content-type": chance.choice(KINDS), "retry-after": chance.choice(WAITS)}
        if chance.random() < 0.5
        else {"content-type": "application/json"},
        body=chance.choice((random_damage, random_retypes))(body, chance),
    )


async def ask(spotify: Spotify, chance: random.Random) -> None:
    """Ask something, most often what is playing; an item that comes back is fit to be shown."""
    match chance.randrange(5):
        case 0:
            await spotify.queue()
        case 1:
            await spotify.recently_played()
        case 2:
            await spotify.account(Secret("new"))
        case _:
            item = (await spotify.look()).playback.item
            if item is not None:
                assert_publishable(item)


async def test_a_mutated_answer_raises_nothing_but_typed_errors(
    samples: list[bytes], *, is_soak: bool
) -> None:
    """And a cooldown that it brings has an end."""
    chance = random.Random(3345)
    kinds = set()
    line = Line(daily_calls=10**9)

    for _ in range(MUTATIONS_SOAK if is_soak else MUTATIONS):
        answer = mutated(samples, chance)
        line.transport.script.clear()
        line.transport.requests.clear()
        line.transport.then(answer, answer)
        try:
            await ask(line.spotify, chance)
        except SpotifyError as error:
            kinds.add(type(error).__name__)
        if line.spotify.cooldown is not None:
            wait_s = line.spotify.cooldown.until_s - line.clock.monotonic()
            assert 1 <= wait_s < float("inf")
            line = Line(daily_calls=10**9)

    assert kinds == {"BadAnswer", "RateLimited", "Refused", "ServerTrouble", "Unauthorized"}


async def test_a_mutated_token_answer_never_costs_the_login_by_accident(
    samples: list[bytes], *, is_soak: bool
) -> None:
    """Only JSON whose ``error`` says so is a refusal; and a token is a token or nothing."""
    chance = random.Random(3346)
    of_tokens = [body for body in samples if b"token" in body or b"invalid_grant" in body]
    of_tokens.append(b'{"error":"invalid_grant","error_description":"Refresh token revoked"}')
    outcomes = set()

    for _ in range((MUTATIONS_SOAK if is_soak else MUTATIONS) // 4):
        answer = mutated(of_tokens, chance)
        outcome: TokenAnswer | TonearmError
        try:
            outcome = read_token_answer(answer, now=0.0)
        except (SpotifyError, GrantError) as error:
            outcome = error
        outcomes.add(type(outcome).__name__)
        if isinstance(outcome, InvalidGrant):
            assert b'"error"' in answer.body
            assert b"invalid_grant" in answer.body
        if isinstance(outcome, TokenAnswer):
            assert outcome.access_token.reveal().isascii()
            assert 60 <= outcome.expires_in_s <= 86_400
            assert len((outcome.scope or "").encode()) <= 2_048

    assert {"InvalidGrant", "BadAnswer", "RateLimited", "ServerTrouble"} <= outcomes
