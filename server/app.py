"""The composition root: everything is made here once, and handed what it needs.

Nothing looks or sends before everything stands. What is made is put on a stack, so that what was
made last is taken down first: the port closes, a running token request may end, and the databases
close. ``lifetime`` runs what was made.
"""

import contextlib
import random
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

import structlog
from aiohttp import web

from tonearm.poller.clock import Clock
from tonearm.poller.login import Login
from tonearm.poller.loop import Poller
from tonearm.poller.options import Hosts
from tonearm.poller.playback import Snapshot
from tonearm.poller.plays import open_plays
from tonearm.poller.store import GRANT_FILE
from tonearm.server.account import open_account
from tonearm.server.artwork.covers import Fetch, open_covers, read_cover
from tonearm.server.artwork.tint import Tint
from tonearm.server.configuration.settings import Settings
from tonearm.server.configuration.values import Address
from tonearm.server.door import descriptors, front
from tonearm.server.door.certificate import Certificate
from tonearm.server.door.guard import Limits
from tonearm.server.feed.hub import Hub
from tonearm.server.owner import control, hints
from tonearm.server.owner.control_routes import login_routes, metrics_routes, service_routes
from tonearm.server.owner.hints import Doorbell
from tonearm.server.owner.service import Service
from tonearm.server.public import http
from tonearm.server.public.pages import Pages
from tonearm.server.public.text_files import TextFiles
from tonearm.server.public.view_routes import view_routes
from tonearm.server.public.words import Languages
from tonearm.server.upkeep import watchdog
from tonearm.server.upkeep.alert_store import open_alert_store
from tonearm.server.upkeep.lookout import Delivers, Lookout

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """The service, listening but not yet looking.

    ``parts`` run beside the hub from then on, by their names, until they are cancelled.
    """

    url: str
    login: Login
    poller: Poller
    hub: Hub
    words: Callable[[], str]
    parts: Mapping[str, Callable[[], Coroutine[None, None, None]]]


async def demonstrate(stack: AsyncExitStack, settings: Settings, clock: Clock) -> Composed:
    """Build the service on a simulated account, and log in there."""
    from tonearm.server import demo  # noqa: PLC0415  (who runs the real thing need not load it)

    stage = await stack.enter_async_context(demo.open_demo(settings, clock=clock))
    service = await compose(
        stack,
        stage.settings,
        clock,
        hosts=stage.hosts,
        fetch_cover=demo.fetch_cover,
        extra_routes=demo.cover_routes(),
    )
    await service.login.finish(await stage.consent(service.login.begin()))
    return service


