"""Activities, SKUs and orders as the tests of activities need them."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from orders.models import Order
from products.models import Sku
from promotions.actions.activities import ActivityValues, create_activity
from promotions.actions.activity_items import put_items
from promotions.choices import ActivityState
from promotions.models import Activity, ActivityTask
from promotions.rules.activities import WantedItem
from shopops.lib.business_time import SHANGHAI
from shopops.staff.models import User
from tests.factories.listing import SkuFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.times import NOW

__all__ = [
    "ENDS",
    "HOUR",
    "NOW",
    "STARTS",
    "Decimal",
    "Sku",
    "activity",
    "all_ticked",
    "in_state",
    "line",
    "put",
    "ready",
    "sku",
    "sold",
    "values",
]
STARTS = datetime(2026, 9, 22, tzinfo=SHANGHAI)
ENDS = datetime(2026, 9, 26, tzinfo=SHANGHAI)


def values(**given: Any) -> ActivityValues:
    return ActivityValues(
        **{"name": "中秋预热", "kind": "shop", "starts_at": STARTS, "ends_at": ENDS, **given}
    )


def activity(by: User, **given: Any) -> Activity:
    return create_activity(values=values(**given), by=by, now=NOW)


def sku(code: str = "MY-ZT60-BL", **given: Any) -> Sku:
    return SkuFactory.create(
        code=code,
        **{
            "list_amount": Decimal("139.00"),
            "cost_amount": Decimal("46.50"),
            "floor_amount": Decimal("86.00"),
            **given,
        },
    )


def line(code: str = "MY-ZT60-BL", price: str | None = "98.00", **given: Any) -> WantedItem:
    return WantedItem(1, code, Decimal(price) if price else None, **given)


def put(row: Activity, *lines: WantedItem, by: User, now: datetime = NOW) -> None:
    row.refresh_from_db()
    put_items(activity_id=row.pk, lines=list(lines), version=row.version, by=by, now=now)
    row.refresh_from_db()


def sold(code: str, amount: str, paid_at: datetime, quantity: int = 1, **given: Any) -> Order:
    order = OrderFactory.create(paid_at=paid_at, **given)
    OrderLineFactory.create(
        order=order, sku_code=code, paid_amount=Decimal(amount) * quantity, quantity=quantity
    )
    return order


def in_state(row: Activity, state: ActivityState, **given: Any) -> Activity:
    """Put an activity somewhere without the way there; for tests of what comes after."""
    Activity.objects.filter(pk=row.pk).update(state=state, **given)
    row.refresh_from_db()
    return row


def all_ticked(row: Activity) -> None:
    """Have a person's points of the preparation done."""
    ActivityTask.objects.filter(activity=row, code__in=("page", "service", "times")).update(
        done_at=NOW
    )


def ready(by: User, *lines: WantedItem, **given: Any) -> Activity:
    """Have a prepared activity with items, the person's points ticked."""
    row = activity(by, **given)
    put(row, *(lines or (line(),)), by=by)
    all_ticked(row)
    return in_state(row, ActivityState.PREPARED)


HOUR = timedelta(hours=1)
