"""Benefits of the demo shop: a coupon, a multi-piece benefit, a members' cut, an event's cut ahead."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from products.models import Sku
from promotions.actions.benefits import BenefitGiven, create_benefit
from promotions.actions.freight import FreightGiven, change_freight, create_freight
from promotions.actions.lowest import request_lowest
from promotions.choices import Audience, BenefitKind, FreightUnit
from promotions.models import Benefit
from promotions.rules.freight import AreaGiven
from shopops.lib.business_time import business_date, day_bounds
from shopops.staff.models import User
from shopops.work.engine import perform_inline

# kind, name, first and last day from today, parameters, audience
_BENEFITS: tuple[tuple[BenefitKind, str, int, int, dict[str, Any], Audience], ...] = (
    (
        BenefitKind.COUPON, "店铺券 满 199 减 20", -10, 20,
        {"threshold": "199", "off": "20", "limit": 1, "scope": "shop"}, Audience.PUBLIC,
    ),
    (
        BenefitKind.MULTI_RATE, "两件 95 折", -20, 40,
        {"pieces": 2, "rate": "0.95"}, Audience.PUBLIC,
    ),
    (BenefitKind.ITEM_OFF, "会员减 3 元", -60, 120, {"off": "3"}, Audience.MEMBER),
    (BenefitKind.OFFICIAL, "大促官方立减 8%", 6, 11, {"rate": "0.08"}, Audience.PUBLIC),
)  # fmt: skip
_CUT_SKUS = 6


def fill_prices(by_name: Mapping[str, User], now: datetime) -> None:
    """Give the demo shop benefits and its lowest prices. Does nothing where there are some already."""
    promoter = by_name.get("man")
    if promoter is None or Benefit.objects.exists():
        return
    today = business_date(now)
    for kind, name, first, last, parameters, audience in _BENEFITS:
        create_benefit(
            given=BenefitGiven(
                kind=kind,
                name=name,
                starts_at=day_bounds(today + timedelta(days=first))[0],
                ends_at=day_bounds(today + timedelta(days=last))[0],
                parameters=parameters,
                audience=audience,
            ),
            by=promoter,
            now=now,
        )
    _fill_freight(by_name.get("ning") or promoter, now)
    _cut_some(promoter, now)
    perform_inline(request_lowest(now=now))


# regions, first piece, CNY, each further, CNY
_AREAS = (
    ((), "8.00", "3.00"),
    (("浙江", "江苏", "上海"), "0.00", "0.00"),
    (("新疆", "西藏", "青海", "内蒙古", "宁夏"), "20.00", "10.00"),
)


def _fill_freight(manager: User, now: datetime) -> None:
    """Give the demo shop its template, and a dearer one for what is bulky, from next month on."""
    areas = tuple(
        AreaGiven(regions, 1, Decimal(first), 1, Decimal(more)) for regions, first, more in _AREAS
    )
    begun = day_bounds(business_date(now) - timedelta(days=120))[0]
    later = day_bounds(business_date(now) + timedelta(days=30))[0]
    given = FreightGiven(
        name="江浙沪包邮",
        unit=FreightUnit.PIECES,
        areas=areas,
        is_default=True,
        source="千牛的运费模板",
        since=begun,
    )
    row = create_freight(code="86001", given=given, by=manager, now=now)
    dearer = (AreaGiven((), 1, Decimal("9.00"), 1, Decimal("3.00")), *areas[1:])
    change_freight(
        template_id=row.pk,
        given=replace(given, areas=dearer, since=later, source="快递涨价，下月起"),
        version=row.version,
        by=manager,
        now=now,
    )


def _cut_some(promoter: User, now: datetime) -> None:
    """Take a tenth off a few SKUs, each with its own figure: some fall below their floor later."""
    skus = Sku.objects.filter(is_on=True, list_amount__gt=30).order_by("pk")[:_CUT_SKUS]
    own = {
        sku.code: (sku.list_amount * Decimal("0.1")).quantize(Decimal("0.1"))
        for sku in skus
        if sku.list_amount
    }
    if not own:
        return
    today = business_date(now)
    create_benefit(
        given=BenefitGiven(
            kind=BenefitKind.ITEM_OFF,
            name="秋冬上新单品立减",
            starts_at=day_bounds(today - timedelta(days=3))[0],
            ends_at=day_bounds(today + timedelta(days=14))[0],
            parameters={},
            is_shop_wide=False,
            skus=own,
        ),
        by=promoter,
        now=now,
    )
