"""Due times of many orders at once, in the database: the set-based form of `orders.rules.ship_by`.

One fragment serves the import and the recomputation after a calendar or rule change; a property
test holds it and the pure rule together.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from orders.choices import OPEN_STAGES
from orders.models import RuleRow
from orders.rules.platform_texts import NEVER_SHIPPABLE
from orders.rules.promises import PromiseWindow, promise_windows
from orders.rules.rulebook import PROMISE_CODES, promise_rules
from orders.rules.rulebook import RuleRow as Rule
from shopops.staff.models import Shop

COLUMNS = ("shop_due_at", "platform_due_at", "ship_due_at", "due_reason", "ship_by_rule_id")
_FORBIDDEN = ", ".join(f"'{status}'" for status in sorted(NEVER_SHIPPABLE))

# {source}: anything with paid_at, paid_date, status, promised_date, promise_hours, agreed_ship_at.
# {windows}: the promise windows as a VALUES list. Hours, never days: days follow the wall clock.
# OFFSET 0 keeps Postgres from pulling the levels together: the cases would be copied into one
# another, and planning alone would take a second.
_DUE_SQL = """
SELECT x.*,
  LEAST(x.shop_due_at, x.platform_due_at) AS ship_due_at,
  CASE
    WHEN x.paid_at IS NULL THEN 'unpaid'
    WHEN NOT x.due_owed THEN 'not_shippable'
    ELSE concat_ws('|', x.due_code,
      CASE WHEN x.shop_due_at IS NULL OR x.platform_due_at < x.shop_due_at
        THEN 'platform' ELSE 'shop' END,
      x.due_by, coalesce(x.due_hours::text, ''), x.due_day)
  END AS due_reason
FROM (
  SELECT y.*, GREATEST(y.due_base, y.due_promised) AS shop_due_at,
    CASE WHEN y.due_promised > y.due_base THEN 'presale' ELSE y.due_day_code END AS due_code,
    CASE y.due_by WHEN 'agreement' THEN y.agreed_ship_at
      WHEN 'presale' THEN y.due_promised_end
      WHEN 'event' THEN coalesce(y.due_until, y.paid_at + y.due_window_hours * interval '1 hour')
      WHEN 'listing' THEN y.paid_at + y.promise_hours * interval '1 hour'
      WHEN 'rule' THEN y.paid_at + y.due_window_hours * interval '1 hour' END AS platform_due_at,
    CASE y.due_by WHEN 'event' THEN CASE WHEN y.due_until IS NULL THEN y.due_window_hours END
      WHEN 'listing' THEN y.promise_hours WHEN 'rule' THEN y.due_window_hours END AS due_hours
  FROM (
    SELECT z.*,
      CASE WHEN NOT z.due_owed THEN 'none'
        WHEN z.agreed_ship_at IS NOT NULL THEN 'agreement'
        WHEN z.due_promised_end > z.paid_at THEN 'presale'
        WHEN z.due_is_event THEN 'event'
        WHEN z.promise_hours IS NOT NULL THEN 'listing'
        WHEN z.due_window_hours IS NOT NULL THEN 'rule' ELSE 'none' END AS due_by
    FROM (
      SELECT f.*, w.is_event AS due_is_event, w.until AS due_until, w.hours AS due_window_hours,
        CASE WHEN f.due_owed THEN w.rule_id END AS ship_by_rule_id,
        CASE WHEN f.paid_at < d.cutoff_at THEN d.handover_at ELSE d.next_handover_at END AS due_base,
        CASE WHEN p.ships THEN p.handover_at ELSE p.next_handover_at END AS due_promised,
        (f.promised_date + time '23:59:59') AT TIME ZONE 'Asia/Shanghai' AS due_promised_end,
        CASE WHEN d.cutoff_at IS NULL THEN 'no_shipping_day'
          WHEN f.paid_at < d.cutoff_at THEN 'before_cutoff' ELSE 'after_cutoff' END AS due_day_code,
        coalesce(to_char(d.cutoff_at AT TIME ZONE 'Asia/Shanghai', 'HH24:MI'), d.why, 'no_rule')
          AS due_day
      FROM (
        SELECT e.*, e.paid_at IS NOT NULL AND e.status NOT IN ({forbidden}) AS due_owed
        FROM ({source}) e OFFSET 0) f
      LEFT JOIN orders_shippingday d ON d.date = f.paid_date AND f.due_owed
      LEFT JOIN orders_shippingday p ON p.date = f.promised_date AND f.due_owed
      LEFT JOIN (VALUES {windows}) AS w (paid_from, paid_to, hours, until, is_event, rule_id)
        ON f.due_owed AND (w.paid_from IS NULL OR w.paid_from <= f.paid_at)
        AND (w.paid_to IS NULL OR f.paid_at < w.paid_to)
      OFFSET 0) z
    OFFSET 0) y
  OFFSET 0) x
