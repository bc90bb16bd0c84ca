"""What the token endpoint says, and a login that has just been made."""

from fake_clock import FakeClock
from fake_transport import json_answer

from tonearm.poller.errors import Unreachable
from tonearm.poller.grant import SCOPES
from tonearm.poller.secret import Secret
from tonearm.poller.stored_grant import AccessToken, Consent
from tonearm.poller.transport import Answer

SERVER_TROUBLE = Answer(status=503)
PORTAL = Answer(status=200, headers={"content-type": "text/html"}, body=b"<h1>Log in to Wi-Fi</h1>")
INVALID_GRANT = json_answer(
    {"error": "invalid_grant", "error_description": "Refresh token revoked"}, status=400
)
INVALID_CLIENT = json_answer({"error": "invalid_client"}, status=400)
RATE_LIMITED = json_answer({"error": "rate"}, status=429, headers={"retry-after": "300"})
TIMEOUT = Unreachable("timeout")


def tokens_answer(
    access: str, refresh: str | None = None, *, expires_in: float = 3600, scope: str | None = None
) -> Answer:
    """Return a success; without ``refresh`` it holds no refresh token."""
    fields: dict[str, object] = {
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": expires_in,
    }
    if refresh is not None:
        fields["refresh_token"] = refresh
    if scope is not None:
        fields["scope"] = scope
    return json_answer(fields)


def consent(clock: FakeClock, *, refresh: str = "refresh-1", access: str = "access-1") -> Consent:
    """Return what a login brought just now: an access token for an hour."""
    now_at = round(clock.now() * 1000)
    return Consent(
        refresh_token=Secret(refresh),
        access=AccessToken(
            token=Secret(access),
            lifetime_s=3600.0,
            until_s=clock.monotonic() + 3600.0,
            until_at=now_at + 3_600_000,
            boot_id=clock.boot_id(),
        ),
        scope=" ".join(SCOPES),
        authorized_at=now_at,
    )
