"""When words and evidence of a case go: with an undone file, after their time, at a person's request."""

from collections.abc import Sequence
from functools import partial

from django.db import transaction
from django.db.backends.utils import CursorWrapper

from orders.models import AfterSalesCase, CaseEvent, Compensation, Evidence, SweepItem
from shopops.lib import vault

# A case of which no person has done anything: it goes with the refund that brought it.
_UNTOUCHED = """c.opened_by_id IS NULL AND c.owner_id IS NULL AND c.grade = '' AND c.responsible = ''
  AND c.escalated_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM orders_caseevent e WHERE e.case_id = c.id)
  AND NOT EXISTS (SELECT 1 FROM orders_evidence e WHERE e.case_id = c.id)
  AND NOT EXISTS (SELECT 1 FROM orders_compensation e WHERE e.case_id = c.id)"""


def leave_refunds(cursor: CursorWrapper, refunds: str) -> None:
    """Let cases go, or stand alone, whose refunds (keys by the SELECT `refunds`) are being deleted."""
    cursor.execute(
        f"DELETE FROM orders_aftersalescase c WHERE c.refund_id IN ({refunds}) AND {_UNTOUCHED}"
    )
    cursor.execute(
        "UPDATE orders_aftersalescase SET refund_id = NULL, refund_status = '', version = version + 1"
        f" WHERE refund_id IN ({refunds})"
    )


def leave_lines(cursor: CursorWrapper, lines: Sequence[int]) -> None:
    """Let cases speak of the whole order whose lines are being deleted."""
    cursor.execute(
        "UPDATE orders_aftersalescase SET line_id = NULL, version = version + 1"
        " WHERE line_id = ANY(%s)",
        [list(lines)],
    )


def leave_batch(cursor: CursorWrapper, batch_id: int) -> None:
    """Take away what the shop itself made of a batch's orders and nobody touched: cases, sweep items.

    Bill lines lose the order and find it again when it comes back.
    """
    ours = (
        "SELECT o.id FROM orders_order o"
        f" WHERE o.first_batch_id = {batch_id:d} AND o.last_batch_id = {batch_id:d}"
        " AND o.version = 1"
    )
    cursor.execute(
        f"DELETE FROM orders_aftersalescase c WHERE c.order_id IN ({ours}) AND {_UNTOUCHED}"
    )
    cursor.execute(f"DELETE FROM orders_sweepitem w WHERE w.order_id IN ({ours}) AND w.version = 1")
    cursor.execute(f"UPDATE orders_billline SET order_id = NULL WHERE order_id IN ({ours})")


def forget_evidence(order_ids: Sequence[int]) -> int:
    """Delete the evidence of some orders' cases; the files go when the transaction stands."""
    kept = Evidence.objects.filter(case__order_id__in=order_ids)
    names = list(kept.order_by("pk").values_list("path", flat=True))
    kept.delete()
    for name in names:
        transaction.on_commit(partial(vault.remove, name))
    return len(names)


def forget_words(order_ids: Sequence[int]) -> None:
    """Blank what people wrote in the cases and sweep items of some orders; the facts stay."""
    AfterSalesCase.objects.filter(order_id__in=order_ids).update(
        summary="", resolution="", escalation_reason=""
    )
    CaseEvent.objects.filter(case__order_id__in=order_ids).update(words="")
    Compensation.objects.filter(case__order_id__in=order_ids).update(reason="", decision_reason="")
    SweepItem.objects.filter(order_id__in=order_ids).update(note="")


def forget_past_time(cursor: CursorWrapper, ids: str) -> int:
    """Delete evidence and words of orders that are over long enough; gives how many files went."""
    cursor.execute(
        f"SELECT DISTINCT c.order_id FROM orders_aftersalescase c WHERE c.order_id IN ({ids})"
    )
    order_ids = [row[0] for row in cursor.fetchall()]
    if not order_ids:
        return 0
    forget_words(order_ids)
    return forget_evidence(order_ids)
