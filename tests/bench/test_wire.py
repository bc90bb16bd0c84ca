"""The crowd's ears: frames and events are taken apart wherever the network cut them."""

from hypothesis import given
from hypothesis import strategies as st
from processes.wire import CLOSE, LANGUAGES, PING, TEXT, Heard, events, frames, masked
from websockets.frames import Frame, Opcode
from websockets.server import ServerProtocol

STREAM = b"".join(
    Frame(opcode, payload).serialize(mask=False)
    for opcode, payload in (
        (Opcode.TEXT, b"short"),
        (Opcode.TEXT, 126 * b"x"),
        (Opcode.PING, b""),
        (Opcode.TEXT, 4000 * b"y"),
        (Opcode.CLOSE, b"\x03\xf4"),
    )
)
MESSAGES = [
    Heard(TEXT, b"short"),
    Heard(TEXT, 126 * b"x"),
    Heard(PING, b""),
    Heard(TEXT, 4000 * b"y"),
    Heard(CLOSE, b"\x03\xf4"),
]


@given(st.lists(st.integers(0, len(STREAM)), max_size=6))
def test_frames_are_heard_whole_when_cut_anywhere(cuts: list[int]) -> None:
    """A mark that straddles two reads must not be missed."""
    heard: list[Heard] = []
    unread = b""

    for start, end in zip((0, *sorted(cuts)), (*sorted(cuts), len(STREAM)), strict=True):
        found, unread = frames(unread + STREAM[start:end])
        heard += found

    assert heard == MESSAGES
    assert unread == b""


def test_events_are_heard_when_whole() -> None:
    """An event ends with an empty line; the beginning of the next one is kept."""
    heard, unread = events(b"retry: 1000\n\nid: e-1\ndata: {}\n\nid: e")

    assert heard == [Heard(TEXT, b"retry: 1000"), Heard(TEXT, b"id: e-1\ndata: {}")]
    assert unread == b"id: e"


def test_what_a_viewer_says_is_understood() -> None:
    """A server must take the crowd's pings and pongs for what they are, not for garbage."""
    server = ServerProtocol()

    server.receive_data(LANGUAGES["websocket"].request)
    server.send_response(server.accept(server.events_received()[0]))  # type: ignore[arg-type]
    server.receive_data(masked(PING, b"still there?"))

    (ping,) = server.events_received()
    assert isinstance(ping, Frame)
    assert (ping.opcode, ping.data) == (Opcode.PING, b"still there?")
