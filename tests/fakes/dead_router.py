"""A machine behind a router that is dead: names are asked for, and no answer ever comes."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@contextmanager
def dead_router() -> Iterator[threading.Event]:
    """Let every lookup of a name hang until the event is set, or the context ends."""
    answers = threading.Event()

    def hang(*_rest: Any, **_named: Any) -> list[Any]:
        answers.wait(20)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", hang)
        yield answers
    answers.set()
