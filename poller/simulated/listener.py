"""The listener behind the simulated account: a player, a name, and what the API tells of them.

Who may ask, and what goes wrong on the way, is the account's business.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from tonearm.poller.playback import Kind, Status
from tonearm.poller.transport import Answer

from .answers import api_error, as_json, no_content
from .faults import Endpoint
from .player import Player
from .shapes import (
    API,
    CoverUrl,
    cover_at_spotify,
    item_json,
    listener_json,
    played_json,
    player_json,
)

QUEUE_LENGTH: Final = 20
RECENT_DEFAULT: Final = 20
RECENT_MOST: Final = 50
PLAYER_ONLY: Final = ("device", "repeat_state", "shuffle_state", "smart_shuffle")
HEARD_LEAST_S: Final = 30.0
"""Plays shorter than this do not appear in recently-played."""


@dataclass(slots=True, kw_only=True)
class Listener:
    """One person and their player. ``epoch_s`` is UTC (seconds since 1970) at ``now_s`` zero.

    Answers about the player are late by a lag drawn anew for each, between the two ``lag_s``,
    with ``chance`` (uniform in [0, 1)).
    """

    player: Player = field(default_factory=Player)
    account_id: str = "aB3dE5fG7h"
    name: str = "Demo listener"
    epoch_s: float = 1_795_000_000.0
    lag_s: tuple[float, float] = (0.0, 0.0)
    chance: Callable[[], float] = lambda: 0.5
    cover_url: CoverUrl = cover_at_spotify

    def read(self, endpoint: Endpoint, query: Mapping[str, str], now_s: float) -> Answer:
        """Answer a permitted GET of one of the Web API's endpoints."""
        match endpoint:
            case Endpoint.PLAYER:
                return self._playing(query, now_s)
            case Endpoint.CURRENTLY_PLAYING:
                return self._playing(query, now_s, without=PLAYER_ONLY)
            case Endpoint.QUEUE:
                return self._queue(now_s)
            case Endpoint.RECENTLY_PLAYED:
                return self._recently_played(query, now_s)
            case _:
                return as_json(listener_json(self.account_id, self.name))

    def _seen_s(self, now_s: float) -> float:
        """Return the instant whose truth an answer given at ``now_s`` carries."""
        least_s, most_s = self.lag_s
        return now_s - least_s - (most_s - least_s) * self.chance()

    def _playing(
        self,
        query: Mapping[str, str],
        now_s: float,
        *,
        without: tuple[str, ...] = (),
    ) -> Answer:
        moment = self.player.at(self._seen_s(now_s))
        if moment.status is Status.STOPPED:
            return no_content()
        fields = player_json(
            moment,
            asked_s=now_s,
            epoch_s=self.epoch_s,
            cover_url=self.cover_url,
            wants_episodes="episode" in query.get("additional_types", "").split(","),
        )
        return as_json({name: value for name, value in fields.items() if name not in without})

    def _queue(self, now_s: float) -> Answer:
        moment = self.player.at(self._seen_s(now_s))
        playing = moment.item
        coming = moment.upcoming(QUEUE_LENGTH)
        return as_json(
            {
                "currently_playing": item_json(playing, self.cover_url) if playing else None,
                "queue": [item_json(item, self.cover_url) for item in coming],
            }
        )

    def _recently_played(self, query: Mapping[str, str], now_s: float) -> Answer:
        try:
            limit = int(query.get("limit", RECENT_DEFAULT))
            edges = {side: int(query[side]) for side in ("after", "before") if side in query}
        except ValueError:
            return api_error(400, "Invalid limit or cursor")
        if not 1 <= limit <= RECENT_MOST:
            return api_error(400, "Invalid limit")
        if len(edges) > 1:
            return api_error(400, "Only one of after and before may be given")
        plays = [
            (round((self.epoch_s + play.ended_s) * 1000), play.item)
            for play in reversed(self.player.plays(now_s))
            if play.item.kind is Kind.TRACK
            and play.heard_s >= HEARD_LEAST_S
            and not play.is_private
        ]
        wanted = [
            (ended_at, item)
            for ended_at, item in plays
            if edges.get("after", -1) < ended_at < edges.get("before", ended_at + 1)
        ]
        page = wanted[-limit:] if "after" in edges else wanted[:limit]
        return as_json(self._page(page, limit, has_more=len(wanted) > limit))

    def _page(self, page: list[tuple[int, Any]], limit: int, *, has_more: bool) -> dict[str, Any]:
        address = f"{API}/me/player/recently-played"
        cursors, following = None, None
        if page:
            cursors = {"after": str(page[0][0]), "before": str(page[-1][0])}
            if has_more:
                query = urlencode({"before": cursors["before"], "limit": limit})
                following = f"{address}?{query}"
        return {
            "items": [played_json(item, at / 1000, self.cover_url) for at, item in page],
            "next": following,
            "cursors": cursors,
            "limit": limit,
            "href": f"{address}?limit={limit}",
        }
