"""A month as a statement, and what the bill of that month says against it.

The profit is that of the orders paid in the month, with all that belongs to them whenever it was booked. Bill
lines that belong to no order count in the month in which they were booked; so every line of a bill
counts once. The reconciliation goes by the day of the bill: what came in and went out against what
orders, refunds and settlements say. A day that no bill covers is unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from analytics.models import CashDay, MonthClose, OrderProfit
from analytics.queries.coverage import covered_days
from analytics.queries.profit import (
    AdSpend,
    LineSum,
    PeriodProfit,
    ad_spend,
    is_pending,
    period_profit,
)
from analytics.rules import profit as rules
from analytics.rules.reconcile import CashState
from orders.choices import BillKind
from orders.models import BillLine, Order
from orders.queries.bill import BILL_KIND, month_end
from promotions.models import AffiliateRefund, AffiliateSettlement
from shopops.lib.money import to_fen

MOST_ORDERS = 200
_ZERO = Decimal(0)
_CASH = (BillKind.PAYMENT, BillKind.REFUND)
# Where a line of the bill stands in the statement.
_LINE_OF = {
    **{kind: kind for kind in (*rules.FEES, rules.AFFILIATE)},
    **dict.fromkeys(rules.PENALTIES, rules.PENALTY),
    "other": rules.UNCLASSIFIED,
}


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A line in fen. `shop` is the part of no order; None: unknown (no report at all)."""

    code: str
    fen: int | None
    orders: int = 0
    shop: int = 0
    estimated: int = 0
    billed: int = 0
    billed_orders: int = 0
    difference: int | None = None
    frozen: int | None = None

    @property
    def correction(self) -> int | None:
        """Give what late data changed since the month was closed; None while it is not."""
        if self.frozen is None:
            return None
        return (self.fen or 0) - self.frozen


@dataclass(frozen=True, slots=True)
class BillRow:
    """What the bill booked of a kind in a month, in fen; `gap`: what it has more than the books say.

    `verdict`: agreed, differs, unknown, left_out, unclassified, or told (only a bill tells of it).
    """

    kind: str
    lines: int
    income: int
    expense: int
    verdict: str
    gap: int | None = None
    orders: int = 0

    @property
    def net(self) -> int:
        """Give what it brought in."""
        return self.income - self.expense

    @property
    def books(self) -> int | None:
        """Give what orders, refunds and settlements say; None where they say nothing."""
        return None if self.gap is None else self.net - self.gap


@dataclass(frozen=True, slots=True)
class Gap:
    """One order, or one line without an order, that does not agree. `gap` in fen: the bill has more."""

    tid: str
    is_known: bool
    state: str
    on: date
    gap: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A month. Amounts in fen."""

    month: date
    last: date
    lines: Mapping[str, StatementLine]
    period: PeriodProfit
    ads: AdSpend
    covered: frozenset[date]
    is_pending: bool
    bill: Sequence[BillRow]
    agreed_orders: int
    gap_orders: int
    unknown_orders: int
    gaps: Sequence[Gap]
    close: MonthClose | None

    @property
    def days(self) -> int:
        """Give the number of days of the month."""
        return self.last.day

    @property
    def total(self) -> int:
        """Add up what is known; an upper bound while costs are unknown."""
        return sum(line.fen or 0 for line in self.lines.values())

    @property
    def unknown_cost_orders(self) -> int:
        """Count the orders with a cost that nobody entered."""
        return self.period.orders - self.period.known_orders

    @property
    def profit(self) -> int | None:
        """Give the month's profit; None while a cost of an order is unknown."""
        return None if self.unknown_cost_orders else self.total

    @property
    def agrees(self) -> bool | None:
        """Say whether the bill agrees with the books on the days it covers; None: no bill covers any."""
        if not self.covered:
            return None
        return not any(row.verdict == "differs" for row in self.bill)

    @property
    def correction(self) -> int | None:
        """Give what late data changed of the closed month."""
        if self.close is None:
            return None
        return sum(line.correction or 0 for line in self.lines.values())


