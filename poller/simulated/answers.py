"""Answers in the wrappings of Spotify's two services: JSON, error objects, pages, redirects."""

from collections.abc import Mapping
from typing import Any

import msgspec

from tonearm.poller.transport import Answer


def as_json(payload: Any, *, status: int = 200, **headers: str) -> Answer:
    """Return ``payload`` as JSON; ``retry_after="7"`` becomes the header ``retry-after: 7``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(
        status=status,
        headers={"content-type": "application/json; charset=utf-8", **named},
        body=msgspec.json.encode(payload),
    )


def as_text(text: str, *, status: int, kind: str = "text/plain") -> Answer:
    """Return text for humans; ``kind`` is its media type."""
    return Answer(
        status=status,
        headers={"content-type": f"{kind}; charset=utf-8"},
        body=text.encode(),
    )


def redirect(location: str) -> Answer:
    """Return a 302 to ``location``."""
    return Answer(status=302, headers={"location": location})


def no_content() -> Answer:
    """Return the 204 that says nothing plays."""
    return Answer(status=204)


def api_error(status: int, message: str, *, reason: str | None = None, **headers: str) -> Answer:
    """Return the Web API's error object; ``reason`` is the field its description forgets."""
    error: dict[str, Any] = {"status": status, "message": message}
    if reason is not None:
        error["reason"] = reason
    return as_json({"error": error}, status=status, **headers)


def too_many(retry_after: str | None, *, is_quota: bool = False) -> Answer:
    """Return a 429. ``retry_after`` is the header's text, None leaves the header out."""
    headers = {} if retry_after is None else {"retry_after": retry_after}
    if is_quota:
        return api_error(429, "Too many requests", reason="QUOTA_EXCEEDED", **headers)
    return api_error(429, "API rate limit exceeded", **headers)


def oauth_error(error: str, description: str) -> Answer:
    """Return an error of the token endpoint."""
    return as_json({"error": error, "error_description": description}, status=400)


def header(headers: Mapping[str, str], name: str) -> str:
    """Return a request header whatever its case, or an empty string."""
    return next((value for key, value in headers.items() if key.lower() == name), "")
