"""Trying a gift rule on past orders before it gives anything: who would have got it, and what it costs."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop

from orders.queries.audit import past_count, past_ids
from products.models import Sku
from products.rules.stock import Catalogue
from promotions.actions.gift_rules import GiftValues, tried
from promotions.choices import GiftShortage
from promotions.queries.gifts import gift_orders
from promotions.rules.gifts import (
    GiftOrder,
    GiftTerms,
    Grant,
    Left,
    Shelf,
    earned_pieces,
    share_out,
)
from shopops.lib.business_time import business_date, day_bounds
from shopops.lib.money import from_fen
from shopops.staff.models import User
from shopops.work import actions as work
from shopops.work.context import RunContext
from shopops.work.models import Run

KIND = "promotions.gift_trial"
DAYS = 30
SAMPLE = 10
_STEP_ORDERS = 2000


def request_trial(*, values: GiftValues, by: User, now: datetime) -> Run:
    """Ask for a trial of a rule over the orders paid in the last `DAYS` days; stores no rule.

    :raises GiftRefusedError: if the rule could not be stored either
    """
    tried(values)
    return work.request_run(
        kind=KIND,
        key=f"{by.pk}-{now.timestamp():.6f}",
        payload={"values": _as_json(values), "since": _first_day(now).isoformat()},
        by=by,
        now=now,
    )


@dataclass(slots=True)
class _Tally:
    orders: int = 0
    given: int = 0
    pieces: int = 0
    missed: int = 0
    sales_cents: int = 0

    def add(self, grant: Grant) -> None:
        if grant.why is not None:
            self.missed += 1
            return
        self.given += 1
        self.pieces += grant.pieces
        self.sales_cents += grant.order.goods_cents


def perform_trial(run: RunContext) -> dict[str, Any]:
    """Give the gift to past orders on paper: quota, first orders and buyers count, stock does not.

    Reads only, so that a run that starts again starts anew.
    """
    values, since = _from_json(run.payload["values"]), date.fromisoformat(run.payload["since"])
    terms = replace(tried(values), starts_at=day_bounds(since)[0], ends_at=run.now)
    left = Left(pieces=terms.quota, orders=terms.first_orders)
    tally = _Tally()
    sample: list[tuple[str, int]] = []
    total = past_count(since=since)
    for orders in _blocks(since):
        tally.orders += len(orders)
        for grant in _grants(orders, terms, left):
            tally.add(grant)
            if grant.why is None and len(sample) < SAMPLE:
                sample.append((grant.order.tid, grant.pieces))
        run.say(tally.orders, total, gettext_noop("试算赠品规则"))
    cost = Sku.objects.filter(code=terms.gift_code).values_list("cost_amount", flat=True).first()
    return {
        **asdict(tally),
        "sales": str(from_fen(tally.sales_cents)),
        "days": DAYS,
        "cost": None if cost is None else str(cost * tally.pieces),
        "gift_code": terms.gift_code,
        "sample": sample,
    }


def values_tried(run: Run) -> GiftValues:
    """Give the rule that a run tried."""
    return _from_json(run.payload["values"])


def _first_day(now: datetime) -> date:
    return business_date(now) - timedelta(days=DAYS)


def _blocks(since: date) -> Iterator[Sequence[GiftOrder]]:
    day, after = since, 0
    while found := past_ids(since=day, after=after, size=_STEP_ORDERS):
        yield gift_orders([pk for _day, pk in found])
        day, after = found[-1]


def _grants(orders: Sequence[GiftOrder], terms: GiftTerms, left: Left) -> list[Grant]:
    earned = [(one, [(terms, count)]) for one in orders if (count := earned_pieces(terms, one))]
    return share_out(earned, {terms.rule_id: left}, Shelf(Catalogue({}), {}), own={})


def _as_json(values: GiftValues) -> dict[str, Any]:
    row = asdict(values)
    row["starts_at"], row["ends_at"] = values.starts_at.isoformat(), values.ends_at.isoformat()
    row["from_amount"] = None if values.from_amount is None else str(values.from_amount)
    return row


def _from_json(row: dict[str, Any]) -> GiftValues:
    amount = row["from_amount"]
    return GiftValues(
        **{
            **row,
            "starts_at": datetime.fromisoformat(row["starts_at"]),
            "ends_at": datetime.fromisoformat(row["ends_at"]),
            "from_amount": None if amount is None else Decimal(amount),
            "goods": tuple(row["goods"]),
            "when_out": GiftShortage(row["when_out"]),
        }
    )
