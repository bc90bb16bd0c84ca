"""The simulated account: Spotify's Web API and accounts service in miniature, for demo and tests.

``Account.answer(request, now_s)`` is a machine without I/O and without a clock: requests and
instants in, answers out. ``http`` gives it a real port, ``in_process`` a transport without one.
What it plays is made up (``music``), what it draws as covers too (``covers``).
"""
