"""The price check of an activity: facts in, points out. Pure; money is Decimal CNY.

A point says of one question whether it is passed: `pass`, `look` (a person should look, nothing is
blocked), `unknown` (a figure is missing) or `fail`. Its evidence is `code|value|…`; `FIGURES` names the
values. Fails and unknowns block publishing until a named person gives a reason.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Literal

from promotions.rules.profit import Kept, Rates, kept_of

type Outcome = Literal["pass", "look", "unknown", "fail"]
RANK: Mapping[str, int] = {"pass": 0, "look": 1, "unknown": 2, "fail": 3}
CODES = ("floor", "cost", "week", "signup", "basket", "overlap", "stock", "war")

# A price that falls a second time without more buyers is a war; so much more is "more".
WAR_GAIN = Decimal("0.03")

FIGURES: Mapping[str, tuple[str, ...]] = {
    "no_lowest": (),
    "floor_ok": ("lowest", "floor"),
    "floor_below": ("lowest", "floor", "gap"),
    "no_floor": ("lowest",),
    "cost_ok": ("lowest", "cost", "goods", "gift", "postage", "packing", "fees", "returns",
                "insurance", "margin", "margin_rate", "line", "borne"),
    "cost_thin": ("lowest", "cost", "goods", "gift", "postage", "packing", "fees", "returns",
                  "insurance", "margin", "margin_rate", "line", "borne"),
    "cost_below": ("lowest", "cost", "goods", "gift", "postage", "packing", "fees", "returns",
                   "insurance", "margin", "margin_rate", "line", "borne"),
    "no_cost": ("lowest",),
    "no_gift_cost": ("lowest",),
    "week_ok": ("was", "deal", "since", "until", "tid"),
    "week_no_was": ("lowest", "deal", "since", "until", "tid"),
    "week_quiet": (),
    "week_above": ("was", "deal", "since", "until", "tid", "gap"),
    "week_last_above": ("was", "deal", "date", "tid", "gap"),
    "week_last_ok": ("was", "deal", "date", "tid"),
    "week_no_deal": ("was",),
    "deal_lower": ("lowest", "deal", "since", "until", "tid"),
    "signup_none": (),
    "signup_no_price": (),
    "signup_ok": ("price", "least", "date", "days"),
    "signup_above": ("price", "least", "date", "days", "gap"),
    "basket_none": (),
    "basket_ok": ("lowest", "lines", "at"),
    "basket_floor": ("lowest", "lines", "at", "floor", "gap"),
    "basket_cost": ("lowest", "lines", "at", "cost", "margin"),
    "basket_week": ("lowest", "lines", "at", "deal", "since", "until", "tid"),
    "basket_too": ("lowest", "lines", "at"),
    "overlap_none": (),
    "overlap_may": ("name", "since", "until"),
    "overlap_not": ("name", "since", "until"),
    "stock_ok": ("free", "coming", "expected"),
    "stock_short": ("free", "coming", "expected", "missing"),
    "stock_promised": ("free", "coming", "promised", "missing"),
    "stock_unknown": (),
    "stock_sales_unknown": ("free", "coming"),
    "war_none": (),
    "war_unknown": (),
    "war": ("before", "recent", "lowest", "margin_before", "margin_now", "buyers_before", "buyers"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deal:
    """The lowest price a piece that a buyer paid, when and in which order."""

    amount: Decimal
    date: date
    tid: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """Another activity of the same SKU on common days; `may_meet` False: one of them must go."""

    name: str
    since: date
    until: date
    may_meet: bool


@dataclass(frozen=True, slots=True)
class Trade:
    """What was sold of a SKU over two stretches before: mean price a piece and distinct buyers."""

    before_amount: Decimal
    before_buyers: int
    recent_amount: Decimal
    recent_buyers: int


@dataclass(frozen=True, slots=True)
class InBasket:
    """The lowest price a piece in a basket with others: what lies in it, from when, its pieces in all."""

    amount: Decimal
    lines: str
    at: str
    pieces: int
    # Part of the discount that the platform gives back, a piece.
    borne: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class SignUp:
    """What the platform holds a sign-up price against: the lowest 标价 of its last days, since when it was that."""

    days: int
    price: Decimal | None
    least: Decimal | None
    date: date


@dataclass(frozen=True, slots=True)
class SkuFacts:
    """All that is asked of one SKU in an activity; None is unknown, never zero."""

    sku: str
    lowest: Decimal | None
    quantity: int = 1
    floor: Decimal | None = None
    cost: Decimal | None = None
    # Of the gifts that come with a piece; None: a gift whose cost nobody entered.
    gift: Decimal | None = Decimal(0)
    insurance: Decimal = Decimal(0)
    # Part of the discount that the platform gives back, a piece.
    borne: Decimal = Decimal(0)
    return_rate: Decimal | None = None
    # None: no basket is cheaper than the SKU alone.
    basket: InBasket | None = None
    was: Decimal | None = None
    # Of the seven days before the start; where nothing was sold in them, of the last sale before.
    week_deal: Deal | None = None
    last_deal: Deal | None = None
    week_since: date = date.min
    week_until: date = date.min
    # None: no rule in force asks of such an activity.
    signup: SignUp | None = None
    overlaps: tuple[Overlap, ...] = ()
    # None: its stock is not kept.
    free: int | None = None
    coming: int = 0
    # Pieces expected over the activity; None: sales are unknown.
    expected: int | None = None
    promised: int | None = None
    trade: Trade | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """The answer to one question about one SKU."""

    code: str
    sku: str
    outcome: Outcome
    evidence: str


@dataclass(frozen=True, slots=True)
class Checked:
    """All points of a check, and what holds an approval together."""

    points: tuple[Point, ...]
    facts_hash: int
    kept: Mapping[str, Kept] = field(default_factory=dict)

    def count(self, outcome: str) -> int:
        """Count the points of an outcome."""
        return sum(point.outcome == outcome for point in self.points)


def check(facts: Sequence[SkuFacts], rates: Rates) -> Checked:
    """Answer every question about every SKU, in the order of `facts`."""
    points: list[Point] = []
    kept = {one.sku: found for one in facts if (found := kept_price(one, rates)) is not None}
    for one in facts:
        points += sku_points(one, rates)
    return Checked(tuple(points), facts_hash(facts, points, rates), kept)


def sku_points(facts: SkuFacts, rates: Rates) -> list[Point]:
    """Answer every question about one SKU."""
    kept = kept_price(facts, rates)
    answers = (
        ("floor", _floor(facts)),
        ("cost", _cost(facts, kept, rates)),
        ("week", _week(facts)),
        ("signup", _signup(facts.signup)),
        ("basket", _basket(facts, kept, rates)),
        ("overlap", _overlap(facts)),
        ("stock", _stock(facts)),
        ("war", _war(facts, kept, rates)),
    )
    return [
        Point(
            code, facts.sku, outcome, "|".join(str(value).replace("|", "/") for value in evidence)
        )
        for code, (outcome, *evidence) in answers
    ]


def kept_price(facts: SkuFacts, rates: Rates) -> Kept | None:
    """Take the lowest price apart; None where price or cost is unknown."""
    if facts.lowest is None or facts.cost is None or facts.gift is None:
        return None
    return kept_of(
        facts.lowest,
        goods=facts.cost,
        rates=rates,
        gift=facts.gift,
        insurance=facts.insurance,
        borne=facts.borne,
        return_rate=facts.return_rate,
        quantity=facts.quantity,
    )


type _Answer = tuple[Any, ...]


def _floor(facts: SkuFacts) -> _Answer:
    if facts.lowest is None:
        return "unknown", "no_lowest"
    if facts.floor is None:
        return "unknown", "no_floor", facts.lowest
    if facts.lowest < facts.floor:
        return "fail", "floor_below", facts.lowest, facts.floor, facts.floor - facts.lowest
    return "pass", "floor_ok", facts.lowest, facts.floor


def _cost(facts: SkuFacts, kept: Kept | None, rates: Rates) -> _Answer:
    if facts.lowest is None:
        return "unknown", "no_lowest"
    if kept is None:
        return "unknown", "no_cost" if facts.cost is None else "no_gift_cost", facts.lowest
    values = (
        kept.price, kept.cost, kept.goods, kept.gift, kept.postage, kept.packing, kept.fees,
        kept.returns, kept.insurance, kept.margin, f"{kept.margin_rate:.4f}", rates.least_margin_rate,
        kept.borne,
    )  # fmt: skip
    if kept.margin < 0:
        return "fail", "cost_below", *values
    if kept.margin_rate < rates.least_margin_rate:
        return "look", "cost_thin", *values
    return "pass", "cost_ok", *values


def _week(facts: SkuFacts) -> _Answer:
    """Compare the "was" price with the lowest deal of the seven days, else with the last deal."""
    if facts.was is None:
        return _without_was(facts)
    deal, last = facts.week_deal, facts.last_deal
    if deal is not None:
        values: _Answer = (facts.was, deal.amount, facts.week_since, facts.week_until, deal.tid)
        code, amount = "week", deal.amount
    elif last is not None:
        values = (facts.was, last.amount, last.date, last.tid)
        code, amount = "week_last", last.amount
    else:
        return "unknown", "week_no_deal", facts.was
    if facts.was > amount:
        return "fail", f"{code}_above", *values, facts.was - amount
    return "pass", f"{code}_ok", *values


def _without_was(facts: SkuFacts) -> _Answer:
    deal = facts.week_deal
    if deal is None:
        return "pass", "week_quiet"
    values = (deal.amount, facts.week_since, facts.week_until, deal.tid)
    if facts.lowest is not None and deal.amount < facts.lowest:
        return "look", "deal_lower", facts.lowest, *values
    return "pass", "week_no_was", facts.lowest or "", *values


def _signup(asked: SignUp | None) -> _Answer:
    """Hold the price to sign up with against the lowest 标价 of the days that the platform looks at."""
    if asked is None:
        return "pass", "signup_none"
    if asked.price is None or asked.least is None:
        return "unknown", "signup_no_price"
    values = (asked.price, asked.least, asked.date, asked.days)
    if asked.price > asked.least:
        return "fail", "signup_above", *values, asked.price - asked.least
    return "pass", "signup_ok", *values


def _basket(facts: SkuFacts, kept: Kept | None, rates: Rates) -> _Answer:
    """Answer for the cheapest basket: it fails for what the SKU alone does not break already."""
    found = facts.basket
    if found is None:
        return "pass", "basket_none"
    basket = (found.amount, found.lines, found.at)
    there = kept_price(in_basket(facts), rates)
    if _is_under(found.amount, facts.floor) and not _is_under(facts.lowest, facts.floor):
        return "fail", "basket_floor", *basket, facts.floor, _gap(facts.floor, found.amount)
    loses = there is not None and there.margin < 0
    if there is not None and loses and not (kept is not None and kept.margin < 0):
        return "fail", "basket_cost", *basket, there.cost, there.margin
    if loses or _is_under(found.amount, facts.floor):
        return "look", "basket_too", *basket
    deal = facts.week_deal
    if deal and _is_under(found.amount, deal.amount) and not _is_under(facts.lowest, deal.amount):
        values = (deal.amount, facts.week_since, facts.week_until, deal.tid)
        return "look", "basket_week", *basket, *values
    return "pass", "basket_ok", *basket


def _is_under(amount: Decimal | None, other: Decimal | None) -> bool:
    return amount is not None and other is not None and amount < other


def _gap(floor: Decimal | None, amount: Decimal) -> Decimal:
    return (floor or amount) - amount


def in_basket(facts: SkuFacts) -> SkuFacts:
    """Give a SKU's facts as they are in its cheapest basket."""
    found = facts.basket
    if found is None:
        return facts
    return replace(facts, lowest=found.amount, quantity=found.pieces, borne=found.borne)


