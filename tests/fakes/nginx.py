"""A real nginx in front of a service, set up as our documentation tells owners to."""

import asyncio
import os
import re
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from documents import Document
from installed import close_pipes

POOL_KEEPS_S = 1

CONFIGURATION = """\
{user}
daemon off;
pid nginx.pid;
error_log stderr warn;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path temporary;
    proxy_temp_path temporary;
    fastcgi_temp_path temporary;
    uwsgi_temp_path temporary;
    scgi_temp_path temporary;
{site}
}}
"""


def site(upstream: str, port: int) -> str:
    """Return what our documentation tells owners to write, with addresses of this machine."""
    (text,) = Document.named("docs/public.md").fences("nginx")
    for told, here in (
        (r"server 127\.0\.0\.1:3345;", f"server {upstream};"),
        (r"keepalive 16;", f"keepalive 4; keepalive_timeout {POOL_KEEPS_S}s;"),
        (r"listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        (r"ssl_certificate .*;", ""),
        (r"ssl_certificate_key .*;", ""),
    ):
        text, count = re.subn(told, here, text)
        assert count == 1, told
    return text


@dataclass(frozen=True, slots=True)
class Nginx:
    """Where it listens, and the file of its complaints."""

    url: str
    error_file: Path

    @property
    def errors(self) -> str:
        return self.error_file.read_text("utf-8")


@asynccontextmanager
async def in_front(service_url: str, folder: Path) -> AsyncIterator[Nginx]:
    """Run nginx before a service until the end of the context; it must have had no complaint."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program is not None, "this test needs nginx: apt-get install nginx-light"
    port = _free_port()
    (folder / "nginx.conf").write_text(
        CONFIGURATION.format(
            user="user root;" if os.geteuid() == 0 else "",
            site=site(urlsplit(service_url).netloc, port),
        )
    )
    found = Nginx(f"http://127.0.0.1:{port}", folder / "nginx-stderr")
    with found.error_file.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *(program, "-p", str(folder), "-c", "nginx.conf", "-e", "stderr"),
            stdout=errors,
            stderr=errors,
        )
    try:
        await _until_open(port, process)
        yield found
    except BaseException as error:
        error.add_note(f"nginx wrote:\n{found.errors}")
        raise
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
        close_pipes(process)
    assert found.errors == ""


async def _until_open(port: int, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(20):
        while process.returncode is None:
            with suppress(ConnectionError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                await writer.wait_closed()
                return
            await asyncio.sleep(0.01)  # noqa: TID251  (it tells nobody when it is ready)
    raise AssertionError("nginx ended")


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
