"""What holds for every page: no errors, no reports, AA, no sideways scroll, light, nothing jumps."""

import pytest

from tests.e2e.visitor import HEAVIEST_BYTES, NARROW, WIDE

PAGES = {
    "ning": (
        "/morning/",
        "/morning/?span=week",
        "/orders/past_due/",
        "/orders/due_today/",
        "/orders/held/",
        "/orders/handed_over/",
        "/orders/all/",
        "/orders/all/?province=%E6%97%A0",
        "/imports/",
        "/settings/cutoff/",
        "/search/?q=1234",
        "/search/?q=%E6%A3%89",
        "/shop/",
        "/me/",
        "/me/sessions/",
        "/accounts/password/change/",
    ),
    "admin": ("/work/", "/people/", "/people/invite/", "/roles/", "/log/"),
}
SIZES = {"wide": WIDE, "narrow": NARROW}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("who", "path"), [(who, path) for who, paths in PAGES.items() for path in paths]
)
def test_a_page_is_shown_without_a_fault(visits, who, path, size):
    visitor = visits.of(who, size=SIZES[size])

    visitor.open(path)
    visitor.page.wait_for_load_state("networkidle")

    visitor.check()
    assert visitor.shifts() < 0.01


@pytest.mark.parametrize("kind", ["orders.order_list", "orders.item_list", "orders.refund_list"])
@pytest.mark.parametrize("size", SIZES)
def test_pages_behind_a_link_are_shown_without_a_fault(visits, size, kind):
    visitor = visits.of("ning", size=SIZES[size])
    place = ["orders.order_list", "orders.item_list", "orders.refund_list"].index(kind)

    visitor.open("/imports/")
    visitor.page.locator("#batches tbody tr td a").nth(place).click()
    visitor.page.wait_for_load_state("networkidle")

    visitor.check()


def test_the_first_load_is_light_and_what_is_large_comes_compressed(visits, capsys):
    visitor = visits.of("ning")
    sizes: dict[str, int] = {}
    session = visitor.page.context.new_cdp_session(visitor.page)
    session.send("Network.enable")
    urls: dict[str, str] = {}
    session.on(
        "Network.responseReceived",
        lambda event: urls.setdefault(event["requestId"], event["response"]["url"]),
    )
    session.on(
        "Network.loadingFinished",
        lambda event: sizes.setdefault(event["requestId"], int(event["encodedDataLength"])),
    )

    visitor.open("/morning/")
    visitor.page.wait_for_load_state("networkidle")

    light = {urls[key]: size for key, size in sizes.items() if "echarts" not in urls.get(key, "")}
    with capsys.disabled():
        print(f"\n  first load {sum(light.values()) / 1000:.0f} KB, ", end="")  # noqa: T201
        print(f"largest paint {visitor.largest_paint_ms():.0f} ms")  # noqa: T201
    assert sum(light.values()) < HEAVIEST_BYTES, light
    assert next(size for url, size in light.items() if "tabler" in url) < 120_000


def test_signing_in_is_shown_without_a_fault(visits):
    visitor = visits.of(size=NARROW)

    visitor.open("/accounts/login/")

    visitor.check()
