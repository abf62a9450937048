"""One business time zone. Business dates are Shanghai dates; instants are aware."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def business_date(at: datetime) -> date:
    """Give the Shanghai date on which an instant falls."""
    return at.astimezone(SHANGHAI).date()


def at_local(day: date, clock: time) -> datetime:
    """Give the instant at which Shanghai clocks show `clock` on `day`."""
    return datetime.combine(day, clock, tzinfo=SHANGHAI)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Give a Shanghai date as a half-open interval of instants."""
    return at_local(day, time.min), at_local(day + timedelta(days=1), time.min)


def parse_instant(text: str) -> datetime:
    """Read an ISO instant; without an offset it is Shanghai time.

    :raises ValueError: if the text is no ISO date-time
    """
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)
