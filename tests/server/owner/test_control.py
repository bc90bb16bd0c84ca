"""The control socket: who may reach it, and what a command reads when something is wrong."""

import asyncio
import os
import socket
import stat
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from home import Home, at_home
from owner import decide
from unprivileged import unprivileged

from tonearm.poller.errors import StateRefused
from tonearm.server.configuration import paths
from tonearm.server.owner import control
from tonearm.server.owner.control_client import NotOurs, NotRunning, ServiceRefused, connect, reach
from tonearm.server.owner.control_messages import Landed


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    """A machine to log in from."""
    async with at_home(tmp_path) as home:
        yield home


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the socket is to be; its directory does not exist yet."""
    return tmp_path / "run" / "control.sock"


def make_directory(path: Path, mode: int) -> None:
    """Make ``path`` if it is not there, with exactly this mode."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)


def stopping(status: int | None) -> web.Application:
    """Return a service that answers the greeting, and hangs up on (or ``status``) all else."""

    async def answer(request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.Response()
        if status is None and request.transport is not None:
            request.transport.close()
        return web.Response(status=status or 500, text="<h1>Oops</h1>")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    return app


async def test_a_login_ends_in_a_welcome_when_it_goes_through_the_socket(home: Home) -> None:
    """Both ends speak the same wire."""
    async with (
        home.service(),
        connect(home.settings().control.socket) as service,
    ):
        begun = await service.begin_login()
        landed = await asyncio.to_thread(decide, begun.url)
        welcome = await service.finish_login(Landed(address=landed))

    assert begun.redirect_uri == home.redirect_uri
    assert welcome.account == "Ann"


async def test_the_sentence_arrives_when_a_login_fails(home: Home) -> None:
    """What the service says is what the command's user reads."""
    async with (
        home.service(),
        connect(home.settings().control.socket) as service,
    ):
        with pytest.raises(ServiceRefused, match="No login is under way"):
            await service.finish_login(Landed(address="code=a&state=b"))


async def test_only_its_user_may_connect_when_the_socket_is_there(place: Path) -> None:
    """The socket hands out a login: nobody else on the machine gets at it."""
    async with control.listen(web.Application(), place) as path:
        mode = path.stat().st_mode
        above = path.parent.stat().st_mode

    assert stat.S_IMODE(mode) == 0o600
    assert stat.S_IMODE(above) == 0o700


async def test_the_umask_is_as_before_when_the_socket_is_there(place: Path) -> None:
    """What other parts of the process create is their own business."""
    before = os.umask(0o022)
    try:
        async with control.listen(web.Application(), place):
            during = os.umask(0o022)
    finally:
        os.umask(before)

    assert during == 0o022


async def test_nothing_is_left_when_the_service_stops(place: Path) -> None:
    """A command that comes later must not wait for a dead socket."""
    async with control.listen(web.Application(), place):
        pass

    assert list(place.parent.iterdir()) == []
    with pytest.raises(NotRunning):
        async with connect(place):
            pass


async def test_a_dead_socket_is_replaced_when_the_last_service_was_killed(place: Path) -> None:
    """A crash must not keep the next start from its control socket."""
    make_directory(place.parent, 0o700)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(place))
    with pytest.raises(NotRunning):
        async with connect(place):
            pass

    async with control.listen(web.Application(), place), connect(place):
        pass


async def test_the_way_is_found_when_the_path_is_too_long(tmp_path: Path) -> None:
    """Service and command meet although the kernel refuses the path they were told."""
    place = tmp_path / ("long" * 30) / "control.sock"

    async with control.listen(web.Application(), place) as path, connect(place):
        assert len(os.fsencode(path)) <= paths.LONGEST_SOCKET_BYTES


@pytest.mark.parametrize("below", ["file/control.sock", "file/deep/control.sock"])
async def test_the_start_is_refused_when_a_file_is_in_the_way(tmp_path: Path, below: str) -> None:
    """One line that names the path, not a traceback."""
    (tmp_path / "file").touch()

    with pytest.raises(StateRefused, match="file"):
        async with control.listen(web.Application(), tmp_path / below):
            pass


async def test_the_start_is_refused_when_a_directory_has_the_name(place: Path) -> None:
    """Somebody's directory is not deleted for a socket."""
    make_directory(place, 0o700)
    make_directory(place.parent, 0o700)

    with pytest.raises(StateRefused, match="cannot be made"):
        async with control.listen(web.Application(), place):
            pass


