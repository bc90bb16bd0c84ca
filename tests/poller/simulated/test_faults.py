"""The book of faults: which one meets a request, and which answers it spoils."""

from collections.abc import Callable
from typing import Any

from tonearm.poller.simulated import faults
from tonearm.poller.simulated.account import Account
from tonearm.poller.simulated.faults import Endpoint
from tonearm.poller.simulated.grants import Rotation
from tonearm.poller.simulated.music import EVENING
from tonearm.poller.transport import Answer, Request

Ask = Callable[..., tuple[int, Any]]


def test_progress_stays_frozen_while_time_goes_on(account: Account, ask: Ask) -> None:
    """Answer after answer repeats the first, as from a session whose device died."""
    account.player.play(EVENING, 0.0)
    account.faults.always(Endpoint.PLAYER, faults.frozen_progress())

    seen = [ask(Endpoint.PLAYER, instant)[1]["progress_ms"] for instant in (10.0, 20.0, 30.0)]

    assert seen == [10_000, 10_000, 10_000]


def test_a_fault_that_edits_leaves_204_alone(account: Account, ask: Ask) -> None:
    """Where nothing plays there is nothing to spoil."""
    account.faults.next(Endpoint.PLAYER, faults.frozen_progress())
    account.faults.next(Endpoint.PLAYER, faults.without_item())

    assert [ask(Endpoint.PLAYER, 1.0)[0] for _ in range(2)] == [204, 204]


def test_a_refused_call_has_no_effect(account: Account) -> None:
    """A token endpoint in trouble rotates nothing: the same token works afterwards."""
    grants = account.authorization.grants
    grants.rotation = Rotation.STRICT
    form = {
        "grant_type": "refresh_token",
        "refresh_token": account.agree(0.0),
        "client_id": account.authorization.app.client_id,
    }
    request = Request(method="POST", url=f"https://x{Endpoint.TOKEN}", form=form)
    account.faults.next(Endpoint.TOKEN, faults.server_trouble(503))

    assert [account.answer(request, 1.0).status for _ in range(2)] == [503, 200]


def test_a_fault_for_any_endpoint_meets_all(account: Account) -> None:
    """Until it is cleared."""
    account.faults.always(Endpoint.ANY, faults.server_trouble_empty(503))

    def status(path: str) -> int:
        return account.answer(Request(method="GET", url=f"https://x{path}"), 0.0).status

    assert (status("/v1/me"), status("/v1/me/player")) == (503, 503)
    account.faults.clear()
    assert status("/v1/me") == 401


def test_written_faults_come_before_standing_ones(account: Account) -> None:
    """In the order they were written, as often as they were written."""
    account.faults.always(Endpoint.ME, faults.server_trouble_empty(500))
    account.faults.next(Endpoint.ME, faults.server_trouble_empty(502), times=2)
    account.faults.next(Endpoint.ME, faults.server_trouble_empty(504))

    def answer() -> Answer:
        return account.answer(Request(method="GET", url=f"https://x{Endpoint.ME}"), 0.0)

    assert [answer().status for _ in range(5)] == [502, 502, 504, 500, 500]
