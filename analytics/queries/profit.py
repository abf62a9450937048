"""What orders and SKUs of a period left. Read from what is kept by day; one order is worked out afresh."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F, Q, Sum

from analytics.metrics import ratio
from analytics.models import OrderProfit, ProfitDay, ProfitDayLine, ProfitMark
from analytics.queries.profit_sql import profit_ctes
from analytics.queries.sums import sums
from analytics.rules import profit as rules
from analytics.rules.reconcile import Cash, CashFacts, judge
from orders.models import Order
from promotions.models import ChannelDay

PAGE = 50
# A file is read in pieces of so many orders.
CHUNK = 1000
_SORTS = {"profit": "profit_fen", "-profit": "-profit_fen", "-net": "-net_fen", "net": "net_fen"}
_SUMMED = (
    "orders",
    "known_orders",
    "kept_pieces",
    "unknown_pieces",
    "net_fen",
    "known_net_fen",
    "profit_fen",
)
ONLY = ("losing", "unknown", "gap")


@dataclass(frozen=True, slots=True)
class LineSum:
    """One line over a period; `estimated` and `billed` as `ProfitDayLine` has them, in fen."""

    code: str
    fen: int
    orders: int = 0
    billed_orders: int = 0
    estimated: int = 0
    billed: int = 0
    compared: int = 0

    @property
    def difference(self) -> int | None:
        """Give what bills added to the estimates of the same orders; None where neither is."""
        foretold = self.billed_orders and self.estimated
        return self.billed - self.compared if foretold else None


@dataclass(frozen=True, slots=True)
class PeriodProfit:
    """The orders paid in a period: their sums and lines, in fen."""

    orders: int
    known_orders: int
    kept_pieces: int
    unknown_pieces: int
    net: int
    known_net: int
    known_profit: int
    lines: Mapping[str, LineSum]

    @property
    def total(self) -> int:
        """Add up the lines; an upper bound while costs are unknown."""
        return sum(line.fen for line in self.lines.values())

    @property
    def known_cost_rate(self) -> Decimal | None:
        """Give the share of kept pieces whose cost is known."""
        return ratio(Decimal(self.kept_pieces - self.unknown_pieces), self.kept_pieces)


def period_profit(*, since: date, until: date) -> PeriodProfit:
    """Add up a period, both ends included. Two queries."""
    days = ProfitDay.objects.filter(date__range=(since, until)).aggregate(
        **{name: Sum(name) for name in _SUMMED}
    )
    rows = ProfitDayLine.objects.filter(date__range=(since, until)).values("code")
    found = rows.annotate(
        n=Sum("orders"),
        told=Sum("billed_orders"),
        amount=Sum("fen"),
        foretold=Sum("estimated_fen"),
        booked=Sum("billed_fen"),
        compared=Sum("compared_fen"),
    ).order_by("code")
    lines = {
        row["code"]: LineSum(
            row["code"],
            row["amount"],
            row["n"],
            row["told"],
            row["foretold"],
            row["booked"],
            row["compared"],
        )
        for row in map(dict[str, Any], found)
    }
    whole = {name: int(days[name] or 0) for name in _SUMMED}
    return PeriodProfit(
        orders=whole["orders"],
        known_orders=whole["known_orders"],
        kept_pieces=whole["kept_pieces"],
        unknown_pieces=whole["unknown_pieces"],
        net=whole["net_fen"],
        known_net=whole["known_net_fen"],
        known_profit=whole["profit_fen"],
        lines=lines,
    )


def is_pending(*, since: date, until: date) -> bool:
    """Tell whether days of a period wait to be worked out anew. One query."""
    return ProfitMark.objects.filter(date__range=(since, until)).exists()


@dataclass(frozen=True, slots=True)
class AdSpend:
    """What reports say was spent in a period, in fen, and how many of its days they tell of."""

    fen: int
    known_days: int


def ad_spend(*, since: date, until: date) -> AdSpend:
    """Add up the spend of all channels. One query."""
    rows = ChannelDay.objects.filter(
        serves_total=True, date__range=(since, until), spend_amount__isnull=False
    )
    by_day = dict(rows.values("date").annotate(a=Sum("spend_amount")).values_list("date", "a"))
    return AdSpend(int(sum(by_day.values(), Decimal(0)) * 100), len(by_day))


# --- by order -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order of the list, in fen; `profit` None: a cost is unknown."""

    id: int
    tid: str
    title: str
    paid_on: date
    net: int
    profit: int | None
    unknown_pieces: int
    cash_state: str
    cash_gap: int
    # The day that a bill must cover before the difference is one.
    cash_date: date | None

    @property
    def profit_rate(self) -> Decimal | None:
        """Give the profit of a yuan sold."""
        if self.profit is None or self.net <= 0:
            return None
        return Decimal(self.profit) / self.net


