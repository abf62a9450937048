"""Which contacts are kept longer than they may be."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q

from orders.rules.retention import END_SQL, PHONE_IN_TEXT
from shopops.intake.models import Batch
from shopops.intake.retention import originals_kept
from shopops.lib.business_time import at_local

# An order of which something is to be erased: over before `limit`, and a contact still there. The
# first line is cheap and leaves most orders out.
TO_ERASE_SQL = f"""
  coalesce(o.created_at, o.exported_at) < %(limit)s
  AND (o.receiver_name <> '' OR o.receiver_phone <> '' OR o.receiver_address <> ''
    OR EXISTS (SELECT 1 FROM orders_ordercontact c WHERE c.order_id = o.id)
    OR EXISTS (SELECT 1 FROM orders_evidence e JOIN orders_aftersalescase c ON c.id = e.case_id
      WHERE c.order_id = o.id)
    OR EXISTS (SELECT 1 FROM orders_caseevent e JOIN orders_aftersalescase c ON c.id = e.case_id
      WHERE c.order_id = o.id AND e.words <> '')
    OR (o.buyer_message <> '' AND o.buyer_message ~ %(phone)s)
    OR (o.seller_memo <> '' AND o.seller_memo ~ %(phone)s))
  AND {END_SQL} < %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Overdue:
    """What should be gone and is there. Zero is expected of all."""

    orders: int
    files: int


def contacts_limit(day: date) -> datetime:
    """Give the instant before which orders must be over for their contacts to go on `day`."""
    return at_local(day, time.min) - timedelta(days=settings.CONTACTS_KEPT_DAYS)


def erase_params(limit: datetime) -> dict[str, Any]:
    """Give the parameters of `TO_ERASE_SQL`."""
    return {"limit": limit, "phone": PHONE_IN_TEXT}


def overdue_orders(*, limit: datetime) -> int:
    """Count the orders whose contacts should be erased. Cost: reads the orders once."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM orders_order o WHERE {TO_ERASE_SQL}", erase_params(limit)
        )
        return int(cursor.fetchone()[0])


def overdue(*, day: date, now: datetime) -> Overdue:
    """Count contacts and encrypted originals that are kept longer than they may be.

    A file may be a day late: the scheduler deletes 200 an hour.
    """
    before = now - originals_kept() - timedelta(days=1)
    files = Batch.objects.filter(~Q(stored_name=""), created_at__lt=before).count()
    return Overdue(orders=overdue_orders(limit=contacts_limit(day)), files=files)
