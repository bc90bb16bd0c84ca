"""The one gate to the Web API: what is sent, what each status means, and when nothing is sent."""

import asyncio
from pathlib import Path

import pytest
from fake_transport import Held, Step, json_answer
from spotify_line import NOTHING, Line

from tonearm.poller.errors import (
    BadAnswer,
    LoginNeeded,
    Refused,
    RefusedReason,
    ServerTrouble,
    SpotifyError,
    Unauthorized,
    Unreachable,
)
from tonearm.poller.playback import STOPPED, Status
from tonearm.poller.secret import Secret
from tonearm.poller.transport import Answer

ANSWERS = Path(__file__).with_name("answers")
JSON = {"content-type": "application/json; charset=utf-8"}
EXPIRED = json_answer({"error": {"status": 401, "message": "The access token expired"}}, status=401)


def recorded(name: str) -> Answer:
    """Return an answer as it was written down."""
    return Answer(status=200, headers=JSON, body=(ANSWERS / f"{name}.json").read_bytes())


async def test_a_look_asks_the_player_and_sends_the_token() -> None:
    """Only this endpoint tells of private sessions, and only so are episodes not null."""
    line = Line(recorded("playback-track"))

    seen = await line.spotify.look()

    (request,) = line.transport.requests
    assert request.url == "https://api.spotify.com/v1/me/player?additional_types=track,episode"
    assert request.headers["Authorization"] == "Bearer token-1"
    assert seen.playback.status is Status.PLAYING


async def test_no_content_is_a_stop() -> None:
    """204 means no active session and has no body to parse."""
    assert (await Line(NOTHING).spotify.look()).playback == STOPPED


async def test_an_answer_was_true_half_a_round_trip_ago() -> None:
    """What it says was true somewhere between question and arrival: the middle is off by least."""
    line = Line()
    line.transport.then(line.after(0.8, NOTHING))
    began_s, began = line.clock.monotonic(), line.clock.now()

    look = asyncio.create_task(line.spotify.look())
    await line.clock.advance(1)
    seen = await look

    assert seen.seen_s == pytest.approx(began_s + 0.4)
    assert seen.seen_at == pytest.approx((began + 0.4) * 1000, abs=1)


async def test_only_the_call_that_was_answered_counts_for_the_instant() -> None:
    """A look that waited for another call, and whose token had died, is no older for it."""
    line = Line()
    line.transport.then(
        line.after(10, json_answer({"id": "owner"})),
        line.after(6, EXPIRED),
        line.after(2, NOTHING),
    )
    began_s = line.clock.monotonic()

    account = asyncio.create_task(line.spotify.account(Secret("new")))
    look = asyncio.create_task(line.spotify.look())
    await line.clock.advance(20)
    await account

    assert (await look).seen_s == pytest.approx(began_s + 17)


async def test_one_call_is_in_flight_whoever_asks() -> None:
    """Two at once would count double in a window nobody knows the size of."""
    line = Line(Held(NOTHING), Held(NOTHING), Held(json_answer({"id": "owner"})))
    held = [step for step in line.transport.script if isinstance(step, Held)]

    async with asyncio.TaskGroup() as calls:
        calls.create_task(line.spotify.look())
        calls.create_task(line.spotify.recently_played())
        calls.create_task(line.spotify.account(Secret("new")))
        for step in held:
            await step.asked.wait()
            step.release()

    assert line.transport.most_in_flight == 1
    assert line.transport.paths == ["/v1/me/player", "/v1/me/player/recently-played", "/v1/me"]


async def test_a_dead_token_is_replaced_and_the_call_repeated_once() -> None:
    """The owner notices nothing of it."""
    line = Line(EXPIRED, NOTHING)

    await line.spotify.look()

    sent = [request.headers["Authorization"] for request in line.transport.requests]
    assert sent == ["Bearer token-1", "Bearer token-2"]


async def test_a_token_that_is_refused_anew_is_not_tried_a_third_time() -> None:
    """No loop of refreshes: the poller backs off."""
    line = Line(EXPIRED, EXPIRED)

    with pytest.raises(Unauthorized):
        await line.spotify.look()

    assert len(line.transport.requests) == 2


async def test_a_token_on_trial_is_not_replaced() -> None:
    """A login asks whose the new token is: the one in use has nothing to do with it."""
    line = Line(EXPIRED)

    with pytest.raises(Unauthorized):
        await line.spotify.account(Secret("new"))

    assert line.tokens.number == 1


async def test_nothing_is_sent_without_a_token() -> None:
    """What tokens raise reaches the poller as it is."""
    line = Line()
    line.tokens.error = LoginNeeded()

    with pytest.raises(LoginNeeded):
        await line.spotify.look()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(status=200, headers={"content-type": "text/html"}, body=b"<h1>"), BadAnswer),
        (Answer(status=200, headers={"content-type": "text/html"}, body=b"{}"), BadAnswer),
        (Answer(status=200, body=b"{}"), BadAnswer),
        (Answer(status=200, headers=JSON), BadAnswer),
        (Answer(status=200, headers=JSON, body=b'{"item":'), BadAnswer),
        (Answer(status=202, headers=JSON, body=b"{}"), BadAnswer),
        (Answer(status=302, headers={"location": "http://portal.example/"}), BadAnswer),
        (Answer(status=400, headers=JSON, body=b"{}"), BadAnswer),
        (Answer(status=404, headers=JSON, body=b"{}"), BadAnswer),
        (Answer(status=500), ServerTrouble),
        (Answer(status=502, headers={"content-type": "text/html"}, body=b"<h1>"), ServerTrouble),
        (Answer(status=503, headers=JSON, body=b'{"error":{"status":429}}'), ServerTrouble),
        (Answer(status=599), ServerTrouble),
        (Unreachable("dns"), Unreachable),
    ],
)
async def test_the_status_decides_what_an_answer_means(
    answer: Step, error: type[SpotifyError]
) -> None:
    """Texts change from year to year, and captive portals say 200."""
    line = Line(answer)

    with pytest.raises(error):
        await line.spotify.look()

    assert line.spotify.cooldown is None
    assert line.tokens.number == 1


async def test_a_refusal_says_who_must_act() -> None:
    """403 comes in plain text from accounts that are not on the app's list."""
    line = Line(Answer(status=403, body=b"User not registered in the Developer Dashboard"))

    with pytest.raises(Refused) as caught:
        await line.spotify.look()

    assert caught.value.reason is RefusedReason.ALLOW_LIST


async def test_json_is_known_by_its_type_in_any_spelling() -> None:
    """Header values come in any case."""
    body = (ANSWERS / "playback-track.json").read_bytes()
    line = Line(Answer(status=200, headers={"content-type": "Application/JSON"}, body=body))

    assert (await line.spotify.look()).playback.status is Status.PLAYING


async def test_the_last_play_is_asked_for_as_one() -> None:
    """One is shown, so one is asked for."""
    line = Line(recorded("recently-played"))

    plays = await line.spotify.recently_played()

    assert line.transport.requests[0].url.endswith("/me/player/recently-played?limit=1")
    assert plays


async def test_no_content_is_no_play() -> None:
    """An account that never played anything."""
    assert await Line(NOTHING).spotify.recently_played() == ()


async def test_an_account_is_asked_for_with_the_token_on_trial() -> None:
    """Not with the one in use: it may be somebody else's."""
    line = Line(recorded("me"))

    account = await line.spotify.account(Secret("new"))

    assert line.transport.requests[0].headers["Authorization"] == "Bearer new"
    assert account.key
