"""The yardstick: the least that Python can do to bring one frame to many sockets.

A listening process. It prints its port; each line it is given is sent to everybody as one
WebSocket frame, and then the instant before the first ``send`` is printed.
"""

import os
import select
import socket
import sys

from websockets.frames import Frame, Opcode

from tonearm.poller.clock import SystemClock

UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"


def main() -> None:
    """Serve until standard input ends."""
    clock = SystemClock()
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    everybody: list[socket.socket] = []
    told = b""
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if listener in ready:
            viewer, _ = listener.accept()
            viewer.recv(4096)
            viewer.send(UPGRADED)
            viewer.setblocking(False)
            everybody.append(viewer)
        if sys.stdin in ready:
            if not (said := os.read(0, 1 << 16)):
                return
            told += said
            while b"\n" in told:
                line, _, told = told.partition(b"\n")
                frame = Frame(Opcode.TEXT, line).serialize(mask=False)
                began_s = clock.monotonic()
                for viewer in everybody:
                    viewer.send(frame)
                sys.stdout.write(f"{began_s}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
