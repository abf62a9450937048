"""What the orders say of each person: the one definition of every kept figure.

Meaning: an order is paid when it has a payment time. Amounts are those of paid orders: `paid_fen` as
charged, postage included, `refund_fen` the successful refunds of these orders. Days are Shanghai days of
payment. The province is that of the latest order that names one.
"""

from dataclasses import dataclass

from django.db import connection

# Kept figures that come of orders, in the order of the SELECT below.
FIGURES = (
    "paid_fen",
    "refund_fen",
    "first_paid_date",
    "last_paid_date",
    "orders",
    "paid_orders",
    "paid_days",
    "refunded_orders",
    "pieces",
    "province",
)
# A buyer who is a person: neither a masked name nor erased. Over alias b.
IS_PERSON = "strpos(b.key, '*') = 0 AND b.key NOT LIKE 'erased-%%'"


def figures_sql(identities: str) -> str:
    """Give the SELECT of customer_id and `FIGURES` over the identities that a table or SELECT gives."""
    return f"""
      SELECT i.customer_id,
        coalesce((sum(o.paid_amount) FILTER (WHERE o.paid_at IS NOT NULL) * 100)::bigint, 0) AS paid_fen,
        coalesce((sum(o.refund_amount) FILTER (WHERE o.paid_at IS NOT NULL) * 100)::bigint, 0)
          AS refund_fen,
        min(o.paid_date) FILTER (WHERE o.paid_at IS NOT NULL) AS first_paid_date,
        max(o.paid_date) FILTER (WHERE o.paid_at IS NOT NULL) AS last_paid_date,
        count(o.id)::int AS orders,
        (count(o.id) FILTER (WHERE o.paid_at IS NOT NULL))::int AS paid_orders,
        (count(DISTINCT o.paid_date) FILTER (WHERE o.paid_at IS NOT NULL))::int AS paid_days,
        (count(o.id) FILTER (WHERE o.paid_at IS NOT NULL AND o.refund_amount > 0))::int
          AS refunded_orders,
        coalesce(sum(o.piece_count) FILTER (WHERE o.paid_at IS NOT NULL), 0)::int AS pieces,
        coalesce((array_agg(o.receiver_province ORDER BY o.paid_at DESC NULLS LAST, o.id DESC)
          FILTER (WHERE o.receiver_province <> ''))[1], '') AS province
      FROM {identities} i LEFT JOIN orders_order o ON o.buyer_id = i.buyer_id
      GROUP BY i.customer_id"""


def paid_days_sql(identities: str) -> str:
    """Give the SELECT of the narrow facts: customer_id, date, orders, paid_fen, refund_fen."""
    return f"""
      SELECT i.customer_id, o.paid_date AS date, count(*)::smallint AS orders,
        (sum(o.paid_amount) * 100)::bigint AS paid_fen,
        (sum(o.refund_amount) * 100)::bigint AS refund_fen
      FROM {identities} i JOIN orders_order o ON o.buyer_id = i.buyer_id
      WHERE o.paid_at IS NOT NULL AND o.paid_date IS NOT NULL
      GROUP BY i.customer_id, o.paid_date"""


@dataclass(frozen=True, slots=True)
class Verified:
    """What a full recompute found. `differences`: customers whose kept figures are not these."""

    customers: int
    differences: int
    # Persons without a customer, marks left out: they are on the way.
    missing: int
    waiting: int


def verify() -> Verified:
    """Recompute everybody and compare with what is kept; writes nothing.

    Customers with a marked buyer are left out: they are known to wait. Reads all orders once.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH fresh AS MATERIALIZED ({figures_sql("crm_identity")}),
            days AS MATERIALIZED ({paid_days_sql("crm_identity")}),
            waiting AS MATERIALIZED (
              SELECT DISTINCT i.customer_id FROM crm_stalecustomer s
              JOIN crm_identity i ON i.buyer_id = s.buyer_id)
            SELECT (SELECT count(*) FROM fresh),
              (SELECT count(DISTINCT coalesce(f.customer_id, k.customer_id))
               FROM days f FULL JOIN crm_paidday k
                 ON k.customer_id = f.customer_id AND k.date = f.date
               WHERE coalesce(f.customer_id, k.customer_id) NOT IN (SELECT customer_id FROM waiting)
                 AND (f.orders, f.paid_fen, f.refund_fen)
                   IS DISTINCT FROM (k.orders, k.paid_fen, k.refund_fen)),
              (SELECT count(*) FROM fresh f FULL JOIN crm_customerstat k
                 ON k.customer_id = f.customer_id
               WHERE coalesce(f.customer_id, k.customer_id) NOT IN (SELECT customer_id FROM waiting)
                 AND (f.customer_id IS NULL OR k.customer_id IS NULL
                   OR ({", ".join(f"f.{name}" for name in FIGURES)})
                     IS DISTINCT FROM ({", ".join(f"k.{name}" for name in FIGURES)}))),
              (SELECT count(*) FROM orders_buyer b WHERE {IS_PERSON.replace("%%", "%")}
                AND NOT EXISTS (SELECT 1 FROM crm_identity i WHERE i.buyer_id = b.id)
                AND NOT EXISTS (SELECT 1 FROM crm_stalecustomer s WHERE s.buyer_id = b.id)),
              (SELECT count(*) FROM crm_stalecustomer)
            """
        )
        customers, days, figures, missing, waiting = cursor.fetchone()
    return Verified(customers, days + figures, missing, waiting)
