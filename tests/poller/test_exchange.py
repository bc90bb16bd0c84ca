"""A login's code becomes a consent, or a sentence that says what to do."""

import pytest
from fake_clock import FakeClock
from fake_transport import FakeTransport, json_answer
from token_answers import INVALID_CLIENT, INVALID_GRANT, SERVER_TROUBLE, tokens_answer

from tonearm.poller.errors import BadAnswer, InvalidClient, LoginFailed, ServerTrouble, TonearmError
from tonearm.poller.exchange import exchange
from tonearm.poller.grant import SCOPES
from tonearm.poller.options import App
from tonearm.poller.secret import Secret
from tonearm.poller.stored_grant import Consent
from tonearm.poller.transport import Answer

SCOPE = " ".join(SCOPES)


async def exchanged(answer: Answer, clock: FakeClock | None = None) -> Consent:
    """Exchange a code for ``answer``."""
    return await exchange(
        Secret("code"),
        Secret("verifier"),
        app=App(client_id="app"),
        transport=FakeTransport([answer]),
        clock=clock or FakeClock(),
    )


async def test_consent_is_dated_when_it_is_given() -> None:
    """Six months count from here."""
    clock = FakeClock(wall_s=1_000_000.0)

    consent = await exchanged(tokens_answer("access", "refresh", scope=SCOPE), clock)

    assert consent.access_token == Secret("access")
    assert consent.refresh_token == Secret("refresh")
    assert consent.authorized_at == 1_000_000_000


async def test_a_used_code_asks_for_another_login() -> None:
    """Codes work once, and for a short time."""
    with pytest.raises(LoginFailed, match="used already or is too old"):
        await exchanged(INVALID_GRANT)


async def test_missing_scopes_are_named() -> None:
    """The owner learns what to agree to."""
    answer = tokens_answer("access", "refresh", scope="user-read-playback-state")

    with pytest.raises(LoginFailed, match="user-read-currently-playing, user-read-recently-played"):
        await exchanged(answer)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (INVALID_CLIENT, InvalidClient),
        (SERVER_TROUBLE, ServerTrouble),
        (tokens_answer("access", scope=SCOPE), BadAnswer),
        (json_answer({}), BadAnswer),
    ],
)
async def test_other_failures_keep_their_type(answer: Answer, error: type[TonearmError]) -> None:
    """Whoever asked can tell settings from Spotify's trouble."""
    with pytest.raises(error):
        await exchanged(answer)
