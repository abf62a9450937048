"""Refunds: before shipping, after it, of all types, each with its three dates."""

from dataclasses import dataclass

import numpy as np

from orders.demo.curve import DAY
from orders.demo.dice import Flags, Ints, pick_weighted
from orders.demo.shipping import Parcels
from orders.demo.times import NEVER

NONE, MONEY, RETURN, EXCHANGE, RESEND, POSTAGE = range(6)
TYPE_TEXT = ("", "仅退款", "退货退款", "换货", "补寄", "退运费")
SUCCESS, CLOSED, REFUSED = 1, 2, 3
_BEFORE_SHARE = 0.04
_AFTER_SHARE = 0.062
_HORIZON = 29 * DAY  # every refund ends within this of the order, so that the last export knows it


@dataclass(slots=True)
class Refunds:
    """At most one refund a line."""

    kind: Ints
    applied: Ints
    agreed: Ints
    returned: Ints
    ended: Ints
    outcome: Ints
    amount: Ints  # fen
    before_shipping: Flags
    whole: Flags  # the line's whole price goes back


@dataclass(frozen=True, slots=True)
class _Case:
    before: Flags
    applied: Ints
    ended: Ints
    success: Flags
    whole_order: Flags


def draw(
    *, created: Ints, paid: Ints, parcels: Parcels, order_of: Ints, due: Ints,
    rng: np.random.Generator,
) -> Refunds:  # fmt: skip
    """Draw the lines' refunds; stop or delay the parcels of orders that ask before they leave."""
    single = np.bincount(order_of, minlength=len(paid)) == 1
    case = _before_shipping(paid, parcels, single, rng)
    _stop_parcels(case, parcels)
    after = (parcels.first < NEVER) & ~case.before & (rng.random(len(paid)) < _AFTER_SHARE)
    applied = parcels.last + (DAY + rng.random(len(paid)) * 9 * DAY).astype(np.int64)
    whole = np.where(case.before, case.whole_order, rng.random(len(paid)) < 0.4)
    lines = len(order_of)
    is_last = np.ones(lines, dtype=np.bool_)
    is_last[:-1] = order_of[:-1] != order_of[1:]
    asks = (case.before | after)[order_of] & (whole[order_of] | is_last)
    kind = pick_weighted(rng.random(len(paid)), np.array([0.0, 0.22, 0.58, 0.08, 0.05, 0.07]))
    kind = np.where(case.before, MONEY, kind)[order_of]
    start = np.where(case.before, case.applied, applied)[order_of]
    refunds = _walk(kind, start, due, rng)
    _adopt(refunds, case, order_of, due)
    too_late = (refunds.ended - created[order_of] > _HORIZON) & ~case.before[order_of]
    _forget(refunds, ~asks | too_late)
    return refunds


def _before_shipping(
    paid: Ints, parcels: Parcels, single: Flags, rng: np.random.Generator
) -> _Case:
    count = len(paid)
    wait = np.where(paid < NEVER, parcels.first - paid, 0)
    before = (wait > 3_600) & (rng.random(count) < _BEFORE_SHARE)
    applied = paid + 120 + (rng.random(count) * 0.7 * wait).astype(np.int64)
    handling = (600 + rng.random(count) ** 2 * 20 * 3600).astype(np.int64)
    return _Case(
        before=before,
        applied=applied,
        ended=applied + handling,
        success=rng.random(count) < 0.86,
        whole_order=single | (rng.random(count) < 0.75),
    )


def _stop_parcels(case: _Case, parcels: Parcels) -> None:
    """Hold parcels while a refund is open; one granted for the whole order never leaves."""
    gap = parcels.last - parcels.first
    held = np.maximum(parcels.first, case.ended + 7_200)
    parcels.first = np.where(case.before, held, parcels.first)
    parcels.last = parcels.first + gap
    gone = case.before & case.success & case.whole_order
    parcels.first[gone] = NEVER
    parcels.last[gone] = NEVER