def statement(*, month: date) -> Statement:
    """Give one month by its first day. Fifteen queries, however many orders it has."""
    last = month_end(month)
    period = period_profit(since=month, until=last)
    ads = ad_spend(since=month, until=last)
    covered = covered_days(kind=BILL_KIND, since=month, until=last)
    close = (
        MonthClose.objects.filter(month=month)
        .select_related("closed_by")
        .order_by("-number")
        .first()
    )
    lines = BillLine.objects.filter(booked_date__range=(month, last))
    kinds = _kinds(lines)
    cash = _cash(month, last, covered)
    commissions = _commission_gap(covered, kinds.get(BillKind.AFFILIATE))
    rows = [_bill_row(kind, one, cash, commissions, covered) for kind, one in kinds.items()]
    rows += _silent(rows, cash, commissions)
    return Statement(
        month=month,
        last=last,
        lines=_lines(period, ads, kinds, close),
        period=period,
        ads=ads,
        covered=frozenset(covered),
        is_pending=is_pending(since=month, until=last),
        bill=sorted(rows, key=_turn),
        agreed_orders=cash.agreed,
        gap_orders=sum(cash.orders.values()),
        unknown_orders=cash.unknown,
        gaps=_gaps(month, last, covered),
        close=close,
    )


def _turn(row: BillRow) -> int:
    return [str(kind) for kind in BillKind].index(row.kind)


# --- lines --------------------------------------------------------------------------------------


def _lines(
    period: PeriodProfit, ads: AdSpend, kinds: Mapping[str, "_Kind"], close: MonthClose | None
) -> dict[str, StatementLine]:
    frozen = close.figures["lines"] if close else {}
    shop: dict[str, int] = {}
    for kind, one in kinds.items():
        if code := _LINE_OF.get(kind):
            shop[code] = shop.get(code, 0) + one.loose_income - one.loose_expense
    found = {}
    for code in rules.LINES:
        line = period.lines.get(code) or LineSum(code, 0)
        extra = shop.get(code, 0)
        fen: int | None = line.fen + extra
        if code == rules.ADVERTISING:
            fen = -ads.fen if ads.known_days else None
        found[code] = StatementLine(
            code=code,
            fen=fen,
            orders=line.orders,
            shop=extra,
            estimated=line.estimated,
            billed=line.billed,
            billed_orders=line.billed_orders,
            difference=line.difference,
            frozen=int(frozen.get(code) or 0) if close else None,
        )
    return found


# --- the bill -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Kind:
    lines: int
    income: int
    expense: int
    loose_lines: int
    loose_income: int
    loose_expense: int


def _kinds(lines: Any) -> dict[str, _Kind]:  # noqa: ANN401
    loose = Q(order__isnull=True)
    rows = lines.values("kind").annotate(
        n=Count("pk"),
        income=Sum("income_amount"),
        expense=Sum("expense_amount"),
        loose=Count("pk", filter=loose),
        loose_income=Sum("income_amount", filter=loose),
        loose_expense=Sum("expense_amount", filter=loose),
    )
    return {
        row["kind"]: _Kind(
            row["n"],
            to_fen(row["income"]),
            to_fen(row["expense"]),
            row["loose"],
            to_fen(row["loose_income"] or _ZERO),
            to_fen(row["loose_expense"] or _ZERO),
        )
        for row in rows.order_by("kind")
    }


@dataclass(frozen=True, slots=True)
class _Cash:
    """What orders say of the cash of a month: gaps and their orders by kind of the bill."""

    agreed: int
    unknown: int
    gaps: Mapping[str, int]
    orders: Mapping[str, int]


def _cash(month: date, last: date, covered: set[date]) -> _Cash:
    rows = CashDay.objects.filter(on_date__range=(month, last))
    agreed = unknown = 0
    gaps: dict[str, int] = {}
    orders: dict[str, int] = {}
    found = rows.values("on_date", "state").annotate(n=Sum("orders"), gap=Sum("gap_fen"))
    for day, state, count, gap in found.order_by("on_date").values_list(
        "on_date", "state", "n", "gap"
    ):
        if state == CashState.AGREED:
            agreed += count
        elif day not in covered:
            unknown += count
        else:
            kind = str(BillKind.REFUND if state == CashState.REFUND else BillKind.PAYMENT)
            gaps[kind] = gaps.get(kind, 0) + gap
            orders[kind] = orders.get(kind, 0) + count
    return _Cash(agreed, unknown, gaps, orders)


