"""Everything public that is not a stream, and the table of all public routes.

It reads the hub's newest snapshot and never waits for a look. Every answer, errors included, is
ready for any origin; no answer shows more than a word about what went wrong inside.
"""

import traceback
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

import structlog
from aiohttp import ETag, web
from aiohttp.typedefs import Handler

from tonearm.poller.clock import Clock
from tonearm.poller.playback import Health, State
from tonearm.server.door.answers import PUBLIC_HEADERS, is_known, json_answer, refusal
from tonearm.server.feed import frames
from tonearm.server.feed.events import events_handler
from tonearm.server.feed.hub import Hub
from tonearm.server.feed.socket import websocket_handler
from tonearm.server.owner.hints import PATH as HINT_PATH

from .pages import PERMISSIONS_POLICY, Page, Pages

FAULTS: Final = web.AppKey("faults", Counter[str])
"""How often a handler raised what nobody expected, by the name of the exception's type."""

_METHODS: Final = "GET, HEAD, OPTIONS"
_IN_SERVICE: Final = (Health.OK, Health.LIMITED)

log = structlog.get_logger()

_Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


def application(
    hub: Hub,
    *,
    pages: Pages,
    clock: Clock,
    jitter: Callable[[], float],
    extra_routes: Iterable[web.AbstractRouteDef] = (),
) -> web.Application:
    """Return the application of the public port.

    ``jitter`` returns a number in [0, 1). ``extra_routes`` are served like the built-in ones.
    """
    app = web.Application(middlewares=[_guarded])
    app[FAULTS] = Counter()
    app.on_response_prepare.append(_make_public)
    app.add_routes(
        [
            web.get("/v1/ws", websocket_handler(hub, clock)),
            web.get("/v1/events", events_handler(hub, clock, jitter=jitter)),
            web.get("/v1/current", _current_handler(hub)),
            web.get("/healthz", _health_handler(hub)),
            *(web.get(page.path, _page_handler(page)) for page in pages.all),
            *extra_routes,
        ],
    )
    return app


@web.middleware
async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer OPTIONS for every path, and turn every error into a small JSON answer."""
    if request.method == "OPTIONS":
        return web.Response(
            status=204,
            headers={
                "Allow": _METHODS,
                "Access-Control-Allow-Methods": _METHODS,
                # What programs in a page add: to keep a copy, or to read events by fetch().
                "Access-Control-Allow-Headers": "If-None-Match, Last-Event-ID, Cache-Control",
                "Access-Control-Max-Age": "86400",
            },
        )
    try:
        return await handler(request)
    except web.HTTPMethodNotAllowed as error:
        allowed = ", ".join(sorted({*error.allowed_methods, "OPTIONS"}))
        return refusal(
            405,
            "method_not_allowed",
            f"This address takes {allowed}.",
            headers={"Allow": allowed},
        )
    except web.HTTPNotFound:
        return refusal(404, "not_found", "There is nothing at this address.")
    except web.HTTPException as error:
        return refusal(error.status, "refused", error.reason)
    except ConnectionError:  # the peer left; aiohttp deals with it
        raise
    except Exception as error:  # noqa: BLE001  (one bad request must not show, or stop, anything)
        name = type(error).__name__
        place = traceback.extract_tb(error.__traceback__)[-1]
        request.app[FAULTS][name] += 1
        log.warning("request_failed", error=name, at=f"{place.name}:{place.lineno}")
        return refusal(500, "internal_error", "Something went wrong here. It has been noted.")


async def _make_public(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(PUBLIC_HEADERS)
    if request.path == HINT_PATH:  # for programs with a token, not for anybody's page
        del response.headers["Access-Control-Allow-Origin"]


def _current_handler(hub: Hub) -> _Handle:
    async def handle(request: web.Request) -> web.Response:
        snapshot, payload = hub.snapshot, hub.payload()
        if snapshot is None or payload is None:
            return refusal(
                503,
                "starting",
                "Nothing is known yet. Ask again in a second.",
                headers={"Retry-After": "1"},
            )
        tag = frames.etag(snapshot)
        if is_known(request, tag):
            answer = web.Response(status=304)
        else:
            answer = web.Response(body=payload, content_type="application/json")
            if request.method == "GET":
                hub.note_read()
        answer.headers["Cache-Control"] = "no-store"
        answer.etag = ETag(tag, is_weak=True)
        return answer

    return handle


def _health_handler(hub: Hub) -> _Handle:
    async def handle(_request: web.Request) -> web.Response:
        snapshot = hub.snapshot
        health = snapshot.health if snapshot else Health.STALE
        state = snapshot.state if snapshot else State.NOTHING
        return json_answer(
            {"health": health, "state": state},
            status=200 if health in _IN_SERVICE else 503,
        )

    return handle


def _page_handler(page: Page) -> _Handle:
    async def handle(request: web.Request) -> web.Response:
        if is_known(request, page.tag):
            answer = web.Response(status=304)
        else:
            answer = web.Response(content_type=page.content_type, charset="utf-8")
            if _takes_gzip(request):
                answer.body = page.packed
                answer.headers["Content-Encoding"] = "gzip"
            else:
                answer.body = page.body
            if page.is_html:
                answer.headers["Content-Security-Policy"] = page.content_security_policy
                answer.headers["Permissions-Policy"] = PERMISSIONS_POLICY
        answer.headers["Cache-Control"] = page.cache_control
        answer.headers["Vary"] = "Accept-Encoding"
        answer.etag = ETag(page.tag, is_weak=True)
        return answer

    return handle


def _takes_gzip(request: web.Request) -> bool:
    accepted = request.headers.get("Accept-Encoding", "").replace(" ", "")
    return "gzip" in accepted and "gzip;q=0" not in accepted
