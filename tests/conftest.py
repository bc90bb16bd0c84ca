"""What all tests share: how hard hypothesis tries, faked HTTP, and nothing left behind."""

import asyncio
import functools
import inspect
import os
import threading
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import ClientResponse
from aioresponses import aioresponses
from hypothesis import settings

TIDY_UP_S = 2.0

# In CI the same examples on every run, so that a red one is red for its change. Deadlines would
# measure the neighbours on the machine.
settings.register_profile("tonearm", deadline=None, derandomize="CI" in os.environ)
settings.register_profile("soak", deadline=None, max_examples=10_000)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch of ``make soak``."""
    parser.addoption("--soak", action="store_true", help="run the long version of every test")


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many examples hypothesis tries."""
    settings.load_profile("soak" if config.getoption("soak") else "tonearm")


@pytest.fixture(scope="session")
def is_soak(pytestconfig: pytest.Config) -> bool:
    """Whether this is the long version, for tests that repeat something many times."""
    return bool(pytestconfig.getoption("soak"))


@pytest.fixture
def faked_http(monkeypatch: pytest.MonkeyPatch) -> Iterator[aioresponses]:
    """Answer aiohttp's requests without a network.

    aiohttp 3.14 asks more of a response than aioresponses 0.7.9 gives it:
    https://github.com/pnuckowski/aioresponses/issues/289. tests/test_aioresponses.py tells when
    the shim may go.
    """
    writer: Any = SimpleNamespace(output_size=0)
    shim = functools.partial(ClientResponse, stream_writer=writer)
    monkeypatch.setattr("aioresponses.core.ClientResponse", shim)
    with aioresponses() as answers:
        yield answers


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Fail a test that leaves a thread behind, an open database for instance."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        if not thread.daemon:
            thread.join(TIDY_UP_S)
            assert not thread.is_alive(), f"left a thread running: {thread.name}"


@pytest.fixture(autouse=True)
def no_task_left(request: pytest.FixtureRequest, no_thread_left: None) -> None:
    """Fail an asynchronous test that leaves a task running; asyncio itself would only cancel it."""
    if inspect.iscoroutinefunction(request.function):
        request.getfixturevalue("_no_task_left")


@pytest.fixture
async def _no_task_left() -> AsyncIterator[None]:
    yield
    left = asyncio.all_tasks() - {asyncio.current_task()}
    if left:  # a connection that is being closed may need a moment
        _, left = await asyncio.wait(left, timeout=TIDY_UP_S)
    assert not left, f"left tasks running: {sorted(task.get_name() for task in left)}"
