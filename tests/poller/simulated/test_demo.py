"""The demo: an evening that shows everything soon, and never ends."""

from collections.abc import Iterator
from itertools import pairwise

from tonearm.poller.playback import Kind, Status
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.demo import demo_account
from tonearm.poller.simulated.faults import Endpoint
from tonearm.poller.simulated.music import EVENING
from tonearm.poller.simulated.player import Moment
from tonearm.poller.transport import Request

START_S = 500.0


def moments(account: Account, length_s: int) -> Iterator[Moment]:
    """Yield what the demo plays, second by second."""
    for second in range(length_s):
        account.timeline.run(START_S + second)
        yield account.player.at(START_S + second)


def changes(account: Account, length_s: int) -> list[tuple[Status, str]]:
    """Return every change of state or item a viewer would see."""
    seen: list[tuple[Status, str]] = []
    for moment in moments(account, length_s):
        look = (moment.status, moment.item.title if moment.item else "")
        if not seen or seen[-1] != look:
            seen.append(look)
    return seen


def look(account: Account, now_s: float) -> bytes:
    """Ask what is playing."""
    grants = account.authorization.grants
    tokens = grants.consent(frozenset({"user-read-playback-state"}), START_S, is_pkce=True)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    url = f"https://api.spotify.com{Endpoint.PLAYER}"
    return account.answer(Request(method="GET", url=url, headers=headers), now_s).body


def test_the_very_first_look_finds_music() -> None:
    """However far behind the answer is: nobody is greeted with silence."""
    demo = demo_account(START_S, epoch_s=0.0)

    assert EVENING[0].uri.encode() in look(demo, START_S)


def test_the_first_minutes_show_a_change_a_skip_and_a_pause() -> None:
    """A newcomer sees the first change within half a minute, the rest within two."""
    demo = demo_account(START_S, epoch_s=0.0)

    assert len(changes(demo, 30)) == 2
    assert [status for status, _ in changes(demo, 120)].count(Status.PAUSED) == 1


def test_an_evening_plays_everything() -> None:
    """Each item, the episode and the local file among them, within a quarter of an hour."""
    demo = demo_account(START_S, epoch_s=0.0)

    titles = {title for _, title in changes(demo, 15 * 60)}

    assert titles == {item.title for item in EVENING}


def test_the_episode_goes_on_where_it_was_left() -> None:
    """It is joined in the middle and left before its end."""
    demo = demo_account(START_S, epoch_s=0.0)
    heard = [
        moment
        for moment in moments(demo, 15 * 60)
        if moment.item is not None and moment.item.kind is Kind.EPISODE
    ]

    assert 50 <= len(heard) <= 70
    assert heard[-1].position_ms > 700_000


def test_the_evening_never_ends_and_never_loses_its_place() -> None:
    """After six hours it still plays or pauses; a skip never misses its item by drifting."""
    demo = demo_account(START_S, epoch_s=0.0)
    order = [item.title for item in EVENING]

    titles = [title for status, title in changes(demo, 6 * 3600) if status is Status.PLAYING]

    places = [order.index(title) for title in titles]
    steps = {(after - before) % len(order) for before, after in pairwise(places)}
    assert steps == {0, 1}  # 0: the same item after a pause


def test_the_same_seed_is_the_same_evening() -> None:
    """And another seed is another one."""
    one, again, other = (demo_account(START_S, epoch_s=0.0, seed=seed) for seed in (1, 1, 2))

    first = [moment.status for moment in moments(one, 600)]

    assert first == [moment.status for moment in moments(again, 600)]
    assert first != [moment.status for moment in moments(other, 600)]


def test_covers_come_from_where_the_demo_says() -> None:
    """So that it can serve them on its own port."""
    demo = demo_account(START_S, epoch_s=0.0, cover_url=lambda slug, size: f"/c/{slug}/{size}")

    assert b'"/c/dusk/640"' in look(demo, START_S + 5)


def test_the_music_has_what_a_card_must_cope_with() -> None:
    """An explicit track, a very long title, right-to-left and Japanese titles, several artists."""
    titles = "".join(item.title for item in EVENING)

    assert any(item.explicit for item in EVENING)
    assert max(len(item.title) for item in EVENING) > 100
    assert any("\u0590" <= letter <= "\u05ff" for letter in titles)
    assert any("\u3040" <= letter <= "\u30ff" for letter in titles)
    assert any(len(item.artists) > 1 for item in EVENING)
    assert len({item.uri for item in EVENING}) == len(EVENING)
