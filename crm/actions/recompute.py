"""Make customers of new buyers and recompute marked ones, set-based, some thousand at a time.

A buyer's mark is taken (deleted) by whoever recomputes; then the customers are locked by key, then read
by a statement of its own: whoever holds a customer's lock last computed last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm.models import Customer, StaleCustomer
from crm.queries.stats import FIGURES, IS_PERSON, figures_sql, paid_days_sql
from shopops.work import actions as work
from shopops.work.context import RunContext
from shopops.work.models import Run

KIND = "crm.customers"
KEY = "marked-buyers"
STEP_BUYERS = 5_000

_ADOPT = f"""
WITH fresh AS MATERIALIZED (
  SELECT b.id AS buyer_id, left(b.nick, 80) AS nick, b.first_order_at,
    nextval(pg_get_serial_sequence('crm_customer', 'id')) AS id
  FROM orders_buyer b LEFT JOIN crm_identity i ON i.buyer_id = b.id
  WHERE b.id = ANY(%(buyers)s) AND i.buyer_id IS NULL AND {IS_PERSON}
  ORDER BY b.id
), made AS (
  INSERT INTO crm_customer (id, created_at, version, name, note)
  SELECT id, coalesce(first_order_at, %(now)s), 1, nick, '' FROM fresh ORDER BY id
)
INSERT INTO crm_identity (buyer_id, customer_id, since)
SELECT buyer_id, id, %(now)s FROM fresh ORDER BY buyer_id
"""

_WRITE = """
INSERT INTO crm_customerstat AS k (customer_id, life_stage, segment, {names})
SELECT f.customer_id, '', '', {fresh} FROM ({figures}) f ORDER BY f.customer_id
ON CONFLICT (customer_id) DO UPDATE SET {assigned}
WHERE ({kept}) IS DISTINCT FROM ({given})
"""

_MINE = "(SELECT * FROM crm_identity WHERE customer_id = ANY(%(customers)s))"
_WRITE_DAYS = f"""
WITH fresh AS MATERIALIZED ({paid_days_sql(_MINE)}),
known AS MATERIALIZED (SELECT * FROM crm_paidday WHERE customer_id = ANY(%(customers)s)),
gone AS (
  DELETE FROM crm_paidday p USING (
    SELECT k.customer_id, k.date FROM known k LEFT JOIN fresh f USING (customer_id, date)
    WHERE f.date IS NULL) g
  WHERE p.customer_id = g.customer_id AND p.date = g.date RETURNING p.customer_id
), put AS (
  INSERT INTO crm_paidday (customer_id, date, orders, paid_fen, refund_fen)
  SELECT f.customer_id, f.date, f.orders, f.paid_fen, f.refund_fen
  FROM fresh f LEFT JOIN known k USING (customer_id, date)
  WHERE (f.orders, f.paid_fen, f.refund_fen) IS DISTINCT FROM (k.orders, k.paid_fen, k.refund_fen)
  ORDER BY f.customer_id, f.date
  ON CONFLICT (customer_id, date) DO UPDATE SET
    orders = excluded.orders, paid_fen = excluded.paid_fen, refund_fen = excluded.refund_fen
  RETURNING customer_id
)
INSERT INTO crm_rfmbase (customer_id, net_fen, orders, days, is_stale)
SELECT customer_id, 0, 0, 0, true FROM (SELECT customer_id FROM gone UNION SELECT customer_id FROM put) c
ORDER BY customer_id ON CONFLICT (customer_id) DO UPDATE SET is_stale = true
"""
# One writes the figures of all (RFM), many those of some: who holds it shared waits for who holds it alone.
_FIGURES_LOCK = 8_211_000


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What one step did."""

    buyers: int
    new: int
    changed: int


