"""Print what plays at a tonearm server: `python watch.py https://listening.example`."""

import json
import random
import sys
import time

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

while True:
    try:
        with connect(sys.argv[1].replace("http", "ws", 1) + "/v1/ws") as socket:
            for frame in map(json.loads, socket):
                if frame["type"] == "state":
                    item = frame["item"] or {}
                    print(frame["state"], item.get("title"), item.get("byline"), flush=True)
    except (OSError, WebSocketException) as error:
        print(error, file=sys.stderr)
    time.sleep(random.uniform(0, 10))  # and come back