async def compose(
    stack: AsyncExitStack,
    settings: Settings,
    clock: Clock,
    *,
    hosts: Hosts = Hosts(),  # noqa: B008  (a frozen value)
    fetch_cover: Fetch | None = None,
    extra_routes: Iterable[web.RouteDef] = (),
) -> Composed:
    """Build the service on ``stack``; covers come from Spotify's image hosts unless said.

    Raises:
        TonearmError: the state directory, the port or the control socket cannot be had.
        ConfigError: the certificate or a service for alerts cannot be used.
    """
    chosen = settings.server
    certificate = Certificate(chosen.tls, clock) if chosen.tls is not None else None
    limits = Limits(
        max_connections=descriptors.fitting(chosen.max_connections, descriptors.raise_limit()),
        max_per_ip=chosen.max_per_ip,
        trusted_proxies=chosen.trusted_proxies,
    )
    account = await stack.enter_async_context(open_account(settings, hosts=hosts, clock=clock))
    plays = await stack.enter_async_context(open_plays(account.directory, clock=clock))

    hub = Hub(
        clock,
        on_arrival=lambda: poller.viewer_arrived(),  # noqa: PLW0108  (made after the hub)
        max_connections=limits.max_connections,
    )
    if fetch_cover is None:
        fetch_cover = await stack.enter_async_context(open_covers(settings.spotify))
    outlets: list[Callable[[Snapshot], None]] = [hub.publish]
    tint = Tint(
        publish=partial(_publish, outlets), read=partial(read_cover, fetch=fetch_cover), clock=clock
    )
    text_files = _text_files(settings, tint, clock)
    if text_files is not None:
        outlets.append(text_files.publish)
    poller = Poller(
        spotify=account.spotify,
        ledger=account.ledger,
        plays=plays,
        clock=clock,
        emit=tint.emit,
        audience=hub.audience,
        has_readers=hub.has_readers,
        pace=settings.look,
        rules=settings.publish,
        epoch=secrets.token_hex(4),
        chance=random.random,
    )
    await poller.restore()
    login = account.login(logged_in=poller.logged_in)
    doorbell = Doorbell(clock, poller.hint)

    application = http.application(
        hub,
        pages=Pages.load(public_url=settings.server.public_url),
        clock=clock,
        jitter=random.random,
        extra_routes=(
            *extra_routes,
            *hints.hint_routes(doorbell, settings.hint.token),
            *view_routes(
                hub,
                clock=clock,
                thumbnail=tint.thumbnail,
                languages=Languages.load(),
                public_url=chosen.public_url,
            ),
        ),
    )
    listening = await stack.enter_async_context(
        front.listen(
            application,
            chosen.listen.host,
            chosen.listen.port,
            clock=clock,
            limits=limits,
            tls=certificate.context if certificate is not None else None,
        )
    )
    service = Service(
        clock=clock,
        account=account,
        plays=plays,
        poller=poller,
        hub=hub,
        url=listening.url,
        began_s=clock.monotonic(),
    )
    lookout = Lookout(
        report=service.report,
        had_login=lambda: account.tokens.grant is not None,
        is_damaged=lambda: GRANT_FILE in account.directory.set_aside_files,
        directory=account.directory.path,
        messenger=_messenger(settings),
        notes=await stack.enter_async_context(open_alert_store(account.directory, clock=clock)),
        clock=clock,
    )
    faults = application[http.FAULTS]
    numbers = metrics_routes(service, faults)
    commands = control.application((*login_routes(login), *service_routes(service), *numbers))
    place = settings.control.socket
    await stack.enter_async_context(control.listen(commands, place))
    await stack.enter_async_context(hints.listen(doorbell, place))
    if settings.server.metrics_listen is not None:
        await stack.enter_async_context(
            _listen_for_scrapes(numbers, settings.server.metrics_listen, clock)
        )
    log.info("listening", url=listening.url)
    return Composed(
        url=listening.url,
        login=login,
        poller=poller,
        hub=hub,
        words=lambda: watchdog.status_words(
            poller.snapshot.state, poller.snapshot.health, service.login
        ),
        parts={"poller": poller.run, "tint": tint.run, "lookout": lookout.run}
        | ({"text files": text_files.run} if text_files is not None else {}),
    )


def _publish(outlets: Iterable[Callable[[Snapshot], None]], snapshot: Snapshot) -> None:
    for outlet in outlets:
        outlet(snapshot)


def _text_files(settings: Settings, tint: Tint, clock: Clock) -> TextFiles | None:
    """Return what writes files, None where the owner named no place for them."""
    wanted = settings.text
    if wanted.directory is None:
        return None
    return TextFiles(
        wanted.directory, on=wanted.format, idle=wanted.idle, picture=tint.picture, clock=clock
    )


def _messenger(settings: Settings) -> Delivers | None:
    """Return what carries alerts, None where the owner named no service."""
    if settings.alerts.apprise_urls is None:
        return None
    from tonearm.server.upkeep.messenger import Messenger  # noqa: PLC0415  (it loads a large library)

    return Messenger.to(settings.alerts.apprise_urls)


@contextlib.asynccontextmanager
async def _listen_for_scrapes(
    routes: Iterable[web.RouteDef], at: Address, clock: Clock
) -> AsyncIterator[None]:
    """Answer ``routes`` on a port of their own."""
    app = web.Application()
    app.add_routes(routes)
    async with front.listen(
        app, at.host, at.port, clock=clock, setting="server.metrics_listen"
    ) as listening:
        log.info("metrics_listening", url=f"{listening.url}/metrics")
        yield
