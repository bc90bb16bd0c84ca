"""The other servers of a contest: what everybody would use, and the least that could do it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from children import HERE, ours
from figures import NotMeasured

NPM_S: Final = 60.0
WS: Final = "ws@8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A server that sends what it is told, and what its viewers speak.

    ``is_readable`` tells whether they can see what a frame says: it may be compressed.
    """

    name: str
    arguments: tuple[str, ...]
    program: str = sys.executable
    language: str = "websocket"
    is_readable: bool = True


SEND_LOOP: Final = Peer(name="the `send` loop", arguments=ours("send_loop"))
BROADCAST: Final = Peer(name="`broadcast()`", arguments=ours("broadcast"))
BROADCAST_AS_IT_COMES: Final = Peer(
    name="compressed `broadcast()`",
    arguments=ours("broadcast", "deflate"),
    language="deflated",
    is_readable=False,
)
AIOHTTP: Final = Peer(name="aiohttp", arguments=ours("send_str"))


def node_ws() -> Peer:
    """Return Node's ``ws``, which npm fetches the first time.

    Raises:
        NotMeasured: there is no Node, or the package is not to be had.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None:
        raise NotMeasured("there is no `node`")
    folder = _cache() / "tonearm-bench"
    if not (folder / "node_modules" / "ws").is_dir():
        if npm is None:
            raise NotMeasured("there is no `npm` to fetch `ws` with")
        folder.mkdir(parents=True, exist_ok=True)
        command = (npm, "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", WS)
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=NPM_S)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            raise NotMeasured("npm could not fetch `ws`") from None
    script = HERE / "processes" / "node_ws.mjs"
    return Peer(name="Node `ws`", arguments=(str(script), str(folder)), program=node)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
