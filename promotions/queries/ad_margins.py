"""What an item leaves after goods and fees: what ads are measured against."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from promotions.models import ChannelRule
from promotions.rules.channel_parameters import ChannelSettings, settings_of
from promotions.rules.traffic import break_even, margin_rate

DAYS = 30
# Price: what buyers paid a piece in the item's own days; without them the list price of its SKUs.
# Cost: by what sold of its SKUs; without sales each SKU counts the same. An item with a SKU that sold
# and has no cost has none: unknown is not cheap.
_FACTS = """
SELECT p.item_no, d.price, k.price, k.cost, k.is_whole FROM products_product p
LEFT JOIN LATERAL (
  SELECT sum(paid_amount) / nullif(sum(paid_pieces), 0) AS price FROM products_productday
  WHERE product_id = p.id AND date BETWEEN %(since)s AND %(until)s
    AND paid_amount IS NOT NULL AND paid_pieces > 0) d ON true
LEFT JOIN LATERAL (
  SELECT sum(s.list_amount * w.weight) / nullif(sum(w.weight) FILTER
      (WHERE s.list_amount IS NOT NULL), 0) AS price,
    sum(s.cost_amount * w.weight) / nullif(sum(w.weight) FILTER
      (WHERE s.cost_amount IS NOT NULL), 0) AS cost,
    coalesce(bool_and(s.cost_amount IS NOT NULL OR coalesce(w.sold, 0) = 0), false) AS is_whole
  FROM products_sku s
  LEFT JOIN LATERAL (
    SELECT sum(pieces) AS sold, greatest(sum(pieces), 0.001) AS weight FROM products_skuday
    WHERE sku_code = s.code AND date BETWEEN %(since)s AND %(until)s) x ON true
  CROSS JOIN LATERAL (SELECT x.sold, coalesce(x.weight, 0.001) AS weight) w
  WHERE s.product_id = p.id) k ON true
WHERE p.item_no = ANY(%(items)s)
"""


@dataclass(frozen=True, slots=True)
class Margin:
    """An item's price, cost and margin after fees; None is unknown."""

    price: Decimal | None = None
    cost: Decimal | None = None
    rate: Decimal | None = None

    @property
    def line(self) -> Decimal | None:
        """The return on ad spend at which ads earn nothing and lose nothing."""
        return break_even(self.rate)

    @property
    def never_pays(self) -> bool:
        """Whether the item loses money before any ad: no return makes up for it."""
        return self.rate is not None and self.rate <= 0


UNKNOWN = Margin()


def rule_row(day: date) -> ChannelRule | None:
    """Give the stored rule in force on a day."""
    return ChannelRule.objects.filter(valid_from__lte=day).order_by("-valid_from", "-pk").first()


def settings_on(day: date) -> ChannelSettings:
    """Give the figures by which traffic is judged on a day. One query."""
    row = rule_row(day)
    return settings_of(row.parameters if row else None)


def margins(
    item_nos: Sequence[str], *, until: date, settings: ChannelSettings
) -> dict[str, Margin]:
    """Give the margins of items over the 30 days up to a day. One query."""
    if not item_nos:
        return {}
    since = until - timedelta(days=DAYS - 1)
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, {"since": since, "until": until, "items": list(item_nos)})
        rows = cursor.fetchall()
    found = {}
    for item_no, paid, listed, cost, is_whole in rows:
        price = paid if paid is not None else listed
        known = cost if is_whole else None
        rate = margin_rate(price=price, cost=known, fee_rate=settings.fee_rate)
        found[item_no] = Margin(price, known, rate)
    return found
