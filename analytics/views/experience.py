"""The experience indicators: our own rows beside what the platform's page said, and the orders behind each."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from analytics.actions import dsr as actions
from analytics.forms.dsr import ExperienceForm, typed
from analytics.queries import experience as queries
from analytics.queries import shown
from analytics.queries.experience import Cause
from analytics.queries.shown import Official
from analytics.rules import experience as rules
from analytics.rules.experience import HOURS, INDICATORS, Indicator, Parts
from analytics.views.asking import EXPORT, csv_file
from analytics.views.boards.cards import file_url
from analytics.wording.dsr import GROUPS, MEANINGS, indicator_value, indicator_words
from products.views.acting import Asked
from products.views.panels import Panel, answer, version_sent
from products.views.panels import shown as shown_panels
from shopops.lib.business_time import business_date
from shopops.staff.access import requires

type Data = dict[str, Any]
RIGHT = "analytics.enter"
LENGTHS = (7, 30, 60)
# What the platform's page said is shown for so long; an older word is said to be old.
OFFICIAL_BACK = 30
MOST_ROWS, MOST_CSV = 200, 20_000


@require_http_methods(["GET", "POST"])
@requires("analytics.view")
def experience(request: HttpRequest) -> HttpResponse:
    """Show the page; `?days=` chooses how long, `?day=` the day to enter."""
    now = timezone.now()
    today = business_date(now)
    day = _day(request, today)
    panels = [_panel(day)] if request.user.has_perm(RIGHT) else []
    back = f"{reverse('analytics:experience')}?{urlencode({'day': day.isoformat()})}"
    sent = answer(request, panels, right=RIGHT, back=back)
    if isinstance(sent, HttpResponse):
        return sent
    length = _length(request)
    since, until = queries.span_until(today - timedelta(days=1), length)
    parts, before = _parts(since, until, length)
    said = shown.official(since=today - timedelta(days=OFFICIAL_BACK), until=today)
    orders = parts.get(rules.ORDERS, Parts()).base
    rows = {
        one.code: _row(one, parts, before, said, length)
        for one in (*rules.NINE, *rules.COMPOSITE, rules.OFFICIAL)
    }
    context: Data = {
        "now": now,
        "today": today,
        "since": since,
        "until": until,
        "lengths": [
            {
                "label": _("近 %(n)s 天") % {"n": days},
                "url": f"?days={days}",
                "current": days == length,
            }
            for days in LENGTHS
        ],
        "length": length,
        "orders": orders,
        "is_scored": rules.is_scored(orders),
        "least": rules.LEAST_ORDERS,
        "computed_at": queries.computed_at(),
        "groups": [
            {
                "label": GROUPS[group],
                "rows": [rows[one.code] for one in rules.NINE if one.group == group],
            }
            for group in ("goods", "delivery", "service")
        ],
        "composite": [rows[one.code] for one in rules.COMPOSITE],
        "official": rows["official"],
        "day": day,
        "enter_panel": next(iter(shown_panels(panels, sent)), None),
        "csv_url": file_url(request, "experience", "indicators", f"days={length}"),
    }
    return render(request, "analytics/experience.html", context, status=422 if sent else 200)


def _day(request: HttpRequest, today: date) -> date:
    try:
        day = date.fromisoformat(request.POST.get("day") or request.GET.get("day", ""))
    except ValueError:
        return today
    return min(day, today)


def _length(request: HttpRequest) -> int:
    text = request.GET.get("days", "")
    return int(text) if text.isdecimal() and len(text) < 4 and int(text) in LENGTHS else rules.DAYS


def _parts(
    since: date, until: date, length: int
) -> tuple[Mapping[str, Parts], Mapping[str, Parts]]:
    """Give what the figures are made of over the span, and over as many days before it."""
    return (
        queries.kept_parts(since=since, until=until),
        queries.kept_parts(since=since - timedelta(days=length), until=since - timedelta(days=1)),
    )


def _row(
    one: Indicator,
    parts: Mapping[str, Parts],
    before: Mapping[str, Parts],
    said: Mapping[str, Mapping[date, Official]],
    length: int,
) -> Data:
    value = rules.value_of(one, parts.get(one.code))
    earlier = rules.value_of(one, before.get(one.code))
    words = shown.newest(said.get(one.code, {}))
    official = words.value if words else None
    industry = words.industry if words else None
    return {
        "code": one.code,
        "label": indicator_words(one.code),
        "meaning": MEANINGS[one.code],
        "value": indicator_value(one, value) if value is not None else "",
        "made_of": _made_of(one, parts.get(one.code)),
        "change": _change(one, value, earlier),
        "official": indicator_value(one, official) if official is not None else "",
        "official_day": words.date if words else None,
        "official_by": words.by if words else "",
        "industry": indicator_value(one, industry) if industry is not None else "",
        "stand": _stand(one, official, industry),
        "url": _causes_url(one, length),
        "source_url": _source_url(one),
    }


def _made_of(one: Indicator, parts: Parts | None) -> str:
    if parts is None or not parts.base:
        return _("没有数据：未知，不是 0") if one.is_ours else ""
    if one.unit == HOURS:
        return _("%(n)s 单") % {"n": f"{parts.base:,}"}
    return f"{parts.part:,} / {parts.base:,}"


def _change(one: Indicator, now: Decimal | None, before: Decimal | None) -> Data:
    if now is None or before is None:
        return {"text": "", "tone": ""}
    moved = now - before
    if abs(moved) < Decimal("0.0001"):
        return {"text": _("持平"), "tone": ""}
    arrow = "▲" if moved > 0 else "▼"
    size = (
        _("%(n)s 小时") % {"n": f"{abs(moved):.1f}"}
        if one.unit == HOURS
        else _("%(n)s 点") % {"n": f"{abs(moved) * 100:.2f}"}
    )
    return {"text": f"{arrow} {size}", "tone": "late" if rules.worse(one, now, before) else "done"}


def _stand(one: Indicator, value: Decimal | None, industry: Decimal | None) -> Data:
    """Say whether the platform's figure is better or worse than the industry's."""
    if value is None or industry is None:
        return {}
    if value == industry:
        return {"tone": "wait", "text": _("和行业一样")}
    if rules.worse(one, value, industry):
        return {"tone": "late", "text": _("差过行业")}
    return {"tone": "done", "text": _("好过行业")}


def _causes_url(one: Indicator, length: int) -> str:
    if one.code not in queries.WITH_CAUSES:
        return ""
    return f"{reverse('analytics:experience_causes', args=[one.code])}?days={length}"


def _source_url(one: Indicator) -> str:
    return reverse("crm:agents") if one.code in {"reply_3min", "satisfaction"} else ""


def _panel(day: date) -> Panel:
    said = shown.official(since=day, until=day)
    stored: Data = {}
    for code, one in INDICATORS.items():
        words = said.get(code, {}).get(day)
        stored[code] = typed(words.value if words else None, one.unit)
        stored[f"{code}_industry"] = typed(words.industry if words else None, one.unit)
    return Panel(
        code="enter",
        title=_("抄 %(day)s 平台页面上的数") % {"day": day.isoformat()},
        button=gettext_lazy("记下"),
        make=ExperienceForm,
        act=partial(_enter, day),
        initial=stored,
        version=shown.last_experience_word(day),
        stored=stored,
        key=("experience_day", day.isoformat()),
        hidden={"day": day.isoformat()},
        is_two=True,
    )


def _enter(day: date, form: ExperienceForm, asked: Asked) -> str:
    count = actions.enter_experience(
        day=day, said=form.said(), seen=version_sent(asked), by=asked.by, now=asked.now
    )
    return _("%(day)s 记下 %(n)s 项。") % {"day": day.isoformat(), "n": count}


# --- the orders behind --------------------------------------------------------------------------


def _asked(request: HttpRequest, code: str) -> tuple[Indicator, date, date]:
    if code not in queries.WITH_CAUSES:
        raise Http404(code)
    today = business_date(timezone.now())
    return INDICATORS[code], *queries.span_until(today - timedelta(days=1), _length(request))


@require_GET
@requires("analytics.view")
def causes(request: HttpRequest, code: str) -> HttpResponse:
    """List what pulled an indicator down, the newest or the slowest first."""
    one, since, until = _asked(request, code)
    now = timezone.now()
    rows = queries.causes(code, first=since, last=until, now=now, limit=MOST_ROWS + 1)
    may_see_orders = request.user.has_perm("orders.view")
    length = (until - since).days + 1
    context: Data = {
        "now": now,
        "label": indicator_words(code),
        "meaning": MEANINGS[code],
        "since": since,
        "until": until,
        "number_label": _number_label(one),
        "rows": [_cause(row, one, may_see_orders=may_see_orders) for row in rows[:MOST_ROWS]],
        "has_more": len(rows) > MOST_ROWS,
        "most": MOST_ROWS,
        "lengths": [
            {
                "label": _("近 %(n)s 天") % {"n": days},
                "url": f"?days={days}",
                "current": days == length,
            }
            for days in LENGTHS
        ],
        "csv_url": file_url(request, "experience_causes", "causes", f"days={length}", code=code),
    }
    return render(request, "analytics/experience_causes.html", context)


def _number_label(one: Indicator) -> str:
    if one.code == "refund_rate":
        return _("退款金额")
    return _("小时") if one.unit == HOURS or one.code == "pickup_48h" else ""


def _cause(row: Cause, one: Indicator, *, may_see_orders: bool) -> Data:
    return {
        "tid": row.tid,
        "url": _url("orders:order", row.tid) if may_see_orders and row.tid else "",
        "at": row.at,
        "detail": row.detail,
        "number": _number(row, one),
        "review_url": _url("crm:review", row.review_id) if row.review_id else "",
        "case_url": _url("orders:case", row.case_id) if row.case_id else "",
    }


def _url(name: str, key: object) -> str:
    try:
        return reverse(name, args=[key])
    except NoReverseMatch:
        return ""


def _number(row: Cause, one: Indicator) -> str:
    if row.number is None:
        return ""
    return f"{row.number:,.2f}" if one.code == "refund_rate" else f"{row.number:,.1f}"


@require_GET
@requires(EXPORT)
def causes_csv(request: HttpRequest, code: str, part: str) -> StreamingHttpResponse:
    """Download what stands behind an indicator (`causes`)."""
    one, since, until = _asked(request, code)
    if part != "causes":
        raise Http404(part)
    found = queries.causes(code, first=since, last=until, now=timezone.now(), limit=MOST_CSV)
    rows: list[list[object]] = [
        [_("订单编号"), _("时间"), _("说明"), _number_label(one) or _("数")]
    ]
    rows += [[row.tid, row.at or "", row.detail, row.number] for row in found]
    return csv_file(rows, f"{code}-{until:%Y%m%d}.csv")


@require_GET
@requires(EXPORT)
def experience_csv(request: HttpRequest, part: str) -> StreamingHttpResponse:
    """Download the indicators (`indicators`): our own figures, those of as many days before, the platform's."""
    if part != "indicators":
        raise Http404(part)
    today, length = business_date(timezone.now()), _length(request)
    since, until = queries.span_until(today - timedelta(days=1), length)
    parts, before = _parts(since, until, length)
    said = shown.official(since=today - timedelta(days=OFFICIAL_BACK), until=today)
    rows: list[list[object]] = [
        [
            _("指标"),
            _("从"),
            _("到"),
            _("自己算"),
            _("分子"),
            _("分母"),
            _("前一段自己算"),
            _("前一段分子"),
            _("前一段分母"),
            _("平台"),
            _("平台日期"),
            _("行业"),
        ]
    ]
    for code, one in INDICATORS.items():
        words = shown.newest(said.get(code, {}))
        rows.append(
            [
                indicator_words(code),
                since.isoformat(),
                until.isoformat(),
                *_own(one, parts.get(code)),
                *_own(one, before.get(code)),
                words.value if words else None,
                words.date.isoformat() if words else None,
                words.industry if words else None,
            ]
        )
    return csv_file(rows, f"experience-{until:%Y%m%d}.csv")


def _own(one: Indicator, sums: Parts | None) -> tuple[object, object, object]:
    """Give a figure of our own with what it is made of, as a file has them; unknown is empty."""
    value = rules.value_of(one, sums)
    if sums is None:
        return None if value is None else f"{value:.4f}", None, None
    return None if value is None else f"{value:.4f}", sums.part, sums.base