def _walk(kind: Ints, applied: Ints, due: Ints, rng: np.random.Generator) -> Refunds:
    """Draw each line's refund as if it asked after shipping."""
    count = len(kind)
    longest, least = np.array([[30.0], [72.0], [80.0]]), np.array([[0.2], [6.0], [20.0]])
    hours = rng.random((3, count)) * longest + least
    agreed = applied + (hours[0] * 3600).astype(np.int64)
    goods_back = (kind == RETURN) | (kind == EXCHANGE)
    returned = np.where(goods_back, agreed + (hours[1] * 3600).astype(np.int64), NEVER)
    ended = np.where(goods_back, returned + (hours[2] * 3600).astype(np.int64), agreed)
    outcome = pick_weighted(rng.random(count), np.array([0.0, 0.83, 0.12, 0.05]))
    unmoved = outcome != SUCCESS
    agreed = np.where(unmoved | ~goods_back, NEVER, agreed)
    part = np.maximum(due * rng.integers(1, 4, count) // 20, 100)
    amount = np.where(kind == RETURN, due, np.where(kind == MONEY, part, 0))
    amount = np.where(kind == POSTAGE, np.minimum(1_000, due), amount)
    return Refunds(
        kind=kind,
        applied=applied,
        agreed=agreed,
        returned=np.where(unmoved, NEVER, returned),
        ended=np.where(unmoved, applied + (hours[0] * 3600).astype(np.int64), ended),
        outcome=outcome,
        amount=np.minimum(amount, due),
        before_shipping=np.zeros(count, dtype=np.bool_),
        whole=kind == RETURN,
    )


def _adopt(refunds: Refunds, case: _Case, order_of: Ints, due: Ints) -> None:
    """Put in the cases that began before shipping: the whole price back, nothing to return."""
    before = case.before[order_of]
    refunds.before_shipping = before
    refunds.whole = refunds.whole | before
    refunds.amount = np.where(before, due, refunds.amount)
    refunds.ended = np.where(before, case.ended[order_of], refunds.ended)
    outcome = np.where(case.success[order_of], SUCCESS, CLOSED)
    refunds.outcome = np.where(before, outcome, refunds.outcome)


def _forget(refunds: Refunds, none: Flags) -> None:
    refunds.kind = np.where(none, NONE, refunds.kind)
    refunds.before_shipping = refunds.before_shipping & ~none
    refunds.whole = refunds.whole & ~none
    for name in ("applied", "agreed", "returned", "ended"):
        setattr(refunds, name, np.where(none, NEVER, getattr(refunds, name)))
    refunds.outcome = np.where(none, 0, refunds.outcome)
    refunds.amount = np.where(none, 0, refunds.amount)


def settle(parcels: Parcels, refunds: Refunds, starts: Ints, rng: np.random.Generator) -> Ints:
    """Return when each order is finished: confirmed by the buyer or, mostly, after ten days."""
    count = len(starts)
    quick = rng.random(count) < 0.4
    wait = np.where(quick, (2.5 + 4.5 * rng.random(count)) * DAY, (10 + rng.random(count)) * DAY)
    finished = np.where(parcels.last < NEVER, parcels.last + wait.astype(np.int64), NEVER)
    if not count:
        return finished
    # A refund that is open on the day of confirming puts it off until the case has ended.
    applied = np.minimum.reduceat(refunds.applied, starts)
    open_until = np.where(refunds.applied < NEVER, refunds.ended, 0)
    ended = np.maximum.reduceat(open_until, starts)
    waits = (applied < finished) & (finished < NEVER)
    return np.where(waits, np.maximum(finished, ended + 60), finished)


def whole_refunds(refunds: Refunds, finished: Ints, starts: Ints) -> Ints:
    """Return when an order closes because every line's whole price has gone back, else NEVER."""
    if not len(starts):
        return finished
    gone = refunds.whole & (refunds.outcome == SUCCESS)
    ended = np.where(gone, refunds.ended, NEVER)
    last = np.maximum.reduceat(ended, starts)
    return np.where(last < finished, last, NEVER)
