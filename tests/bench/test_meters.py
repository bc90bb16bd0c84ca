"""What other programs say about processes and sockets, read right."""

from pathlib import Path

from meters import Pause, pauses, queued_bytes

SOCKETS = """\
ESTAB 0 14602 127.0.0.1:36099 127.4.1.1:48211
\t skmem:(r0,rb131072,t0,tb2626560,f2688,w17792,o0,bl0,d0)
ESTAB 0 0 127.0.0.1:36099 127.4.1.1:48213
\t skmem:(r0,rb131072,t0,tb2626560,f0,w512,o0,bl0,d1)
"""


def test_queued_bytes_are_those_yet_to_be_sent() -> None:
    """Neither what may be queued (``tb``) nor what was received (``r``) counts."""
    assert queued_bytes(SOCKETS) == 17_792 + 512


def test_queued_bytes_of_nobody() -> None:
    """A port without connections keeps the kernel free."""
    assert queued_bytes("") == 0


def test_pauses_are_those_of_one_process(tmp_path: Path) -> None:
    """The login before it writes into the same file."""
    seen = tmp_path / "pauses"
    seen.write_text("7 0 100.5 0.001\n8 2 101.0 0.063\n", "ascii")

    assert pauses(seen, 8) == [Pause(generation=2, began_s=101.0, took_s=0.063)]
