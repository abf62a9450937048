"""What the next sending to the same people should be, as far as one that is over allows to say. Pure.

Several groups are judged at once, so each interval is widened (Bonferroni): that any one of them is called
good by chance stays under five in a hundred. Where an interval leaves the answer open, the number of people is
given at which an effect as large as the one measured would be seen with four chances in five; where the
measured effect is not worth having, or would take more people than there are, that is said instead.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from crm.metrics.campaign import (
    LEVEL,
    GroupSums,
    Interval,
    extra_profit,
    lift,
    profit_spread,
)

POWER = 0.8
# More than this is no size to plan with: the effect is as good as none.
MOST_PEOPLE = 10_000_000
MOST_HELD_OUT = 50
KEPT = ("use", "tied", "again")


@dataclass(frozen=True, slots=True)
class Arm:
    """One text with one benefit that was sent; money in fen."""

    sums: GroupSums
    message_fen: int


@dataclass(frozen=True, slots=True)
class Size:
    """How many people an answer takes: in the group, held out, and both."""

    group: int
    held_out: int

    @property
    def both(self) -> int:
        """Give both together."""
        return self.group + self.held_out


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do with one text next time.

    `say`: "use" (gains for sure, and the most), "tied" (gains for sure, not told apart from the best),
    "second" (gains for sure, and for sure less than the best), "stop" (loses for sure), "annoys" (more
    opted out for sure than in the other groups), "buyers" (more bought for sure, no profit measured),
    "none" (open, nothing gained was measured), "again" (open: `size` would settle it), "later" (open, and
    these people do not suffice beside the others), "small" (open, and they do not suffice at all).
    """

    say: str
    lift: Interval
    profit: Interval
    opt_outs: Interval | None
    size: Size | None

    @property
    def is_kept(self) -> bool:
        """Say whether a draft for the next time takes this text along."""
        return self.say in KEPT


@dataclass(frozen=True, slots=True)
class Next:
    """The advice for each group in the order given, the level of each interval, how many to hold out."""

    arms: Sequence[Advice]
    level: float
    holdout_percent: int

    @property
    def has_draft(self) -> bool:
        """Say whether there is anything to send next time."""
        return any(one.is_kept for one in self.arms)


def next_sending(
    arms: Sequence[Arm], held_out: GroupSums, *, people: int, by_profit: bool = True
) -> Next | None:
    """Say of each group what to do with it next time; None where there is nothing to compare with.

    :param people: how many there are to send to and to hold out
    :param by_profit: judge by profit; else by buyers alone, for whoever may not see costs
    """
    if not arms:
        return None
    level = 1 - (1 - LEVEL) / len(arms)
    found = [
        one
        for place in range(len(arms))
        if (one := _first(arms, place, held_out, level=level, by_profit=by_profit))
    ]
    if len(found) < len(arms):
        return None
    found = _ranked(arms, found, level=level) if by_profit else found
    found = _fitted(arms, found, people=people)
    held = max((one.size.held_out for one in found if one.say == "again" and one.size), default=0)
    percent = math.ceil(100 * held / people) if people else 0
    return Next(found, level, min(percent, MOST_HELD_OUT))


def _first(
    arms: Sequence[Arm], place: int, held_out: GroupSums, *, level: float, by_profit: bool
) -> Advice | None:
    """Judge a group by itself."""
    arm = arms[place]
    more = lift(arm.sums, held_out, level=level)
    profit = extra_profit(arm.sums, held_out, cost_fen=arm.message_fen, level=level)
    if more is None or profit is None:
        return None
    gain = profit if by_profit else more
    annoys = _opt_outs(arms, place, level=level)
    need = size_by_profit if by_profit else size_by_buyers
    size = None
    if gain.high < 0 or more.high < 0:
        say = "stop"
    elif annoys and annoys.low > 0:
        say = "annoys"
    elif gain.low > 0:
        say = "use"
    elif gain.value <= 0:
        say = "buyers" if more.low > 0 else "none"
    else:
        size = need(arm, held_out, level=level)
        say = "again" if size else "small"
    return Advice(say, more, profit, annoys, size)


