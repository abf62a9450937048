"""Which figures of which days are not as usual, and what a difference is made of.

Breaks are worked out from the figures each time: nothing is stored that a late file could make wrong.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q
from django.utils.dateparse import parse_date

from analytics.figures import figure
from analytics.models import DayEvent, DayRollup
from analytics.queries.known import PRODUCT, SHOP, Known, figures_of
from analytics.rules.bands import WEEKS, Band, usual
from analytics.rules.contribution import (
    Contribution,
    DayParts,
    RatePart,
    Traffic,
    contribution,
    rate_parts,
)
from products.choices import ProductStatus
from products.models import Product, ProductDay
from promotions.choices import FestivalKind
from promotions.models import Festival
from shopops.lib.money import to_fen
from shopops.work import calendar
from shopops.work.models import BusinessDay

WEEK = timedelta(days=7)
HISTORY = WEEK * WEEKS
# The figures that are looked at each morning, in the order of the page.
WATCHED = (
    "paid_amount",
    "visitors",
    "pay_rate",
    "per_buyer",
    "paid_orders",
    "bounce_rate",
    "stay_seconds",
    "favourites",
    "cart_buyers",
    "search_visitors",
    "refund_amount",
    "ad_spend",
)
# Figures of which a paid amount is made: their breaks show the arithmetic.
DIVIDED = ("paid_amount", "visitors", "pay_rate", "per_buyer", "paid_orders")
# Of these more is worse, or only dearer.
WORSE_UP = frozenset({"refund_amount", "bounce_rate", "ad_spend"})
# Days unlike others of the same weekday.
# Between the platform's first day and what no shop asks for.
_FIRST_DAY, _LAST_DAY = date(2003, 5, 10), date(2100, 1, 1)
_UNLIKE = frozenset({BusinessDay.Kind.HOLIDAY, BusinessDay.Kind.MAKE_UP})


@dataclass(frozen=True, slots=True)
class Seen:
    """A figure of a day beside its band. `side`: -1 below, 1 above, 0 as usual or nothing known."""

    code: str
    day: date
    known: Known
    band: Band | None
    side: int

    @property
    def is_worse(self) -> bool:
        """Tell whether it lies where it hurts."""
        return self.side == (1 if self.code in WORSE_UP else -1)


def day_of(text: str) -> date | None:
    """Read a day of an address; far from our time there is none: weeks before it are looked at."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day is not None and _FIRST_DAY <= day <= _LAST_DAY else None


def unlike_days(*, since: date, until: date) -> set[date]:
    """Give the days that say nothing of what is usual: holidays, platform events, noted ones. Three queries."""
    unlike = {one.date for one in calendar.business_days(since, until) if one.kind in _UNLIKE}
    spans = Festival.objects.filter(
        kind=FestivalKind.PLATFORM, starts_on__lte=until, ends_on__gte=since
    ).values_list("starts_on", "ends_on")
    noted = DayEvent.objects.filter(
        is_left_out=True, starts_on__lte=until, ends_on__gte=since
    ).values_list("starts_on", "ends_on")
    for first, last in [*spans.order_by("pk"), *noted.order_by("pk")]:
        begin, end = max(first, since), min(last, until)
        unlike |= {begin + timedelta(days=n) for n in range((end - begin).days + 1)}
    return unlike


def seen_between(
    *,
    since: date,
    until: date,
    codes: Sequence[str] = WATCHED,
    scope: str = SHOP,
    key: str = "",
    without: Collection[date] | None = None,
) -> dict[date, dict[str, Seen]]:
    """Give every figure of every day of a period beside its band, both ends included.

    A fixed number of queries, over the period and the half year before it.

    :param scope: "shop", or "product" with its item number as `key`
    :param without: the days unlike others, where they are read already
    """
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    # A band is of the same weekday.
    only = {day - WEEK * n for day in days for n in range(WEEKS + 1)}
    values = figures_of(codes, since=since - HISTORY, until=until, only=only, scope=scope, key=key)
    if without is None:
        without = unlike_days(since=since - HISTORY, until=until)
    return {day: {code: _seen(code, day, values[code], without) for code in codes} for day in days}


def _seen(code: str, day: date, by_day: Mapping[date, Known], without: Collection[date]) -> Seen:
    known = by_day[day]
    history = {one: value.value for one, value in by_day.items()}
    band = usual(history, day, without=without)
    side = band.side(known.value) if band and known.value is not None else 0
    return Seen(code, day, known, band, side)


def breaks_on(day: date) -> list[Seen]:
    """Give the figures of a day that lie outside their bands, in the order of the page."""
    return [one for one in seen_between(since=day, until=day)[day].values() if one.side]


def days_in_a_row(
    code: str, day: date, side: int, *, most: int = 14, scope: str = SHOP, key: str = ""
) -> int:
    """Give on how many days up to this one the figure lay on the same side of its band."""
    since = day - timedelta(days=most - 1)
    seen = seen_between(since=since, until=day, codes=(code,), scope=scope, key=key)
    count = 0
    for one in sorted(seen, reverse=True):
        if seen[one][code].side != side:
            break
        count += 1
    return count


