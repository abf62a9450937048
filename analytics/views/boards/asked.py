"""What a page of figures is asked for: the span, what it is set against, its own choices; all in the address."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from analytics.rules import spans
from analytics.rules.spans import Days

type Data = dict[str, Any]
_PICKED = frozenset({"span", "days", "since", "until", "month"})
MONTHS_BACK = 13


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to a page: `days`, what they are set against (`past`), by which words of the address."""

    request: HttpRequest
    days: Days
    past: Days | None
    span: str
    vs: str
    today: date
    wrong: str = ""

    def choice(self, name: str, allowed: Iterable[str], usual: str) -> str:
        """Read one of the page's own choices; what is none of them gives the usual one."""
        given = self.request.GET.get(name, "")
        return given if given in set(allowed) else usual

    def may(self, right: str) -> bool:
        """Tell whether the person holds a right."""
        return self.request.user.has_perm(right)

    @property
    def kept(self) -> dict[str, str]:
        """Give what the address says, as far as pages of figures read it."""
        return {name: str(value) for name, value in self.request.GET.items() if value}

    @property
    def past_days(self) -> Sequence[date | None]:
        """Give the day that each day is set against, by its place in the span; None for nothing."""
        return self.past.days if self.past else [None] * self.days.length

    @property
    def query(self) -> str:
        """Give the address's question, to be asked again of a file or by a saved view."""
        return urlencode(self.kept)

    def with_(self, **changed: str) -> str:
        """Give the same page with something else in its address; empty takes away."""
        kept = {name: value for name, value in self.kept.items() if name not in changed}
        return "?" + urlencode({**kept, **{name: one for name, one in changed.items() if one}})

    def with_days(self, days: Days) -> str:
        """Give the same page over other days."""
        kept = {name: value for name, value in self.kept.items() if name not in _PICKED}
        return "?" + urlencode({**kept, "since": days.since, "until": days.until})


def asked_of(request: HttpRequest, today: date) -> Asked:
    """Read an address; what is no span gives thirty days, and says so."""
    given = request.GET
    days, span, wrong = _days(given, today)
    how = given.get("vs", "")
    how = how if how in spans.AGAINST else spans.BEFORE
    return Asked(request, days, spans.against(days, how), span, how, today, wrong)


def _days(given: Mapping[str, str], today: date) -> tuple[Days, str, str]:
    usual = spans.usual(spans.THIRTY, today=today)
    assert usual is not None  # noqa: S101
    if given.get("month"):
        month = _month(given["month"], today)
        if month is not None:
            is_this = month.since == spans.month_of(usual.until, today=today).since
            return month, spans.MONTH if is_this else spans.OWN, ""
        return usual, spans.THIRTY, _("月份要像 2026-06；先给你最近 30 天。")
    if given.get("since") or given.get("until"):
        own = _own(given.get("since", ""), given.get("until", ""), today)
        if own is not None:
            return own, spans.OWN, ""
        words = _("日期要像 2026-06-18，开始不晚于结束，最多 %(n)s 天；先给你最近 30 天。")
        return usual, spans.THIRTY, words % {"n": spans.LONGEST}
    return _named(given.get("span", "") or given.get("days", ""), usual, today)


def _named(code: str, usual: Days, today: date) -> tuple[Days, str, str]:
    """Read a span by its name, or so many days up to yesterday."""
    if code == spans.MONTH:
        return spans.month_of(usual.until, today=today), spans.MONTH, ""
    named = spans.usual(code, today=today)
    if named is not None:
        return named, code, ""
    if code.isdecimal() and len(code) < 4 and 1 <= int(code) <= spans.LONGEST:
        return Days(usual.until - timedelta(days=int(code) - 1), usual.until), spans.OWN, ""
    return usual, spans.THIRTY, ""


# Nothing was sold before; and a year before it is still a date.
_FIRST = date(2001, 1, 1)


def _month(text: str, today: date) -> Days | None:
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return spans.month_of(first, today=today) if _FIRST <= first <= today else None


def _own(since: str, until: str, today: date) -> Days | None:
    try:
        own = Days(date.fromisoformat(since or until), date.fromisoformat(until or since))
    except ValueError:
        return None
    is_right = 1 <= own.length <= spans.LONGEST and own.until <= today and own.since >= _FIRST
    return own if is_right else None


# --- the picker

_SPANS: tuple[tuple[str, str | Promise], ...] = (
    (spans.YESTERDAY, _l("昨日")),
    (spans.WEEK, _l("近 7 天")),
    (spans.THIRTY, _l("近 30 天")),
    (spans.MONTH, _l("本月")),
)


def against_words(asked: Asked, how: str | None = None) -> str:
    """Name what the span is set against."""
    is_day = asked.days.length == 1
    words: dict[str, str | Promise] = {
        spans.BEFORE: _l("前一日") if is_day else _l("上一段"),
        spans.SAME_WEEKDAYS: _l("上周同日") if is_day else _l("同星期"),
        spans.WEEK_BACK: _l("上周"),
        spans.YEAR_BACK: _l("去年同期"),
        spans.NOTHING: _l("不比"),
    }
    return str(words[how or asked.vs])


def picker(asked: Asked) -> Data:
    """Give what `analytics/_period.html` takes."""
    kept = {name: value for name, value in asked.kept.items() if name not in _PICKED}
    months = spans.months_before(asked.today, MONTHS_BACK)
    return {
        "days": asked.days,
        "past": asked.past,
        "today": asked.today,
        "wrong": asked.wrong,
        "links": [
            {
                "label": label,
                "url": "?" + urlencode({**kept, "span": code}),
                "current": code == asked.span,
            }
            for code, label in _SPANS
        ],
        "months": [f"{month:%Y-%m}" for month in months],
        "month": asked.kept.get("month", ""),
        "kept": list(kept.items()),
        "vs_links": [
            {
                "label": against_words(asked, how),
                "url": asked.with_(vs="" if how == spans.BEFORE else how),
                "current": how == asked.vs,
            }
            for how in _offered(asked)
        ],
    }


def _offered(asked: Asked) -> list[str]:
    """Leave out comparisons that give the same days as one before them."""
    seen: set[Days | None] = set()
    offered = []
    for how in spans.AGAINST:
        past = spans.against(asked.days, how)
        if past not in seen or how == asked.vs:
            offered.append(how)
        seen.add(past)
    return offered
