"""Pytest plugin (`-p tests.order`): which tests share a process under xdist, and who goes first.

A file stays in one process, so that its fixtures are made once, and so do all stories told in a
browser, which share a shop. Long ones begin first, or one process would end with them while the
other has nothing to do. Inside, the order stays random.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

LONG = ("e2e", "tests/work/test_workers.py", "tests/embedded/", "tests/analytics/", "tests/intake/")


def group(nodeid: str) -> str:
    """Give the tests that go to the same process as this one."""
    file = nodeid.split("::", 1)[0]
    return "e2e" if file.startswith("tests/e2e/") else file


class ByGroup(LoadScopeScheduling):
    """Deals out whole groups. (xdist's own groups by marker do nothing under pytest 9.2.)"""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByGroup:
    """Use groups whatever `--dist` says."""
    return ByGroup(config, log)


def _rank(item: pytest.Item) -> int:
    name = group(item.nodeid)
    return next((place for place, long in enumerate(LONG) if name.startswith(long)), len(LONG))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long groups first, after the shuffle."""
    items.sort(key=_rank)
