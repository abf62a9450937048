"""Figures of the shop's day that a person types where no file says them."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction
from django.utils.translation import gettext as _

from analytics.actions.stat_settling import lock_stats, settle
from analytics.figures import HAND, figure, figures
from analytics.models import StatRow
from analytics.queries.lineage import latest_by_hand
from products.actions.errors import GoodsRefusedError, StaleGoodsError
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User

BY_HAND = tuple(spec.code for spec in figures() if HAND in spec.sources)
_AT_MOST = (
    ("paid_buyers", "visitors"),
    ("ordered_buyers", "visitors"),
    ("cart_buyers", "visitors"),
    ("search_visitors", "visitors"),
    ("old_buyers", "paid_buyers"),
    ("new_buyers", "paid_buyers"),
)


class DayRefusedError(GoodsRefusedError):
    """These figures cannot be; the message says why."""


@transaction.atomic
def enter_day(
    *,
    day: date,
    values: Mapping[str, Decimal | int | None],
    seen: int,
    by: User,
    now: datetime,
    note: str = "",
) -> StatRow:
    """Keep what a person says of the shop's whole day; earlier words stay and no longer count.

    A file that says the same figure counts before it. Nothing at all takes back what was entered.

    :param seen: key of the newest word by hand as the person saw it, 0 where there was none
    :raises DayRefusedError: for a day to come, a part larger than its whole, a score over 5, or nothing
    :raises StaleGoodsError: if somebody else entered this day since
    """
    told = {code: Decimal(value) for code in BY_HAND if (value := values.get(code)) is not None}
    _check(day, told, now)
    lock_stats()
    last = latest_by_hand(day)
    if (last.pk if last else 0) != seen:
        raise StaleGoodsError(_("%(day)s 的手填数字") % {"day": day.isoformat()})
    if not told and last is None:
        raise DayRefusedError(_("至少填一个数；不知道的留空。"))
    figures_ = {code: format(value, "f") for code, value in told.items()}
    row = StatRow.objects.create(
        source=HAND, scope="shop", date=day, figures=figures_, said_at=now, said_by=by, note=note
    )
    with connection.cursor() as cursor:
        settle(cursor, source=HAND, dates=[day])
    operations.record(
        name="analytics.day.entered" if told else "analytics.day.withdrawn",
        by=by,
        now=now,
        object_type="stat_day",
        object_key=day.isoformat(),
        old=dict(last.figures) if last else {},
        new=figures_,
        reason=note,
    )
    row.refresh_from_db()
    return row


def _check(day: date, told: Mapping[str, Decimal], now: datetime) -> None:
    if day > business_date(now):
        raise DayRefusedError(_("这一天还没到。"), field="day")
    for code, value in told.items():
        if value < 0:
            raise DayRefusedError(_("不能是负数。"), field=code)
        if figure(code).unit == "score" and value > 5:
            raise DayRefusedError(_("评分应当在 0 到 5 之间。"), field=code)
    for part, whole in _AT_MOST:
        one, all_ = told.get(part), told.get(whole)
        if one is not None and all_ is not None and one > all_:
            raise DayRefusedError(
                _("不能比「%(whole)s」还多。") % {"whole": figure(whole).label}, field=part
            )
