"""Note whose figures an import changes, and let go of those whose buyer goes.

Both are called in the transaction that changes orders. The mark is the lock of a buyer's figures: whoever
deletes it recomputes them, and whoever marks it anew meanwhile waits for that commit, so that no change
falls between two workers. Lock order: marks, then customers by key.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import ManyToOneRel

from crm.models import (
    Customer,
    CustomerStat,
    CustomerTag,
    Identity,
    Outlook,
    PaidDay,
    RfmBase,
    RfmChange,
    StaleCustomer,
    TierChange,
    TierState,
)
from orders import registry

# Rows that come of orders alone; one of any other table keeps the customer.
_DERIVED = (
    Identity,
    CustomerStat,
    CustomerTag,
    PaidDay,
    RfmBase,
    RfmChange,
    Outlook,
    TierState,
    TierChange,
)
_GOING = (
    "crm_customertag",
    "crm_customerstat",
    "crm_identity",
    "crm_paidday",
    "crm_rfmbase",
    "crm_rfmchange",
    "crm_outlook",
    "crm_tierstate",
    "crm_tierchange",
)

_MARK = """
INSERT INTO crm_stalecustomer (buyer_id, marked_at)
SELECT b.id, clock_timestamp() FROM (
  SELECT DISTINCT id FROM ({buyers}) AS given(id) WHERE id IS NOT NULL) b
ORDER BY b.id
ON CONFLICT (buyer_id) DO UPDATE SET marked_at = excluded.marked_at
"""


def mark_buyers(
    cursor: CursorWrapper, buyers: str, params: Mapping[str, Any] | None = None
) -> None:
    """Mark the buyers whose keys the SELECT `buyers` gives; nulls are nobody.

    The time is the database's own: a recomputation that read an earlier mark must not clear this one.
    """
    cursor.execute(_MARK.format(buyers=buyers), params)


def mark_some(buyer_ids: Sequence[int]) -> None:
    """Mark some buyers, in the transaction of the caller, before it locks their customers."""
    with connection.cursor() as cursor:
        mark_buyers(cursor, "SELECT unnest(%(ids)s::bigint[])", {"ids": sorted(buyer_ids)})


def mark_everybody() -> int:
    """Mark all buyers; give their number."""
    with connection.cursor() as cursor:
        mark_buyers(cursor, "SELECT id FROM orders_buyer")
        return int(cursor.rowcount)


def leave_buyers(cursor: CursorWrapper, buyers: str) -> None:
    """Let go of the customers of buyers who are about to be deleted, where no one worked on them."""
    cursor.execute("DROP TABLE IF EXISTS crm_leaving")
    cursor.execute(f"CREATE TEMP TABLE crm_leaving ON COMMIT DROP AS {buyers}")
    mark_buyers(cursor, "SELECT id FROM crm_leaving")
    cursor.execute(_LOCK_LEAVING)
    cursor.execute(_untouched())
    customers = [row[0] for row in cursor.fetchall()]
    for table in _GOING:
        cursor.execute(f"DELETE FROM {table} WHERE customer_id = ANY(%s)", [customers])
    cursor.execute("DELETE FROM crm_customer WHERE id = ANY(%s)", [customers])
    cursor.execute(
        "DELETE FROM crm_stalecustomer s USING crm_leaving l WHERE l.id = s.buyer_id"
        " AND NOT EXISTS (SELECT 1 FROM crm_identity i WHERE i.buyer_id = l.id)"
    )


_LOCK_LEAVING = """
SELECT c.id FROM crm_customer c
WHERE c.id IN (SELECT i.customer_id FROM crm_identity i JOIN crm_leaving l ON l.id = i.buyer_id)
ORDER BY c.id FOR UPDATE
"""


def _untouched() -> str:
    """Give the SELECT of customers who are leaving buyers only and whom nobody touched."""
    relations = [
        one
        for one in Customer._meta.get_fields(include_hidden=True)
        if isinstance(one, ManyToOneRel) and one.related_model not in _DERIVED
    ]
    pointed_at = " ".join(
        f"AND NOT EXISTS (SELECT 1 FROM {one.related_model._meta.db_table} x"
        f" WHERE x.{one.field.column} = c.id)"
        for one in relations
    )
    return f"""
      SELECT c.id FROM crm_customer c
      WHERE c.id IN (SELECT i.customer_id FROM crm_identity i JOIN crm_leaving l ON l.id = i.buyer_id)
        AND c.version = 1 AND c.note = '' AND c.agent_id IS NULL AND c.birth_month IS NULL
        AND NOT EXISTS (SELECT 1 FROM crm_identity i WHERE i.customer_id = c.id
          AND NOT EXISTS (SELECT 1 FROM crm_leaving l WHERE l.id = i.buyer_id))
        AND NOT EXISTS (SELECT 1 FROM crm_customertag t
          WHERE t.customer_id = c.id AND t.by_id IS NOT NULL)
        {pointed_at}"""


def follow() -> None:
    """Have orders tell of their buyers; called once, when the apps are ready."""
    registry.follow_buyers(
        registry.BuyerFollower((Identity, StaleCustomer), mark_buyers, leave_buyers)
    )


def oldest_mark() -> datetime | None:
    """Say since when the longest waiting mark waits."""
    return (
        StaleCustomer.objects.order_by("marked_at", "pk")
        .values_list("marked_at", flat=True)
        .first()
    )
