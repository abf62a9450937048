"""Pytest plugin (`-p tests.servers`): servers of its own for the tests, up before Django loads.

They stand in `var/test` with durability off. Under pytest-xdist only the controller starts them;
its workers inherit the addresses.
"""

import os
from contextlib import ExitStack

import pytest

import bootstrap
from shopops import embedded
from shopops.embedded.layout import PROJECT

_servers = ExitStack()

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
# Playwright's synchronous API keeps an event loop in the thread that also sets up test data.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def _start() -> None:
    bootstrap.ensure_catalogues()  # pytest may be called without make
    if os.environ.get("DATABASE_URL"):
        return
    os.environ["SHOPOPS_DATA"] = os.environ.get("SHOPOPS_TEST_DATA") or str(PROJECT / "var/test")
    os.environ["SHOPOPS_TEST_SERVERS"] = "1"
    try:
        _servers.enter_context(embedded.ensure())
    except embedded.EmbeddedError as error:
        pytest.exit(str(error), returncode=1)


_start()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Leave the servers; the last pytest of this checkout stops them."""
    _servers.close()
