"""The simulated account answers in the shapes that Spotify's own description gives.

``openapi.json`` is that description; ``described`` corrects it where it is known to be wrong. What
no description has (the token endpoint) is held against recorded answers.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from described import Schema, check, corrected
from jsonschema import ValidationError  # type: ignore[import-untyped]  # it ships no types

from tonearm.poller.simulated import faults
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.authorization import READ_SCOPES
from tonearm.poller.simulated.faults import Endpoint, Fault
from tonearm.poller.simulated.grants import Rotation
from tonearm.poller.simulated.music import EVENING, Item
from tonearm.poller.transport import Request

NOW_S = 1200.0
TRACK, EPISODE, LOCAL = EVENING[1], EVENING[6], EVENING[11]
BOTH = "?additional_types=track,episode"


@pytest.fixture(scope="session")
def description(samples: Path) -> Schema:
    """Return the description, corrected."""
    return corrected(json.loads((samples.parent / "openapi.json").read_text("utf-8")))


@pytest.fixture
def account() -> Account:
    """Return an account whose listener has played for 20 minutes and now begins a track."""
    account = Account()
    account.player.play(EVENING, 0.0)
    account.player.play((TRACK, EPISODE, LOCAL), NOW_S)
    return account


def get(account: Account, endpoint: Endpoint, *, query: str = "") -> tuple[int, Any]:
    """Ask with a new token for every scope the poller has."""
    tokens = account.authorization.grants.consent(READ_SCOPES, NOW_S, is_pkce=True)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    url = f"https://api.spotify.com{endpoint}{query}"
    answer = account.answer(Request(method="GET", url=url, headers=headers), NOW_S + 5)
    return answer.status, json.loads(answer.body) if answer.body else None


def names_in(part: Any, path: str = "") -> Iterator[str]:
    """Yield the path of every field, ``item.artists.name`` and the like."""
    for name, child in part.items() if isinstance(part, dict) else ():
        yield f"{path}{name}"
        yield from names_in(child, f"{path}{name}.")
    for child in part if isinstance(part, list) else ():
        yield from names_in(child, path)


@pytest.mark.parametrize("item", [TRACK, EPISODE, LOCAL], ids=lambda item: item.kind.value)
@pytest.mark.parametrize("endpoint", [Endpoint.PLAYER, Endpoint.CURRENTLY_PLAYING, Endpoint.QUEUE])
def test_an_item_of_each_kind_is_as_described(
    account: Account,
    description: Schema,
    endpoint: Endpoint,
    item: Item,
) -> None:
    """Playing and in the queue, with every field that is not deprecated."""
    account.player.play((item, TRACK, EPISODE, LOCAL), NOW_S)

    status, payload = get(account, endpoint, query=BOTH)

    assert status == 200
    check(description, endpoint, status, payload)


@pytest.mark.parametrize("kind", ["ad", "unknown", "paused", "private"])
def test_an_answer_without_ordinary_playback_is_as_described(
    account: Account,
    description: Schema,
    kind: str,
) -> None:
    """Null item and null context included."""
    match kind:
        case "ad":
            account.player.start_ad(30, NOW_S)
        case "unknown":
            account.player.set_unknown(NOW_S)
        case "paused":
            account.player.pause(NOW_S)
        case _:
            account.player.set_private(True, NOW_S)

    status, payload = get(account, Endpoint.PLAYER, query=BOTH)

    check(description, Endpoint.PLAYER, status, payload)


def test_no_session_is_the_described_204(account: Account, description: Schema) -> None:
    """The player's is described; currently-playing's is the same, though nothing says so."""
    account.player.stop(NOW_S)

    for endpoint in (Endpoint.PLAYER, Endpoint.CURRENTLY_PLAYING):
        assert get(account, endpoint) == (204, None)
    assert "204" in description["paths"]["/me/player"]["get"]["responses"]


def test_an_empty_queue_is_as_described(account: Account, description: Schema) -> None:
    """Null beside an empty list."""
    account.player.stop(NOW_S)

    status, payload = get(account, Endpoint.QUEUE)

    check(description, Endpoint.QUEUE, status, payload)


@pytest.mark.parametrize("query", ["", "?limit=3", "?after=0", "?before=0"])
def test_recently_played_is_as_described(
    account: Account,
    description: Schema,
    query: str,
) -> None:
    """Full, paged and empty."""
    status, payload = get(account, Endpoint.RECENTLY_PLAYED, query=query)

    assert bool(payload["items"]) == (query != "?before=0")
    check(description, Endpoint.RECENTLY_PLAYED, status, payload)


def test_me_is_as_described(account: Account, description: Schema) -> None:
    """Without what development-mode apps no longer get."""
    status, payload = get(account, Endpoint.ME)

    check(description, Endpoint.ME, status, payload)


@pytest.mark.parametrize(
    "fault",
    [
        faults.unauthorized(),
        faults.refused(faults.NO_PREMIUM),
        faults.rate_limited("7"),
        faults.rate_limited("79892", is_quota=True),
    ],
)
def test_an_error_is_as_described(
    account: Account,
    description: Schema,
    fault: Fault,
) -> None:
    """Wherever an error is JSON; 403 as plain text is not described at all."""
    account.faults.next(Endpoint.PLAYER, fault)

    status, payload = get(account, Endpoint.PLAYER)

    check(description, Endpoint.PLAYER, status, payload)


@pytest.mark.parametrize(
    ("item", "sample"),
    [
        (TRACK, "playback-track-album-context.json"),
        (EPISODE, "playback-episode.json"),
        (LOCAL, "playback-local-file.json"),
    ],
    ids=lambda value: getattr(value, "title", None),
)
def test_no_field_is_made_up(account: Account, samples: Path, item: Item, sample: str) -> None:
    """Every field the simulated player answers was once recorded from the real one."""
    account.player.play((item,), NOW_S)
    recorded = json.loads((samples / sample).read_text("utf-8"))

    _, payload = get(account, Endpoint.PLAYER, query=BOTH)

    assert set(names_in(payload)) - set(names_in(recorded)) == set()


@pytest.mark.parametrize(
    ("rotation", "sample"),
    [
        (Rotation.NONE, None),
        (Rotation.GRACE, "token-refresh-with-new-refresh-token.json"),
    ],
)
def test_tokens_have_the_recorded_fields(
    account: Account,
    samples: Path,
    rotation: Rotation,
    sample: str | None,
) -> None:
    """The token endpoint is in no description; recorded answers stand in for it."""
    account.authorization.grants.rotation = rotation
    form = {
        "grant_type": "refresh_token",
        "refresh_token": account.agree(NOW_S),
        "client_id": account.authorization.app.client_id,
    }
    name = sample or "token-authorization-code.json"
    recorded = json.loads((samples / name).read_text("utf-8"))

    url = f"https://accounts.spotify.com{Endpoint.TOKEN}"
    answer = account.answer(Request(method="POST", url=url, form=form), NOW_S)

    fields = json.loads(answer.body)
    missing = set() if sample else {"refresh_token"}
    assert set(fields) == set(recorded) - missing
    assert all(type(fields[name]) is type(recorded[name]) for name in fields)


def test_the_corrections_leave_the_description_strict(
    account: Account,
    description: Schema,
) -> None:
    """A removed field, a missing one and a wrong type are still found."""
    _, good = get(account, Endpoint.PLAYER, query=BOTH)
    item = good["item"]
    wrong_items = (
        {**item, "popularity": 5},
        {**item, "duration_ms": "74100"},
        {**item, "album": {**item["album"], "images": [{"url": "https://i.scdn.co/image/1"}]}},
        {**item, "id": None},
    )

    for wrong in wrong_items:
        with pytest.raises(ValidationError):
            check(description, Endpoint.PLAYER, 200, {**good, "item": wrong})
