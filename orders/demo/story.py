"""The orders of one day with their whole life, drawn from the shop's seed and the day alone.

A life is a set of moments (seconds on the Shanghai wall clock, `NEVER` when it does not happen).
What an export shows of it depends on when the export is made: see `state`.
"""

from dataclasses import dataclass, fields

import numpy as np

from orders.demo import aftersales, messages, people, shipping
from orders.demo.catalog import load_skus
from orders.demo.curve import DAY, Calendar, draw_times
from orders.demo.dice import Flags, Floats, Ints, below, pick_weighted, unit
from orders.demo.times import NEVER

_LINES_PER_ORDER = np.array([0.705, 0.19, 0.07, 0.025, 0.01])
_QUANTITIES = np.array([0.872, 0.098, 0.018, 0.008, 0.0, 0.004])
_UNPAID_SHARE = 0.085
_PRESALE_SHARE = 0.22
_FORFEIT_SHARE = 0.07
_REPEAT_NEXT_SHARE = 0.045
_DAY_ZERO = 16_436  # 2015-01-01 in days since 1970: order numbers begin with the days since then


@dataclass(slots=True)
class DayOrders:
    """Orders created on one day and their lines; line columns are marked, the rest is per order."""

    tid: Ints
    buyer: Ints
    created: Ints
    paid: Ints
    closed_unpaid: Ints
    cancelled: Flags  # closed by the buyer, not by the 24 hours
    presale: Flags
    deposit: Ints  # fen, 0 when there is none
    lead_days: Ints
    postage: Ints  # fen
    total: Ints  # fen: goods after discounts, and postage
    pieces: Ints
    message: Ints
    memo: Ints
    memo_at: Ints
    memo_date: Ints
    mobile: Flags
    starts: Ints  # index of each order's first line
    order_of: Ints  # per line: its order
    place: Ints  # per line: 0, 1 … within its order
    oid: Ints  # per line
    sku: Ints  # per line
    quantity: Ints  # per line
    due: Ints  # per line, fen: 买家应付货款 after all discounts
    parcels: shipping.Parcels
    refunds: aftersales.Refunds  # per line
    finished: Ints
    closed_refunded: Ints

    @property
    def count(self) -> int:
        return len(self.tid)

    def created_by(self, at: int) -> "DayOrders":
        """Return the orders that exist at `at`, with their lines."""
        keep = int(np.searchsorted(self.created, at, side="right"))
        if keep == self.count:
            return self
        lines = int(self.starts[keep]) if keep else 0
        return _first(self, keep, lines)


_PER_LINE = frozenset({"order_of", "place", "oid", "sku", "quantity", "due"})


def _first(orders: DayOrders, keep: int, lines: int) -> DayOrders:
    """Return the first `keep` orders and the first `lines` lines of a day."""
    columns = {
        column.name: getattr(orders, column.name)[: lines if column.name in _PER_LINE else keep]
        for column in fields(DayOrders)
        if column.name not in {"parcels", "refunds"}
    }
    parcels = {c.name: getattr(orders.parcels, c.name)[:keep] for c in fields(shipping.Parcels)}
    refunds = {c.name: getattr(orders.refunds, c.name)[:lines] for c in fields(aftersales.Refunds)}
    return DayOrders(
        **columns,
        parcels=shipping.Parcels(**parcels),
        refunds=aftersales.Refunds(**refunds),
    )


@dataclass(frozen=True, slots=True)
class _Basket:
    starts: Ints
    order_of: Ints
    place: Ints
    sku: Ints
    quantity: Ints


def draw_day(
    calendar: Calendar, day: int, *, seed: int, tid_offset: int = 0, lines_left: int | None = None
) -> DayOrders:
    """Draw the orders of a day, with `lines_left` at most so many lines of them."""
    rng = np.random.default_rng([seed, 7, day])
    created = draw_times(calendar, day, int(calendar.counts[day]), rng)
    created = created[created <= calendar.end]
    lines = pick_weighted(rng.random(len(created)), _LINES_PER_ORDER) + 1
    presale = _presale(calendar, day, len(created), rng)
    lines[presale] = 1
    created, lines, presale = _cut(created, lines, presale, lines_left)
    buyer = _buyers(calendar, day, len(created), rng)
    basket = _fill_baskets(lines, presale, rng)
    due = _charge(basket, promotion=day in calendar.promotion, rng=rng)
    tid = _order_numbers(calendar, day, len(created), buyer, rng) + tid_offset
    return _live(_Draft(calendar, day, tid, buyer, created, presale, basket, due, rng))


@dataclass(frozen=True, slots=True)
class _Draft:
    calendar: Calendar
    day: int
    tid: Ints
    buyer: Ints
    created: Ints
    presale: Flags
    basket: _Basket
    due: Ints
    rng: np.random.Generator


