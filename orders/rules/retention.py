"""When an order is over, and from when on its contacts are no longer kept. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from orders.choices import Stage

# The platform confirms receipt by itself within some weeks. An order of which no file ever told the
# end counts as over so long after the last that is known of it, so that nothing is kept for ever.
ENDS_BY_ITSELF = timedelta(days=60)
ENDED_STAGES = (Stage.SIGNED, Stage.CANCELLED)
# Mobile and landline numbers in free text; order numbers are longer and stay.
PHONE_IN_TEXT = r"(?<![0-9])(1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8})(?![0-9])"


@dataclass(frozen=True, slots=True)
class Life:
    """What is known of an order's course. `known_at`: all instants of it but its end."""

    stage: str
    has_open_refund: bool
    ended_at: datetime | None
    known_at: tuple[datetime | None, ...]


def ended_at(life: Life) -> datetime | None:
    """Give when an order is over; None if nothing at all is known of its times.

    `END_SQL` is the same, set-based; a test holds the two together.
    """
    last = _last(life.known_at)
    if life.stage in ENDED_STAGES and not life.has_open_refund:
        return life.ended_at or last
    last = _last((life.ended_at, last))
    return last + ENDS_BY_ITSELF if last else None


def _last(instants: Iterable[datetime | None]) -> datetime | None:
    return max((one for one in instants if one is not None), default=None)


_LAST_SQL = (
    "coalesce(greatest(o.created_at, o.paid_at, o.consigned_at, o.handed_over_at, o.picked_up_at,"
    " o.agreed_ship_at), o.exported_at)"
)
END_SQL = f"""CASE WHEN o.stage IN ('signed', 'cancelled') AND NOT o.has_open_refund
    THEN coalesce(o.ended_at, {_LAST_SQL})
    ELSE greatest(o.ended_at, {_LAST_SQL}) + interval '{ENDS_BY_ITSELF.days} days' END"""
