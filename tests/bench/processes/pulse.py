"""One viewer that pings all the time: how long the other end's loop takes to notice.

    python -m processes.pulse PORT

A word is printed when it is in. At the end of standard input, the seconds each answer took.
"""

import json
import select
import socket
import sys
from typing import Final

from tonearm.poller.clock import SystemClock

from .crowd import tell
from .wire import LANGUAGES, PING, PONG, frames, masked

EVERY_S: Final = 0.05  # 6 bytes each: well within what a viewer may say
ADDRESS: Final = "127.3.1.1"
PATIENCE_S: Final = 30.0


def main() -> None:
    """Ping until standard input ends."""
    clock = SystemClock()
    viewer = socket.create_connection(
        ("127.0.0.1", int(sys.argv[1])), timeout=PATIENCE_S, source_address=(ADDRESS, 0)
    )
    viewer.sendall(LANGUAGES["websocket"].request)
    data = b""
    while b"\r\n\r\n" not in data:
        data += viewer.recv(1 << 16)
    unread = data.partition(b"\r\n\r\n")[2]
    tell("in")
    answered_s: list[float] = []
    while not select.select([sys.stdin], [], [], EVERY_S)[0]:
        pinged_s = clock.monotonic()
        viewer.sendall(masked(PING, b""))
        is_answered = False
        while not is_answered:
            if not (data := viewer.recv(1 << 16)):
                raise SystemExit("pulse: sent away")
            heard, unread = frames(unread + data)
            is_answered = any(kind == PONG for kind, _ in heard)
        answered_s.append(clock.monotonic() - pinged_s)
    json.dump(answered_s, sys.stdout)


if __name__ == "__main__":
    main()
