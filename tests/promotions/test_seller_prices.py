from datetime import timedelta
from decimal import Decimal

import pytest

from promotions.checks.prices import nothing_falls_below_its_floor, platform_agrees
from promotions.models import SellerPrice, SkuLowest
from shopops.checks.models import CheckResult
from shopops.lib.business_time import business_date
from tests.factories.goods import SkuFactory
from tests.products.harness import NOW, book, bring

pytestmark = pytest.mark.django_db

HEAD = [
    "商家编码", "一口价", "标价", "优惠层级", "工具名称", "优惠金额", "活动时间", "1件预估价(公域)",
    "预估最低到手价",
]  # fmt: skip
DAY = business_date(NOW)


def rows(code, one, lowest):
    plain = [code, "139.00", "139.00"]
    return [
        [*plain, "单品级", "单品立减", "10.00", "", one, lowest],
        [*plain, "店铺级", "店铺券", "20.00", "", one, lowest],
    ]


def worked_out(sku, one, lowest):
    SkuLowest.objects.create(
        sku=sku,
        date=DAY,
        made_at=NOW,
        list_amount=Decimal("139.00"),
        one_piece_amount=Decimal(one),
        lowest_amount=Decimal(lowest),
    )


def test_the_sellers_export_is_kept_per_sku_and_unknown_codes_are_told():
    sku = SkuFactory.create(code="MY-A")

    batch = bring(
        book([HEAD, *rows("MY-A", "129.00", "119.00"), *rows("NO-1", "9.00", "9.00")]), "价格.xlsx"
    )

    row = SellerPrice.objects.get()
    assert (row.sku, row.one_piece_amount, row.lowest_amount) == (
        sku,
        Decimal("129.00"),
        Decimal("119.00"),
    )
    assert set(row.tools.split("、")) == {"单品立减", "店铺券"}
    assert batch.rejected_count == 2


def test_a_difference_over_a_cent_is_a_finding_with_both_figures():
    good, bad = SkuFactory.create(code="MY-A"), SkuFactory.create(code="MY-B")
    worked_out(good, "129.00", "119.01")
    worked_out(bad, "129.00", "115.00")
    bring(
        book([HEAD, *rows("MY-A", "129.00", "119.00"), *rows("MY-B", "129.00", "119.00")]),
        "价格.xlsx",
    )

    found = platform_agrees(DAY, NOW)

    assert found.status == CheckResult.Status.FAILED
    assert [one.title.split(" ")[0] for one in found.findings] == ["MY-B"]
    assert "¥119.00" in found.findings[0].evidence
    assert "¥115.00" in found.findings[0].evidence


def test_without_a_fresh_export_nobody_can_tell():
    assert platform_agrees(DAY, NOW).status == CheckResult.Status.UNKNOWN


def test_a_price_that_will_fall_below_its_floor_is_a_finding():
    sku = SkuFactory.create(code="MY-A", floor_amount=Decimal("120.00"))
    worked_out(sku, "129.00", "119.99")

    found = nothing_falls_below_its_floor(DAY - timedelta(days=1), NOW)

    assert [one.severity for one in found.findings] == ["soon"]
    assert nothing_falls_below_its_floor(DAY + timedelta(days=1), NOW).status == (
        CheckResult.Status.UNKNOWN
    )
