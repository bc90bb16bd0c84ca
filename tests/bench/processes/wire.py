"""What viewers of the bench say, and how they take apart what they hear. Pure: bytes in, bytes out.

Only as much of each protocol as a well-behaved viewer needs; ten thousand of them live in one
process, so a viewer costs a few bytes and no object of a library.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA

_HOST: Final = "HTTP/1.1\r\nHost: tonearm\r\n"
HANDSHAKE: Final = (
    f"GET /v1/ws {_HOST}Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)


class Heard(NamedTuple):
    """One message: what kind, and what it says."""

    kind: int
    payload: bytes


Parse = Callable[[bytes], tuple[list[Heard], bytes]]


class Language(NamedTuple):
    """How a viewer asks to be let in, and what takes apart what comes after the head.

    ``parse`` returns the whole messages and the bytes of the one that is still under way.
    """

    request: bytes
    parse: Parse


def frames(data: bytes) -> tuple[list[Heard], bytes]:
    """Take apart WebSocket frames as servers send them, short of 64 KiB."""
    heard: list[Heard] = []
    start, end = 0, len(data)
    while end - start >= 2:
        length, body = data[start + 1], start + 2
        if length == 126:
            if end < body + 2:
                break
            length, body = int.from_bytes(data[body : body + 2], "big"), body + 2
        if end < body + length:
            break
        heard.append(Heard(data[start] & 0x0F, data[body : body + length]))
        start = body + length
    return heard, data[start:]


def events(data: bytes) -> tuple[list[Heard], bytes]:
    """Take apart server-sent events."""
    *whole, rest = data.split(b"\n\n")
    return [Heard(TEXT, event) for event in whole], rest


def masked(kind: int, payload: bytes) -> bytes:
    """Return a frame of at most 125 bytes as viewers send it; a mask of zeros is a mask, too."""
    return bytes((0x80 | kind, 0x80 | len(payload))) + bytes(4) + payload


LANGUAGES: Final = {
    "websocket": Language(f"{HANDSHAKE}\r\n".encode(), frames),
    "deflated": Language(
        f"{HANDSHAKE}Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n".encode(), frames
    ),
    "events": Language(f"GET /v1/events {_HOST}Accept: text/event-stream\r\n\r\n".encode(), events),
}
