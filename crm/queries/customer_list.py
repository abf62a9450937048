"""The list of customers: one page by key, whatever their number. Four queries."""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import CustomerStat, CustomerTag, Identity, PaidDay
from crm.rules.rfm import HIGH, SEGMENTS
from orders.models import BlackListEntry, Buyer, OrderContact
from shopops.lib.sealing import blind_indexes

PAGE = 50
DUE_DAYS = 7
# More hits than a person reads: ask for more characters instead.
MOST_HITS = 200
_PHONE = re.compile(r"1\d{10}")


@dataclass(frozen=True, slots=True)
class Sort:
    """One order of the list: by a column, larger first, then by key."""

    code: str
    name: str | Promise
    column: str
    kind: type[date] | type[int]


SORTS: dict[str, Sort] = {
    one.code: one
    for one in (
        Sort("last", _("最近付款"), "last_paid_date", date),
        Sort("value", _("付款金额"), "paid_fen", int),
        Sort("first", _("首次付款"), "first_paid_date", date),
    )
}

TABS: dict[str, str | Promise] = {
    "all": _("买过的"),
    "due": _("该再买了"),
    "black": _("黑名单"),
    "unpaid": _("没付过款"),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to.

    `first`, `again`: months (2026-06) in which people first paid, and paid again; `until`: as of this
    day, later payments are not looked at. The last two narrow a `first` only.
    """

    q: str = ""
    stage: str = ""
    segment: str = ""
    recency: str = ""
    frequency: str = ""
    tag: str = ""
    province: str = ""
    agent: str = ""
    first: str = ""
    again: str = ""
    until: str = ""


@dataclass(slots=True)
class CustomerRow:
    """One customer as the list shows it."""

    id: int
    name: str
    stage: str
    segment: str
    scores: str
    paid_orders: int
    net_fen: int
    refund_rate: float | None
    last_paid_date: date | None
    province: str
    agent: str
    due_date: date | None
    value_fen: int | None
    p_alive: float | None
    tags: list[str] = field(default_factory=list)
    names: int = 1
    is_black: bool = False


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page with the keys of its neighbours (None where there is none)."""

    rows: Sequence[CustomerRow]
    before: str | None
    after: str | None


def people_found(text: str, *, may_find_phone: bool) -> list[int]:
    """Give the customers that a text may mean: a part of a member name, or a receiver's whole phone.

    A phone is looked up by its keyed hash, and only for who may see contacts in plain text.
    """
    text = text.strip()
    digits = re.sub(r"[\s-]", "", text)
    if _PHONE.fullmatch(digits):
        if not may_find_phone:
            return []
        contacts = OrderContact.objects.filter(phone_index__in=blind_indexes(digits))
        buyers: QuerySet[Any] = Buyer.objects.filter(
            pk__in=contacts.filter(order__buyer__isnull=False).values("order__buyer")
        )
    else:
        how = "contains" if len(text) > 2 else "startswith"
        buyers = Buyer.objects.filter(**{f"nick__{how}": text})
    found = list(buyers.order_by("pk").values_list("pk", flat=True)[:MOST_HITS])
    known = Identity.objects.filter(buyer__in=found).order_by("customer")
    return list(dict.fromkeys(known.values_list("customer", flat=True)))


def _narrowed(
    tab: str, filters: Filters, *, today: date, may_find_phone: bool
) -> "QuerySet[CustomerStat]":
    rows = CustomerStat.objects.filter(last_paid_date__isnull=tab == "unpaid")
    if tab == "black":
        rows = CustomerStat.objects.filter(customer__in=_black_listed(today))
    if tab == "due":
        rows = rows.filter(
            customer__outlook__due_date__gte=today - timedelta(days=DUE_DAYS),
            customer__outlook__due_date__lte=today + timedelta(days=DUE_DAYS),
        )
    for name, column in (
        ("stage", "life_stage"),
        ("segment", "segment"),
        ("province", "province"),
    ):
        if value := getattr(filters, name):
            rows = rows.filter(**{column: value})
    rows = _of_cohort(_of_scores(rows, filters), filters)
    if filters.agent.isdecimal():
        rows = rows.filter(customer__agent=int(filters.agent))
    if filters.tag.isdecimal():
        tagged = CustomerTag.objects.filter(tag=int(filters.tag))
        rows = rows.filter(customer__in=tagged.values("customer"))
    if filters.q:
        rows = rows.filter(customer__in=people_found(filters.q, may_find_phone=may_find_phone))
    return rows


def _of_scores(rows: "QuerySet[CustomerStat]", filters: Filters) -> "QuerySet[CustomerStat]":
    """Narrow to scores. Their classes are named too: these have an index, scores have none."""
    asked = {
        name: int(text)
        for name in ("recency", "frequency")
        if (text := getattr(filters, name)).isdecimal()
    }
    if not asked:
        return rows
    high = [
        {asked[name] >= HIGH} if name in asked else {True, False}
        for name in ("recency", "frequency")
    ]
    classes = [code.value for (r, f, _m), code in SEGMENTS.items() if r in high[0] and f in high[1]]
    return rows.filter(segment__in=classes, **asked)


def _of_cohort(rows: "QuerySet[CustomerStat]", filters: Filters) -> "QuerySet[CustomerStat]":
    """Narrow to who first paid in a month: an index holds them; whether they paid again is looked up one by one."""
    if not filters.first:
        return rows
    until = date.fromisoformat(filters.until) if filters.until else date.max
    since, last = _ends(filters.first, until)
    rows = rows.filter(first_paid_date__gte=since, first_paid_date__lte=last)
    if not filters.again:
        return rows
    since, last = _ends(filters.again, until)
    days = PaidDay.objects.filter(customer=OuterRef("customer"), date__range=(since, last))
    return rows.filter(Exists(days))


def _ends(month: str, until: date) -> tuple[date, date]:
    """Give the first and the last day of a month, no later than `until`."""
    first = date.fromisoformat(f"{month}-01")
    return first, min(first.replace(day=monthrange(first.year, first.month)[1]), until)


def _black_listed(today: date) -> QuerySet[Any]:
    standing = BlackListEntry.objects.filter(removed_at__isnull=True)
    standing = standing.filter(Q(until_date__isnull=True) | Q(until_date__gte=today))
    return Identity.objects.filter(buyer__in=standing.values("buyer")).values("customer")


def customer_page(  # noqa: PLR0913
    *,
    tab: str,
    filters: Filters,
    sort: Sort,
    today: date,
    may_find_phone: bool,
    after: str = "",
    before: str = "",
) -> ListPage:
    """Give one page. `after` and `before` are keys of rows at the edge of a neighbour."""
    rows = _narrowed(tab, filters, today=today, may_find_phone=may_find_phone)
    column = "customer_id" if tab == "unpaid" else sort.column
    key = _read_key(before or after, sort)
    is_back = bool(before) and key is not None
    if key is not None:
        edge = Tuple(F(column), F("customer_id"))
        bound = (key[1], key[1]) if tab == "unpaid" else key
        lookup = TupleGreaterThan if is_back else TupleLessThan
        rows = rows.filter(lookup(edge, bound))
    order = ["" if is_back else "-", ""]
    by_column = (
        F(column).asc()
        if is_back
        else F(column).desc(nulls_last=True if sort.kind is date else None)
    )
    rows = rows.order_by(by_column, f"{order[0]}customer_id")
    found = list(rows.select_related("customer__agent", "customer__outlook")[: PAGE + 1])
    has_more, shown = len(found) > PAGE, found[:PAGE]
    if is_back:
        shown.reverse()
    if not shown:
        return ListPage([], None, None)
    has_before = has_more if is_back else key is not None
    has_after = is_back or has_more
    return ListPage(
        _filled([_row(one) for one in shown], today),
        _key(shown[0], sort) if has_before else None,
        _key(shown[-1], sort) if has_after else None,
    )


def _key(row: CustomerStat, sort: Sort) -> str:
    value = getattr(row, sort.column)
    return f"{value if value is not None else ''}_{row.customer_id}"


def _read_key(text: str, sort: Sort) -> tuple[Any, int] | None:
    value, _underscore, pk = text.rpartition("_")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    try:
        read = date.fromisoformat(value) if sort.kind is date else int(value)
    except ValueError:
        return (None, int(pk)) if not value else None
    return read, int(pk)


def _row(stat: CustomerStat) -> CustomerRow:
    customer = stat.customer
    outlook = getattr(customer, "outlook", None)
    scored = stat.recency is not None
    return CustomerRow(
        id=customer.pk,
        name=customer.name,
        stage=stat.life_stage,
        segment=stat.segment,
        scores=f"{stat.recency}{stat.frequency}{stat.monetary}" if scored else "",
        paid_orders=stat.paid_orders,
        net_fen=stat.paid_fen - stat.refund_fen,
        refund_rate=stat.refunded_orders / stat.paid_orders if stat.paid_orders else None,
        last_paid_date=stat.last_paid_date,
        province=stat.province,
        agent=customer.agent.name if customer.agent else "",
        due_date=outlook.due_date if outlook else None,
        value_fen=outlook.value_fen if outlook else None,
        p_alive=outlook.p_alive if outlook else None,
    )


def _filled(rows: list[CustomerRow], today: date) -> list[CustomerRow]:
    by_id = {row.id: row for row in rows}
    tags = CustomerTag.objects.filter(customer__in=by_id).order_by("pk")
    for customer, name in tags.values_list("customer", "tag__name"):
        by_id[customer].tags.append(name)
    names: dict[int, int] = {}
    for customer in Identity.objects.filter(customer__in=by_id).values_list("customer", flat=True):
        names[customer] = names.get(customer, 0) + 1
    black = set(_black_listed(today).filter(customer__in=by_id).values_list("customer", flat=True))
    for row in rows:
        row.names, row.is_black = names.get(row.id, 1), row.id in black
    return rows
