"""Predicted lateness against what the Alipay bill says was paid for it.

Predicted is what the daily sweep worked out for each missed or short order, by the day on which it
was missed. Billed is by the day on which Alipay booked it, often a week later: days rarely agree,
months and single orders should. A day that no bill covers is unknown, not zero; so is a day before
the sweep began.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Min, Q, Sum

from orders.choices import PENALTY_KINDS, BillKind
from orders.models import BillLine, SweepItem
from shopops.intake.choices import BatchState
from shopops.intake.models import Batch
from shopops.lib.business_time import business_date
from shopops.lib.words import listed

BILL_KIND = "orders.alipay_bill"
MOST_ORDERS = 200
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day; None is unknown."""

    date: date
    predicted: Decimal | None
    billed: Decimal | None
    unmatched: int


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order with what was predicted and billed."""

    tid: str
    missed_on: date | None
    predicted: Decimal | None
    billed: Decimal | None
    kinds: str

    @property
    def difference(self) -> Decimal | None:
        """Give billed less predicted, None while either is unknown."""
        if self.predicted is None or self.billed is None:
            return None
        return self.billed - self.predicted


@dataclass(frozen=True, slots=True)
class BillMonth:
    """One month: its days, orders, unmatched lines, and sums. None is unknown."""

    first: date
    days: list[DayRow]
    orders: list[OrderRow]
    unmatched: list[BillLine]
    predicted: Decimal | None
    billed: Decimal | None
    covered_days: int
    by_kind: list[tuple[str, int, Decimal]]
    unclassified: int

    @property
    def difference(self) -> Decimal | None:
        """Give billed less predicted, None while either is unknown."""
        if self.predicted is None or self.billed is None:
            return None
        return self.billed - self.predicted


def month_end(first: date) -> date:
    """Give the last day of a month by its first."""
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def days_of(first: date, last: date) -> Iterator[date]:
    """Give each day from `first` to `last`, both included."""
    for ahead in range((last - first).days + 1):
        yield first + timedelta(days=ahead)


def covered_days(first: date, last: date) -> set[date]:
    """Give the days that some imported bill covers: from its first to its last line."""
    bills = Batch.objects.filter(kind=BILL_KIND, state=BatchState.DONE, period_from__isnull=False)
    covered: set[date] = set()
    for begin, end in bills.order_by("pk").values_list("period_from", "period_to"):
        if begin is None or end is None:
            continue
        begins, ends = max(business_date(begin), first), min(business_date(end), last)
        covered |= set(days_of(begins, ends)) if begins <= ends else set()
    return covered


def bill_month(*, first: date, today: date) -> BillMonth:
    """Give one month. Seven queries."""
    last = month_end(first)
    covered = covered_days(first, last)
    penalties = BillLine.objects.filter(booked_date__range=(first, last), kind__in=PENALTY_KINDS)
    billed = {
        row["booked_date"]: (row["out"] - row["back"], row["strange"])
        for row in penalties.values("booked_date").annotate(
            out=Sum("expense_amount"),
            back=Sum("income_amount"),
            strange=Count("pk", filter=Q(order__isnull=True)),
        )
    }
    since = SweepItem.objects.aggregate(first=Min("date"))["first"]
    swept = SweepItem.objects.filter(date__range=(first, last))
    predicted = dict(
        swept.values("date").annotate(all=Sum("predicted_amount")).values_list("date", "all")
    )
    days = [
        DayRow(
            date=day,
            predicted=predicted.get(day, ZERO)
            if since is not None and since <= day < today
            else None,
            billed=billed.get(day, (ZERO, 0))[0] if day in covered else None,
            unmatched=billed.get(day, (ZERO, 0))[1],
        )
        for day in days_of(first, last)
    ]
    lines = BillLine.objects.filter(booked_date__range=(first, last))
    kinds = lines.values("kind").annotate(n=Count("pk"), out=Sum("expense_amount"))
    labels = {str(kind): str(kind.label) for kind in BillKind}
    by_kind = [(labels[row["kind"]], row["n"], row["out"]) for row in kinds.order_by("-out")]
    return BillMonth(
        first=first,
        days=days,
        orders=order_rows(first=first, last=last),
        unmatched=list(penalties.filter(order__isnull=True).order_by("booked_at", "pk")[:100]),
        predicted=_sum(row.predicted for row in days),
        billed=_sum(row.billed for row in days),
        covered_days=len(covered),
        by_kind=by_kind,
        unclassified=lines.filter(kind=BillKind.OTHER).count(),
    )


def _sum(amounts: Iterator[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, ZERO) if known else None


def order_rows(*, first: date, last: date) -> list[OrderRow]:
    """Give the orders missed or billed in a month, the dearest first. Three queries.

    An order's billed sum is all that was ever booked for it. Nothing booked is known to be nothing
    only once a bill reaches a week past the day on which it was missed.
    """
    swept = SweepItem.objects.filter(date__range=(first, last), predicted_amount__gt=0)
    items = {
        tid: (day, amount)
        for tid, day, amount in swept.order_by("-predicted_amount", "pk").values_list(
            "order__tid", "date", "predicted_amount"
        )[:MOST_ORDERS]
    }
    booked = BillLine.objects.filter(
        booked_date__range=(first, last), kind__in=PENALTY_KINDS, order__isnull=False
    )
    tids = {*items, *booked.values_list("order__tid", flat=True)[:MOST_ORDERS]}
    sums: dict[str, tuple[Decimal, set[str]]] = {}
    lines = BillLine.objects.filter(order__tid__in=tids, kind__in=PENALTY_KINDS)
    for tid, kind, out, back in lines.order_by("pk").values_list(
        "order__tid", "kind", "expense_amount", "income_amount"
    ):
        amount, kinds = sums.get(tid, (ZERO, set()))
        sums[tid] = amount + out - back, kinds | {str(BillKind(kind).label)}
    others = dict(
        SweepItem.objects.filter(order__tid__in=tids - set(items)).values_list(
            "order__tid", "predicted_amount"
        )
    )
    reach = covered_days(first, last + timedelta(days=31))
    rows = []
    for tid in tids:
        day, predicted = items.get(tid, (None, others.get(tid)))
        known = sums.get(tid)
        billed, kinds = known if known else (None, set[str]())
        if billed is None and day is not None and day + timedelta(days=7) in reach:
            billed = ZERO
        rows.append(OrderRow(tid, day, predicted, billed, listed(sorted(kinds))))
    return sorted(rows, key=lambda row: (-(row.billed or row.predicted or ZERO), row.tid))


def months_with_lines() -> tuple[date, date] | None:
    """Give the first and the last booked day of all bills; None before the first bill."""
    row = BillLine.objects.aggregate(first=Min("booked_date"))
    last = BillLine.objects.order_by("-booked_date").values_list("booked_date", flat=True).first()
    return (row["first"], last) if last else None
