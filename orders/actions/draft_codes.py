"""Merchant codes seen in order lines become draft SKUs, once an import has ended."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from orders.registry import after_import
from products.actions.drafts import SeenCode, draft_skus, unknown_codes
from shopops.work.actions import request_run
from shopops.work.registry import KindSpec, register_kind

if TYPE_CHECKING:
    from shopops.work.engine import RunContext

KIND = "orders.draft_skus"
AT_ONCE = 1_000

# Every code once, each found by one look into the index on merchant codes: ten million lines of a
# thousand codes cost a thousand looks.
_CODES = """
WITH RECURSIVE seen AS (
  (SELECT sku_code FROM orders_orderline WHERE sku_code > %(after)s AND sku_code <> ''
   ORDER BY sku_code LIMIT 1)
  UNION ALL
  SELECT (SELECT l.sku_code FROM orders_orderline l WHERE l.sku_code > s.sku_code
          AND l.sku_code <> '' ORDER BY l.sku_code LIMIT 1)
  FROM seen s WHERE s.sku_code IS NOT NULL
)
SELECT sku_code FROM seen WHERE sku_code IS NOT NULL LIMIT %(limit)s
"""
_FACTS = """
SELECT l.sku_code, l.item_no, l.title, l.spec FROM unnest(%(codes)s::text[]) c (code)
CROSS JOIN LATERAL (SELECT * FROM orders_orderline WHERE sku_code = c.code AND sku_code <> ''
  LIMIT 1) l
"""


def ask_for_drafts(batch_id: int, now: datetime) -> None:
    """After an import, ask for the codes to be looked at."""
    request_run(kind=KIND, key="all", now=now, again=True)


def perform_drafts(run: "RunContext") -> dict[str, Any]:
    """Make drafts of codes that no SKU has, a thousand codes a step."""
    after, made = "", 0
    while codes := codes_after(after):
        new = unknown_codes(codes)
        after = codes[-1]
        if new:
            with run.step():
                made += draft_skus(seen_codes(new), now=run.now)
    return {"drafts": made}


def codes_after(after: str, *, limit: int = AT_ONCE) -> list[str]:
    """Give the next merchant codes that order lines name, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_CODES, {"after": after, "limit": limit})
        return [code for (code,) in cursor.fetchall()]


def seen_codes(codes: list[str]) -> list[SeenCode]:
    """Say of each code what one of its lines says."""
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, {"codes": codes})
        return [SeenCode(*row) for row in cursor.fetchall()]


def register() -> None:
    """Make the work known, and have it asked for after imports."""
    register_kind(KindSpec(KIND, _("收编订单里的新编码"), "quick", perform_drafts, "products.view"))
    after_import(ask_for_drafts)
