"""A token endpoint that keeps its own truth: which refresh tokens are good under which policy."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from enum import StrEnum

from aiohttp import web
from token_answers import INVALID_GRANT, tokens_answer

from tonearm.poller.grant import SCOPES
from tonearm.poller.transport import Answer, Request


class Rotation(StrEnum):
    """What becomes of a refresh token that was used."""

    NONE = "none"
    """It stays, none is returned: Spotify since July 2026."""
    SAME = "same"
    """It stays, and is returned."""
    GRACE = "grace"
    """A new one is returned; the old one is good until the new one is used."""
    STRICT = "strict"
    """A new one is returned and the old one is void at once: Spotify with PKCE until 2026."""


class TokenServer:
    """Answers refreshes and logins; a :class:`~tonearm.poller.transport.Transport` as it is."""

    def __init__(self, rotation: Rotation) -> None:
        self.rotation = rotation
        self.good: set[str] = set()
        self.refreshes = 0
        self.refusals = 0
        self._issued = 0

    def new_login(self) -> str:
        """Return a fresh refresh token, every older one being void."""
        self.good = {self._issue("refresh")}
        return next(iter(self.good))

    async def send(self, request: Request) -> Answer:
        await asyncio.sleep(0)  # noqa: TID251  (a real one does not answer in the same breath)
        return self.answer(request.form or {})

    def answer(self, form: Mapping[str, str]) -> Answer:
        """Answer one request."""
        if form["grant_type"] == "authorization_code":
            return self._tokens(self.new_login())
        used = form["refresh_token"]
        if used not in self.good:
            self.refusals += 1
            return INVALID_GRANT
        self.refreshes += 1
        match self.rotation:
            case Rotation.NONE:
                return self._tokens(None)
            case Rotation.SAME:
                return self._tokens(used)
            case Rotation.GRACE:
                new = self._issue("refresh")
                self.good = {used, new}
                return self._tokens(new)
            case Rotation.STRICT:
                return self._tokens(self.new_login())

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        """Listen on 127.0.0.1 and yield the address to use as ``accounts_url``."""
        app = web.Application()
        app.router.add_post("/api/token", self._over_http)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    async def _over_http(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        answer = self.answer(form)
        return web.Response(status=answer.status, headers=dict(answer.headers), body=answer.body)

    def _tokens(self, refresh: str | None) -> Answer:
        return tokens_answer(self._issue("access"), refresh, scope=" ".join(SCOPES))

    def _issue(self, kind: str) -> str:
        self._issued += 1
        return f"{kind}-{self._issued}"
