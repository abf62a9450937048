"""What an order costs now for being late, and from when it costs more."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from orders.rules.calendar import utc
from orders.rules.penalties import ZERO, PenaltyRule, penalty
from shopops.lib.business_time import business_date
from shopops.lib.money import FEN

LATE = "late"
STOCK_OUT = "stock_out"
ORDER_CAP = "order_cap"


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """What the cost of an order's lateness depends on.

    `platform_due_at`: the platform's limit; the shop's own cutoff costs nothing. `picked_up_at`:
    the carrier's pickup, which ends the count. `is_stock_out_declared`: the seller said that it
    cannot ship.
    """

    platform: str
    paid_amount: Decimal
    paid_at: datetime
    platform_due_at: datetime | None
    promise_hours: int | None
    picked_up_at: datetime | None = None
    is_stock_out_declared: bool = False


@dataclass(frozen=True, slots=True)
class Risk:
    """Cost at `now`, and at the next instant at which it changes.

    `codes`: the penalties that make up `now_amount`. With nothing left to come `next_amount` equals
    `now_amount` and `next_at` is None. `next_at` is the last instant that is still in time.
    """

    now_amount: Decimal
    next_amount: Decimal
    next_at: datetime | None
    codes: tuple[str, ...]


def order_risk(facts: RiskFacts, *, now: datetime, rules: Iterable[PenaltyRule]) -> Risk:
    """Work out what an order costs now and at its next threshold: `risk_under` the rules that judge it."""
    judged = judging_rules(
        list(rules),
        platform=facts.platform,
        paid_date=business_date(facts.paid_at),
        promise_hours=facts.promise_hours,
    )
    return risk_under(judged, facts, now=now)


def risk_under(judged: Mapping[str, PenaltyRule], facts: RiskFacts, *, now: datetime) -> Risk:
    """Work out what an order costs now and at its next threshold. `judged`: from `judging_rules`.

    Late counts after the platform's limit has passed; stock-out comes on top once the order is not
    picked up `after_hours` (72) later, or as soon as the seller says so. All rules are those in
    force on the date of payment. A cap on the order never lowers the sum below its dearest single
    penalty. The cap by buyer and day is `cap_by_buyer_day`, over many orders.
    """
    starts = _starts(facts, judged)
    at = min(utc(now), utc(facts.picked_up_at)) if facts.picked_up_at else utc(now)
    running = [rule for rule, start in starts if start is None or at > start]
    now_amount = _sum(facts.paid_amount, running, judged)
    later = sorted({start for _, start in starts if start is not None and start >= at})
    codes = tuple(rule.code for rule in running)
    if facts.picked_up_at is not None and utc(facts.picked_up_at) <= utc(now):
        later = []
    if not later:
        return Risk(now_amount, now_amount, None, codes)
    then = [rule for rule, start in starts if start is None or start <= later[0]]
    return Risk(now_amount, _sum(facts.paid_amount, then, judged), later[0], codes)


def dearest_in_force(
    rules: Iterable[PenaltyRule],
    *,
    code: str,
    platform: str,
    paid_date: date,
    promise_hours: int | None,
) -> PenaltyRule | None:
    """Pick the rule of a code that judges an order.

    The rule that began last; a rule whose start nobody recorded competes with it, and the dearer
    rate counts.
    """
    found = [
        rule
        for rule in rules
        if rule.code == code
        and rule.applies(platform=platform, paid_date=paid_date, promise_hours=promise_hours)
    ]
    latest = max((rule.valid_from for rule in found if rule.valid_from), default=None)
    candidates = [rule for rule in found if rule.valid_from in (latest, None)]
    return max(candidates, key=lambda rule: rule.rate, default=None)


def judging_rules(
    rules: Sequence[PenaltyRule], *, platform: str, paid_date: date, promise_hours: int | None
) -> dict[str, PenaltyRule]:
    """Pick the one rule of each code that judges orders paid on a date with a promise."""
    judged = {}
    for code in (LATE, STOCK_OUT, ORDER_CAP):
        rule = dearest_in_force(
            rules, code=code, platform=platform, paid_date=paid_date, promise_hours=promise_hours
        )
        if rule is not None:
            judged[code] = rule
    return judged


def _starts(
    facts: RiskFacts, judged: Mapping[str, PenaltyRule]
) -> list[tuple[PenaltyRule, datetime | None]]:
    """Give each penalty with the last instant before it counts, None when it counts already."""
    starts: list[tuple[PenaltyRule, datetime | None]] = []
    due_at = utc(facts.platform_due_at) if facts.platform_due_at is not None else None
    if LATE in judged and due_at is not None:
        starts.append((judged[LATE], due_at))
    if STOCK_OUT in judged and facts.is_stock_out_declared:
        starts.append((judged[STOCK_OUT], None))
    elif STOCK_OUT in judged and due_at is not None:
        starts.append((judged[STOCK_OUT], due_at + timedelta(hours=judged[STOCK_OUT].after_hours)))
    return starts


def _sum(
    paid_amount: Decimal, running: Sequence[PenaltyRule], judged: Mapping[str, PenaltyRule]
) -> Decimal:
    amounts = [penalty(paid_amount, rule) for rule in running]
    total = sum(amounts, ZERO)
    if ORDER_CAP not in judged:
        return total
    cap = (max(paid_amount, ZERO) * judged[ORDER_CAP].rate).quantize(FEN, rounding=ROUND_HALF_UP)
    return min(total, max(cap, *amounts)) if amounts else total
