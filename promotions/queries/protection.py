"""Price protection (价保): paid orders that could still claim the difference if prices fall."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet

from orders.choices import PlatformStatus
from orders.models import Order, OrderLine
from orders.registry import OrderMark
from products.models import Sku
from promotions.models import Benefit, ProtectionLabel
from promotions.queries.price_rules import rule_rows
from promotions.rules.final_price import RuleRow, RuleSet
from promotions.rules.protection import (
    DEFAULT,
    Protection,
    earliest_paid,
    event_rows,
    is_confirmed,
    protection,
)
from promotions.wording.protection import protection_mark
from shopops.lib.business_time import business_date, day_bounds

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Claim:
    """What the buyer of one line could claim. `held`: until when it is protected, and what says so."""

    tid: str
    line_key: str
    sku_code: str
    quantity: int
    paid_at: datetime
    held: Protection
    paid_amount: Decimal
    new_amount: Decimal

    @property
    def ends_on(self) -> date:
        """Give the last day of its protection."""
        return self.held.ends_on

    @property
    def amount(self) -> Decimal:
        """Give the difference; never negative."""
        return max(ZERO, self.paid_amount - self.new_amount)


@dataclass(frozen=True, slots=True)
class Claims:
    """All lines still protected whose buyers paid more, dearest first, with the sum.

    `protected_count` counts lines still protected, those that paid less included. `days` and `source`
    are those of the row that counts where neither a label nor an event's text says anything;
    `is_confirmed`: somebody read it.
    """

    rows: tuple[Claim, ...]
    amount: Decimal
    protected_count: int
    days: int
    source: str
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class ProtectionBook:
    """The dated rows that say how long orders are protected, as they stand on the claim day."""

    events: Sequence[RuleRow]
    default: RuleRow | None

    def of(self, paid_at: datetime, label: str) -> Protection:
        """Say until when an order is protected."""
        return protection(paid_at, label=label, events=self.events, default=self.default)

    def earliest(self, today: date) -> date:
        """Give the first day of payment that may still be protected without a label."""
        return earliest_paid(today, self.events, self.default)


def protection_book(now: datetime) -> ProtectionBook:
    """Read the rows. The default in force on the claim day (now) counts, not that of payment (R3). One query."""
    rows = rule_rows()
    return ProtectionBook(event_rows(rows), RuleSet.at(rows, now).rows.get(DEFAULT))


def labels_of(tids: Collection[str]) -> dict[str, str]:
    """Give the labels of orders. One query."""
    rows = ProtectionLabel.objects.filter(tid__in=list(tids))
    return dict(rows.values_list("tid", "label"))


def protected_claims(new_prices: Mapping[str, Decimal], *, now: datetime) -> Claims:
    """List paid lines still protected against these new prices per piece. Three queries.

    Freight does not count (R2). What was refunded lowers what was paid.

    :param new_prices: by SKU code, what a piece costs after the cut
    """
    book, today = protection_book(now), business_date(now)
    lines = _paid_lines(new_prices, book, now)
    labels = labels_of({line[0] for line in lines})
    found, count = [], 0
    for tid, line_key, code, quantity, paid_at, paid, refunded in lines:
        kept = (paid or ZERO) - refunded
        if kept <= 0 or paid_at is None:
            continue
        held = book.of(paid_at, labels.get(tid, ""))
        if held.ends_on < today:
            continue
        count += 1
        claim = Claim(
            tid, line_key, code, quantity, paid_at, held, kept, new_prices[code] * quantity
        )
        if claim.amount > 0:
            found.append(claim)
    found.sort(key=lambda one: (-one.amount, one.line_key))
    total = sum((one.amount for one in found), ZERO)
    row = book.default
    return Claims(
        tuple(found),
        total,
        count,
        int(row.parameters.get("days", 0)) if row else 0,
        row.source if row else "",
        bool(row and is_confirmed(row)),
    )


def protected_skus(*, now: datetime, benefit: Benefit | None = None) -> list[int]:
    """Give the SKUs of which some piece may still be protected, of a benefit or of all. Three queries."""
    book = protection_book(now)
    lines = _may_be_protected(book, now).order_by().values_list("sku_code", flat=True).distinct()
    skus = Sku.objects.filter(code__in=list(lines))
    if benefit is not None:
        skus = skus.filter(pk__in=benefit.skus.values("sku"))
    return list(skus.order_by("pk").values_list("pk", flat=True))


type _Paid = tuple[str, str, str, int, datetime | None, Decimal | None, Decimal]


def _may_be_protected(book: ProtectionBook, now: datetime) -> QuerySet[OrderLine]:
    """Give paid lines from the first day on that a row protects, and those with a label of their own."""
    since = day_bounds(book.earliest(business_date(now)))[0]
    labelled = ProtectionLabel.objects.values("tid")
    return (
        OrderLine.objects.filter(
            Q(order__paid_at__gte=since) | Q(order__tid__in=labelled), order__paid_at__lte=now
        )
        .exclude(status=PlatformStatus.TRADE_CLOSED)
        .exclude(paid_amount__isnull=True)
    )


def _paid_lines(codes: Collection[str], book: ProtectionBook, now: datetime) -> Sequence[_Paid]:
    rows = _may_be_protected(book, now).filter(sku_code__in=list(codes)).order_by("pk")
    return list(
        rows.values_list(
            "order__tid", "line_key", "sku_code", "quantity", "order__paid_at", "paid_amount",
            "refund_amount",
        )
    )  # fmt: skip


def label_rows(limit: int) -> list[ProtectionLabel]:
    """Give the labels noted last. One query."""
    rows = ProtectionLabel.objects.select_related("changed_by")
    return list(rows.order_by("-changed_at", "tid")[:limit])


def marks_of_orders(orders: Sequence[Order], now: datetime) -> dict[int, list[OrderMark]]:
    """Say of paid orders until when they are protected, while they are. Two queries for all."""
    paid = [one for one in orders if one.paid_at is not None]
    if not paid:
        return {}
    book, labels = protection_book(now), labels_of([one.tid for one in paid])
    found = {}
    for one in paid:
        assert one.paid_at is not None  # noqa: S101 - chosen above
        held = book.of(one.paid_at, labels.get(one.tid, ""))
        if held.ends_on >= business_date(now):
            found[one.pk] = [protection_mark(held)]
    return found