def _commission_gap(covered: set[date], kind: _Kind | None) -> int | None:
    """Give what the bill has more than the settlements of the days it covers; None if there are none."""
    days = sorted(covered)
    paid = AffiliateSettlement.objects.filter(is_current=True, paid_date__in=days).aggregate(
        n=Count("pk"), commission=Sum("commission_amount"), service=Sum("service_amount")
    )
    back = AffiliateRefund.objects.filter(is_current=True, returned_date__in=days).aggregate(
        n=Count("pk"), commission=Sum("commission_amount"), service=Sum("service_amount")
    )
    if not paid["n"] and not back["n"]:
        return None
    returned = (back["commission"] or _ZERO) + (back["service"] or _ZERO)
    books = returned - (paid["commission"] or _ZERO) - (paid["service"] or _ZERO)
    return (kind.income - kind.expense if kind else 0) - to_fen(books)


def _bill_row(
    kind: str, one: _Kind, cash: _Cash, commissions: int | None, covered: set[date]
) -> BillRow:
    gap: int | None = None
    orders, verdict = 0, "told"
    if kind in _CASH:
        gap = cash.gaps.get(kind, 0) + one.loose_income - one.loose_expense
        orders = cash.orders.get(kind, 0) + one.loose_lines
        verdict = "differs" if orders else "agreed"
    elif kind == BillKind.AFFILIATE and commissions is not None:
        gap, verdict = commissions, "differs" if commissions else "agreed"
    elif kind == BillKind.TRANSFER:
        verdict = "left_out"
    elif kind == BillKind.OTHER:
        verdict = "unclassified"
    return BillRow(kind, one.lines, one.income, one.expense, verdict, gap, orders)


def _silent(rows: Sequence[BillRow], cash: _Cash, commissions: int | None) -> list[BillRow]:
    """Give the kinds that the bill does not name although the books expect them."""
    named = {row.kind for row in rows}
    found = [
        BillRow(kind, 0, 0, 0, "differs", gap, cash.orders[kind])
        for kind, gap in cash.gaps.items()
        if kind not in named
    ]
    if commissions and BillKind.AFFILIATE not in named:
        found.append(BillRow(str(BillKind.AFFILIATE), 0, 0, 0, "differs", commissions))
    return found


def _gaps(month: date, last: date, covered: set[date]) -> list[Gap]:
    """Give what does not agree, the largest first (of the first 5000). Three queries."""
    kept = OrderProfit.objects.filter(cash_date__in=sorted(covered)).exclude(cash_state="")
    rows = sorted(
        kept.order_by("pk").values_list("order_id", "cash_state", "cash_date", "cash_gap_fen")[
            :5000
        ],
        key=lambda row: (-abs(row[3]), row[0]),
    )[:MOST_ORDERS]
    tids = dict(Order.objects.filter(pk__in=[row[0] for row in rows]).values_list("pk", "tid"))
    found = [
        Gap(tid=tids[pk], is_known=True, state=state, on=on, gap=gap)
        for pk, state, on, gap in rows
        if pk in tids and on is not None
    ]
    loose = BillLine.objects.filter(
        booked_date__range=(month, last), kind__in=_CASH, order__isnull=True
    )
    for tid, kind, on, income, expense in loose.order_by("pk").values_list(
        "tid", "kind", "booked_date", "income_amount", "expense_amount"
    )[:MOST_ORDERS]:
        found.append(
            Gap(tid=tid, is_known=False, state=f"loose_{kind}", on=on, gap=to_fen(income - expense))
        )
    return sorted(found, key=lambda one: (-abs(one.gap), one.tid))[:MOST_ORDERS]


def months_known() -> tuple[date, date] | None:
    """Give the first and the last month that orders were paid in. Two queries."""
    from_to = OrderProfit.objects.order_by("date").values_list("date", flat=True)
    first, last = from_to.first(), from_to.last()
    if first is None or last is None:
        return None
    return first.replace(day=1), last.replace(day=1)


def next_month(month: date) -> date:
    """Give the first day of the month after."""
    return month_end(month) + timedelta(days=1)
