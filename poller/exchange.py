"""Asking the token endpoint, and turning a login's code into a consent. Nothing is kept here."""

from .clock import Clock
from .errors import BadAnswer, InvalidGrant, LoginFailed
from .grant import missing_scopes
from .options import App
from .secret import Secret
from .stored_grant import AccessToken, Consent
from .token_endpoint import TokenAnswer, exchange_request, read_token_answer
from .transport import Request, Transport


async def ask(
    request: Request, *, transport: Transport, clock: Clock
) -> tuple[TokenAnswer, AccessToken]:
    """Ask the token endpoint.

    Raises:
        SpotifyError: no usable answer.
        GrantError: it refused the token, the code or the app.
    """
    # Counted from before the question: the token cannot end earlier than we think.
    began_s, began_at = clock.monotonic(), round(clock.now() * 1000)
    answer = read_token_answer(await transport.send(request), now=clock.now())
    return answer, AccessToken(
        token=answer.access_token,
        lifetime_s=answer.expires_in_s,
        until_s=began_s + answer.expires_in_s,
        until_at=began_at + round(answer.expires_in_s * 1000),
        boot_id=clock.boot_id(),
    )


async def exchange(
    code: Secret, verifier: Secret | None, *, app: App, transport: Transport, clock: Clock
) -> Consent:
    """Return what the owner consented to.

    Raises:
        LoginFailed: a sentence for the owner.
        InvalidClient: the settings are wrong.
        SpotifyError: no usable answer.
    """
    try:
        answer, access = await ask(
            exchange_request(app, code, verifier),
            transport=transport,
            clock=clock,
        )
    except InvalidGrant:
        raise LoginFailed(
            "Spotify no longer takes this code, it was used already or is too old:"
            " run `tonearm login` again.",
        ) from None
    if missing := missing_scopes(answer.scope):
        raise LoginFailed(
            f"Spotify did not grant {', '.join(missing)}: run `tonearm login` again and agree"
            " to everything that is asked for.",
        )
    if answer.refresh_token is None:
        raise BadAnswer("no refresh token", status=200)
    return Consent(
        refresh_token=answer.refresh_token,
        access=access,
        scope=answer.scope or "",
        authorized_at=round(clock.now() * 1000),
    )