@dataclass(frozen=True, slots=True)
class OrderPage:
    """A page of orders, and the key after which the next one begins ("" at the end)."""

    rows: Sequence[OrderRow]
    after: str


def order_page(  # noqa: PLR0913
    *,
    since: date,
    until: date,
    sort: str,
    only: str = "",
    after: str = "",
    covered: Collection[date] = (),
    size: int | None = None,
) -> OrderPage:
    """Give a page of the orders paid in a period. Two queries. `covered`: the days that bills cover.

    Orders whose profit is unknown come last, whichever way profits are sorted.

    :raises ValueError: if `after` is no key
    """
    field = _SORTS.get(sort, "profit_fen")
    name, is_down = field.lstrip("-"), field.startswith("-")
    rows = OrderProfit.objects.filter(date__range=(since, until))
    if only == "losing":
        rows = rows.filter(profit_fen__lt=0)
    elif only == "unknown":
        rows = rows.filter(profit_fen__isnull=True)
    elif only == "gap":
        rows = rows.exclude(cash_state="").filter(cash_date__in=sorted(covered))
    rows = rows.filter(_behind(after, name, is_down=is_down)) if after else rows
    order = F(name).desc(nulls_last=True) if is_down else F(name).asc(nulls_last=True)
    size = size or PAGE
    found = list(rows.order_by(order, "order_id")[: size + 1])
    orders = Order.objects.only("tid", "title").in_bulk([row.order_id for row in found[:size]])
    shown = [
        OrderRow(
            row.order_id,
            orders[row.order_id].tid,
            orders[row.order_id].title,
            row.date,
            row.net_fen,
            row.profit_fen,
            row.unknown_pieces,
            row.cash_state,
            row.cash_gap_fen,
            row.cash_date,
        )
        for row in found[:size]
        if row.order_id in orders
    ]
    last = found[size - 1] if len(found) > size else None
    return OrderPage(shown, f"{_key(getattr(last, name))}.{last.order_id}" if last else "")


def order_rows(
    *, since: date, until: date, only: str = "", covered: Collection[date] = ()
) -> Iterator[OrderRow]:
    """Give all orders paid in a period, day by day, the least profit of a day first, unknown ones last.

    Two queries for each thousand of a day, from the index of that day: nothing else is held.
    """
    for number in range((until - since).days + 1):
        day, after = since + timedelta(days=number), ""
        while True:
            page = order_page(
                since=day, until=day, sort="profit", only=only, after=after, covered=covered,
                size=CHUNK,
            )  # fmt: skip
            yield from page.rows
            after = page.after
            if not after:
                break


def _key(value: int | None) -> str:
    return "u" if value is None else str(value)


def _behind(after: str, name: str, *, is_down: bool) -> Q:
    value, _dot, pk = after.partition(".")
    place = Q(order_id__gt=int(pk))
    if value == "u":
        return Q(**{f"{name}__isnull": True}) & place
    beyond = Q(**{f"{name}__{'lt' if is_down else 'gt'}": int(value)})
    return beyond | Q(**{f"{name}__isnull": True}) | (Q(**{name: int(value)}) & place)


# --- by SKU -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SkuRow:
    """A SKU over a period, in fen. `shared`: its part of what belongs to no line, by net amount."""

    key: str
    label: str
    pieces: int
    net: int
    cost: int | None
    known_rate: Decimal | None
    shared: int
    profit: int | None

    @property
    def profit_rate(self) -> Decimal | None:
        """Give the profit of a yuan sold."""
        if self.profit is None or self.net <= 0:
            return None
        return Decimal(self.profit) / self.net


def sku_rows(
    period: PeriodProfit, *, since: date, until: date, extra: int = 0
) -> tuple[list[SkuRow], SkuRow | None]:
    """Give the SKUs of a period and the rest that belongs to none of them; their sums are the period's.

    One query. Costs that no line bears (parcels, fees, commissions, gifts, `extra`: advertising) are
    allotted by what each SKU brought net.
    """
    cells = sums(basis="paid", dim="sku", since=since, until=until, with_buyers=False)
    nets = [cell.gross_fen - cell.refund_fen for cell in cells]
    own = (*rules.REVENUE, rules.GOODS)
    shared = extra + sum(line.fen for code, line in period.lines.items() if code not in own)
    parts = rules.allot(shared, [max(net, 0) for net in nets]) if cells else []
    rows = []
    for cell, net, part in zip(cells, nets, parts, strict=True):
        is_known = cell.costed_pieces >= cell.kept_pieces
        cost = cell.cost_fen if is_known else None
        rows.append(
            SkuRow(
                key=cell.key,
                label=cell.label,
                pieces=cell.kept_pieces,
                net=net,
                cost=cost,
                known_rate=cell.known_cost_rate,
                shared=part,
                profit=None if cost is None else net - cost + part,
            )
        )
    left = period.net - sum(nets)
    unshared = 0 if cells else shared
    rest = SkuRow("", "", 0, left, 0, None, unshared, left + unshared) if left or unshared else None
    return rows, rest


