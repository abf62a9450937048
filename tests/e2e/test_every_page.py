"""What holds for every page: no errors, no reports, AA, no sideways scroll, light, nothing jumps."""

import pytest

from tests.e2e.visitor import HEAVIEST_BYTES, NARROW, WIDE

PAGES = {
    "ning": (
        "/morning/",
        "/morning/?span=week",
        "/findings/",
        "/findings/?tab=again",
        "/findings/?tab=followed",
        "/findings/?tab=closed",
        "/findings/?tab=unknown",
        "/lists/",
        "/lists/overview/",
        "/lists/projects/",
        "/lists/projects/?tab=closed",
        "/lists/templates/manager/",
        "/lists/projects/templates/promotion/",
        "/analytics/sources/",
        "/analytics/sources/enter/",
        "/analytics/funnel/",
        "/analytics/funnel/?vs=none",
        "/analytics/breaks/",
        "/analytics/traffic/",
        "/analytics/traffic/?vs=none&device=pc",
        "/analytics/traffic/?source=%E6%B7%98%E5%86%85%E5%85%8D%E8%B4%B9",
        "/analytics/trend/",
        "/analytics/trend/?figure=pay_rate&by=week&vs=year",
        "/analytics/products/?show=bottom",
        "/analytics/regions/",
        "/analytics/hours/",
        "/analytics/customers/",
        "/analytics/cohorts/",
        "/analytics/turnover/",
        "/analytics/returns/",
        "/analytics/targets/",
        "/analytics/orders/",
        "/analytics/orders/?span=30&buyer_kind=old",
        "/analytics/orders/?span=30&basis=refunded",
        "/analytics/reports/",
        "/analytics/reports/?kind=weekly",
        "/analytics/reports/1/",
        "/analytics/reports/addresses/",
        "/orders/past_due/",
        "/orders/due_today/",
        "/orders/held/",
        "/orders/urgent/",
        "/orders/mergeable/",
        "/orders/merge/",
        "/orders/handed_over/",
        "/orders/all/",
        "/orders/all/?province=%E6%97%A0",
        "/orders/columns/",
        "/products/",
        "/products/?tab=main",
        "/products/?q=%E6%97%A0",
        "/products/columns/",
        "/products/conflicts/",
        "/products/conflicts/?show=decided",
        "/products/skus/?which=all",
        "/imports/",
        "/customers/",
        "/customers/?tab=due",
        "/customers/?q=%E6%97%A0",
        "/customers/value/",
        "/settings/cutoff/",
        "/orders/held/?sort=hold_due",
        "/settings/audit/",
        "/settings/tell-templates/",
        "/settings/couriers/",
        "/settings/couriers/?try=1&province=%E8%A5%BF%E8%97%8F",
        "/warehouse/waybills/",
        "/warehouse/couriers/",
        "/orders/trace_stalled/",
        "/settings/limits/",
        "/cases/",
        "/cases/?tab=waiting",
        "/cases/?tab=closed",
        "/cases/new/",
        "/sweep/",
        "/bill/",
        "/settings/packing/",
        "/warehouse/waves/",
        "/warehouse/pick/",
        "/warehouse/check/",
        "/warehouse/hand-over/",
        "/settings/stock/",
        "/stock/",
        "/stock/?tab=short",
        "/stock/warnings/",
        "/stock/counts/",
        "/stock/shelf/",
        "/purchases/",
        "/purchases/?tab=late",
        "/suppliers/",
        "/replenishment/",
        "/replenishment/?tab=all",
        "/replenishment/?tab=unknown&q=%E6%97%A0",
        "/settings/replenishment/",
        "/products/listing/",
        "/products/words/",
        "/products/shelf/",
        "/products/watch/",
        "/products/ranks/",
        "/products/competitors/",
        "/products/competitors/import/",
        "/products/violations/",
        "/promotions/benefits/",
        "/promotions/benefits/new/coupon/",
        "/promotions/rules/",
        "/promotions/freight/",
        "/promotions/freight/new/",
        "/promotions/protection/",
        "/promotions/prices/",
        "/promotions/prices/?view=floor",
        "/promotions/prices/basket/",
        "/products/prices/",
        "/products/prices/suggestions/",
        "/products/prices/bulk/",
        "/products/quality/",
        "/channels/",
        "/channels/plans/",
        "/channels/items/",
        "/channels/affiliates/",
        "/channels/accounts/",
        "/channels/reports/",
        "/channels/distributors/",
        "/channels/distributors/?view=list",
        "/channels/partners/",
        "/channels/subscriptions/",
        "/promotions/tests/",
        "/promotions/material/",
        "/promotions/festivals/",
        "/settings/goods/",
        "/crm/segments/",
        "/crm/segments/new/",
        "/crm/campaigns/",
        "/crm/campaigns/new/",
        "/crm/campaigns/compare/",
        "/crm/replies/",
        "/settings/messages/",
        "/customers/tags/",
        "/crm/points/?show=ending",
        "/service/tasks/",
        "/service/tasks/?tab=care",
        "/service/tasks/?tab=done",
        "/service/reviews/",
        "/service/reviews/?tab=all",
        "/service/reviews/?tab=all&rating=bad&q=%E6%97%A0",
        "/service/reviews/topics/",
        "/service/reviews/malicious/",
        "/service/reviews/malicious/?show=all",
        "/service/answers/",
        "/service/answers/questions/",
        "/service/answers/questions/?show=missing",
        "/promotions/gifts/",
        "/promotions/gifts/?tab=all",
        "/promotions/gifts/new/",
        "/crm/tiers/",
        "/crm/tiers/edit/",
        "/crm/points/",
        "/crm/occasions/",
        "/crm/draws/",
        "/promotions/",
        "/promotions/?view=week",
        "/promotions/board/",
        "/promotions/board/?show=closed",
        "/promotions/new/",
        "/settings/profit/",
        "/analytics/dsr/",
        "/analytics/dsr/?score=goods&target=4.90&due=2020-01-01",
        "/analytics/experience/",
        "/analytics/experience/?days=7",
        "/analytics/experience/arrival/",
        "/analytics/experience/bad_reviews/",
        "/analytics/profit/",
        "/analytics/profit/?by=order",
        "/analytics/profit/?since=2026-09-01&until=2026-08-01",
        "/analytics/profit/?by=order&only=losing&vs=none",
        "/analytics/statement/",
        "/analytics/statement/?month=2020-02",
        "/service/agents/",
        "/service/agents/?days=30&measure=pay_rate",
        "/service/settings/",
        "/service/bonus/",
        "/service/bonus/rule/",
        "/service/training/",
        "/service/training/new/",
        "/service/customers/",
        "/search/?q=1234",
        "/search/?q=%E6%A3%89",
        "/shop/",
        "/notices/",
        "/notices/?show=unread",
        "/me/",
        "/me/sessions/",
        "/accounts/password/change/",
    ),
    "admin": (
        "/work/",
        "/people/",
        "/people/invite/",
        "/roles/",
        "/log/",
        "/settings/personal-data/",
    ),
}
# A page, and the link on it that leads to the page that is meant.
LINKS = (
    ("/imports/", "#batches tbody tr td a"),
    ("/analytics/breaks/", ".so-break tbody a"),
    ("/orders/held/", ".so-q tbody .so-tid"),
    ("/orders/past_due/", ".so-q tbody .so-tid"),
    ("/warehouse/waves/", ".so-wv__n"),
    ("/orders/merge/", ".so-pile .so-card__r a"),
    ("/cases/", "#cases tbody tr td a"),
    ("/products/listing/", "main table tbody a"),
    ("/products/watch/", "main table tbody a"),
    ("/products/competitors/", "main table tbody a"),
    ("/products/violations/", "main table tbody a"),
    ("/promotions/benefits/", "main table tbody a"),
    ("/promotions/prices/", "main table tbody a"),
    ("/products/prices/", "main table tbody a"),
    ("/products/quality/", "main table tbody a"),
    ("/crm/segments/", "main table tbody a"),
    ("/crm/campaigns/", "main table tbody a"),
    ("/channels/plans/", "main table tbody a"),
    ("/channels/items/", "main table tbody a"),
    ("/channels/distributors/", ".so-lane__n"),
    ("/channels/partners/", "main table tbody a"),
    ("/channels/subscriptions/", "main table tbody a"),
    ("/promotions/tests/", "main table tbody a"),
    ("/promotions/material/", ".so-mat a"),
    ("/promotions/board/", ".so-bd__k h3 a"),
    ("/work/", "#runs tbody tr td a"),
    ("/stock/", "main table tbody a"),
    ("/stock/counts/", "main table tbody a"),
    ("/purchases/", "main table tbody a"),
    ("/suppliers/", "main table tbody a"),
    ("/replenishment/", "main table tbody a"),
    ("/crm/occasions/", "main table tbody a"),
    ("/crm/draws/", "main table tbody a"),
    ("/promotions/gifts/", "main table tbody a"),
    ("/service/agents/", "main table tbody a"),
    ("/service/bonus/", "main table tbody a"),
    ("/service/training/", "main table tbody a"),
    ("/service/tasks/", "main table tbody a"),
    ("/service/reviews/", "main table tbody a.so-ptitle"),
    ("/service/reviews/malicious/", "main table tbody a"),
    ("/service/answers/", "main table tbody a"),
    ("/people/", "main table tbody a"),
    ("/roles/", "main table thead a"),
)
SIZES = {"wide": WIDE, "narrow": NARROW}


# A manager sees some ninety pages, each looked at by axe: a second or two apiece.
@pytest.mark.timeout(400, func_only=True)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("who", PAGES)
def test_every_page_is_shown_without_a_fault(visits, who, size):
    visitor = visits.of(who, size=SIZES[size])

    faults = []
    for path in PAGES[who]:
        visitor.open(path)
        visitor.page.wait_for_load_state("networkidle")
        faults += visitor.faults()

    assert not faults


@pytest.mark.timeout(240, func_only=True)
@pytest.mark.parametrize("size", SIZES)
def test_pages_behind_a_link_are_shown_without_a_fault(visits, size):
    visitor = visits.of("admin", size=SIZES[size])

    faults = []
    for path, link in LINKS:
        visitor.open(path)
        visitor.open(visitor.page.locator(link).first.get_attribute("href"))
        visitor.page.wait_for_load_state("networkidle")
        faults += visitor.faults()

    assert not faults


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

    assert not visitor.faults()
