"""Asks the guard about each request, before any route sees it.

It finds out whose request it is: the peer's, or that of a visitor a trusted proxy speaks for. And
it tells the owner, once, of a proxy nobody declared.
"""

import math
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from tonearm.poller.clock import Clock
from tonearm.server import forwarded
from tonearm.server.forwarded import IPAddress

from .answers import no_room, refusal, too_many
from .caller import Caller, Door
from .digest import Digest
from .guard import Guard

_HELD_RETRY_S: Final = 30
_CONTINUE: Final = "100-continue"

_Handle = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

log = structlog.get_logger()


class Porter:
    """The first of the middlewares."""

    def __init__(self, door: Door, guard: Guard, digest: Digest, clock: Clock) -> None:
        self._door = door
        self._guard = guard
        self._digest = digest
        self._clock = clock
        self._said: set[str] = set()

    @web.middleware
    async def admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a request through, if there is room and its visitor takes no more than others."""
        caller = request.protocol
        assert isinstance(caller, Caller)  # noqa: S101  (the entrance makes no other)
        self._door.leave(caller)
        if caller.connection.is_surplus:
            return _last(no_room())
        peer = caller.connection.peer
        if peer is None:  # no address of the internet's
            return await handler(request)

        visitor = self._visitor(request, peer)
        household = self._guard.counted_as(visitor)
        wait_s = self._guard.request(household, self._clock.monotonic())
        if wait_s > 0:
            self._digest.note("requests_too_fast", visitor)
            answer = too_many(math.ceil(wait_s))
            return _last(answer) if visitor is peer else answer
        if visitor is peer:  # its connection counts already
            return await handler(request)
        if not self._guard.hold(household):
            self._digest.note("requests_over_max_per_ip", visitor)
            return too_many(_HELD_RETRY_S)
        try:
            return await handler(request)
        finally:
            if _is_taken_over(caller):  # a viewer has it now, for as long as it likes
                caller.connection.keep_for(household)
            else:
                self._guard.release(household)

    def _visitor(self, request: web.Request, peer: IPAddress) -> IPAddress:
        if self._guard.is_trusted(peer):
            lines = request.headers.getall(forwarded.HEADER, ())
            visitor = forwarded.visitor(peer, lines, self._guard.limits.trusted_proxies)
            if visitor is peer:
                self._say_once(
                    "proxy_names_nobody",
                    hint="a trusted proxy sends no X-Forwarded-For: let it, or no limit of"
                    " server.max_per_ip applies to those behind it",
                )
            return visitor
        if any(name in request.headers for name in forwarded.PROXY_HEADERS):
            self.note_undeclared(peer)
        return peer

    def note_undeclared(self, peer: IPAddress) -> None:
        """Note that ``peer`` speaks like a proxy, and tell the owner how to declare it."""
        self._guard.note_proxy(peer)
        if forwarded.is_private(peer):
            self._say_once(
                "proxy_undeclared",
                hint="a proxy of yours? So that its visitors count one by one, write"
                f' server.trusted_proxies = ["{peer}"]',
            )
        else:  # anybody may say so, and the log must not recommend just anybody
            self._say_once(
                "public_proxy_undeclared",
                somewhere_in=forwarded.vicinity(peer),
                hint="only if that is a proxy of yours: add it to server.trusted_proxies",
            )

    def _say_once(self, event: str, **fields: str) -> None:
        if event not in self._said:
            self._said.add(event)
            log.warning(event, **fields)


def expecting_nothing(handle: _Handle) -> _Handle:
    """Refuse whoever expects what nobody knows.

    aiohttp does so too, but before any middleware, and on a connection that stays: that would be
    the one request that nobody counts.
    """

    async def handle_unless_it_expects(request: web.BaseRequest) -> web.StreamResponse:
        if request.headers.get("Expect", _CONTINUE).lower() != _CONTINUE:
            return _last(refusal(417, "expectation_failed", "Expect can only be 100-continue."))
        return await handle(request)

    return handle_unless_it_expects


def _is_taken_over(caller: Caller) -> bool:
    return caller.transport is None and caller.connection.fileno() >= 0


def _last(answer: web.Response) -> web.Response:
    """Let the connection end with this answer."""
    answer.force_close()
    return answer
