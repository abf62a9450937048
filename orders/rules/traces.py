"""The trace clock: how long a carrier may be silent about a parcel. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orders.choices import Stage

ROAD: tuple[Stage, ...] = (Stage.HANDED_OVER, Stage.PICKED_UP, Stage.IN_TRANSIT, Stage.SIGNED)


@dataclass(frozen=True, slots=True)
class TraceLimit:
    """Hours for the parcels of some provinces; without provinces for all others."""

    provinces: tuple[str, ...] = ()
    pickup_hours: int = 24
    first_trace_hours: int = 24
    silence_hours: int = 48

    def is_for(self, province: str) -> bool:
        """Say whether the limit counts for a province."""
        return not self.provinces or any(province.startswith(one) for one in self.provinces)


@dataclass(frozen=True, slots=True)
class TraceFacts:
    """What is known of an order's way. `handed_over_at` is our own act."""

    stage: str
    province: str
    handed_over_at: datetime | None
    last_trace_at: datetime | None


@dataclass(frozen=True, slots=True)
class TraceDue:
    """By when the carrier must say something: `pickup`, `first_trace` or `silence`, and the hours given."""

    code: str
    due_at: datetime
    hours: int


def limit_for(province: str, limits: Sequence[TraceLimit]) -> TraceLimit:
    """Give the first limit that counts for a province, the start values if none does."""
    return next((one for one in limits if one.is_for(province)), TraceLimit())


def trace_due(facts: TraceFacts, limits: Sequence[TraceLimit]) -> TraceDue | None:
    """Give what the trace clock waits for, None where it does not run."""
    limit = limit_for(facts.province, limits)
    if facts.stage == Stage.HANDED_OVER and facts.handed_over_at is not None:
        return _due("pickup", facts.handed_over_at, limit.pickup_hours)
    if facts.stage == Stage.PICKED_UP and facts.last_trace_at is not None:
        return _due("first_trace", facts.last_trace_at, limit.first_trace_hours)
    if facts.stage == Stage.IN_TRANSIT and facts.last_trace_at is not None:
        return _due("silence", facts.last_trace_at, limit.silence_hours)
    return None


def _due(code: str, since: datetime, hours: int) -> TraceDue:
    return TraceDue(code, since + timedelta(hours=hours), hours)
