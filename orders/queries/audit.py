"""What audit needs to know: rules in force, orders that wait, and everything about them at once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter

from django.db.models import Exists, OuterRef, Q, QuerySet

from orders.choices import HOLD_DEFAULTS, OPEN_STAGES, AuditRuleCode, Stage
from orders.models import (
    AuditRuleRow,
    BlackListEntry,
    Hold,
    KeywordRow,
    Order,
    OrderLine,
)
from orders.queries.mergeable import partner_tids
from orders.rules.audit import AuditFacts, AuditLine, AuditRule
from orders.rules.keywords import KeywordRule
from shopops.lib.business_time import business_date

# Kinds of runs in the ledger.
AUDIT_RUN, TRIAL_RUN = "orders.audit", "orders.audit_trial"


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules and keyword rules in force, each in the shop's order."""

    rules: tuple[AuditRule, ...]
    keywords: tuple[KeywordRule, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """An order before audit: the facts, its open holds, and the causes that people have settled."""

    order: Order
    facts: AuditFacts
    open_holds: tuple[Hold, ...]
    settled: frozenset[str]


def rules_in_force(*, now: datetime) -> RuleSet:
    """Give the rules of today's business date. Two queries."""
    today = business_date(now)
    return RuleSet(
        rules=tuple(as_rule(row) for row in in_force(AuditRuleRow.objects.all(), on=today)),
        keywords=tuple(as_keyword(row) for row in in_force(KeywordRow.objects.all(), on=today)),
    )


def in_force[R: (AuditRuleRow, KeywordRow)](rows: "QuerySet[R]", *, on: date) -> "QuerySet[R]":
    """Narrow rows to those that are on and valid on a date, in the shop's order."""
    return rows.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on), is_on=True, valid_from__lte=on
    ).order_by("position", "pk")


def as_rule(row: AuditRuleRow) -> AuditRule:
    """Give a stored rule as the value that the rules understand."""
    return AuditRule(AuditRuleCode(row.code), row.parameters, row.pk)


def as_keyword(row: KeywordRow) -> KeywordRule:
    """Give a stored keyword rule as the value that the rules understand."""
    return KeywordRule(
        words=tuple(row.words),
        unless=tuple(row.unless),
        place=row.place,
        act=row.act,
        value=row.value,
        rule_id=row.pk,
    )


def waiting() -> "QuerySet[Order]":
    """Give the orders that audit is to look at: awaiting it, or held by something that may end by itself.

    What people alone can end is left to them.
    """
    by_itself = Hold.objects.filter(
        order=OuterRef("pk"),
        closed_at__isnull=True,
        is_hand_set=False,
        kind__in=[kind for kind, defaults in HOLD_DEFAULTS.items() if defaults.self_releases],
    )
    return Order.objects.filter(
        Q(stage=Stage.AWAITING_AUDIT) | Q(Exists(by_itself), stage=Stage.HELD)
    )


def waiting_ids() -> list[int]:
    """Give the ids of all that waits, in order: once a run. One query over the index of open orders.

    All at once and sorted here: asked for the next thousand by id, Postgres walks the primary key of
    every order ever stored.
    """
    rows = waiting().filter(stage__in=OPEN_STAGES).order_by()
    return sorted(rows.values_list("pk", flat=True))


def cases_of(orders: Sequence[Order]) -> list[Case]:
    """Gather what audit asks of these paid orders. Six queries, however many they are."""
    ids = [order.pk for order in orders]
    lines = _by_order(OrderLine.objects.filter(order__in=ids).order_by("order_id", "position"))
    holds = _by_order(Hold.objects.filter(order__in=ids).order_by("order_id", "pk"))
    listed = _black_list(orders)
    others = partner_tids(orders)
    return [
        Case(
            order=order,
            facts=_facts(
                order,
                lines.get(order.pk, ()),
                others.get(order.pk, ()),
                listed.get(order.buyer_id or 0, ""),
            ),
            open_holds=tuple(one for one in holds.get(order.pk, ()) if one.closed_at is None),
            settled=frozenset(
                one.cause
                for one in holds.get(order.pk, ())
                if one.closed_by_id is not None and one.cause
            ),
        )
        for order in orders
        if order.paid_at is not None
    ]


def _by_order[R: (OrderLine, Hold)](rows: "Iterable[R]") -> dict[int, tuple[R, ...]]:
    key: Callable[[R], int] = attrgetter("order_id")
    return {order: tuple(group) for order, group in groupby(rows, key)}


def _facts(
    order: Order, lines: Sequence[OrderLine], others: tuple[str, ...], listed: str
) -> AuditFacts:
    assert order.paid_at is not None  # noqa: S101
    return AuditFacts(
        tid=order.tid,
        status=order.status,
        paid_at=order.paid_at,
        total_amount=order.total_amount,
        paid_amount=order.paid_amount,
        piece_count=order.piece_count,
        kind_count=order.kind_count,
        flag=order.flag,
        is_presale=order.is_presale,
        promised_date=order.promised_date,
        has_open_refund=order.has_open_refund,
        buyer_message=order.buyer_message,
        seller_memo=order.seller_memo,
        receiver_name=order.receiver_name,
        receiver_phone=order.receiver_phone,
        receiver_province=order.receiver_province,
        receiver_city=order.receiver_city,
        receiver_address=order.receiver_address,
        shipping_text=order.shipping_text,
        lines=tuple(
            AuditLine(line.sku_code, line.title, line.quantity, line.paid_amount, line.spec)
            for line in lines
        ),
        mergeable=others,
        black_list_reason=listed,
    )


def _black_list(orders: Sequence[Order]) -> dict[int, str]:
    buyers = {order.buyer_id for order in orders if order.buyer_id}
    rows = BlackListEntry.objects.filter(buyer__in=buyers, removed_at__isnull=True)
    return dict(rows.order_by("pk").values_list("buyer_id", "reason"))


def past_ids(*, since: date, after: int, size: int) -> list[tuple[date, int]]:
    """Give the next orders of a trial as (paid date, id). One query over the index of payment dates.

    `since`, `after`: where the last page ended; orders of that date with larger ids, and of later dates.
    """
    rows = Order.objects.filter(paid_date__gte=since).filter(
        Q(paid_date__gt=since) | Q(pk__gt=after)
    )
    pairs = rows.order_by("paid_date", "pk").values_list("paid_date", "pk")[:size]
    return [(day, pk) for day, pk in pairs if day is not None]


def past_count(*, since: date) -> int:
    """Count the orders paid since a date."""
    return Order.objects.filter(paid_date__gte=since).count()


def waiting_count() -> int:
    """Count what audit is to look at, over the index of open orders."""
    return waiting().filter(stage__in=OPEN_STAGES).count()
