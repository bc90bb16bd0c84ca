"""https without a web server in front: the same feeds, a clean stop, and strangers at the port."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from certificates import SelfSigned
from installed import Home, Service, program, service
from websockets.asyncio.client import connect
from yarl import URL

CONFIGURATION = 78


@asynccontextmanager
async def encrypted(home: Home, files: SelfSigned) -> AsyncIterator[Service]:
    """Run the service with a certificate of its own."""
    home.variables["TONEARM_SERVER_TLS_CERT"] = str(files.cert)
    home.variables["TONEARM_SERVER_TLS_KEY"] = str(files.key)
    async with program(home, "run") as started:
        line = await started.line_with("https://")
        yield Service(program=started, url=line[line.index("https://") :].split()[0])


async def test_every_feed_works_over_tls_and_says_good_bye(home: Home, tmp_path: Path) -> None:
    """Nothing but the bytes on the wire is different."""
    files = SelfSigned.make(tmp_path)
    trust = files.trust()
    async with encrypted(home, files) as running:
        address = running.url.replace("https", "wss", 1) + "/v1/ws"
        async with (
            connect(address, ssl=trust, proxy=None) as watching,
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust)) as session,
        ):
            by_socket = json.loads(await watching.recv())
            async with session.get(f"{running.url}/v1/events") as events:
                async for line in events.content:
                    if line.startswith(b"data:"):
                        break
            by_event = json.loads(line.removeprefix(b"data:"))
            async with session.get(f"{running.url}/v1/current") as answer:
                by_json = await answer.json()
            await (await watching.ping())
            code = await running.stop()
            await watching.wait_closed()

    assert {told["seq"] for told in (by_socket, by_event, by_json)} == {by_json["seq"]}
    assert (code, watching.close_code) == (0, 1012)


async def send(url: str, said: bytes) -> bytes:
    """Say something to a port and return all that comes back until it hangs up."""
    address = URL(url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(said)
    heard = b""
    try:
        async with asyncio.timeout(20):
            heard = await reader.read()
    except ConnectionResetError:
        pass
    writer.close()
    return heard


@pytest.mark.parametrize("said", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\0" * 600])
async def test_what_is_no_tls_is_hung_up_on_without_a_word_in_the_log(
    said: bytes, home: Home, tmp_path: Path
) -> None:
    """And the next one is served."""
    files = SelfSigned.make(tmp_path)
    async with encrypted(home, files) as running:
        heard = await send(running.url, said)
        connector = aiohttp.TCPConnector(ssl=files.trust())
        async with (
            aiohttp.ClientSession(connector=connector) as session,
            session.get(f"{running.url}/v1/current") as answer,
        ):
            status = answer.status

    assert b"HTTP" not in heard
    assert status == 200


async def test_tls_on_a_plain_port_is_answered_in_plain_text(home: Home) -> None:
    """Whoever typed https where there is only http."""
    hello, unused = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        ssl.create_default_context().wrap_bio(unused, hello, server_hostname="x").do_handshake()
    async with service(home) as running:
        heard = await send(running.url, hello.read())

    assert heard.startswith((b"HTTP/1.0 400 ", b"HTTP/1.1 400 "))


async def test_half_of_a_pair_is_a_configuration_error(home: Home, tmp_path: Path) -> None:
    """One sentence, and systemd does not try again."""
    home.variables["TONEARM_SERVER_TLS_CERT"] = str(SelfSigned.make(tmp_path).cert)

    async with program(home, "run") as running:
        code = await running.end()

    assert code == CONFIGURATION
    assert "server.tls_key" in running.errors


async def test_key_that_is_none_is_a_configuration_error(home: Home, tmp_path: Path) -> None:
    """Found at the start, not by the first visitor."""
    files = SelfSigned.make(tmp_path)
    files.key.write_text("hello")
    home.variables["TONEARM_SERVER_TLS_CERT"] = str(files.cert)
    home.variables["TONEARM_SERVER_TLS_KEY"] = str(files.key)

    async with program(home, "run") as running:
        code = await running.end()

    assert code == CONFIGURATION
    assert running.errors.splitlines()[-1].startswith("tonearm: server.tls_key")
