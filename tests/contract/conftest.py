"""Where the answers recorded from Spotify are, and one line that says so when they are absent.

They are not the project's to give away. Whoever lacks them still has the same cases, made by
hand, in ``tests/poller/answers/``.
"""

from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[3] / "shared" / "spotify" / "samples"

collect_ignore = (
    []
    if SAMPLES.is_dir()
    else ["test_recorded_answers.py", "test_simulated_against_description.py"]
)


def pytest_report_collectionfinish() -> list[str]:
    """Say that the recorded answers are absent, in one line after the count of tests."""
    # Not pytest_report_header: pytest has printed that before it gets to know this folder.
    if SAMPLES.is_dir():
        return []
    return [
        f"recorded Spotify answers absent (../shared/spotify): left out {', '.join(collect_ignore)}"
    ]


@pytest.fixture(scope="session")
def samples() -> Path:
    """Return the folder of recorded answers."""
    return SAMPLES
