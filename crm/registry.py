"""What higher apps tell of customer work: what a benefit cost; and who follows reviews."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal

# The words of a benefit and the keys of orders that could have used it; gives what it cost on them in
# yuan, or None where the benefit is not theirs.
BenefitCost = Callable[[str, Sequence[int]], Decimal | None]
_costs: list[BenefitCost] = []


def benefit_cost_by(ask: BenefitCost) -> BenefitCost:
    """Register who knows what benefits cost."""
    if ask not in _costs:
        _costs.append(ask)
    return ask


def benefit_cost(benefit: str, order_ids: Sequence[int]) -> Decimal | None:
    """Say what a benefit cost on these orders; None where nobody knows it."""
    for ask in _costs:
        found = ask(benefit, order_ids)
        if found is not None:
            return found
    return None


# Told when reviews changed: a file came or went, a person linked one or confirmed that it is gone.
ReviewFollower = Callable[[datetime], object]
_followers: list[ReviewFollower] = []


def follow_reviews(follower: ReviewFollower) -> ReviewFollower:
    """Register who wants to know that reviews changed; it must do no more than ask for a run."""
    if follower not in _followers:
        _followers.append(follower)
    return follower


def reviews_changed(now: datetime) -> None:
    """Tell everybody who follows; the last thing in a transaction."""
    for follower in _followers:
        follower(now)
