"""The cast: manager, customer-service agent, warehouse hand, administrator, outsider."""

import ipaddress
import socket
from collections.abc import Generator
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation
from hypothesis import settings
from pytest_django import DjangoDbBlocker
from pytest_django.plugin import blocking_manager_key

from shopops.intake import runs
from shopops.staff.models import Shop, User
from tests import seeds
from tests.clients import browser, browser_of
from tests.factories.staff import PersonFactory, ShopFactory, give_second_factor
from tests.times import NOW

# `--hypothesis-profile deep` takes the other. A falsifying example is printed as a line to paste.
settings.register_profile("ci", max_examples=20, deadline=None, print_blob=True)
settings.register_profile("deep", max_examples=400, deadline=None, print_blob=True)
settings.load_profile("ci")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Let transactional tests empty the tables, which in a shop even the log's owner cannot."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE staff_operation DISABLE TRIGGER operation_log_is_never_emptied")
        cursor.execute(
            "ALTER TABLE products_stockmove DISABLE TRIGGER stock_ledger_is_never_emptied"
        )
        cursor.execute("ALTER TABLE crm_pointentry DISABLE TRIGGER points_are_never_emptied")
        seeds.keep()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None]:
    """Give the rows of the migrations back to those who come after a test that emptied all tables."""
    try:
        yield
    finally:
        if nextitem and seeds.empties_tables(item):
            with item.config.stash[blocking_manager_key].unblock():
                seeds.give_back()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not _is_here(str(address[0])):
            raise AssertionError(f"a test wants to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def chinese_spoken() -> Generator[None]:
    """Begin in Chinese: a request leaves its language to whoever comes next in this thread."""
    with translation.override("zh-hans"):
        yield


@pytest.fixture(autouse=True)
def silent_readings(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a reading tell nothing of itself where a test is one transaction, which no other connection sees.

    Whoever tells has a connection of its own: after a second, hence on a busy machine only, it would take the
    run for lost.
    """
    if not seeds.empties_tables(request.node):
        monkeypatch.setattr(runs, "_SAY_SECONDS", 3600.0)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def shop(db: None) -> Shop:
    return ShopFactory()


@pytest.fixture
def administrator(shop: Shop) -> User:
    person = PersonFactory(username="guanli", name="林岚", role_codes=["administrator"])
    return give_second_factor(person)


@pytest.fixture
def manager(shop: Shop) -> User:
    return give_second_factor(
        PersonFactory(username="dianzhang", name="周衡", role_codes=["manager"])
    )


@pytest.fixture
def service(shop: Shop) -> User:
    return PersonFactory(username="kefu", name="陈小满", role_codes=["service"])


@pytest.fixture
def warehouse(shop: Shop) -> User:
    return PersonFactory(username="cangku", name="赵大力", role_codes=["warehouse"])


@pytest.fixture
def outsider(shop: Shop) -> User:
    """Somebody who can sign in and holds no role."""
    return PersonFactory(username="luren", name="路人")


@pytest.fixture
def anonymous() -> Client:
    return browser()


@pytest.fixture
def as_administrator(administrator: User) -> Client:
    return browser_of(administrator)


@pytest.fixture
def as_manager(manager: User) -> Client:
    return browser_of(manager)


@pytest.fixture
def as_service(service: User) -> Client:
    return browser_of(service)


@pytest.fixture
def as_warehouse(warehouse: User) -> Client:
    return browser_of(warehouse)


@pytest.fixture
def as_outsider(outsider: User) -> Client:
    return browser_of(outsider)
