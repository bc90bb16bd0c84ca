"""What the owner chose, in the shape the poller needs it; who asks the owner fills it in."""

from dataclasses import dataclass, field

from .secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The owner's app at Spotify, and where Spotify is (tests and the demo point elsewhere)."""

    client_id: str
    client_secret: Secret | None = field(default=None, repr=False)
    pkce: bool = True
    redirect_uri: str = "http://127.0.0.1:8888/callback"
    api_url: str = "https://api.spotify.com/v1"
    accounts_url: str = "https://accounts.spotify.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The waits aimed at between two looks, in seconds, and what a day may cost.

    ``daily_calls`` is never exceeded in any 24 hours; ``look_ahead`` says whether the next item
    may be shown at the predicted end of this one.
    """

    watched_s: float = 5.0
    unwatched_s: float = 60.0
    idle_s: float = 300.0
    daily_calls: int = 3_000
    look_ahead: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What may be published."""

    private_sessions: bool = False
    local_files: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """Which addresses in Spotify's answers are believed.

    Links and covers must be https on one of these hosts (or below one); ``art_origin`` is the one
    exception, the demo's own origin such as ``http://127.0.0.1:3345``.
    """

    links: tuple[str, ...] = ("open.spotify.com",)
    art: tuple[str, ...] = ("scdn.co", "spotifycdn.com")
    art_origin: str | None = None
