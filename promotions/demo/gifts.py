"""The demo shop's gifts: three on the shelf, rules that give now, one nearly out, one that is over."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from products.actions import stock
from products.models import Product, Sku
from promotions.actions.gift_rules import GiftValues, create_rule
from promotions.choices import GiftShortage
from promotions.models import Activity, GiftRule
from shopops.lib.business_time import SHANGHAI
from shopops.staff.models import User

# Code, name, cost, pieces on the shelf.
GIFTS = (
    ("ZP-XYD", "赠品 细网洗衣袋", "1.80", 260),
    ("ZP-XB", "赠品 薰衣草香包", "2.60", 90),
    ("ZP-SND", "赠品 棉布收纳袋", "4.20", 9),
)


def fill(by_name: Mapping[str, User], now: datetime) -> None:
    """Put the gifts on the shelf and write the rules. Safe to repeat."""
    if GiftRule.objects.exists():
        return
    for code, title, cost, pieces in GIFTS:
        sku, is_new = Sku.objects.get_or_create(
            code=code,
            defaults={
                "title": title,
                "cost_amount": Decimal(cost),
                "changed_at": now,
                "changed_by": by_name["man"],
            },
        )
        if is_new:
            at = now - timedelta(days=2)
            stock.receive(
                sku_id=sku.pk, quantity=pieces, reason="赠品到货", by=by_name["zheng"], now=at
            )
    for values in _rules(now):
        create_rule(values=values, by=by_name["man"], now=now - timedelta(days=2))


def _rules(now: datetime) -> list[GiftValues]:
    today = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    begun, until = today - timedelta(days=8), today + timedelta(days=22)
    return [
        GiftValues(
            name="满 99 送洗衣袋",
            gift_code="ZP-XYD",
            starts_at=begun,
            ends_at=until,
            from_amount=Decimal("99.00"),
            quota=200,
        ),
        GiftValues(
            name="床品送香包，每人一份",
            gift_code="ZP-XB",
            starts_at=begun,
            ends_at=until,
            goods=_bedding(),
            quota=80,
            is_once_per_buyer=True,
        ),
        GiftValues(
            name="满 399 送收纳袋",
            gift_code="ZP-SND",
            starts_at=begun,
            ends_at=today + timedelta(days=3),
            from_amount=Decimal("399.00"),
            quota=60,
            when_out=GiftShortage.HOLD,
            note="小程序里说了一定送，没货先问买家",
        ),
        GiftValues(
            name="买二送一：洗衣袋",
            gift_code="ZP-XYD",
            starts_at=today + timedelta(days=5),
            ends_at=until,
            every_pieces=2,
            most_times=3,
            first_orders=100,
        ),
        GiftValues(
            name="上月老客香包",
            gift_code="ZP-XB",
            starts_at=today - timedelta(days=50),
            ends_at=today - timedelta(days=20),
            quota=100,
        ),
    ]


# Activities of the demo that give something along: one that runs, and one that loses money.
GIVING = {"换季上新 九五折": "ZP-XB", "清仓秒杀": "ZP-XYD"}


def give_along(*, by: User, now: datetime) -> None:
    """Write the gifts of the demo's activities: with their goods, while they run."""
    on_shelf = set(Sku.objects.filter(code__in=GIVING.values()).values_list("code", flat=True))
    for row in Activity.objects.filter(name__in=GIVING).order_by("pk"):
        if GIVING[row.name] not in on_shelf or row.gift_rules.exists():
            continue
        codes = row.items.order_by("sku__code").values_list("sku__code", flat=True)
        values = GiftValues(
            name=f"{row.name} 随单礼",
            gift_code=GIVING[row.name],
            activity_id=row.pk,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            goods=tuple(codes),
            quota=60,
            is_once_per_buyer=True,
        )
        create_rule(values=values, by=by, now=now)


def _bedding() -> tuple[str, ...]:
    """Give the numbers of products one sleeps in."""
    rows = Product.objects.filter(title__regex="件套|枕套|床笠|被套").exclude(item_no="")
    return tuple(rows.order_by("pk").values_list("item_no", flat=True)[:40])
