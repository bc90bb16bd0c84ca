"""The server: pushes what the poller emits to any number of viewers, and the commands around it."""
