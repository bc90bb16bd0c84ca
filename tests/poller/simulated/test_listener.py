"""What the Web API tells of a listener: player, queue, recently-played, me."""

from collections.abc import Callable
from typing import Any

import pytest

from tonearm.poller.playback import Repeat
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.faults import Endpoint
from tonearm.poller.simulated.music import EVENING, RACK, episode, local_file

Ask = Callable[..., tuple[int, Any]]
ONE, TWO, THREE = EVENING[:3]
EPISODE = episode("Cables", RACK, duration_s=600)
LOCAL = local_file("take 7: final?", "Grey Wool Radio", duration_s=48)
BOTH = "additional_types=track,episode"


def test_no_session_is_204(ask: Ask) -> None:
    """Nothing plays: no body at all."""
    assert ask(Endpoint.PLAYER, 1.0) == (204, None)


def test_a_track_is_told_with_progress_and_device(account: Account, ask: Ask) -> None:
    """The player's answer has what the poller lives on."""
    account.player.play((ONE, TWO), 0.0)

    status, answer = ask(Endpoint.PLAYER, 12.0)

    assert status == 200
    assert answer["item"]["uri"] == ONE.uri
    assert answer["progress_ms"] == 12_000
    assert answer["is_playing"] is True
    assert answer["device"]["is_private_session"] is False


def test_currently_playing_has_no_device(account: Account, ask: Ask) -> None:
    """Only the player endpoint tells of private sessions; that is why the poller asks it."""
    account.player.play((ONE,), 0.0)

    _, answer = ask(Endpoint.CURRENTLY_PLAYING, 12.0)

    assert answer["item"]["uri"] == ONE.uri
    assert not {"device", "repeat_state", "shuffle_state"} & set(answer)


def test_the_timestamp_is_the_last_change_not_the_fetch(account: Account, ask: Ask) -> None:
    """It stands still while the item plays."""
    account.player.play((ONE,), 10.0)

    stamps = {ask(Endpoint.PLAYER, instant)[1]["timestamp"] for instant in (11.0, 20.0)}

    assert stamps == {round((account.listener.epoch_s + 10.0) * 1000)}


def test_an_episode_needs_additional_types(account: Account, ask: Ask) -> None:
    """Without the parameter there is an episode, but no item."""
    account.player.play((EPISODE,), 0.0)

    _, without = ask(Endpoint.PLAYER, 1.0)
    _, with_both = ask(Endpoint.PLAYER, 1.0, BOTH)

    assert (without["item"], without["currently_playing_type"]) == (None, "episode")
    assert with_both["item"]["show"]["name"] == RACK.name


def test_a_local_file_has_an_address_of_its_own_kind_only(account: Account, ask: Ask) -> None:
    """No id, no link, no cover; the parts of its address are form-encoded."""
    account.player.play((LOCAL,), 0.0)

    _, answer = ask(Endpoint.PLAYER, 1.0)

    assert answer["item"]["uri"] == "spotify:local:Grey+Wool+Radio::take+7%3A+final%3F:48"
    assert answer["item"]["id"] is None
    assert answer["item"]["album"]["images"] == []
    assert answer["context"] is None


def test_a_private_session_shows_on_the_device(account: Account, ask: Ask) -> None:
    """The item is told all the same; hiding it is the poller's task."""
    account.player.play((ONE,), 0.0)
    account.player.set_private(True, 5.0)

    _, answer = ask(Endpoint.PLAYER, 6.0)

    assert answer["device"]["is_private_session"] is True
    assert answer["item"]["uri"] == ONE.uri


@pytest.mark.parametrize("kind", ["ad", "unknown"])
def test_an_interlude_has_a_type_and_no_item(account: Account, ask: Ask, kind: str) -> None:
    """Spotify says that something plays, but not what."""
    account.player.play((ONE,), 0.0)
    if kind == "ad":
        account.player.start_ad(30.0, 5.0)
    else:
        account.player.set_unknown(5.0)

    _, answer = ask(Endpoint.PLAYER, 6.0)

    assert (answer["currently_playing_type"], answer["item"]) == (kind, None)
    assert answer["is_playing"] is True


def test_a_pause_and_the_repeat_mode_are_told(account: Account, ask: Ask) -> None:
    """Both come with the item."""
    account.player.play((ONE,), 0.0)
    account.player.set_repeat(Repeat.TRACK, 1.0)
    account.player.pause(2.0)

    _, answer = ask(Endpoint.PLAYER, 9.0)

    assert (answer["is_playing"], answer["progress_ms"]) == (False, 2_000)
    assert answer["repeat_state"] == "track"


