"""SQLite's locks hold as long as nobody else in the process opens its files."""

import json
import subprocess
import sys
from pathlib import Path

OPENED_FILES = Path(__file__).parents[1] / "fakes" / "opened_files.py"


def test_no_database_is_opened_beside_sqlite(tmp_path: Path) -> None:
    """Each is created and looked at before SQLite has it, and left alone until it is closed."""
    result = subprocess.run(
        [sys.executable, str(OPENED_FILES), str(tmp_path / "state")],
        check=True,
        capture_output=True,
        text=True,
    )

    held: set[str] = set()
    connected = 0
    for event, name in json.loads(result.stdout):
        match event:
            case "connect":
                held.add(name)
                connected += 1
            case "open":
                assert name not in held
            case "close":
                held.clear()
    assert connected == 6
