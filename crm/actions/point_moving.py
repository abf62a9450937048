"""Points of two customers who are merged become one purse, and two again when they are parted.

Each lot keeps its last day. What was brought, and what the brought orders gave or took since, goes back,
as far as it is still there: what was spent together is spent. No point is made or lost by either act.
Call both under the locks of the two customers.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import QuerySet, Sum

from crm.actions.points import Book, Line, last_day, open_book
from crm.models import CustomerMerge, PointEntry
from crm.queries import points as queries
from crm.rules import points as rules
from crm.rules.points import Change, Lot
from crm.tier_choices import PointKind
from orders.models import Order
from shopops.lib.business_time import business_date
from shopops.staff.models import User


def bring_points(made: CustomerMerge, *, by: User, now: datetime) -> None:
    """Bring balance, lots and debt of the one who goes to the one who stays."""
    book = open_book([made.kept_id, made.gone_id])
    purse = book.purses[made.gone_id]
    lots = queries.lots_left(made.gone_id)
    out = Line(PointKind.MOVE_OUT, _key(made, "out"), now, by)
    book.enter(made.gone_id, Change(-purse.balance, -purse.owed), out)
    _take_in(book, made.kept_id, lots, _key(made, "in"), now=now, by=by)
    if purse.owed:
        change = rules.take_back(book.purses[made.kept_id], purse.owed)
        owed = Line(PointKind.MOVE_IN, _key(made, "owed"), now, by)
        book.enter(made.kept_id, change, owed)
    book.write()


def give_points_back(made: CustomerMerge, *, by: User, now: datetime) -> None:
    """Give back what was brought and what its orders moved since."""
    book = open_book([made.kept_id, made.gone_id])
    back = _brought(made) + _moved_since(made)
    if back > 0:
        give = min(back, book.purses[made.kept_id].balance)
        lots = rules.pick(queries.lots_left(made.kept_id), give, first=_own_days(made))
        out = Line(PointKind.MOVE_OUT, _key(made, "back-out"), now, by)
        book.enter(made.kept_id, Change(-give), out)
        _take_in(book, made.gone_id, lots, _key(made, "back"), now=now, by=by)
    elif back < 0:
        owed = Line(PointKind.MOVE_OUT, _key(made, "back-owed"), now, by)
        book.enter(made.gone_id, rules.take_back(book.purses[made.gone_id], -back), owed)
        rule, today = queries.rule_on(queries.rules(), business_date(now)), business_date(now)
        lot = Lot(-back, last_day(rule, today))
        _take_in(book, made.kept_id, [lot], _key(made, "back-in"), now=now, by=by)
    book.write()


def _key(made: CustomerMerge, what: str) -> str:
    return f"merge:{made.pk}:{what}"


def _take_in(
    book: Book, customer_id: int, lots: Sequence[Lot], key: str, *, now: datetime, by: User
) -> None:
    for number, lot in enumerate(lots):
        line = Line(PointKind.MOVE_IN, f"{key}:{number}", now, by, expires_on=lot.last_day)
        book.enter(customer_id, rules.gain(book.purses[customer_id], lot.points), line)


def _brought(made: CustomerMerge) -> int:
    """Give what came with the merge, less what was owed."""
    row = PointEntry.objects.filter(key=_key(made, "out")).first()
    return row.owed - row.points if row else 0


def _moved_since(made: CustomerMerge) -> int:
    """Give what the orders of the brought names earned and had taken back since."""
    found = _since(made).aggregate(points=Sum("points", default=0), owed=Sum("owed", default=0))
    return int(found["points"] - found["owed"])


def _since(made: CustomerMerge) -> QuerySet[PointEntry]:
    tids = Order.objects.filter(buyer__in=made.buyers).values("tid")
    return PointEntry.objects.filter(
        customer=made.kept_id,
        kind__in=(PointKind.EARN, PointKind.REFUND),
        tid__in=tids,
        pk__gt=made.moved.get("points_after", 0),
    )


def _own_days(made: CustomerMerge) -> Counter[date | None]:
    """Count the brought points, and those their orders earned since, by their last day."""
    brought = PointEntry.objects.filter(key__startswith=_key(made, "in:"))
    found: Counter[date | None] = Counter()
    for rows in (brought, _since(made)):
        for last, points in rows.filter(points__gt=0).values_list("expires_on", "points"):
            found[last] += points
    return found
