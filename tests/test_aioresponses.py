"""The shim in conftest.py: it works, and it is still needed."""

import aiohttp
import pytest
from aioresponses import aioresponses

URL = "https://api.spotify.com/v1/me/player"


async def test_faked_http_answers(faked_http: aioresponses) -> None:
    """A request gets the answer it was promised, and no network is touched."""
    faked_http.get(URL, status=429, headers={"Retry-After": "7"})

    async with aiohttp.ClientSession() as session, session.get(URL) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "7")


async def test_faked_http_still_needs_its_shim() -> None:
    """When this fails, aioresponses has caught up: delete the shim in conftest.py and this test."""
    with aioresponses() as answers:
        answers.get(URL)

        async with aiohttp.ClientSession() as session:
            with pytest.raises(TypeError, match="stream_writer"):
                await session.get(URL)