def test_a_lagging_answer_tells_the_past_with_todays_progress(account: Account, ask: Ask) -> None:
    """Half a second after the end the old item is still told, its progress clamped."""
    account.listener.lag_s = (0.3, 1.1)  # the middle of it without a source of chance: 0.7 s
    account.player.play((ONE, TWO), 0.0)
    end_s = ONE.duration_ms / 1000

    _, early = ask(Endpoint.PLAYER, end_s + 0.5)
    _, late = ask(Endpoint.PLAYER, end_s + 0.8)

    assert (early["item"]["uri"], early["progress_ms"]) == (ONE.uri, ONE.duration_ms)
    assert (late["item"]["uri"], late["progress_ms"]) == (TWO.uri, 800)


def test_the_queue_tells_what_plays_and_what_comes(account: Account, ask: Ask) -> None:
    """In playing order."""
    account.player.play((ONE, TWO, THREE), 0.0)

    _, answer = ask(Endpoint.QUEUE, 1.0)

    assert answer["currently_playing"]["uri"] == ONE.uri
    assert [item["uri"] for item in answer["queue"]] == [TWO.uri, THREE.uri]


def test_the_queue_is_empty_when_nothing_plays(ask: Ask) -> None:
    """It is told as such, not as 204."""
    assert ask(Endpoint.QUEUE, 1.0) == (200, {"currently_playing": None, "queue": []})


def test_recently_played_gives_the_end_of_each_play_newest_first(
    account: Account,
    ask: Ask,
) -> None:
    """played_at is when the track ended, not when it began."""
    account.listener.epoch_s = 1_800_000_000.0
    account.player.play((ONE, TWO, THREE), 0.0)
    ended_s = (ONE.duration_ms + TWO.duration_ms) / 1000

    _, answer = ask(Endpoint.RECENTLY_PLAYED, ended_s + 1)

    assert [entry["track"]["uri"] for entry in answer["items"]] == [TWO.uri, ONE.uri]
    assert answer["items"][0]["played_at"] == "2027-01-15T08:02:12.500Z"
    assert answer["cursors"] == {"after": "1800000132500", "before": "1800000058400"}


def test_recently_played_leaves_out_what_spotify_leaves_out(account: Account, ask: Ask) -> None:
    """Episodes, local files, private plays and what was heard for less than 30 s."""
    account.player.play((ONE, EPISODE, LOCAL, TWO, THREE), 0.0)
    account.player.skip(29.0)
    account.player.skip(100.0)
    account.player.skip(140.0)
    account.player.set_private(True, 141.0)
    account.player.skip(190.0)

    _, answer = ask(Endpoint.RECENTLY_PLAYED, 191.0)

    assert answer["items"] == []
    assert answer["cursors"] is None


def test_recently_played_pages_by_its_cursors(account: Account, ask: Ask) -> None:
    """``before`` leads to older plays, ``after`` to the newer ones next to it."""
    account.player.play((ONE,), 0.0)
    account.player.set_repeat(Repeat.TRACK, 0.0)
    now_s = 3.5 * ONE.duration_ms / 1000
    _, newest = ask(Endpoint.RECENTLY_PLAYED, now_s, "limit=1")

    _, older = ask(Endpoint.RECENTLY_PLAYED, now_s, newest["next"].partition("?")[2])
    back = f"after={older['cursors']['after']}"
    _, newer = ask(Endpoint.RECENTLY_PLAYED, now_s, back)

    assert older["items"][0]["played_at"] < newest["items"][0]["played_at"]
    assert newer["items"] == newest["items"]


@pytest.mark.parametrize("query", ["limit=0", "limit=51", "limit=many", "after=1&before=2"])
def test_recently_played_refuses_a_wrong_query(ask: Ask, query: str) -> None:
    """400 with an error object."""
    status, answer = ask(Endpoint.RECENTLY_PLAYED, 1.0, query)

    assert (status, answer["error"]["status"]) == (400, 400)


def test_me_has_the_stable_id_and_no_removed_field(account: Account, ask: Ask) -> None:
    """account_id is there; country, product and followers are gone."""
    _, answer = ask(Endpoint.ME, 1.0)

    assert answer["account_id"] == account.listener.account_id
    assert not {"country", "product", "followers", "email"} & set(answer)
