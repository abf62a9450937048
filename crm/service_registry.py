"""What the service desk asks of other parts of customer work, and they offer in their `register`.

Reviews know which one was neutral or bad and whose it was; follow-ups know who spoke with whom last.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from crm.rules.bonus import Review


@dataclass(frozen=True, slots=True)
class BadReviews:
    """An agent's neutral and bad reviews of a span."""

    neutral: Sequence[Review] = ()
    bad: Sequence[Review] = ()


@dataclass(frozen=True, slots=True)
class Touch:
    """The last time somebody spoke with a customer, and what came of it."""

    at: datetime
    by: str
    result: str


# (agent, first day, last day, both included): None where no reviews of the span are known at all.
type ReviewSource = Callable[[int, date, date], BadReviews | None]
# Customers' keys to their last touch; a customer that nobody touched is left out.
type TouchSource = Callable[[Sequence[int]], Mapping[int, Touch]]

_reviews: list[ReviewSource] = []
_touches: list[TouchSource] = []


def offer_reviews(source: ReviewSource) -> ReviewSource:
    """Let bonus sheets name reviews; without a source they name the days of the agents' figures."""
    if source not in _reviews:
        _reviews.append(source)
    return source


def offer_touches(source: TouchSource) -> TouchSource:
    """Let lists of old customers show when they were touched last."""
    if source not in _touches:
        _touches.append(source)
    return source


def forget_sources() -> None:
    """Take all sources back; for tests."""
    _reviews.clear()
    _touches.clear()


def reviews_of(agent_id: int, first: date, last: date) -> BadReviews | None:
    """Give an agent's neutral and bad reviews; None where no source knows any of the span."""
    for source in _reviews:
        found = source(agent_id, first, last)
        if found is not None:
            return found
    return None


def last_touches(customer_ids: Sequence[int]) -> dict[int, Touch]:
    """Give the newest touch of each customer that has one."""
    newest: dict[int, Touch] = {}
    for source in _touches:
        for customer_id, touch in source(customer_ids).items():
            if customer_id not in newest or touch.at > newest[customer_id].at:
                newest[customer_id] = touch
    return newest
