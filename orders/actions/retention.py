"""Erasing contacts when their time is over: a run a day, in steps, counted and proved."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_noop

from orders.actions.cases.forgetting import forget_past_time
from orders.queries.retention import TO_ERASE_SQL, contacts_limit, erase_params, overdue_orders
from orders.rules.retention import PHONE_IN_TEXT
from shopops.staff import operations
from shopops.work.context import RunContext

KIND = "orders.erase_contacts"
ERASED = "orders.contacts.erased"
# Orders looked at in one step, by their keys.
STEP_ORDERS = 20_000
# What of an order tells who receives it. Province and city stay: figures are made of them.
CONTACT_COLUMNS = ("receiver_name", "receiver_phone", "receiver_address")


def perform_erase(run: RunContext) -> dict[str, Any]:
    """Erase the contacts of orders that were over long enough before the run's business date.

    The result says how many, and how many are left, of which none are expected.

    :raises ValueError: if the run has no business date
    """
    if run.business_date is None:
        raise ValueError("erasing contacts needs its business date")
    limit = contacts_limit(run.business_date)
    first, last = _first_and_last_order()
    while int(run.cursor.get("after", first - 1)) < last:
        _erase_block(run, limit=limit, first=first, last=last)
    if "left" not in run.cursor:
        with run.step(text=gettext_noop("核对")) as step:
            done = _counts(run.cursor) | {"left": overdue_orders(limit=limit)}
            step.cursor = {**run.cursor, **done}
            new = {"limit": limit.date().isoformat(), **done}
            operations.record(name=ERASED, by=None, now=run.now, new=new)
    return {"limit": limit.isoformat(), **_counts(run.cursor), "left": run.cursor["left"]}


def _counts(cursor: dict[str, Any]) -> dict[str, int]:
    return {name: int(cursor.get(name, 0)) for name in ("orders", "contacts", "changes")}


def _first_and_last_order() -> tuple[int, int]:
    """Give the lowest and the highest key; keys of a shop need not begin at 1."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(min(id), 1), coalesce(max(id), 0) FROM orders_order")
        first, last = cursor.fetchone()
    return int(first), int(last)


def _erase_block(run: RunContext, *, limit: datetime, first: int, last: int) -> None:
    after = int(run.cursor.get("after", first - 1))
    until = min(after + STEP_ORDERS, last)
    before = _counts(run.cursor)
    with run.step(
        done=until - first + 1, total=last - first + 1, text=gettext_noop("删除到期的收货信息")
    ) as step:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS erase_orders")
            cursor.execute(
                "CREATE TEMP TABLE erase_orders ON COMMIT DROP AS SELECT o.id FROM orders_order o"
                f" WHERE o.id > %(after)s AND o.id <= %(until)s AND {TO_ERASE_SQL}"
                " ORDER BY o.id FOR NO KEY UPDATE OF o",
                {**erase_params(limit), "after": after, "until": until},
            )
            erased = erase_contacts(cursor, "SELECT id FROM erase_orders")
        step.cursor = {"after": until, **{name: before[name] + erased[name] for name in before}}


def erase_contacts(cursor: CursorWrapper, ids: str) -> dict[str, int]:
    """Erase the contacts of orders whose keys the SELECT `ids` gives, wherever they stand.

    Sealed contact, masked receiver, phone numbers in messages and memos, and what imports remembered
    for undo. The trade record stays. The orders must be locked. Gives counts of rows.
    """
    cursor.execute(f"DELETE FROM orders_ordercontact WHERE order_id IN ({ids})")
    contacts = int(cursor.rowcount)
    blank = ", ".join(f"{name} = ''" for name in CONTACT_COLUMNS)
    cursor.execute(
        f"UPDATE orders_order SET {blank},"
        " buyer_message = regexp_replace(buyer_message, %(phone)s, '***', 'g'),"
        " seller_memo = regexp_replace(seller_memo, %(phone)s, '***', 'g')"
        f" WHERE id IN ({ids})",
        {"phone": PHONE_IN_TEXT},
    )
    orders = int(cursor.rowcount)
    changes = forget_changes(
        cursor, "orders_order", ids, (*CONTACT_COLUMNS, "buyer_message", "seller_memo")
    )
    cursor.execute(
        "DELETE FROM intake_rowchange WHERE \"table\" = 'orders_ordercontact'"
        f" AND row_pk IN ({ids})"
    )
    changes += int(cursor.rowcount)
    forget_past_time(cursor, ids)
    return {"orders": orders, "contacts": contacts, "changes": changes}


def forget_changes(cursor: CursorWrapper, table: str, ids: str, columns: tuple[str, ...]) -> int:
    """Take columns out of what imports remembered of rows; an undo then leaves them as they are."""
    cursor.execute(
        "UPDATE intake_rowchange SET before = before - %(columns)s::text[]"
        f' WHERE "table" = %(table)s AND row_pk IN ({ids}) AND before ?| %(columns)s::text[]',
        {"columns": list(columns), "table": table},
    )
    return int(cursor.rowcount)
