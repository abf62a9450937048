"""What lateness costs, over the open orders."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple, Protocol

from django.db.models import Min, QuerySet

from orders.choices import OPEN_STAGES
from orders.models import Order
from orders.queries.calendar import penalty_rules
from orders.queries.queues import counts
from orders.rules.money_at_risk import Risk, RiskFacts, judging_rules, risk_under
from orders.rules.penalties import PenaltyRule, cap_by_buyer_day
from shopops.lib.business_time import business_date, day_bounds

ZERO = Decimal("0.00")
BUYER_DAY_CAP = "buyer_day_cap"


@dataclass(frozen=True, slots=True)
class Band:
    """Orders whose platform limit falls into one stretch of time, and what they add to the cost."""

    code: str
    count: int
    amount: Decimal
    earliest_at: datetime | None


@dataclass(frozen=True, slots=True)
class LateMoney:
    """Cost of lateness now, and at the end of today if nothing is done; the bands add up to it."""

    now_amount: Decimal
    midnight_amount: Decimal
    bands: tuple[Band, ...]
    past_shop_count: int
    rules: tuple[PenaltyRule, ...]


class Judged(Protocol):
    """What the cost of lateness asks of an order, be it a model or a list row."""

    @property
    def paid_at(self) -> datetime | None: ...
    @property
    def paid_amount(self) -> Decimal: ...
    @property
    def platform_due_at(self) -> datetime | None: ...
    @property
    def promise_hours(self) -> int | None: ...
    @property
    def picked_up_at(self) -> datetime | None: ...


class RiskBook:
    """Judges orders of one shop by the rule book, read once."""

    def __init__(self, *, platform: str) -> None:
        self.platform = platform
        self.rules = penalty_rules()
        self._judging: dict[tuple[date, int | None], dict[str, PenaltyRule]] = {}

    def risk(self, order: Judged, *, now: datetime) -> Risk:
        """Work out what one order costs now and next. No query."""
        if order.paid_at is None:
            return Risk(now_amount=ZERO, next_amount=ZERO, next_at=None, codes=())
        return risk_under(
            self._rules_for(business_date(order.paid_at), order.promise_hours),
            RiskFacts(
                platform=self.platform,
                paid_amount=order.paid_amount,
                paid_at=order.paid_at,
                platform_due_at=order.platform_due_at,
                promise_hours=order.promise_hours,
                picked_up_at=order.picked_up_at,
            ),
            now=now,
        )

    def _rules_for(self, paid_date: date, promise_hours: int | None) -> dict[str, PenaltyRule]:
        key = paid_date, promise_hours
        if key not in self._judging:
            self._judging[key] = judging_rules(
                self.rules, platform=self.platform, paid_date=paid_date, promise_hours=promise_hours
            )
        return self._judging[key]

    def total(self, orders: Iterable["NearLimit"], *, now: datetime) -> Decimal:
        """Add up what orders cost at an instant, one buyer and day capped as the rule book says."""
        rows = [
            (order.buyer_id or f"order-{order.pk}", _paid_date(order), risk.now_amount)
            for order in orders
            if (risk := self.risk(order, now=now)).now_amount
        ]
        cap = self._buyer_day_cap(on=business_date(now))
        amounts = cap_by_buyer_day(rows, cap) if cap else [amount for _b, _d, amount in rows]
        return sum(amounts, ZERO)

    def _buyer_day_cap(self, *, on: date) -> Decimal | None:
        caps = [
            rule.maximum_amount
            for rule in self.rules
            if rule.code == BUYER_DAY_CAP
            and rule.applies(platform=self.platform, paid_date=on, promise_hours=None)
            and rule.maximum_amount is not None
        ]
        return min(caps) if caps else None


class NearLimit(NamedTuple):
    """What is read of an order to say what its lateness costs: columns of the order, no model."""

    pk: int
    buyer_id: int | None
    paid_amount: Decimal
    paid_at: datetime | None
    paid_date: date | None
    platform_due_at: datetime | None
    ship_due_at: datetime | None
    promise_hours: int | None
    picked_up_at: datetime | None


def judged(orders: QuerySet[Order], *, most: int | None = None) -> list[NearLimit]:
    """Read orders as what is judged, the most urgent first, at most so many. One query."""
    rows = orders.order_by("ship_due_at", "pk").values_list(*NearLimit._fields)
    return [NearLimit(*row) for row in rows[:most]]


def _paid_date(order: NearLimit) -> date:
    assert order.paid_at is not None  # noqa: S101
    return order.paid_date or business_date(order.paid_at)


def orders_near_limit(*, until: datetime, most: int | None = None) -> list[NearLimit]:
    """Give open orders whose platform limit or due time falls before `until`, the earliest `most`.

    One query over the index of open orders.
    """
    return judged(Order.objects.filter(stage__in=OPEN_STAGES, ship_due_at__lt=until), most=most)


def late_money(*, platform: str, now: datetime) -> LateMoney:
    """Give the cost of lateness now and by midnight, in bands that add up.

    Bands: limit passed; limit before midnight; limit tomorrow. The first adds what it costs now, the
    others what they will add when their limit passes. Cost: one query over open orders.
    """
    book = RiskBook(platform=platform)
    today = business_date(now)
    _start, midnight = day_bounds(today)
    _start, tomorrow_end = day_bounds(today + timedelta(days=1))
    orders = orders_near_limit(until=tomorrow_end)
    late, today_band, tomorrow = _split(orders, now, midnight, tomorrow_end)
    now_amount = book.total(late, now=now)
    midnight_amount = book.total([*late, *today_band], now=midnight)
    tomorrow_amount = book.total(orders, now=tomorrow_end)
    return LateMoney(
        now_amount=now_amount,
        midnight_amount=midnight_amount,
        bands=(
            _band("late", late, now_amount),
            _band("today", today_band, midnight_amount - now_amount),
            _band("tomorrow", tomorrow, tomorrow_amount - midnight_amount),
        ),
        past_shop_count=sum(
            1 for order in orders if order.ship_due_at is not None and order.ship_due_at < now
        ),
        rules=tuple(rule for rule in book.rules if _judges(rule, platform, today)),
    )


# The stored counts that make up what lateness costs, and the one of orders past their due time.
KEPT_BANDS = ("late", "today", "tomorrow")
KEPT_PAST = "late_money.past"
# Counted every half minute; what is older than this is worked out anew.
KEPT_FOR = timedelta(minutes=3)


def kept_code(band: str) -> str:
    """Give the code of the stored count that keeps a band."""
    return f"late_money.{band}"


def recent_late_money(*, platform: str, now: datetime) -> LateMoney:
    """Give the cost of lateness as it was counted last; worked out anew where that is not of now.

    Orders are not read: with twenty thousand of them open, working it out takes a second.
    """
    stored = counts()
    kept = [stored.get(kept_code(band)) for band in KEPT_BANDS]
    past = stored.get(KEPT_PAST)
    if past is None or not timedelta(0) <= now - past.counted_at <= KEPT_FOR:
        return late_money(platform=platform, now=now)
    today = business_date(now)
    if None in kept or business_date(past.counted_at) != today:
        return late_money(platform=platform, now=now)
    found = [one for one in kept if one is not None]
    late, first, _second = (one.money_at_risk for one in found)
    return LateMoney(
        now_amount=late,
        midnight_amount=late + first,
        bands=tuple(
            Band(band, one.count, one.money_at_risk, _earliest(band, now=now))
            for band, one in zip(KEPT_BANDS, found, strict=True)
        ),
        past_shop_count=past.count,
        rules=tuple(rule for rule in penalty_rules() if _judges(rule, platform, today)),
    )


def _earliest(band: str, *, now: datetime) -> datetime | None:
    """Give the first limit of today that is to come; of other bands nobody asks. One query."""
    if band != "today":
        return None
    _start, midnight = day_bounds(business_date(now))
    rows = Order.objects.filter(
        stage__in=OPEN_STAGES,
        ship_due_at__lt=midnight,
        platform_due_at__gte=now,
        platform_due_at__lt=midnight,
    )
    found: datetime | None = rows.aggregate(first=Min("platform_due_at"))["first"]
    return found


def _judges(rule: PenaltyRule, platform: str, on: date) -> bool:
    return rule.code in {"late", "stock_out"} and rule.applies(
        platform=platform, paid_date=on, promise_hours=None
    )


def _split(
    orders: Sequence[NearLimit], now: datetime, midnight: datetime, tomorrow_end: datetime
) -> tuple[list[NearLimit], list[NearLimit], list[NearLimit]]:
    late: list[NearLimit] = []
    today: list[NearLimit] = []
    tomorrow: list[NearLimit] = []
    for order in orders:
        limit = order.platform_due_at
        if limit is None or limit >= tomorrow_end:
            continue
        (late if limit < now else today if limit < midnight else tomorrow).append(order)
    return late, today, tomorrow


def _band(code: str, orders: Sequence[NearLimit], amount: Decimal) -> Band:
    limits = [order.platform_due_at for order in orders if order.platform_due_at is not None]
    return Band(code=code, count=len(orders), amount=amount, earliest_at=min(limits, default=None))
