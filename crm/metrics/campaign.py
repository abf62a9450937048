"""What a campaign brought over the people held out. Pure.

Everybody who was drawn counts, whether or not the message reached them (as assigned, not as treated), so
that the groups stay comparable. Shares of buyers: difference of two proportions with Newcombe's interval
(hybrid of two Wilson scores; R. G. Newcombe, Statistics in Medicine 17, 1998), by statsmodels. Profit:
difference of means of two independent groups with Welch's interval.
"""

import math
from dataclasses import dataclass

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class GroupSums:
    """One group within the window. Money in whole fen; profit is per person, squares of it summed too."""

    people: int
    reached: int = 0
    buyers: int = 0
    orders: int = 0
    paid_fen: int = 0
    profit_fen: int = 0
    profit_squares: float = 0.0
    # Orders of goods whose cost nobody gave: left out of profit, in every group.
    orders_without_cost: int = 0
    parts: int = 0
    opt_outs: int = 0

    def __add__(self, other: "GroupSums") -> "GroupSums":
        return GroupSums(
            *(getattr(self, name) + getattr(other, name) for name in GroupSums.__slots__)
        )


@dataclass(frozen=True, slots=True)
class Interval:
    """A difference with the interval around it."""

    value: float
    low: float
    high: float

    @property
    def is_sure(self) -> bool:
        """Say whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a group brought over the people held out. Money in fen, message costs taken off the profit."""

    lift: Interval
    extra_orders: float
    extra_profit: Interval
    message_fen: int
    benefit_fen: int

    @property
    def cost_fen(self) -> int:
        """Give what the group cost: messages, and benefits that its buyers used."""
        return self.message_fen + self.benefit_fen

    @property
    def per_yuan(self) -> float | None:
        """Give the extra profit for each yuan of cost; None where it cost nothing."""
        return self.extra_profit.value / self.cost_fen if self.cost_fen else None

    @property
    def verdict(self) -> str:
        """Say what it was good for: `use` more profit for sure, `buyers` only more buyers, `harm`, `open`."""
        if self.extra_profit.low > 0:
            return "use"
        if self.extra_profit.high < 0 or self.lift.high < 0:
            return "harm"
        return "buyers" if self.lift.low > 0 else "open"


def lift(group: GroupSums, held_out: GroupSums, *, level: float = LEVEL) -> Interval | None:
    """Give the difference of the shares of buyers; None where a group has nobody."""
    if not group.people or not held_out.people:
        return None
    # Here and not above: it takes a second to load, and most processes never ask.
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        group.buyers,
        group.people,
        held_out.buyers,
        held_out.people,
        method="newcomb",
        compare="diff",
        alpha=1 - level,
    )
    value = group.buyers / group.people - held_out.buyers / held_out.people
    return Interval(value, float(low), float(high))


def extra_profit(
    group: GroupSums, held_out: GroupSums, *, cost_fen: int, level: float = LEVEL
) -> Interval | None:
    """Give the profit of a group over as many people held out, less what was spent on messages.

    None where a group has fewer than two people: nothing is known of its spread.
    """
    spreads = profit_spread(group), profit_spread(held_out)
    if spreads[0] is None or spreads[1] is None:
        return None
    own, other = _mean_error(group, spreads[0]), _mean_error(held_out, spreads[1])
    error = math.sqrt(own.error + other.error)
    half = _student(level, _welch_df(own, other)) * error * group.people if error else 0.0
    value = (own.mean - other.mean) * group.people - cost_fen
    return Interval(value, value - half, value + half)


@dataclass(frozen=True, slots=True)
class Spread:
    """The profit of each person of a group: mean and variance, in fen."""

    mean: float
    variance: float


def profit_spread(group: GroupSums) -> Spread | None:
    """Give mean and variance of the profit per person; None where there are fewer than two."""
    least = 2
    if group.people < least:
        return None
    mean = group.profit_fen / group.people
    spread = (group.profit_squares - group.people * mean * mean) / (group.people - 1)
    return Spread(mean, max(spread, 0.0))


@dataclass(frozen=True, slots=True)
class _Mean:
    mean: float
    error: float  # squared standard error of the mean
    people: int


def _mean_error(group: GroupSums, spread: Spread) -> _Mean:
    return _Mean(spread.mean, spread.variance / group.people, group.people)


def _welch_df(one: _Mean, two: _Mean) -> float:
    below = one.error**2 / (one.people - 1) + two.error**2 / (two.people - 1)
    return (one.error + two.error) ** 2 / below


def _student(level: float, freedom: float) -> float:
    from scipy.stats import t

    return float(t.ppf((1 + level) / 2, freedom))


def outcome(
    group: GroupSums, held_out: GroupSums, *, message_fen: int, benefit_fen: int
) -> Outcome | None:
    """Put together what a group brought; None where there is nobody to compare with.

    `benefit_fen` is in the cost but not in the profit: what was paid is net of it already.
    """
    share = lift(group, held_out)
    profit = extra_profit(group, held_out, cost_fen=message_fen)
    if share is None or profit is None:
        return None
    orders = (group.orders / group.people - held_out.orders / held_out.people) * group.people
    return Outcome(share, orders, profit, message_fen, benefit_fen)
