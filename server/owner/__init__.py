"""How the owner's commands reach the running service: the control socket, hints, metrics."""