"""


def windows_in_force() -> list[PromiseWindow]:
    """Give the promise windows of this shop's platform, from the stored rule book."""
    shop = Shop.objects.order_by("pk").first()
    platform = shop.platform if shop else Shop.Platform.TMALL
    stored = RuleRow.objects.filter(code__in=PROMISE_CODES, platform__in=[platform, "both"])
    rules = [
        Rule(
            code=row.code,
            platform=platform,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            parameters=row.parameters,
            source_note=row.source_note,
            id=row.pk,
        )
        for row in stored.order_by("pk")
    ]
    return promise_windows(promise_rules(rules), platform)


def due_sql(source: str, windows: Sequence[PromiseWindow]) -> str:
    """Give the SELECT that adds the due columns to the rows of `source`.

    `source` is a SELECT with paid_at, paid_date, status, promised_date, promise_hours and
    agreed_ship_at. The text may be run with parameters: it holds no percent sign of its own.
    """
    values = ", ".join(_window_values(window) for window in windows)
    return _DUE_SQL.format(source=source, windows=values, forbidden=_FORBIDDEN)


def _window_values(window: PromiseWindow) -> str:
    cells = (
        _instant(window.paid_from),
        _instant(window.paid_to),
        "NULL::int" if window.hours is None else f"{window.hours:d}",
        _instant(window.until),
        str(window.is_event).lower(),
        "NULL::bigint" if window.rule_id is None else f"{window.rule_id:d}",
    )
    return f"({', '.join(cells)})"


def _instant(at: datetime | None) -> str:
    return "NULL::timestamptz" if at is None else f"timestamptz '{at.isoformat()}'"


def recompute_due_times(
    *, paid_since: date | None = None, order_ids: Sequence[int] | None = None
) -> int:
    """Work out the due times of all open orders again and give the number that moved.

    One set-based statement; `paid_since` and `order_ids` narrow it. Takes row locks on what moves.
    """
    conditions = ["o.stage = ANY(%(stages)s)"]
    params: dict[str, Any] = {"stages": list(OPEN_STAGES)}
    if paid_since is not None:
        conditions.append("o.paid_date >= %(paid_since)s")
        params["paid_since"] = paid_since
    if order_ids is not None:
        conditions.append("o.id = ANY(%(order_ids)s)")
        params["order_ids"] = list(order_ids)
    source = f"""
        SELECT o.id, o.paid_at, o.paid_date, o.status, o.promised_date, o.promise_hours,
          o.agreed_ship_at
        FROM orders_order o WHERE {" AND ".join(conditions)} ORDER BY o.id FOR UPDATE
    """
    assigned = ", ".join(f"{name} = u.{name}" for name in COLUMNS)
    new = ", ".join(f"u.{name}" for name in COLUMNS)
    old = ", ".join(f"o.{name}" for name in COLUMNS)
    statement = f"""
        UPDATE orders_order o SET {assigned}, version = o.version + 1
        FROM ({due_sql(source, windows_in_force())}) u
        WHERE o.id = u.id AND ({new}) IS DISTINCT FROM ({old})
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)
