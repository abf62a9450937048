"""Points follow orders: earned when they succeed, taken back when they are refunded.

An import marks the buyers whose orders it changes, in its own transaction. Whoever deletes the mark books
the difference between what each order should have given and what the ledger gave for it so far: booking
twice books nothing, whatever the order of files. Lock order: marks, customers by key, balances by key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_noop

from crm.actions.points import Book, Line, last_day, open_book
from crm.models import Identity, PointsDue
from crm.queries import points as queries
from crm.queries.points import Due
from crm.rules import points as rules
from crm.tier_choices import PointKind
from orders import registry
from shopops.lib.business_time import business_date
from shopops.work import actions as work
from shopops.work.context import RunContext
from shopops.work.models import Run

KIND = "crm.points"
EXPIRE_KIND = "crm.points_expire"
STEP_BUYERS = 2_000
FORGOTTEN = timedelta(days=7)

_MARK = """
INSERT INTO crm_pointsdue (buyer_id, marked_at)
SELECT b.id, clock_timestamp() FROM (
  SELECT DISTINCT id FROM ({buyers}) AS given(id) WHERE id IS NOT NULL) b
ORDER BY b.id
ON CONFLICT (buyer_id) DO UPDATE SET marked_at = excluded.marked_at
"""


def mark_buyers(
    cursor: CursorWrapper, buyers: str, params: Mapping[str, Any] | None = None
) -> None:
    """Mark the buyers whose keys the SELECT `buyers` gives, in the transaction that changes their orders."""
    cursor.execute(_MARK.format(buyers=buyers), params)


def mark_some(buyer_ids: Sequence[int]) -> None:
    """Mark some buyers, in the transaction of the caller, before it locks their customers."""
    with connection.cursor() as cursor:
        mark_buyers(cursor, "SELECT unnest(%(ids)s::bigint[])", {"ids": sorted(buyer_ids)})


def leave_buyers(cursor: CursorWrapper, buyers: str) -> None:
    """Let go of the marks of buyers who are about to be deleted, unless they have points."""
    cursor.execute(
        f"DELETE FROM crm_pointsdue d USING ({buyers}) AS going(id) WHERE d.buyer_id = going.id"
        " AND NOT EXISTS (SELECT 1 FROM crm_identity i JOIN crm_pointentry e"
        " ON e.customer_id = i.customer_id WHERE i.buyer_id = going.id)"
    )


def follow() -> None:
    """Have orders tell of their buyers; called once, when the apps are ready."""
    registry.follow_buyers(registry.BuyerFollower((PointsDue,), mark_buyers, leave_buyers))


# --- settling -------------------------------------------------------------------------------------


@transaction.atomic
def settle_some(*, now: datetime, limit: int = STEP_BUYERS) -> int | None:
    """Settle the points of at most `limit` marked buyers; give the lines booked, None if none is marked."""
    buyers = _taken_marks(limit)
    if not buyers:
        return None
    rows = Identity.objects.filter(buyer__in=buyers)
    return settle_customers(sorted(set(rows.values_list("customer_id", flat=True))), now=now)


def _taken_marks(limit: int) -> list[int]:
    """Take marks whose buyers are customers by now; the others wait for their customer."""
    rows = PointsDue.objects.filter(buyer__identity__isnull=False)
    marks = rows.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:limit]
    buyers = [row.pk for row in marks]
    PointsDue.objects.filter(pk__in=buyers).delete()
    return buyers


@transaction.atomic
def settle_customers(customer_ids: Sequence[int], *, now: datetime) -> int:
    """Book what the orders of customers should have given and did not; give the lines booked. Locks them."""
    book = open_book(customer_ids)
    # Read under the locks: who was merged meanwhile is marked anew with the other.
    homes = queries.taken_in(list(book.purses))
    rows = queries.rules()
    for due in queries.due_of(list(homes)):
        if (home := homes.get(due.customer_id)) is not None:
            _settle(book, replace(due, customer_id=home), _worth(due, rows), now)
    return book.write()


def _worth(due: Due, rows: Sequence[Any]) -> tuple[int, date | None]:
    """Give what an order should have given, and the last day of it."""
    rule = queries.rule_on(rows, due.on) if due.on else None
    if rule is None or due.on is None:
        return 0, None
    return rules.earned_points(due.net_fen, rule.points_per_yuan), last_day(rule, due.on)


def _settle(book: Book, due: Due, worth: tuple[int, date | None], now: datetime) -> None:
    points, expires_on = worth
    purse = book.purses[due.customer_id]
    key = f"order:{due.tid}:{due.lines}"
    if points > due.booked:
        line = Line(PointKind.EARN, key, now, tid=due.tid, expires_on=expires_on)
        book.enter(due.customer_id, rules.gain(purse, points - due.booked), line)
    elif points < due.booked:
        line = Line(PointKind.REFUND, key, now, tid=due.tid)
        book.enter(due.customer_id, rules.take_back(purse, due.booked - points), line)


# --- expiring -------------------------------------------------------------------------------------


@transaction.atomic
def expire_some(customer_ids: Sequence[int], *, on: date, now: datetime) -> int:
    """Book points of some customers that are over on a day; give the lines. Counts again under the locks."""
    book = open_book(customer_ids)
    over = dict(queries.expiring_of(on, list(book.purses)))
    for customer, points in sorted(over.items()):
        there = min(points, book.purses[customer].balance)
        key = f"expire:{customer}:{on.isoformat()}:{now.isoformat()}"[:80]
        book.enter(customer, rules.Change(-there), Line(PointKind.EXPIRE, key, now))
    return book.write()


def expire_all(*, on: date, now: datetime) -> int:
    """Book all points that are over on a day; for commands and tests."""
    lines = 0
    while due := queries.expiring(on):
        lines += expire_some([pk for pk, _points in due], on=on, now=now)
    return lines


# --- as runs --------------------------------------------------------------------------------------


def request_points(now: datetime) -> Run | None:
    """Ask that points follow orders, if somebody is marked who is a customer by now."""
    if not PointsDue.objects.filter(buyer__identity__isnull=False).exists():
        return None
    return work.request_run(kind=KIND, key="marked-buyers", now=now, again=True)


def request_after_import(_batch_id: int, now: datetime) -> None:
    """Ask after an import; the batch is of no interest, the marks are."""
    work.request_run(kind=KIND, key="marked-buyers", now=now, again=True)


def perform_points(run: RunContext) -> dict[str, Any]:
    """Settle all marked buyers, some thousand a step; a mark of nobody (a masked name) goes after a week."""
    lines = 0
    PointsDue.objects.filter(
        buyer__identity__isnull=True, marked_at__lt=run.now - FORGOTTEN
    ).delete()
    while True:
        with run.step(text=gettext_noop("积分跟上订单")):
            done = settle_some(now=run.now)
            if done is None:
                return {"lines": lines}
            lines += done


def perform_expire(run: RunContext) -> dict[str, Any]:
    """Book points that are over on the run's day, some thousand customers a step."""
    on = run.business_date or business_date(run.now)
    lines = 0
    while due := queries.expiring(on):
        with run.step(text=gettext_noop("积分到期")):
            lines += expire_some([pk for pk, _points in due], on=on, now=run.now)
    return {"lines": lines}