def _overlap(facts: SkuFacts) -> _Answer:
    for one in sorted(facts.overlaps, key=lambda one: (one.may_meet, one.since, one.name)):
        outcome, code = ("look", "overlap_may") if one.may_meet else ("fail", "overlap_not")
        return outcome, code, one.name, one.since, one.until
    return "pass", "overlap_none"


def _stock(facts: SkuFacts) -> _Answer:
    if facts.free is None:
        return "look", "stock_unknown"
    there = facts.free + facts.coming
    if facts.promised is not None and there < facts.promised:
        missing = facts.promised - there
        return "fail", "stock_promised", facts.free, facts.coming, facts.promised, missing
    if facts.expected is None:
        return "look", "stock_sales_unknown", facts.free, facts.coming
    if there < facts.expected:
        missing = facts.expected - there
        return "look", "stock_short", facts.free, facts.coming, facts.expected, missing
    return "pass", "stock_ok", facts.free, facts.coming, facts.expected


def _war(facts: SkuFacts, kept: Kept | None, rates: Rates) -> _Answer:
    """Warn where the price falls again, the margin with it, and the last fall brought no buyers."""
    trade = facts.trade
    if trade is None or facts.lowest is None:
        return "pass", "war_unknown"
    falls = trade.before_amount > trade.recent_amount > facts.lowest
    gained = trade.recent_buyers > trade.before_buyers * (1 + WAR_GAIN)
    if not falls or gained or kept is None or facts.cost is None or facts.gift is None:
        return "pass", "war_none"
    then = kept_of(trade.before_amount, goods=facts.cost, rates=rates, gift=facts.gift)
    if kept.margin_rate >= then.margin_rate:
        return "pass", "war_none"
    return (
        "look", "war", trade.before_amount, trade.recent_amount, facts.lowest,
        f"{then.margin_rate:.4f}", f"{kept.margin_rate:.4f}", trade.before_buyers,
        trade.recent_buyers,
    )  # fmt: skip


