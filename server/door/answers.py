"""What all answers on the public port share: the headers of a public feed, refusals as JSON."""

from collections.abc import Mapping
from typing import Final

import msgspec
from aiohttp import web

PUBLIC_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Server": "tonearm",  # else aiohttp tells its version and Python's
}


def json_answer(
    content: Mapping[str, str],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """Return ``content`` as JSON that nobody may store."""
    return web.Response(
        body=msgspec.json.encode(content),
        status=status,
        content_type="application/json",
        headers={**PUBLIC_HEADERS, "Cache-Control": "no-store", **(headers or {})},
    )


def refusal(
    status: int,
    error: str,
    message: str,
    *,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """Return an error as JSON: ``error`` is a word for programs, ``message`` a sentence."""
    return json_answer({"error": error, "message": message}, status=status, headers=headers)


def is_known(request: web.Request, tag: str) -> bool:
    """Return whether the viewer says that it holds the copy named ``tag`` (weak comparison)."""
    return any(known.value in (tag, "*") for known in request.if_none_match or ())


def no_room() -> web.Response:
    """Return what a viewer over the cap gets before anything is upgraded."""
    return refusal(
        503,
        "full",
        "Too many viewers are connected. Come back in a while.",
        headers={"Retry-After": "10"},
    )


def too_many(retry_s: int) -> web.Response:
    """Return what those get who ask too often, or hold too much open."""
    return refusal(
        429,
        "too_many",
        "Too many requests come from your address. Come back in a while.",
        headers={"Retry-After": str(retry_s)},
    )
