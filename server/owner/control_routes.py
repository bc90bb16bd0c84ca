"""What the owner's commands may ask of a running service: the routes of the control socket."""

from collections.abc import Awaitable, Mapping

from aiohttp import web

from tonearm.poller.login import Login

from .control import answer, asked
from .control_messages import Begun, Landed, Pause
from .service import Service


def login_routes(login: Login) -> tuple[web.RouteDef, ...]:
    """Return what `tonearm login` needs."""

    async def begin(_request: web.Request) -> web.Response:
        return answer(Begun(url=login.begin(), redirect_uri=login.redirect_uri))

    async def finish(request: web.Request) -> web.Response:
        landed = await asked(request, Landed)
        welcome = await login.finish(landed.address, is_other_account=landed.is_other_account)
        return answer(welcome)

    return (web.post("/login/begin", begin), web.post("/login/finish", finish))


def service_routes(service: Service) -> tuple[web.RouteDef, ...]:
    """Return what all other commands need."""

    async def status(_request: web.Request) -> web.Response:
        return answer(service.report())

    async def pause(request: web.Request) -> web.Response:
        duration_s = (await asked(request, Pause)).duration_s
        return await _reported(service.poller.go_incognito(duration_s))

    async def resume(_request: web.Request) -> web.Response:
        return await _reported(service.poller.end_incognito())

    async def logout(_request: web.Request) -> web.Response:
        return answer(await service.logout())

    async def _reported(done: Awaitable[None]) -> web.Response:
        await done
        return answer(service.report())

    return (
        web.get("/status", status),
        web.post("/pause", pause),
        web.post("/resume", resume),
        web.post("/logout", logout),
    )


def metrics_routes(service: Service, faults: Mapping[str, int]) -> tuple[web.RouteDef, ...]:
    """Return what Prometheus needs; ``faults`` counts the errors nobody expected."""

    async def scrape(_request: web.Request) -> web.Response:
        from . import metrics  # noqa: PLC0415  (a megabyte that only some owners want)

        body = metrics.exposition(
            report=service.report(), usage=service.account.ledger.usage, faults=faults
        )
        return web.Response(body=body, headers={"Content-Type": metrics.CONTENT_TYPE})

    return (web.get("/metrics", scrape),)
