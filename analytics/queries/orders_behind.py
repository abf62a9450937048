"""The orders behind a figure: of some days, of one hour, province, item or SKU; a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from django.db.models import Exists, OuterRef

from orders.models import Order, OrderLine
from shopops.lib.business_time import at_local

PER_PAGE = 50
# What an address may narrow to; hours and lines are asked of one day at a time.
KEYS = ("province", "hour", "product", "sku")


@dataclass(frozen=True, slots=True)
class Found:
    """One page: the orders, newest first, and whether there are more."""

    rows: Sequence[Order]
    has_more: bool


def orders_behind(
    *, basis: str, day: date, keys: Mapping[str, str], after: int | None = None
) -> Found:
    """Give orders of one day, by key; one query over the day's index.

    :param keys: of `KEYS`, all of which hold
    :param after: key of the last order of the page before
    """
    rows = Order.objects.filter(**{f"{basis}_date": day})
    if "province" in keys:
        rows = rows.filter(receiver_province=keys["province"])
    if "hour" in keys:
        hour = int(keys["hour"])
        start = at_local(day, time(hour))
        name = f"{basis}_at"
        rows = rows.filter(**{f"{name}__gte": start, f"{name}__lt": start + timedelta(hours=1)})
    for key, field in (("sku", "sku_code"), ("product", "item_no")):
        if key in keys:
            lines = OrderLine.objects.filter(order=OuterRef("pk"), **{field: keys[key]})
            rows = rows.filter(Exists(lines))
    if after is not None:
        rows = rows.filter(pk__lt=after)
    found = list(rows.order_by("-pk")[: PER_PAGE + 1])
    return Found(found[:PER_PAGE], len(found) > PER_PAGE)
