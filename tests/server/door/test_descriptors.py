"""The limit of open files: raised as far as it goes, and told where it does not suffice."""

import resource
from collections.abc import Iterator

import pytest
import structlog

from tonearm.server.door.descriptors import fitting, raise_limit


@pytest.fixture
def low_limit() -> Iterator[int]:
    """Lower the soft limit for one test; return the hard one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 512), hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_limit_is_raised_as_far_as_this_user_may(low_limit: int) -> None:
    """1,024, the usual soft limit, is for programs that still use select()."""
    files = raise_limit()

    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == low_limit
    assert files >= min(low_limit, 1 << 20)


def test_connections_that_fit_are_left_as_they_are() -> None:
    """And nothing is said."""
    with structlog.testing.capture_logs() as logged:
        assert fitting(10_000, 524_288) == 10_000

    assert logged == []


@pytest.mark.parametrize(("files", "possible"), [(4_096, 3_776), (64, 32), (1, 1)])
def test_connections_that_do_not_fit_are_cut_and_the_owner_is_told(
    files: int, possible: int
) -> None:
    """Better a viewer who is told to come back than a database that cannot be opened."""
    with structlog.testing.capture_logs() as logged:
        assert fitting(10_000, files) == possible

    (line,) = logged
    assert (line["event"], line["possible"]) == ("too_few_files", possible)
    assert "LimitNOFILE" in line["hint"]
