"""One shop with processes of its own, twelve days old, for all stories of a session."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from bench.pictures import CHROMIUM_SWITCHES
from bootstrap import find_chromium
from tests.e2e.site import Site
from tests.e2e.visitor import Visits


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give a story less time than the making of its shop."""
    for item in items:
        if "tests/e2e" in str(item.path):
            item.add_marker(pytest.mark.timeout(120, func_only=True))


@pytest.fixture(scope="session")
def sites(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[tuple[Site, Site, Site]]:
    """Give the demo shop, running; an empty one whose database stands; a twin of the demo shop at rest."""
    demo = Site(f"test_e2e_{worker_id}", tmp_path_factory.mktemp("shop"))
    empty = Site(f"test_e2e_{worker_id}_empty", tmp_path_factory.mktemp("empty"))
    twin = Site(f"test_e2e_{worker_id}_twin", tmp_path_factory.mktemp("twin"), broker="8")
    try:
        demo.create_database()
        demo.manage("migrate", "--no-input", "--verbosity", "0")
        empty.create_database(template=demo.name)
        demo.fill()
        twin.create_database(template=demo.name)
        shutil.copytree(demo.folder, twin.folder, dirs_exist_ok=True)
        demo.start_work()
        demo.start_web()
        yield demo, empty, twin
    finally:
        for site in (demo, empty, twin):
            site.stop()
            site.drop_database()


@pytest.fixture(scope="session")
def site(sites: tuple[Site, Site, Site]) -> Site:
    return sites[0]


@pytest.fixture(scope="session")
def empty_site(sites: tuple[Site, Site, Site]) -> Site:
    return sites[1]


@pytest.fixture
def quiet_visits(browser: Browser, sites: tuple[Site, Site, Site]) -> Iterator[Visits]:
    """Give windows of the demo shop's twin, for a story that changes the whole shop."""
    twin = sites[2]
    twin.start_work()
    twin.start_web()
    visits = Visits(browser, twin)
    yield visits
    visits.close()
    twin.stop()


expect.set_options(timeout=15_000)  # patience costs nothing where all is well


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(),
            args=list(CHROMIUM_SWITCHES),
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def all_visits(browser: Browser, site: Site) -> Visits:
    return Visits(browser, site)


@pytest.fixture
def visits(all_visits: Visits) -> Iterator[Visits]:
    """Give browser windows; each must have been shown nothing broken when the test ends."""
    yield all_visits
    all_visits.close()


@pytest.fixture
def empty_visits(browser: Browser, empty_site: Site) -> Iterator[Visits]:
    if "web" not in empty_site.processes:
        empty_site.start_web()
    visits = Visits(browser, empty_site)
    yield visits
    visits.close()
