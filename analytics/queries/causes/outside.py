"""Causes outside the shop and its rivals: the calendar, platform events, the season, the weather."""

from datetime import date, timedelta

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.choices import EventKind, Verdict
from analytics.models import DayEvent
from analytics.queries.causes.base import Asked, Cause, push_side, verdict_of
from promotions.choices import FestivalKind
from promotions.models import Festival
from shopops.lib.templatetags.shop import WEEKDAYS, day_words
from shopops.lib.words import listed, phrases
from shopops.work import calendar
from shopops.work.models import BusinessDay

# A calendar of festivals that knows nothing for so long was not kept.
KEPT = timedelta(days=60)


def events_url(day: date, kind: str = "") -> str:
    """Give the page on which an event of a day is noted."""
    return f"{reverse('analytics:events')}?day={day.isoformat()}&kind={kind}"


def weekday_and_holiday(asked: Asked) -> Cause:
    """Whether either day is a holiday or a make-up day."""
    label = gettext_lazy("星期与节假日")
    source = _("节假日历")
    days = {one.date: one for one in calendar.business_days(asked.day, asked.day)}
    days |= {one.date: one for one in calendar.business_days(asked.against, asked.against)}
    here, there = days[asked.day], days[asked.against]
    weekday = _(WEEKDAYS[asked.day.weekday()])
    odd = [one for one in (here, there) if one.kind in _UNLIKE]
    if odd:
        named = listed(
            _("%(day)s 是%(name)s")
            % {"day": day_words(one.date, None), "name": one.name or _UNLIKE[one.kind]}
            for one in odd
        )
        return Cause("weekday", label, Verdict.YES, named, source)
    if not (here.is_confirmed and there.is_confirmed):
        text = _("节假日历还没有确认到这一天")
        return Cause("weekday", label, Verdict.UNKNOWN, text, source)
    text = _("%(day)s 是普通%(weekday)s；和近 12 个%(weekday)s比，已经去掉星期的差别") % {
        "day": day_words(asked.day, None),
        "weekday": weekday,
    }
    return Cause("weekday", label, Verdict.NO, text, source)


_UNLIKE: dict[str, str | Promise] = {
    BusinessDay.Kind.HOLIDAY: gettext_lazy("节假日"),
    BusinessDay.Kind.MAKE_UP: gettext_lazy("调休上班日"),
}


def platform(asked: Asked) -> Cause:
    """Whether a platform event ran on one of the days and not on the other."""
    label, source = gettext_lazy("平台活动"), _("节日表与登记")
    url = events_url(asked.day, EventKind.PLATFORM)
    here, there = (
        _running(asked.day, EventKind.PLATFORM),
        _running(asked.against, EventKind.PLATFORM),
    )
    began = [name for name in here if name not in there]
    ended = [name for name in there if name not in here]
    if began:
        text = _("%(day)s 在%(names)s里，对比那天不在") % {
            "day": day_words(asked.day, None),
            "names": listed(began),
        }
        pushes = {here[name] for name in began} - {0}
        side = pushes.pop() if len(pushes) == 1 else 1
        return Cause("platform", label, verdict_of(side, asked.side), text, source, url)
    if ended:
        text = _("对比那天 %(day)s 在%(names)s里，这天不在") % {
            "day": day_words(asked.against, None),
            "names": listed(ended),
        }
        pushes = {there[name] for name in ended} - {0}
        side = -pushes.pop() if len(pushes) == 1 else -1
        return Cause("platform", label, verdict_of(side, asked.side), text, source, url)
    if not _is_kept(asked.day):
        text = _("前后两个月的节日表是空的，不知道有没有大促")
        return Cause("platform", label, Verdict.UNKNOWN, text, source, url)
    text = (
        _("两天都没有平台大促") if not here else _("两天都在%(names)s里") % {"names": listed(here)}
    )
    return Cause("platform", label, Verdict.NO, text, source, url)


def _running(day: date, kind: str) -> dict[str, int]:
    rows = Festival.objects.filter(
        kind=FestivalKind.PLATFORM, starts_on__lte=day, ends_on__gte=day
    ).order_by("starts_on", "pk")
    found = dict.fromkeys(rows.values_list("name", flat=True), 1)
    return found | _noted(day, kind)


def _noted(day: date, kind: str) -> dict[str, int]:
    rows = DayEvent.objects.filter(kind=kind, starts_on__lte=day, ends_on__gte=day)
    return {one.name: push_side(one.push) for one in rows.order_by("starts_on", "pk")}


def _is_kept(day: date) -> bool:
    return Festival.objects.filter(starts_on__lte=day + KEPT, ends_on__gte=day - KEPT).exists()


def season(asked: Asked) -> Cause:
    """Whether a person noted that the season moves the figures."""
    return _by_note(asked, EventKind.SEASON, "season", gettext_lazy("季节"), _("没有人登记换季"))


def weather(asked: Asked) -> Cause:
    """Whether a person noted weather."""
    return _by_note(asked, EventKind.WEATHER, "weather", gettext_lazy("天气"), _("没有人登记天气"))


def _by_note(asked: Asked, kind: EventKind, code: str, label: str | Promise, none: str) -> Cause:
    url, source = events_url(asked.day, kind), _("登记")
    here = _noted(asked.day, kind)
    if not here:
        return Cause(code, label, Verdict.UNKNOWN, none, "", url)
    pushes = {side for side in here.values() if side}
    text = listed(here)
    if len(pushes) != 1:
        words = _("%(names)s，往哪边说不准") % {"names": text}
        return Cause(code, label, Verdict.UNKNOWN, words, source, url)
    side = pushes.pop()
    way = _("该往上") if side > 0 else _("该往下")
    return Cause(code, label, verdict_of(side, asked.side), phrases([text, way]), source, url)