# --- one order ----------------------------------------------------------------------------------

_CARD = """WITH {ctes}
SELECT f.id, f.gross, f.postage, f.refund, f.goods_cost, f.kept_pieces, f.unknown_pieces,
  coalesce(f.gifts, 0), f.unknown_gifts, f.ended_on, f.is_returned, coalesce(f.compensation, 0), f.settled,
  f.paid_out, f.taken_back, f.booked_on, f.refunded_on, f.commission_rate, f.points_rate,
  f.service_rate, r.postage_amount, r.packing_amount, f.return_rate, r.return_amount,
  (SELECT jsonb_object_agg(kind, fen) FROM kinds_billed b WHERE b.id = f.id),
  (SELECT jsonb_agg(jsonb_build_array(
      (SELECT count(*) FROM orders_shipment t
        WHERE t.waybill_no = s.waybill_no AND t.order_id < f.id),
      (SELECT count(*) FROM orders_shipment t WHERE t.waybill_no = s.waybill_no)))
    FROM orders_shipment s WHERE s.order_id = f.id)
FROM facts f JOIN rates r USING (date) ORDER BY f.id"""

_GOODS = """WITH {ctes}
SELECT l.title, l.spec, s.sku, s.quantity, s.kept_pieces, s.gross, s.refund, s.cost
FROM sold s JOIN orders_orderline l ON l.id = s.line_id ORDER BY l.position, l.id"""


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """A line of an order, in fen; `unit_cost` None: unknown."""

    title: str
    spec: str
    sku: str
    quantity: int
    kept_pieces: int
    paid: int
    refund: int
    unit_cost: int | None

    @property
    def cost(self) -> int | None:
        """Give what its kept pieces cost."""
        return None if self.unit_cost is None else self.unit_cost * self.kept_pieces


@dataclass(frozen=True, slots=True)
class OrderCard:
    """One order taken apart."""

    facts: rules.OrderFacts
    entries: Sequence[rules.Entry]
    cash: Cash
    paid_out: int
    taken_back: int
    goods: Sequence[GoodsLine]

    @property
    def profit(self) -> int | None:
        """Give what it leaves; None while a cost is unknown."""
        return rules.profit(self.entries)


def order_card(order: Order) -> OrderCard | None:
    """Work one order out from its facts; None while it is not paid. Two queries."""
    ctes = profit_ctes(of_ids=True)
    with connection.cursor() as cursor:
        cursor.execute(_CARD.format(ctes=ctes), {"ids": [order.pk]})
        row = cursor.fetchone()
        if row is None:
            return None
        cursor.execute(_GOODS.format(ctes=ctes), {"ids": [order.pk]})
        goods = [GoodsLine(*line) for line in cursor.fetchall()]
    facts, rates, cash = _facts_of(row)
    return OrderCard(
        facts=facts,
        entries=rules.order_entries(facts, rates),
        cash=judge(cash),
        paid_out=cash.paid_out_fen,
        taken_back=cash.taken_back_fen,
        goods=goods,
    )


def _facts_of(row: Sequence[Any]) -> tuple[rules.OrderFacts, rules.Rates, CashFacts]:
    (
        _id, gross, postage, refund, goods, kept, unknown, gifts, unknown_gifts, ended_on,
        is_returned, compensation, settled, paid_out, taken_back, booked_on, refunded_on,
        commission, points, service, carrier, packing, return_rate, return_amount, billed, parcels,
    ) = row  # fmt: skip
    kinds = _json(billed, {})
    facts = rules.OrderFacts(
        paid_fen=gross,
        postage_fen=postage,
        refund_fen=refund,
        goods_fen=goods,
        kept_pieces=kept,
        unknown_pieces=unknown,
        gifts_fen=gifts,
        unknown_gifts=unknown_gifts,
        parcels=[(place, count) for place, count in _json(parcels, [])],
        is_ended=ended_on is not None,
        is_returned=is_returned,
        compensation_fen=compensation,
        settled_fen=settled,
        is_paid_out="payment" in kinds,
        billed=kinds,
    )
    rates = rules.Rates(commission, points, service, carrier, packing, return_rate, return_amount)
    cash = CashFacts(gross, refund, ended_on, refunded_on, paid_out, taken_back, booked_on)
    return facts, rates, cash


def _json[T](value: T | str | None, empty: T) -> T:
    if value is None:
        return empty
    return json.loads(value) if isinstance(value, str) else value
