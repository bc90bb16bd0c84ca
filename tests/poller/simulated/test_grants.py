"""Refresh tokens: what each rotation policy answers, and which tokens live on."""

from typing import Any

import pytest

from tonearm.poller.simulated.grants import GRANT_LIFETIME_S, Grants, Rotation
from tonearm.poller.transport import Answer

SCOPES = frozenset({"user-read-playback-state"})


def consented(rotation: Rotation) -> tuple[Grants, str]:
    """Return grants with one consent at instant 0, and its refresh token."""
    grants = Grants(rotation=rotation)
    return grants, grants.consent(SCOPES, 0.0, is_pkce=True)["refresh_token"]


def refreshed(grants: Grants, token: str, now_s: float = 10.0) -> dict[str, Any]:
    """Refresh as an app without a secret, which must succeed."""
    fields = grants.refresh(token, now_s, is_public=True)
    assert not isinstance(fields, Answer)
    return fields


def error_of(grants: Grants, token: str, now_s: float = 10.0, *, is_public: bool = True) -> bytes:
    """Refresh, which must fail."""
    answer = grants.refresh(token, now_s, is_public=is_public)
    assert isinstance(answer, Answer)
    return answer.body


def test_no_rotation_answers_without_a_refresh_token() -> None:
    """The old one stays good for as often as it is used."""
    grants, token = consented(Rotation.NONE)

    assert "refresh_token" not in refreshed(grants, token)
    assert "refresh_token" not in refreshed(grants, token)


def test_same_answers_with_the_token_it_was_given() -> None:
    """Nothing changes, but the field is there."""
    grants, token = consented(Rotation.SAME)

    assert refreshed(grants, token)["refresh_token"] == token


def test_grace_keeps_the_old_token_until_the_new_one_is_used() -> None:
    """An answer that was lost costs nothing; a used successor ends the old one."""
    grants, old = consented(Rotation.GRACE)
    refreshed(grants, old)
    new = refreshed(grants, old)["refresh_token"]

    refreshed(grants, new)

    assert b"Refresh token revoked" in error_of(grants, old)


def test_strict_revokes_the_old_token_at_once() -> None:
    """The token that was just used is dead, its successor lives."""
    grants, old = consented(Rotation.STRICT)

    new = refreshed(grants, old)["refresh_token"]

    assert b"Refresh token revoked" in error_of(grants, old)
    assert refreshed(grants, new)["refresh_token"] != new


@pytest.mark.parametrize("rotation", Rotation)
def test_every_refresh_gives_an_access_token_that_works(rotation: Rotation) -> None:
    """Whatever happens to the refresh token."""
    grants, token = consented(rotation)

    access_token = refreshed(grants, token)["access_token"]

    assert grants.scopes_of(access_token, 11.0) == SCOPES


def test_an_access_token_dies_after_its_hour() -> None:
    """To the second."""
    grants, token = consented(Rotation.NONE)
    access_token = refreshed(grants, token, 0.0)["access_token"]

    assert grants.scopes_of(access_token, 3599.9) == SCOPES
    assert grants.scopes_of(access_token, 3600.0) is None


def test_a_grant_dies_six_months_after_consent_whatever_was_refreshed() -> None:
    """Refreshing does not extend it."""
    grants, token = consented(Rotation.NONE)

    refreshed(grants, token, GRANT_LIFETIME_S - 1)

    assert b"Refresh token expired" in error_of(grants, token, GRANT_LIFETIME_S)


def test_expiring_a_grant_spares_its_access_token() -> None:
    """What was given out for an hour holds for its hour."""
    grants, token = consented(Rotation.NONE)
    access_token = refreshed(grants, token)["access_token"]

    grants.expire_grant()

    assert b"Refresh token expired" in error_of(grants, token)
    assert grants.scopes_of(access_token, 11.0) == SCOPES


def test_revoking_a_grant_ends_everything() -> None:
    """As when the listener removes the app on Spotify's account page."""
    grants, token = consented(Rotation.NONE)
    access_token = refreshed(grants, token)["access_token"]

    grants.revoke_grant()

    assert b"Refresh token revoked" in error_of(grants, token)
    assert grants.scopes_of(access_token, 11.0) is None


def test_an_unknown_token_is_invalid() -> None:
    """It never was a token."""
    grants, _ = consented(Rotation.NONE)

    assert b"Invalid refresh token" in error_of(grants, "made-up")


def test_a_grant_without_pkce_needs_the_secret_to_refresh() -> None:
    """The plain code flow belongs to apps with a secret."""
    grants = Grants()
    token = grants.consent(SCOPES, 0.0, is_pkce=False)["refresh_token"]

    assert b"invalid_client" in error_of(grants, token, is_public=True)
    assert not isinstance(grants.refresh(token, 10.0, is_public=False), Answer)
