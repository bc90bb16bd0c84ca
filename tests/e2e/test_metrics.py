"""The numbers where a Prometheus finds them: on the control socket, and on a port of their own."""

import asyncio
import json
from pathlib import Path

import aiohttp
from installed import Home, program, service

PROMETHEUS_TYPE = "text/plain"
FAILURE = 1


async def get(url: str, *, socket: Path | None = None) -> tuple[int, str, str]:
    """Return status, type and text of what is at ``url``."""
    connector = aiohttp.TCPConnector() if socket is None else aiohttp.UnixConnector(str(socket))
    async with aiohttp.ClientSession(connector=connector) as session, session.get(url) as answer:
        return answer.status, answer.content_type, await answer.text()


def metrics_url(log: str) -> str:
    """Return where the service says that its numbers are."""
    (said,) = [
        event
        for event in map(json.loads, log.splitlines())
        if event["event"] == "metrics_listening"
    ]
    url: str = said["url"]
    return url


async def test_metrics_are_on_the_control_socket_and_not_on_the_public_port(home: Home) -> None:
    """The owner's numbers are no visitor's business."""
    async with service(home) as running:
        socket = home.state / "control.sock"
        status, kind, text = await get("http://control/metrics", socket=socket)
        public, _, _ = await get(f"{running.url}/metrics")

    assert (status, kind) == (200, PROMETHEUS_TYPE)
    assert 'tonearm_health{health="login_needed"} 1.0' in text.splitlines()
    assert public == 404


async def test_metrics_have_a_port_of_their_own_when_the_owner_names_one(home: Home) -> None:
    """And nothing else is there, least of all the commands of the control socket."""
    home.variables["TONEARM_SERVER_METRICS_LISTEN"] = "127.0.0.1:0"

    async with service(home) as running:
        url = metrics_url(running.program.errors)
        status, kind, text = await get(url)
        others = [(await get(url.replace("/metrics", path)))[0] for path in ("/", "/status")]

    assert (status, kind) == (200, PROMETHEUS_TYPE)
    assert "tonearm_viewers 0.0" in text.splitlines()
    assert others == [404, 404]


async def test_the_start_fails_with_the_settings_name_when_the_port_is_taken(home: Home) -> None:
    """One sentence that names the setting to change, not the other one."""
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    home.variables["TONEARM_SERVER_METRICS_LISTEN"] = f"127.0.0.1:{port}"

    async with taken, program(home, "run") as running:
        code = await running.end()

    assert code == FAILURE
    assert "server.metrics_listen" in running.errors
