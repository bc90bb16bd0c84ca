"""``python -m tonearm``: the same command as the script ``tonearm``.

The one real file here: poller, server, web and systemd beside it are links to the folders of that
name. ``tonearm`` itself stays a namespace, so there is no ``__init__`` to keep in step.
"""

from tonearm.server.cli import main

if __name__ == "__main__":
    main()
