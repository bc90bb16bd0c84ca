"""The poller: asks Spotify what its owner plays, as seldom as it can and as often as it must.

The core (playback, parse, changes, cadence, quota, grant, publish) is pure: no I/O, no clock, no
asyncio. The shell around it (clock, transport, spotify, tokens, store, loop) waits and talks.
Nothing here knows of viewers, sockets or HTTP routes: those live in ``tonearm.server``.
"""
