"""The daily proof that kept figures are those of the orders: some days each morning, all of them by turns."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.actions import settling
from analytics.choices import ROLLED
from analytics.models import RolledDay, RolledMonth
from analytics.queries.metrics import differences
from analytics.queries.month_proof import month_differences
from orders.models import DirtyDay
from shopops.checks.models import Issue
from shopops.checks.registry import (
    CheckOutcome,
    Finding,
    outcome_of,
    register_check,
    unknown,
)

CODE = "analytics.figures_are_right"
# Days that are compared each morning: the newest, and others by turns. A day of ten thousand orders takes a
# fifth of a second.
NEWEST, OTHERS, MONTHS = 2, 6, 2
_DAY_LENGTH = len("2026-01-01")


def figures_are_right(day: date, _now: datetime) -> CheckOutcome:
    """Fail for each day, or month, whose kept figures are not what its orders, or days, say.

    Unknown while one day may mean another. Days that wait to be worked out are left out; what was found of
    them lasts, and so do months that wait to be added up.
    """
    if settling.is_needed():
        return unknown()
    told = _told()
    days, unread_days = _wrong_days(day, {key for key in told if len(key) == _DAY_LENGTH})
    months, unread_months = _wrong_months(day, {key for key in told if len(key) < _DAY_LENGTH})
    return outcome_of([*days, *months], lasting=unread_days | unread_months)


def _wrong_days(day: date, told: set[str]) -> tuple[list[Finding], set[str]]:
    rolled = sorted(set(RolledDay.objects.filter(date__lt=day).values_list("date", flat=True)))
    wanted = {
        *rolled[-NEWEST:],
        *by_turns(rolled, day, OTHERS),
        *(date.fromisoformat(key) for key in told),
    }
    waiting = wanted & set(DirtyDay.objects.values_list("date", flat=True))
    cells: dict[date, int] = {}
    for basis in ROLLED:
        for one in differences(basis=basis, days=sorted(wanted - waiting)):
            cells[one.date] = cells.get(one.date, 0) + 1
    found = [
        _finding(
            key=wrong.isoformat(),
            title=_("%(day)s 有 %(count)s 个数字和订单对不上")
            % {"day": wrong.isoformat(), "count": count},
            since=wrong,
            until=wrong,
        )
        for wrong, count in sorted(cells.items())
    ]
    return found, {one.isoformat() for one in waiting}


def _wrong_months(day: date, told: set[str]) -> tuple[list[Finding], set[str]]:
    months = RolledMonth.objects.filter(is_current=True).values_list("month", flat=True)
    known = sorted(set(months))
    wanted = {*by_turns(known, day, MONTHS), *(date.fromisoformat(f"{key}-01") for key in told)}
    found = []
    for month in sorted(wanted & set(known)):
        last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        wrong = month_differences(since=month, until=last)
        if wrong:
            title = _("%(month)s 有 %(count)s 个全月的数字和每天的对不上")
            words = {"month": f"{month:%Y-%m}", "count": len(wrong)}
            key = f"{month:%Y-%m}"
            found.append(_finding(key=key, title=title % words, since=month, until=last))
    return found, {f"{month:%Y-%m}" for month in wanted - set(known)}


def _told() -> list[str]:
    # What was found wrong is looked at until it is right, whoever's turn it is.
    rows = Issue.objects.filter(code=CODE, closed_at__isnull=True)
    return list(rows.values_list("key", flat=True))


def by_turns(items: Sequence[date], day: date, number: int) -> list[date]:
    """Give those whose turn it is on a day: in time all of them, though a day more comes each day.

    A round goes over the next power of two of places, which seldom changes while the list grows.
    """
    if not items:
        return []
    size = 1 << (len(items) - 1).bit_length()
    first = day.toordinal() * number
    places = sorted({(first + n) % size for n in range(number)})
    return [items[place] for place in places if place < len(items)]


def _finding(*, key: str, title: str, since: date, until: date) -> Finding:
    words = _("运行 manage.py rollup --since %(since)s --until %(until)s 重算；再出现就是程序的错")
    return Finding(
        title=title,
        evidence=words % {"since": since.isoformat(), "until": until.isoformat()},
        severity="soon",
        owner_role="administrator",
        key=key,
        url=reverse("work:runs"),
    )


def register() -> None:
    """Register it; called once by `analytics.wiring`."""
    register_check(CODE, gettext_lazy("数字和订单一致"), "administrator", figures_are_right)