@pytest.mark.parametrize("mode", [0o775, 0o757, 0o1777])
async def test_the_start_is_refused_when_others_may_write_beside_it(place: Path, mode: int) -> None:
    """They could put a socket of their own in its place."""
    make_directory(place.parent, mode)

    with pytest.raises(StateRefused, match=r"control\.socket"):
        async with control.listen(web.Application(), place):
            pass


async def test_only_its_user_may_connect_although_all_may_enter_the_directory(place: Path) -> None:
    """The runtime directory of systemd is open, for the sake of hints; this socket is not."""
    make_directory(place.parent, 0o755)

    async with control.listen(web.Application(), place) as path:
        mode = path.stat().st_mode

    assert stat.S_IMODE(mode) == 0o600


async def test_the_first_service_that_answers_is_reached(tmp_path: Path) -> None:
    """The user's own comes before the system's."""
    own, systems = tmp_path / "own" / "control.sock", tmp_path / "run" / "control.sock"

    async with control.listen(web.Application(), systems), reach((own, systems)):
        pass
    with pytest.raises(NotRunning, match="tonearm run"):
        async with reach((own, systems)):
            pass


async def test_the_error_of_a_command_is_not_taken_for_a_service_that_is_not_there(
    place: Path,
) -> None:
    """What goes wrong after the greeting is told, not retried elsewhere."""
    async with control.listen(web.Application(), place):
        with pytest.raises(NotRunning, match="in the middle"):
            async with reach((place, place)):
                raise NotRunning("in the middle")


async def test_a_socket_is_not_believed_when_anybody_could_have_made_its_directory(
    tmp_path: Path,
) -> None:
    """In /tmp, a stranger's service would hand out a stranger's login link."""
    make_directory(tmp_path, 0o1777)
    place = tmp_path / "run" / "control.sock"
    async with control.listen(web.Application(), place):
        place.parent.chmod(0o755)

        with pytest.raises(StateRefused, match="chmod 700"):
            async with connect(place):
                pass


@pytest.mark.parametrize("mode", [0o000, 0o711], ids=["directory", "socket"])
async def test_the_sentence_says_who_may_when_the_service_is_another_users(mode: int) -> None:
    """The usual case on a Pi: systemd's service, and an owner who forgot sudo."""
    with tempfile.TemporaryDirectory() as folder:
        make_directory(Path(folder), 0o711)
        place = Path(folder) / "run" / "control.sock"
        async with control.listen(web.Application(), place):
            place.chmod(0o000)
            place.parent.chmod(mode)
            with pytest.raises(NotOurs, match="with sudo"), unprivileged():
                async with connect(place):
                    pass
            place.parent.chmod(0o700)


async def test_the_service_counts_as_dead_when_it_is_silent(place: Path) -> None:
    """A process that hangs must not hang the command."""
    make_directory(place.parent, 0o700)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(place))
        silent.listen()

        with pytest.raises(NotRunning, match="does not answer"):
            async with connect(place, greeting_s=0.05):
                pass
        # Whoever is told to start one would meet it on the port.
        with pytest.raises(NotRunning, match="does not answer: restart it"):
            async with reach((place, place.with_name("none.sock")), greeting_s=0.05):
                pass


async def test_the_sentence_says_so_when_the_service_stops_in_the_middle(place: Path) -> None:
    """A restart between two steps of a login is no traceback."""
    async with control.listen(stopping(None), place), connect(place) as service:
        with pytest.raises(NotRunning, match="stopped in the middle"):
            await service.begin_login()


@pytest.mark.parametrize("status", [200, 404, 500])
async def test_the_sentence_says_to_restart_when_the_answer_is_not_ours(
    place: Path, status: int
) -> None:
    """After an upgrade, an older service may still run."""
    async with control.listen(stopping(status), place), connect(place) as service:
        with pytest.raises(NotRunning, match="restart it"):
            await service.begin_login()


@pytest.mark.parametrize("body", [b"", b"{", b'{"address": 7}', b'{"address": "\xff"}', b"\xff"])
async def test_a_request_is_refused_when_it_is_not_understood(home: Home, body: bytes) -> None:
    """Whatever a user's own script sends costs a sentence, and is not repeated."""
    async with home.service():
        connector = aiohttp.UnixConnector(path=str(home.settings().control.socket))
        async with (
            aiohttp.ClientSession(connector=connector) as session,
            session.post("http://control/login/finish", data=body) as answer,
        ):
            said = await answer.json()

    assert answer.status == 409
    assert said == {"error": "The control socket did not understand the request."}