def _ranked(arms: Sequence[Arm], found: Sequence[Advice], *, level: float) -> list[Advice]:
    """Leave one best of those that gain for sure."""
    sure = [place for place, one in enumerate(found) if one.say == "use"]
    best = max(sure, key=lambda place: _each(arms[place], found[place]), default=None)
    ranked = list(found)
    for place in sure:
        if best is not None and place != best:
            less = _is_less(arms[place], arms[best], level=level)
            ranked[place] = replace(found[place], say="second" if less else "tied")
    return ranked


def _fitted(arms: Sequence[Arm], found: Sequence[Advice], *, people: int) -> list[Advice]:
    """Take of the open ones, the most gainful first, as many as there are people for in equal groups."""
    fitted, sizes = list(found), list[Size]()
    kept = sum(one.is_kept and one.say != "again" for one in found)
    open_ones = [place for place, one in enumerate(found) if one.say == "again"]
    for place in sorted(open_ones, key=lambda at: -_each(arms[at], found[at])):
        size = found[place].size
        assert size is not None  # noqa: S101
        tried = [*sizes, size]
        groups = (kept + len(tried)) * max(one.group for one in tried)
        held = max(one.held_out for one in tried)
        if groups + held <= people and held * 100 <= people * MOST_HELD_OUT:
            sizes = tried
        else:
            fitted[place] = replace(
                found[place], say="later" if size.both <= people and (kept or sizes) else "small"
            )
    return fitted


def _each(arm: Arm, found: Advice) -> float:
    return found.profit.value / arm.sums.people


def _is_less(arm: Arm, best: Arm, *, level: float) -> bool:
    """Say whether one text brought for sure less for each person than the best."""
    cost = best.message_fen - arm.message_fen * best.sums.people / arm.sums.people
    gap = extra_profit(best.sums, arm.sums, cost_fen=round(cost), level=level)
    return gap is not None and gap.low > 0


def _opt_outs(arms: Sequence[Arm], place: int, *, level: float) -> Interval | None:
    """Give how much larger the share of those who opted out is than in the other groups."""
    own, rest = arms[place].sums, GroupSums(0)
    for other, one in enumerate(arms):
        rest = rest if other == place else rest + one.sums
    return lift(
        GroupSums(own.people, buyers=own.opt_outs),
        GroupSums(rest.people, buyers=rest.opt_outs),
        level=level,
    )


def size_by_profit(arm: Arm, held_out: GroupSums, *, level: float = LEVEL) -> Size | None:
    """Give how many people it takes to see an extra profit as large as the one measured.

    As many are held out for each one written to as were this time. None where nothing was gained, where
    nothing varies, or where it takes more people than anybody has.
    """
    own, other = profit_spread(arm.sums), profit_spread(held_out)
    if own is None or other is None:
        return None
    gained = own.mean - other.mean - arm.message_fen / arm.sums.people
    return _size(arm.sums, held_out, gained, (own.variance, other.variance), level=level)


def size_by_buyers(arm: Arm, held_out: GroupSums, *, level: float = LEVEL) -> Size | None:
    """Give how many people it takes to see as many more buyers as were measured."""
    own, other = arm.sums.buyers / arm.sums.people, held_out.buyers / held_out.people
    return _size(
        arm.sums, held_out, own - other, (own * (1 - own), other * (1 - other)), level=level
    )


def _size(
    group: GroupSums,
    held_out: GroupSums,
    gained: float,
    variances: tuple[float, float],
    *,
    level: float,
) -> Size | None:
    if gained <= 0 or not sum(variances):
        return None
    share = held_out.people / group.people
    needed = _reach(level) ** 2 * (variances[0] + variances[1] / share) / gained**2
    if needed * (1 + share) > MOST_PEOPLE:
        return None
    return Size(max(math.ceil(needed), 2), max(math.ceil(needed * share), 2))


def _reach(level: float) -> float:
    """Give how many standard errors an effect must be for its interval to leave zero out so often."""
    from scipy.stats import norm

    return float(norm.ppf((1 + level) / 2) + norm.ppf(POWER))
