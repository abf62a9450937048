"""In which tier a customer stands: pure decisions over what was paid.

Amounts are whole fen, net of refunds. A window of n days that ends on a day holds that day and the n - 1
before it. Any one condition of a tier lifts; the highest tier that is met counts. A tier is held for
`keep_days`; on the day after, what was paid in these days either keeps it for as long again, or it falls
by the plan's rule.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

# Codes of `crm.tier_choices.TierReason` and `TierFall`.
ONE_ORDER, WINDOW_AMOUNT, WINDOW_ORDERS = "one_order", "window_amount", "window_orders"
KEPT, WITHIN, NEVER_FALLS, FELL = "kept", "within", "never_falls", "fell"
STEP, RECOUNT, NEVER = "step", "recount", "never"


@dataclass(frozen=True, slots=True)
class Level:
    """One tier: what lifts into it, what keeps it, what it gives. `rate` 0.98 leaves 98 % to pay."""

    level: int
    name: str
    one_order_fen: int | None = None
    window_fen: int | None = None
    window_orders: int | None = None
    keep_fen: int | None = None
    keep_orders: int | None = None
    rate: Decimal = Decimal(1)
    benefits: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """All tiers by rising level, with their windows."""

    levels: tuple[Level, ...]
    window_days: int = 365
    keep_days: int = 365
    fall: str = STEP

    def find(self, level: int) -> Level | None:
        """Give a tier by its number."""
        return next((one for one in self.levels if one.level == level), None)


@dataclass(frozen=True, slots=True)
class Paid:
    """What a customer paid as of a day: in the plan's window, and in the days that keep a tier."""

    best_order_fen: int = 0
    window_fen: int = 0
    window_orders: int = 0
    keep_fen: int = 0
    keep_orders: int = 0
    keep_best_fen: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A tier that is held: since a day, at least up to and including another."""

    level: int
    since: date
    until: date
    why: str


def reason_to_rise(level: Level, paid: Paid) -> str:
    """Say by which condition a customer comes into a tier; empty: by none."""
    if level.one_order_fen and paid.best_order_fen >= level.one_order_fen:
        return ONE_ORDER
    if level.window_fen and paid.window_fen >= level.window_fen:
        return WINDOW_AMOUNT
    if level.window_orders and paid.window_orders >= level.window_orders:
        return WINDOW_ORDERS
    return ""


def reached(plan: Plan, paid: Paid) -> tuple[int, str]:
    """Give the highest tier that is met and by what; 0 for none."""
    for one in reversed(plan.levels):
        if why := reason_to_rise(one, paid):
            return one.level, why
    return 0, ""


def keeps(level: Level, paid: Paid) -> bool:
    """Say whether what was paid in the days of keeping keeps a tier."""
    if not level.keep_fen and not level.keep_orders:
        again = Paid(paid.keep_best_fen, paid.keep_fen, paid.keep_orders)
        return bool(reason_to_rise(level, again))
    return bool(
        (level.keep_fen and paid.keep_fen >= level.keep_fen)
        or (level.keep_orders and paid.keep_orders >= level.keep_orders)
    )


def next_state(held: Held | None, paid: Paid, plan: Plan, on: date) -> Held | None:
    """Give the tier that a customer has on a day; None for none."""
    level, why = reached(plan, paid)
    end = on + timedelta(days=plan.keep_days)
    if held is None or level > held.level:
        return Held(level, on, end, why) if level else None
    current = plan.find(held.level)
    if current is not None and (held.until >= on or plan.fall == NEVER):
        reason = NEVER_FALLS if held.until < on else held.why
        return held if reason == held.why else Held(held.level, held.since, held.until, reason)
    if current is not None and (level == held.level or keeps(current, paid)):
        return Held(held.level, held.since, end, KEPT)
    below = _fallen_to(plan, held.level, level)
    return Held(below, on, end, FELL) if below else None


def _fallen_to(plan: Plan, was: int, met: int) -> int:
    """Give the tier under `was`, not lower than what is met; 0 for none."""
    if plan.fall == RECOUNT:
        return met
    lower = [one.level for one in plan.levels if one.level < was]
    return max(met, lower[-1] if lower else 0)


# --- what is wrong with a plan --------------------------------------------------------------------


def faults(plan: Plan) -> list[tuple[str, int]]:
    """Give what cannot be so: code and tier.

    `none`: no tier at all; `no_condition`; `easier`: a higher tier asks for less than the one under it by
    the same measure; `less`: it gives less.
    """
    if not plan.levels:
        return [("none", 0)]
    found = [("no_condition", one.level) for one in plan.levels if not _conditions(one)]
    for lower, higher in zip(plan.levels, plan.levels[1:], strict=False):
        pairs = (
            (lower.one_order_fen, higher.one_order_fen),
            (lower.window_fen, higher.window_fen),
            (lower.window_orders, higher.window_orders),
        )
        if any(a and b and b < a for a, b in pairs):
            found.append(("easier", higher.level))
        if higher.rate > lower.rate:
            found.append(("less", higher.level))
    return found


def _conditions(level: Level) -> bool:
    return bool(level.one_order_fen or level.window_fen or level.window_orders)


def warnings(meeting: Mapping[int, int], everybody: int) -> list[tuple[str, int]]:
    """Give tiers that nobody or everybody meets: `nobody` or `everybody`, and the tier.

    :param meeting: by tier, how many of `everybody` who bought meet it
    """
    found = []
    for level, count in sorted(meeting.items()):
        if count == 0:
            found.append(("nobody", level))
        elif everybody and count >= everybody:
            found.append(("everybody", level))
    return found


# --- a year again ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bought:
    """One paid order: net of refunds; `goods_fen` without postage, what a discount is of."""

    on: date
    net_fen: int
    goods_fen: int


@dataclass(slots=True)
class Replay:
    """What a plan would have cost: discounts in fen, orders and goods bought at it, by tier."""

    off_fen: Counter[int] = field(default_factory=Counter)
    orders: Counter[int] = field(default_factory=Counter)


def paid_as_of(orders: Sequence[Bought], plan: Plan, on: date) -> Paid:
    """Sum up what was paid up to and including a day."""
    window = [one.net_fen for one in _last(orders, plan.window_days, on)]
    keep = [one.net_fen for one in _last(orders, plan.keep_days, on)]
    return Paid(
        max(window, default=0), sum(window), len(window), sum(keep), len(keep), max(keep, default=0)
    )


def _last(orders: Sequence[Bought], days: int, on: date) -> Iterable[Bought]:
    start = on - timedelta(days=days)
    return (one for one in orders if start < one.on <= on and one.net_fen > 0)


def replay(orders: Sequence[Bought], plan: Plan, *, since: date, into: Replay) -> None:
    """Go through one customer's orders, oldest first, and add what the discounts would have cost.

    An order is bought at the tier that the days before it gave, so the one that lifts pays in full.
    """
    held: Held | None = None
    for place, one in enumerate(orders):
        before = one.on - timedelta(days=1)
        held = next_state(held, paid_as_of(orders[:place], plan, before), plan, before)
        level = plan.find(held.level) if held else None
        if level is not None and one.on >= since:
            into.off_fen[level.level] += discount_fen(one.goods_fen, level.rate)
            into.orders[level.level] += 1


def discount_fen(fen: int, rate: Decimal) -> int:
    """Give what a discount takes off, in whole fen, in favour of the buyer."""
    return fen - int(fen * rate)
