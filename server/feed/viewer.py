"""What the hub asks of a viewer: one connection that stays, whatever it speaks."""

from typing import Final, Protocol

from .edition import Encoding

NOWHERE: Final = -1
"""The place of a viewer that stands on no roster."""


class Outlet(Protocol):
    """A socket, as far as it takes frames."""

    def send(self, frame: bytes, /) -> int:
        """Give the kernel as much of ``frame`` as it takes, and return how much that was.

        Raises:
            OSError: it takes nothing now, or never again.
        """


class Viewer(Protocol):
    """One connection that stays.

    ``place`` and ``sent`` are kept for the hub: where the viewer stands on its roster, and the
    number of the edition it was last given (while it stands there, the roster knows better).
    """

    place: int
    sent: int

    @property
    def encoding(self) -> Encoding: ...

    @property
    def outlet(self) -> Outlet | None:
        """What takes its frames as they are; None if only :meth:`write` does.

        It is asked for when nothing waits to be sent, and used until something does.
        """

    def write(self, frame: bytes) -> None:
        """Take a frame, or the rest of one, behind what was written before; never wait."""

    def close(self) -> None:
        """Say good-bye and end the connection in its own time."""

    def abort(self) -> None:
        """End the connection now."""