def recompute_some(*, now: datetime, limit: int = STEP_BUYERS) -> Recomputed | None:
    """Recompute the customers of at most `limit` marked buyers; None if no mark is left to take."""
    with transaction.atomic():
        lock_figures(alone=False)
        buyers = _taken_marks(limit)
        if not buyers:
            return None
        with connection.cursor() as cursor:
            cursor.execute(_ADOPT, {"buyers": buyers, "now": now})
            new = int(cursor.rowcount)
            cursor.execute(
                "SELECT DISTINCT customer_id FROM crm_identity WHERE buyer_id = ANY(%s)", [buyers]
            )
            customers = [row[0] for row in cursor.fetchall()]
        locked_customers(customers)
        return Recomputed(len(buyers), new, write_figures(customers))


def recompute_all_marked(*, now: datetime) -> Recomputed:
    """Recompute until no mark is left; for commands, tests and who fills a shop."""
    total = Recomputed(0, 0, 0)
    while done := recompute_some(now=now):
        total = Recomputed(
            total.buyers + done.buyers, total.new + done.new, total.changed + done.changed
        )
    return total


def lock_figures(*, alone: bool) -> None:
    """Take the lock over all figures, before marks and customers; held to the end of the transaction."""
    function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [_FIGURES_LOCK])


def _taken_marks(limit: int) -> list[int]:
    rows = StaleCustomer.objects.select_for_update(skip_locked=True).order_by("pk")[:limit]
    buyers = [row.pk for row in rows]
    StaleCustomer.objects.filter(pk__in=buyers).delete()
    return buyers


def locked_customers(customer_ids: Sequence[int]) -> list[int]:
    """Lock customers by key; give those that exist. Call it after marks, before points and tasks."""
    rows = Customer.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=customer_ids)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def write_figures(customer_ids: Sequence[int]) -> int:
    """Write the figures of locked customers from their orders; give how many were others before.

    Who has no member name any more (merged, erased) has no figures.
    """
    fresh = ", ".join(f"f.{name}" for name in FIGURES)
    kept = ", ".join(f"k.{name}" for name in FIGURES)
    given = ", ".join(f"excluded.{name}" for name in FIGURES)
    statement = _WRITE.format(
        names=", ".join(FIGURES),
        fresh=fresh,
        kept=kept,
        given=given,
        assigned=", ".join(f"{name} = excluded.{name}" for name in FIGURES),
        figures=figures_sql(_MINE),
    )
    values: dict[str, Any] = {"customers": list(customer_ids)}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        changed = int(cursor.rowcount)
        cursor.execute(_WRITE_DAYS, values)
        cursor.execute(
            "DELETE FROM crm_customerstat k WHERE k.customer_id = ANY(%(customers)s) AND NOT EXISTS ("
            "SELECT 1 FROM crm_identity i WHERE i.customer_id = k.customer_id)",
            values,
        )
        return changed + int(cursor.rowcount)


# --- as a run -----------------------------------------------------------------------------------


def request_customers(*, now: datetime, ring: bool = True) -> Run:
    """Ask for the marked to be recomputed; call it last in the transaction that marked them."""
    return work.request_run(kind=KIND, key=KEY, now=now, again=True, ring=ring)


def request_after_import(batch_id: int, now: datetime) -> None:
    """Ask after an import; the batch is of no interest, the marks are."""
    request_customers(now=now)


def request_if_needed(now: datetime) -> None:
    """Ask if somebody is marked: the safety net under a process that died between mark and request."""
    if StaleCustomer.objects.exists():
        request_customers(now=now)


def perform_customers(run: RunContext) -> dict[str, Any]:
    """Recompute all marked persons in steps of about a second."""
    buyers = new = changed = 0
    while True:
        with run.step() as step:
            done = recompute_some(now=run.now)
            if done is None:
                return {"buyers": buyers, "new": new, "changed": changed}
            buyers, new, changed = buyers + done.buyers, new + done.new, changed + done.changed
            step.cursor = {"buyers": buyers}
            step.done = buyers
            step.text = str(_("已重算 %(count)s 个客户") % {"count": buyers})
