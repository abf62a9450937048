"""What a forecast reads: sales by SKU and day, days that say nothing, supply."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
from django.db import connection

from products.choices import PurchaseState
from products.models import (
    BundlePart,
    PurchaseLine,
    Sku,
    SkuDay,
    StockLevel,
)
from products.queries.offers import newest_offers

COMING = (PurchaseState.ORDERED, PurchaseState.PAID, PurchaseState.PART_ARRIVED)


@dataclass(frozen=True, slots=True)
class SkuSupply:
    """How one SKU is bought, and what of it stands and comes. `free` None: stock is not kept."""

    sku_id: int
    code: str
    is_main: bool
    free: int | None
    safety: int
    pack_size: int
    supplier_id: int | None
    lead_days: int
    minimum_quantity: int
    arrivals: dict[date, int]


def sku_ids_to_plan() -> list[int]:
    """Give the SKUs that can be bought: looked at, on, and no bundle. One query."""
    rows = Sku.objects.filter(is_draft=False, is_on=True, parts__isnull=True)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def sales_of(sku_ids: Sequence[int], *, since: date, until: date) -> pd.DataFrame:
    """Give pieces by SKU and day of payment, bundles counted as their parts. Three queries.

    :return: columns sku_id, date, pieces; only days with sales
    """
    shares = [
        (code, pk, 1)
        for pk, code in Sku.objects.filter(pk__in=sku_ids).order_by("pk").values_list("pk", "code")
    ]
    shares += BundlePart.objects.filter(part__in=sku_ids).values_list(
        "bundle__code", "part_id", "quantity"
    )
    rows = SkuDay.objects.filter(
        sku_code__in=sorted({code for code, _pk, _n in shares}), date__gte=since, date__lte=until
    )
    sold = pd.DataFrame.from_records(
        list(rows.values_list("sku_code", "date", "pieces")), columns=["code", "date", "sold"]
    )
    joined = sold.merge(pd.DataFrame(shares, columns=["code", "sku_id", "share"]), on="code")
    joined["pieces"] = joined["sold"] * joined["share"]
    return joined[["sku_id", "date", "pieces"]]


_UNKNOWN = """
SELECT asked.day::date FROM generate_series(%(since)s::date, %(until)s::date, interval '1 day') AS asked (day)
WHERE NOT EXISTS (SELECT 1 FROM products_skuday s WHERE s.date = asked.day::date)
"""


def unknown_days(*, since: date, until: date) -> list[date]:
    """Give the days on which nothing at all was sold: no file tells of them. One query by index."""
    with connection.cursor() as cursor:
        cursor.execute(_UNKNOWN, {"since": since, "until": until})
        return [row[0] for row in cursor.fetchall()]


def first_known_day(*, since: date) -> date | None:
    """Give the first day of sales since a date. One query by index."""
    rows = SkuDay.objects.filter(date__gte=since).order_by("date")
    return rows.values_list("date", flat=True).first()


# A move that leaves nothing opens an empty stretch; whole days inside it had nothing to sell.
_EMPTY = """
WITH moves AS (
  SELECT sku_id, on_hand_after, (at AT TIME ZONE 'Asia/Shanghai')::date AS day,
    (lead(at) OVER (PARTITION BY sku_id ORDER BY id) AT TIME ZONE 'Asia/Shanghai')::date AS next_day
  FROM products_stockmove WHERE sku_id = ANY(%(skus)s)
)
SELECT m.sku_id, empty.day::date FROM moves m,
  generate_series(greatest(m.day + 1, %(since)s::date),
    least(coalesce(m.next_day - 1, %(until)s::date), %(until)s::date), interval '1 day') AS empty (day)
WHERE m.on_hand_after <= 0
"""


def days_without_stock(sku_ids: Sequence[int], *, since: date, until: date) -> pd.DataFrame:
    """Give the whole days on which a SKU had nothing to sell, as its ledger tells. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY, {"skus": list(sku_ids), "since": since, "until": until})
        return pd.DataFrame.from_records(cursor.fetchall(), columns=["sku_id", "date"])


def supplies_of(sku_ids: Sequence[int], *, lead_days: int, today: date) -> dict[int, SkuSupply]:
    """Give how SKUs are bought and what of them stands and comes. Four queries.

    A SKU's supplier is the one whose price began last. What is expected late counts as of today.
    """
    levels = {
        pk: (on_hand - allocated, safety)
        for pk, on_hand, allocated, safety in StockLevel.objects.filter(
            sku__in=sku_ids
        ).values_list("sku_id", "on_hand", "allocated", "safety")
    }
    prices = newest_offers(sku_ids, today=today)
    arrivals = _arrivals(sku_ids, today)
    found = {}
    for sku in Sku.objects.filter(pk__in=sku_ids).select_related("product").order_by("pk"):
        free, safety = levels.get(sku.pk, (None, 0))
        price = prices.get(sku.pk)
        found[sku.pk] = SkuSupply(
            sku_id=sku.pk,
            code=sku.code,
            is_main=bool(sku.product and sku.product.is_main),
            free=free,
            safety=safety,
            pack_size=sku.pack_size,
            supplier_id=price.supplier_id if price else None,
            lead_days=price.supplier.lead_days if price else lead_days,
            minimum_quantity=price.minimum_quantity if price else 1,
            arrivals=arrivals.get(sku.pk, {}),
        )
    return found


def _arrivals(sku_ids: Sequence[int], today: date) -> dict[int, dict[date, int]]:
    lines = PurchaseLine.objects.filter(sku__in=sku_ids, purchase__state__in=COMING)
    found: dict[int, dict[date, int]] = {}
    for sku_id, expected, quantity, arrived in lines.values_list(
        "sku_id", "purchase__expected_on", "quantity", "arrived_quantity"
    ):
        if quantity > arrived:
            days = found.setdefault(sku_id, {})
            day = max(expected or today, today)
            days[day] = days.get(day, 0) + quantity - arrived
    return found
