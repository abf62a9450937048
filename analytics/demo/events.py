"""What the demo shop's people noted of days that were not as usual: weather, a change of season, a neighbour's sale.

All of it is invented; it stands on days that have a break, so that the diagnosis has a word to show.
"""

from datetime import datetime, timedelta

from analytics.actions.events import add_event
from analytics.choices import EventKind, Push
from analytics.models import DayEvent
from analytics.queries import breaks
from shopops.lib.business_time import business_date
from shopops.staff.models import User

MOST_DAYS = 28
# What moves with buyers; of what is noted of the others people would wonder.
_OF_BUYERS = frozenset({"paid_amount", "visitors", "paid_orders", "cart_buyers", "search_visitors"})
# Kind, days that it lasts, its name where figures fell, where they rose, and what was written beside it.
_NOTED: tuple[tuple[EventKind, int, str, str, str], ...] = (
    (EventKind.WEATHER, 1, "大雨，华东快递停收", "连着下雨，在家逛的人多", "看的天气预报"),
    (EventKind.SEASON, 3, "换季空档，等新款", "换季，老客换被子", "搜索词跟着换了"),
    (EventKind.PLATFORM, 1, "邻类目大促分流", "平台家装日", "千牛公告"),
)


def fill(*, by: User, now: datetime) -> None:
    """Note one thing of each kind on days with a break, the newest day first. Safe to repeat."""
    if DayEvent.objects.exists():
        return
    today = business_date(now)
    seen = breaks.seen_between(
        since=today - timedelta(days=MOST_DAYS), until=today - timedelta(days=1)
    )
    left = list(_NOTED)
    for day in sorted(seen, reverse=True):
        sides = {one.side for code, one in seen[day].items() if code in _OF_BUYERS} - {0}
        if not left or len(sides) != 1:
            continue
        kind, days, fell, rose, note = left.pop(0)
        is_up = sides.pop() > 0
        add_event(
            values={
                "kind": kind,
                "name": rose if is_up else fell,
                "starts_on": day,
                "ends_on": min(day + timedelta(days=days - 1), today),
                "push": Push.UP if is_up else Push.DOWN,
                "is_left_out": False,
                "note": note,
            },
            by=by,
            now=now,
        )
