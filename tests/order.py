"""Pytest plugin (`-p tests.order`): which tests share a process under xdist, and who goes first.

A file stays in one process, so that its fixtures are made once; files that share servers name a
group of their own. Long ones begin first, or one process would end with them while the other has
nothing to do. Inside, the order stays random.
"""

from collections.abc import Generator

import pytest

LONG = ("e2e", "tests/work/test_workers.py", "tests/embedded/", "tests/analytics/", "tests/intake/")


def _group(item: pytest.Item) -> str:
    marker = item.get_closest_marker("xdist_group")
    return str(marker.args[0]) if marker else item.location[0]


def _rank(group: str) -> int:
    return next((place for place, long in enumerate(LONG) if group.startswith(long)), len(LONG))


@pytest.hookimpl(tryfirst=True, wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Let the others mark and shuffle; then put each test into its group, and the long ones first."""
    yield
    for item in items:
        if not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.location[0]))
    items.sort(key=lambda item: _rank(_group(item)))
