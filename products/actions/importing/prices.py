"""Prices that a file changes: each stands in the history, and activities look at them again.

A file tells what is so already, on the platform or in the shop's own table: nobody can be asked first.
What is below floor or cost says so in its row.
"""

from datetime import datetime

from django.db import connection
from django.db.backends.utils import CursorWrapper

from products import registry
from products.choices import PriceKind
from products.models import PriceChange

_FIELDS = {"list_amount": PriceKind.LIST, "cost_amount": PriceKind.COST}
_OBJECTIONS = {
    PriceKind.LIST: (
        ("below_floor", "u.list_amount < o.floor_amount", "o.floor_amount"),
        ("below_cost", "u.list_amount < o.cost_amount", "o.cost_amount"),
    ),
    PriceKind.COST: (("cost_over_list", "u.cost_amount > o.list_amount", "o.list_amount"),),
}


def note_changes(cursor: CursorWrapper, fields: list[str], batch_id: int, now: datetime) -> None:
    """Write a row for each price in `v_skus` that the file changes; a first price is no change.

    Before the SKUs are written: the price that goes is read from them.
    """
    for field, kind in _FIELDS.items():
        if field not in fields:
            continue
        objections = " || ".join(
            f"CASE WHEN {is_so} THEN jsonb_build_array('{code}|' || u.{field} || '|' || {other})"
            " ELSE '[]'::jsonb END"
            for code, is_so, other in _OBJECTIONS[kind]
        )
        cursor.execute(
            "INSERT INTO products_pricechange (sku_id, batch_id, asked_at, decided_at, old_amount,"
            " new_amount, kind, state, reason, decision_reason, objections)"
            f" SELECT o.id, b.id, %(now)s, %(now)s, o.{field}, u.{field}, '{kind.value}', 'applied',"
            f" left(b.file_name, 200), '', {objections}"
            " FROM v_skus u JOIN products_sku o ON o.id = u.id"
            " JOIN intake_batch b ON b.id = %(batch)s"
            f" WHERE u.v_{field} = 'take' AND o.{field} IS NOT NULL ORDER BY o.id",
            {"now": now, "batch": batch_id},
        )


def recheck(batch_id: int, now: datetime) -> None:
    """Have activities look again at the prices that a file changed; keep what they object."""
    changes = list(PriceChange.objects.filter(batch_id=batch_id).order_by("pk"))
    if not changes:
        return
    found = registry.recheck_activities(sorted({change.sku_id for change in changes}), now)
    objected = [change for change in changes if found.get(change.sku_id)]
    for change in objected:
        change.objections = [*change.objections, *found[change.sku_id]]
    PriceChange.objects.bulk_update(objected, ["objections"], batch_size=1000)


def take_back(batch_id: int, now: datetime) -> None:
    """Take the rows of a file out whose prices stand as before again, and have activities look again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM products_pricechange c USING products_sku s WHERE c.batch_id = %s"
            " AND s.id = c.sku_id AND c.old_amount ="
            " CASE c.kind WHEN 'list' THEN s.list_amount ELSE s.cost_amount END RETURNING c.sku_id",
            [batch_id],
        )
        ids = sorted({sku_id for (sku_id,) in cursor.fetchall()})
    if ids:
        registry.recheck_activities(ids, now)