def _live(draft: _Draft) -> DayOrders:
    """Let the drafted orders be paid, shipped, refunded and finished."""
    basket, rng = draft.basket, draft.rng
    skus = load_skus()
    goods = _sum_lines(draft.due, basket)
    lead = np.maximum.reduceat(skus.lead_days[basket.sku], basket.starts) if len(goods) else goods
    paid, closed, cancelled = _payments(draft)
    pieces = _sum_lines(basket.quantity, basket)
    parcels = shipping.ship(
        paid=paid, lead_days=lead, pieces=pieces, remote=people.is_remote(draft.buyer), rng=rng
    )
    refunds = aftersales.draw(
        created=draft.created, paid=paid, parcels=parcels,
        order_of=basket.order_of, due=draft.due, rng=rng,
    )  # fmt: skip
    finished = aftersales.settle(parcels, refunds, basket.starts, rng)
    postage = _postage(goods, draft.buyer, refunds, basket)
    message, memo, memo_at = _notes(draft, paid, parcels, lead)
    multi = np.bincount(basket.order_of, minlength=len(goods))[basket.order_of] > 1
    return DayOrders(
        tid=draft.tid, buyer=draft.buyer, created=draft.created, paid=paid,
        closed_unpaid=closed, cancelled=cancelled, presale=draft.presale,
        deposit=np.where(draft.presale, goods // 1000 * 100, 0), lead_days=lead,
        postage=postage, total=goods + postage, pieces=pieces,
        message=message, memo=memo, memo_at=memo_at, memo_date=paid + lead * DAY,
        mobile=rng.random(len(goods)) < 0.93,
        starts=basket.starts, order_of=basket.order_of, place=basket.place,
        oid=draft.tid[basket.order_of] + np.where(multi, (basket.place + 1) * 1_000_000, 0),
        sku=basket.sku, quantity=basket.quantity, due=draft.due,
        parcels=parcels, refunds=refunds, finished=finished,
        closed_refunded=aftersales.whole_refunds(refunds, finished, basket.starts),
    )  # fmt: skip


def _presale(calendar: Calendar, day: int, count: int, rng: np.random.Generator) -> Flags:
    share = rng.random(count)
    if day in calendar.presale:
        return share < _PRESALE_SHARE
    if day in calendar.running_presale:
        return share < _PRESALE_SHARE / 5
    return np.zeros(count, dtype=np.bool_)


def _cut(
    created: Ints, lines: Ints, presale: Flags, lines_left: int | None
) -> tuple[Ints, Ints, Flags]:
    """Keep the first orders that hold `lines_left` lines, the last of them shortened to fit."""
    if lines_left is None or int(lines.sum()) <= lines_left:
        return created, lines, presale
    through = np.cumsum(lines)
    keep = int(np.searchsorted(through, lines_left, side="left")) + 1
    lines = lines[:keep].copy()
    lines[-1] -= int(through[keep - 1]) - lines_left
    return created[:keep], lines, presale[:keep]


def _buyers(calendar: Calendar, day: int, count: int, rng: np.random.Generator) -> Ints:
    """Give each order a buyer: new ones in turn, known ones the recent and loyal more often."""
    known = int(calendar.new_from[day])
    is_new = rng.random(count) < 0.62
    recent = (known * np.sqrt(rng.random(count))).astype(np.int64)
    loyal = (recent // 7) * 7
    buyer = np.where(rng.random(count) < 0.5, loyal, recent)
    # The plan gave the day a fixed range of new numbers; a surplus newcomer is a known buyer.
    room = int(np.rint(calendar.counts[day] * 0.62))
    number = np.cumsum(is_new) - 1
    buyer = np.where(is_new & (number < room), known + number, buyer)
    again = np.flatnonzero(rng.random(count) < _REPEAT_NEXT_SHARE)
    again = again[again > 0]
    buyer[again] = buyer[again - 1]
    return buyer


def _fill_baskets(lines: Ints, presale: Flags, rng: np.random.Generator) -> _Basket:
    skus = load_skus()
    order_of = np.repeat(np.arange(len(lines)), lines)
    starts = np.cumsum(lines) - lines
    place = np.arange(len(order_of)) - starts[order_of]
    sku = pick_weighted(rng.random(len(order_of)), skus.popularity)
    quantity = pick_weighted(rng.random(len(order_of)), _QUANTITIES) + 1
    on_presale = presale[order_of]
    sku = np.where(on_presale, skus.presale[sku % len(skus.presale)], sku)
    return _Basket(starts, order_of, place, sku, np.where(on_presale, 1, quantity))


def _charge(basket: _Basket, *, promotion: bool, rng: np.random.Generator) -> Ints:
    """Return what each line costs after discounts; an order's discount is shared by list price."""
    listed = load_skus().price_fen[basket.sku] * basket.quantity
    order_sum = _sum_lines(listed, basket)
    count = len(order_sum)
    coupon = np.select([order_sum >= 60_000, order_sum >= 30_000], [5_000, 2_000], 0)
    rates: Floats = np.array([0.15, 0.12, 0.20] if promotion else [0.0, 0.05, 0.10])
    rate = rates[pick_weighted(rng.random(count), np.array([0.6, 0.25, 0.15]))]
    off = np.minimum(np.rint(order_sum * rate).astype(np.int64) + coupon, order_sum - 100)
    share = off[basket.order_of] * listed // order_sum[basket.order_of]
    rest = off - _sum_lines(share, basket)
    share[basket.starts] += rest
    due: Ints = listed - share
    return due


def _postage(goods: Ints, buyer: Ints, refunds: aftersales.Refunds, basket: _Basket) -> Ints:
    """Charge postage on small and far parcels, never on an order refunded before it leaves."""
    fee = np.where(people.is_remote(buyer), 1_500, np.where(goods < 5_900, 600, 0))
    fee = np.where(unit(buyer, 31) < 0.3, 0, fee)  # members with a free-postage right
    before = np.bincount(
        basket.order_of, weights=refunds.before_shipping, minlength=len(goods)
    ).astype(np.int64)
    return np.where(before > 0, 0, fee)


def _payments(draft: _Draft) -> tuple[Ints, Ints, Flags]:
    """Return when each order is paid, when it closes unpaid, and whether the buyer closed it."""
    rng, created = draft.rng, draft.created
    count = len(created)
    delay = np.exp(rng.normal(np.log(45), 1.35, count)).clip(6, 23 * 3600).astype(np.int64)
    unpaid = rng.random(count) < _UNPAID_SHARE
    cancelled = rng.random(count) < 0.35
    closing = np.where(
        cancelled, created + (300 + rng.random(count) * 20_000).astype(np.int64), created + DAY
    )
    paid = np.where(unpaid, NEVER, created + delay)
    closed = np.where(unpaid, closing, NEVER)
    paid, closed = _pay_balances(draft, paid, closed)
    return paid, closed, cancelled & (closed < NEVER)


def _pay_balances(draft: _Draft, paid: Ints, closed: Ints) -> tuple[Ints, Ints]:
    """Let presale orders pay their balance when the promotion begins, most of them at once."""
    rng, presale, calendar = draft.rng, draft.presale, draft.calendar
    count = len(paid)
    rush = (rng.random(count) ** 3 * 1.8 * DAY).astype(np.int64) + rng.integers(1, 60, count)
    forfeits = rng.random(count) < _FORFEIT_SHARE
    if draft.day not in calendar.presale:  # a presale still running: nobody can pay the balance
        return np.where(presale, NEVER, paid), np.where(presale, NEVER, closed)
    opening = calendar.start_of(calendar.promotion.start)
    closing = calendar.start_of(calendar.promotion.start) + 3 * DAY
    paid = np.where(presale, np.where(forfeits, NEVER, opening + rush), paid)
    return paid, np.where(presale, np.where(forfeits, closing, NEVER), closed)


def _notes(
    draft: _Draft, paid: Ints, parcels: shipping.Parcels, lead: Ints
) -> tuple[Ints, Ints, Ints]:
    """Return the buyer's message, the shop's memo and when it was written."""
    rng, count = draft.rng, len(paid)
    speaks, urgent = rng.random(count) < 0.11, rng.random(count) < 0.22
    words = below(draft.tid, 41, len(messages.ORDINARY)) + messages.FIRST_ORDINARY
    message = np.where(urgent, 1 + below(draft.tid, 42, len(messages.URGENT)), words)
    message = np.where(speaks, message, 0)
    spread = messages.MEMO_LAST_FREE - messages.MEMO_FIRST_FREE + 1
    memo = np.where(
        rng.random(count) < 0.05, messages.MEMO_FIRST_FREE + below(draft.tid, 43, spread), 0
    )
    memo = np.where(parcels.late & (rng.random(count) < 0.5), messages.MEMO_SHORT, memo)
    hurry = speaks & urgent & (rng.random(count) < 0.7)
    memo = np.where(hurry, messages.MEMO_URGENT, memo)
    memo = np.where(lead > 0, messages.MEMO_PROMISED, memo)
    written = np.where(paid < NEVER, paid + rng.integers(300, 5_400, count), NEVER)
    return message, memo, np.where(memo > 0, written, NEVER)


def _order_numbers(
    calendar: Calendar, day: int, count: int, buyer: Ints, rng: np.random.Generator
) -> Ints:
    """Return 19-digit numbers that grow with time: day, place in it, six digits of the buyer."""
    step = 10**9 // max(int(calendar.counts[day]), 1)
    jitter = rng.integers(0, max(step - 10, 1), count)
    place = np.arange(count, dtype=np.int64) * step + jitter
    day_number = calendar.start_of(day) // DAY - _DAY_ZERO
    return (day_number * 10**9 + place) * 10**6 + below(buyer, 44, 10**6)


def _sum_lines(values: Ints, basket: _Basket) -> Ints:
    if not len(basket.starts):
        return values[:0]
    sums: Ints = np.add.reduceat(values, basket.starts)
    return sums
