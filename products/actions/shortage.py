"""The look at what is short: by pieces, or by days of cover; main products more strictly."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from products.actions.errors import StockRefusedError
from products.choices import WarningAct
from products.models import StockWarning
from products.queries.rules import rule_in_force
from products.queries.stock_facts import keeps_stock
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User
from shopops.work import actions as work
from shopops.work.context import RunContext

KIND, KEY = "products.stock_watch", "look"

# A bundle's sales are its parts' sales. Cover is of what is free, at the sales of whole days.
_LOOK = """
WITH sold AS (
  SELECT sku_code, sum(pieces) AS pieces FROM products_skuday
  WHERE date >= %(since)s AND date < %(today)s GROUP BY sku_code
),
demand AS (
  SELECT sku_id, sum(pieces)::int AS pieces FROM (
    SELECT s.id AS sku_id, sold.pieces FROM sold JOIN products_sku s ON s.code = sold.sku_code
    UNION ALL
    SELECT b.part_id, sold.pieces * b.quantity FROM sold
    JOIN products_sku s ON s.code = sold.sku_code
    JOIN products_bundlepart b ON b.bundle_id = s.id) each_way GROUP BY sku_id
),
facts AS (
  SELECT l.sku_id, l.on_hand, l.allocated, l.on_hand - l.allocated AS free,
    coalesce(d.pieces, 0) AS sold, coalesce(p.is_main, false) AS is_main,
    greatest(l.safety, coalesce(
      l.threshold, CASE WHEN p.is_main THEN %(main_threshold)s ELSE %(threshold)s END)) AS threshold,
    coalesce(l.cover_days, CASE WHEN p.is_main THEN %(main_cover)s ELSE %(cover)s END) AS wanted_days,
    CASE WHEN d.pieces > 0
      THEN round(greatest(l.on_hand - l.allocated, 0) * %(days)s::numeric / d.pieces, 1) END AS cover_days
  FROM products_stocklevel l JOIN products_sku s ON s.id = l.sku_id
  LEFT JOIN products_product p ON p.id = s.product_id
  LEFT JOIN demand d ON d.sku_id = l.sku_id
  WHERE s.is_on AND coalesce(p.status, 'on_shelf') IN ('on_shelf', 'draft')
),
short AS (
  SELECT *, CASE
    WHEN on_hand < allocated THEN 'oversold'
    WHEN free <= 0 AND (sold > 0 OR threshold > 0) THEN 'out'
    WHEN free < threshold THEN 'threshold'
    WHEN cover_days < wanted_days THEN 'cover' END AS kind
  FROM facts
),
ended AS (
  DELETE FROM products_stockwarning w USING (
    SELECT w.sku_id FROM products_stockwarning w
    LEFT JOIN short s ON s.sku_id = w.sku_id AND s.kind IS NOT NULL WHERE s.sku_id IS NULL) gone
  WHERE w.sku_id = gone.sku_id RETURNING 1
),
put AS (
  INSERT INTO products_stockwarning AS w (
    sku_id, since, looked_at, free, sold, cover_days, threshold, wanted_days, is_main, kind, act)
  SELECT sku_id, %(now)s, %(now)s, free, sold, cover_days, threshold, wanted_days, is_main, kind, ''
  FROM short WHERE kind IS NOT NULL ORDER BY sku_id
  ON CONFLICT (sku_id) DO UPDATE SET
    since = CASE WHEN w.kind = excluded.kind THEN w.since ELSE excluded.since END,
    acted_at = CASE WHEN w.kind = excluded.kind THEN w.acted_at END,
    acted_by_id = CASE WHEN w.kind = excluded.kind THEN w.acted_by_id END,
    act = CASE WHEN w.kind = excluded.kind THEN w.act ELSE '' END,
    looked_at = excluded.looked_at, free = excluded.free, sold = excluded.sold,
    cover_days = excluded.cover_days, threshold = excluded.threshold,
    wanted_days = excluded.wanted_days, is_main = excluded.is_main, kind = excluded.kind
  RETURNING 1
)
SELECT (SELECT count(*) FROM put), (SELECT count(*) FROM ended)
"""


def request_look(now: datetime) -> None:
    """Ask for a look, where stock is kept."""
    if keeps_stock():
        work.request_run(kind=KIND, key=KEY, now=now, again=True)


def perform_look(run: RunContext) -> dict[str, Any]:
    """Look at all SKUs whose stock is kept; one statement."""
    with run.step():
        short, ended = look(now=run.now)
    return {"short": short, "ended": ended}


@transaction.atomic
def look(*, now: datetime) -> tuple[int, int]:
    """Write who is short as of now; give how many are, and how many are not any more.

    What somebody did about a warning stays with it until it gets another kind. One statement; reads
    the levels, and the sold pieces of the rule's days.
    """
    rule, today = rule_in_force(now=now), business_date(now)
    with connection.cursor() as cursor:
        cursor.execute(
            _LOOK,
            {
                "now": now,
                "today": today,
                "since": today - timedelta(days=rule.sales_days),
                "days": rule.sales_days,
                "threshold": rule.threshold,
                "main_threshold": rule.main_threshold,
                "cover": rule.cover_days,
                "main_cover": rule.main_cover_days,
            },
        )
        short, ended = cursor.fetchone()
    return int(short), int(ended)


@transaction.atomic
def act_on_warning(*, sku_id: int, act: WarningAct, by: User, now: datetime) -> StockWarning:
    """Note what was done about a warning; it leaves the morning list until it gets worse.

    :raises StockRefusedError: if the SKU is not short any more
    """
    warning = (
        StockWarning.objects.select_for_update(of=("self",)).select_related("sku").filter(pk=sku_id)
    ).first()
    if warning is None:
        raise StockRefusedError(_("这个编码已经不缺了，刷新一下。"))
    warning.act, warning.acted_at, warning.acted_by = act, now, by
    warning.save(update_fields=["act", "acted_at", "acted_by"])
    operations.record(
        name="products.warning.acted",
        by=by,
        now=now,
        object_type="sku",
        object_key=warning.sku.code,
        new={"kind": warning.kind, "act": act},
    )
    return warning