def facts_hash(facts: Iterable[SkuFacts], points: Iterable[Point], rates: Rates) -> int:
    """Name what an approval rests on: prices, costs, rates, and every point that is not passed.

    Pieces in stock are left out, else each sale would end it: that stock is short is in its point.
    """
    digest = blake2b(digest_size=8)
    digest.update(repr(rates).encode())
    for one in sorted(facts, key=lambda one: one.sku):
        known = (one.sku, one.lowest, one.quantity, one.floor, one.cost, one.gift, one.insurance,
                 one.was, one.borne)  # fmt: skip
        digest.update(repr(known).encode())
    for point in sorted(points, key=lambda point: (point.sku, point.code)):
        if point.outcome in {"fail", "unknown"}:
            text = point.outcome if point.code == "stock" else point.evidence
            digest.update(f"{point.sku}|{point.code}|{text}".encode())
    return int.from_bytes(digest.digest(), signed=True)


def figures(evidence: str) -> dict[str, str]:
    """Give the figures of an evidence by name."""
    code, *values = evidence.split("|")
    return dict(zip(FIGURES.get(code, ()), values, strict=False))


def changes(
    before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, str]]:
    """Say which points differ from the check before: other outcome, or other prices in it.

    Stock and expected pieces move with each sale: there only another outcome counts.
    """
    then = {(one["sku"], one["code"]): one for one in before}
    for one in now:
        old = then.pop((one["sku"], one["code"]), None)
        was = old["evidence"] if old else ""
        same = old is not None and (
            one["outcome"] == old["outcome"]
            if one["code"] in {"stock", "war"}
            else was == one["evidence"]
        )
        if not same:
            yield {"sku": one["sku"], "code": one["code"], "was": was, "now": one["evidence"]}
    for (sku, code), old in then.items():
        yield {"sku": sku, "code": code, "was": old["evidence"], "now": ""}
