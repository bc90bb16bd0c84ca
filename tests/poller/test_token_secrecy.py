"""No token shows: not in logs at DEBUG, not in errors, not in what asyncio says of its tasks."""

import asyncio
import logging
import traceback
from dataclasses import replace
from pathlib import Path

import pytest
from fake_clock import FakeClock
from fake_transport import FakeTransport, Held, Step
from token_answers import (
    INVALID_CLIENT,
    INVALID_GRANT,
    PORTAL,
    RATE_LIMITED,
    SERVER_TROUBLE,
    TIMEOUT,
    consent,
    tokens_answer,
)
from tokens_rig import APP, started

from tonearm.poller.errors import TonearmError
from tonearm.poller.secret import Secret

CANARIES = ("canary-refresh", "canary-access", "canary-secret", "canary-code")
CODE = Secret("canary-code")  # made here: a traceback shows the lines it goes through
CONFIDENTIAL = replace(APP, client_secret=Secret("canary-secret"))
FAULTS: tuple[Step, ...] = (
    SERVER_TROUBLE,
    PORTAL,
    TIMEOUT,
    RATE_LIMITED,
    INVALID_CLIENT,
    tokens_answer("canary-access 2", "canary-refresh 2"),
    INVALID_GRANT,
    INVALID_GRANT,
    INVALID_GRANT,
)


async def test_no_token_shows_whatever_goes_wrong(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every fault in turn, with all logging on and asyncio in debug mode."""
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    said: list[str] = []
    transport = FakeTransport([tokens_answer("canary-access-2", "canary-refresh-2"), *FAULTS])
    async with started(tmp_path, transport, clock=FakeClock(), app=CONFIDENTIAL) as rig:
        login = consent(rig.clock, refresh="canary-refresh-1", access="canary-access-1")
        await rig.tokens.adopt(login, None)
        said.append(repr(rig.tokens.grant) + repr(login) + repr(await rig.store.read()))
        for number in range(len(FAULTS) + 1):
            rig.store.is_full = number == 0
            await rig.clock.advance(3600)
            try:
                said.append(repr(await rig.tokens.access()))
            except TonearmError:
                said.append(traceback.format_exc())
        for code in (INVALID_GRANT, INVALID_CLIENT, tokens_answer("canary-access", scope="none")):
            transport.then(code)
            with pytest.raises(TonearmError) as caught:
                await rig.tokens.exchange(CODE, CODE)
            said.extend(traceback.format_exception(caught.value))

    said += [caplog.text, *capsys.readouterr()]
    assert "refresh_failed" in "".join(said)
    assert [canary for canary in CANARIES if canary in "".join(said)] == []


async def test_no_token_shows_in_a_running_task(tmp_path: Path) -> None:
    """Asyncio prints tasks when something is slow or destroyed."""
    held = Held(tokens_answer("canary-access-2", "canary-refresh-2"))
    async with started(tmp_path, FakeTransport([held]), clock=FakeClock()) as rig:
        await rig.tokens.adopt(consent(rig.clock, refresh="canary-refresh-1"), None)
        await rig.clock.advance(3600)
        caller = asyncio.create_task(rig.tokens.access())
        await held.asked.wait()
        while_running = "".join(map(repr, asyncio.all_tasks()))
        held.release()
        await caller

        assert "canary" not in while_running + repr(caller)