@dataclass(frozen=True, slots=True)
class MainSeen:
    """A main product's figure of a day beside its band."""

    product: Product
    seen: Seen


def mains_seen(code: str, *, day: date) -> list[MainSeen]:
    """Give a figure of every main product on the shelf. About ten queries a product: there are few."""
    rows = Product.objects.filter(is_main=True, status=ProductStatus.ON_SHELF).exclude(item_no="")
    without = unlike_days(since=day - HISTORY, until=day)
    return [
        MainSeen(
            row,
            seen_between(
                since=day, until=day, codes=(code,), scope=PRODUCT, key=row.item_no, without=without
            )[day][code],
        )
        for row in rows.order_by("pk")
    ]


# --- what a difference is made of ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parts:
    """What a day's paid amount is made of, and where that is said."""

    day: date
    parts: DayParts
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Divided:
    """The difference of two days' paid amounts, in parts that sum to it exactly."""

    before: Parts
    after: Parts
    parts: Contribution


def divide(day: date, against: date) -> Divided | None:
    """Divide the difference of the paid amount; None where a part of either day is unknown."""
    values = figures_of(
        ("paid_amount", "visitors", "paid_buyers"), since=min(day, against), until=max(day, against)
    )
    before, after = _parts(against, values), _parts(day, values)
    if before is None or after is None:
        return None
    parts = contribution(before.parts, after.parts)
    return Divided(before, after, parts) if parts is not None else None


def _parts(day: date, values: Mapping[str, Mapping[date, Known]]) -> Parts | None:
    amount, visitors, buyers = (
        values[code][day] for code in ("paid_amount", "visitors", "paid_buyers")
    )
    if amount.value is None or visitors.value is None or buyers.value is None:
        return None
    parts = DayParts(int(visitors.value), int(buyers.value), to_fen(amount.value))
    return Parts(day, parts, tuple(dict.fromkeys((visitors.source, amount.source))))


@dataclass(frozen=True, slots=True)
class ProductPart:
    """One product on two days. Traffic is what the product file says; None where it says nothing."""

    item_no: str
    product_id: int
    title: str
    is_main: bool
    before: Traffic | None
    after: Traffic | None
    rate: RatePart | None
    before_fen: int
    after_fen: int

    @property
    def amount_fen(self) -> int:
        """Give by how much its paid goods differ."""
        return self.after_fen - self.before_fen


def product_parts(day: date, against: date) -> list[ProductPart]:
    """Give what each product did to the difference of two days, largest amounts first. Two queries.

    Amounts are of our own orders, postage left out, so that they add up over products. Rates are of the
    product file: a visitor of two products counts for both, so the parts sum to the change of the rate
    over all products' visitors, which is not the shop's own rate.
    """
    traffic: dict[date, dict[str, Traffic]] = {day: {}, against: {}}
    named: dict[str, tuple[int, str, bool]] = {}
    rows = ProductDay.objects.filter(date__in=(day, against)).order_by("date", "pk")
    for row in rows.values_list(
        "date", "product__item_no", "product_id", "product__title", "product__is_main",
        "visitors", "paid_buyers",
    ):  # fmt: skip
        date_, item_no, product_id, title, is_main, visitors, buyers = row
        named[item_no] = (product_id, title, is_main)
        if visitors is not None and buyers is not None:
            traffic[date_][item_no] = Traffic(visitors, buyers)
    amounts: dict[date, dict[str, int]] = {day: {}, against: {}}
    cells = DayRollup.objects.filter(basis="paid", dim="product", date__in=(day, against))
    for cell in cells.order_by("date", "pk"):
        amounts[cell.date][cell.key] = cell.gross_fen
        named.setdefault(cell.key, (0, cell.label or cell.key, False))
    rates = rate_parts(traffic[against], traffic[day])
    parts = [
        ProductPart(
            item_no,
            *name,
            traffic[against].get(item_no),
            traffic[day].get(item_no),
            rates.get(item_no),
            amounts[against].get(item_no, 0),
            amounts[day].get(item_no, 0),
        )
        for item_no, name in named.items()
    ]
    return sorted(parts, key=lambda one: (-abs(one.amount_fen), one.item_no))


def rate_change(parts: Sequence[ProductPart]) -> Fraction:
    """Give the change of the rate over all products' visitors: what the products' parts sum to."""
    return sum((one.rate.both for one in parts if one.rate), Fraction(0))


def events_on(day: date, *, kind: str = "") -> list[DayEvent]:
    """Give what people noted of a day."""
    rows = DayEvent.objects.filter(starts_on__lte=day, ends_on__gte=day)
    wanted = Q(kind=kind) if kind else Q()
    return list(rows.filter(wanted).order_by("starts_on", "pk"))


def shown_value(code: str, value: Decimal | None) -> Decimal | int | None:
    """Give a value as its unit is shown: counts and people as whole numbers."""
    if value is None:
        return None
    return int(value) if figure(code).unit in {"count", "people"} else value
