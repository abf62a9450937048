"""What a new shop begins with: 200 yuan in one order joins at 98 折, a point a yuan for a year."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import migrations

BEGAN, WRITTEN = date(2020, 1, 1), datetime(2020, 1, 1, tzinfo=UTC)
LEVELS: tuple[dict[str, Any], ...] = (
    {
        "level": 1,
        "name": "普通会员",
        "one_order_amount": Decimal(200),
        "discount_rate": Decimal("0.98"),
        "benefits": "生日当月一张 5 元券",
    },
    {
        "level": 2,
        "name": "高级会员",
        "window_amount": Decimal(1000),
        "window_orders": 5,
        "keep_amount": Decimal(500),
        "discount_rate": Decimal("0.95"),
        "benefits": "新品提前一天看，生日当月一张 10 元券",
    },
    {
        "level": 3,
        "name": "VIP",
        "window_amount": Decimal(3000),
        "keep_amount": Decimal(1500),
        "discount_rate": Decimal("0.92"),
        "benefits": "专人客服，会员专享商品，生日当月一张 20 元券",
    },
)


def put(apps: Any, _editor: Any) -> None:
    plan = apps.get_model("crm", "TierPlan").objects.create(
        valid_from=BEGAN, changed_at=WRITTEN, note="开店时的等级，按自己的店改"
    )
    level = apps.get_model("crm", "TierLevel")
    level.objects.bulk_create([level(plan=plan, **one) for one in LEVELS])
    apps.get_model("crm", "PointRule").objects.create(
        valid_from=BEGAN, changed_at=WRITTEN, points_per_yuan=Decimal(1), expire_days=365
    )


def take_away(apps: Any, _editor: Any) -> None:
    for name in ("TierPlan", "PointRule"):
        apps.get_model("crm", name).objects.filter(valid_from=BEGAN, version=1).delete()


class Migration(migrations.Migration):
    dependencies = [("crm", "0021_points_are_append_only")]
    operations = [migrations.RunPython(put, take_away)]
