"""The cutoff page in words: days, overrides, rules, the what-if's figures."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from orders.actions.calendar import DayTimes, Rehearsal
from orders.forms import WEEKDAYS, WeekForm
from orders.models import CarrierPickup, CutoffRule, RuleRow
from orders.queries.cutoff_page import CutoffPage, RuleLine
from orders.queries.what_if import WhatIfAnswer
from orders.rules.calendar import DayWhy, ShippingDay
from orders.rules.rulebook import CHECK_BEFORE_USE
from shopops.lib import words
from shopops.lib.business_time import SHANGHAI, business_date
from shopops.lib.charts import Pickup
from shopops.work.models import BusinessDay

STEP_MINUTES = 15
FROM_MINUTES = 14 * 60
STEPS = 16

RULE_NAMES = {
    "ship_by": gettext_noop("发货时限"),
    "ship_by_event": gettext_noop("大促发货时限"),
    "late": gettext_noop("延迟发货"),
    "stock_out": gettext_noop("缺货"),
    "fake_shipping": gettext_noop("虚假发货"),
    "tracking_anomaly": gettext_noop("物流轨迹异常"),
    "tracking_timeout": gettext_noop("物流轨迹超时"),
    "goods_not_received": gettext_noop("轨迹违规未收货"),
    "order_cap": gettext_noop("一单封顶"),
    "buyer_day_cap": gettext_noop("一个买家一天封顶"),
}


def weeks(today: date, *, is_next: bool) -> list[dict[str, Any]]:
    """Give the switch between this week and the next."""
    monday = today - timedelta(days=today.weekday())
    later = monday + timedelta(days=7)
    return [
        {"label": _("本周 %(span)s") % {"span": _span(monday)}, "url": "?", "current": not is_next},
        {
            "label": _("下周 %(span)s") % {"span": _span(later)},
            "url": "?week=next",
            "current": is_next,
        },
    ]


def _span(monday: date) -> str:
    sunday = monday + timedelta(days=6)
    return f"{_day_of_month(monday)}–{_day_of_month(sunday)}"


def _day_of_month(day: date) -> str:
    return _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}


def week_initial(rules: dict[int, CutoffRule], today: date) -> dict[str, Any]:
    """Give the week form as it is stored."""
    initial: dict[str, Any] = {"valid_from": today}
    for number, rule in rules.items():
        initial[f"cutoff_{number}"] = rule.cutoff
        initial[f"handover_{number}"] = rule.handover
    return initial


def dress_week_form(form: WeekForm) -> None:
    """Give the fields of the week the classes that the calendar's script looks for."""
    form.fields["valid_from"].widget.attrs["class"] = "form-control"
    for number, name in WEEKDAYS:
        cutoff = form.fields[f"cutoff_{number}"].widget.attrs
        cutoff.update(
            {"class": "form-control", "data-cutoff-time": "", "aria-label": f"{name} {_('截单')}"}
        )
        handover = form.fields[f"handover_{number}"].widget.attrs
        handover.update({"class": "form-control", "aria-label": f"{name} {_('交接')}"})


def days(page: CutoffPage, form: WeekForm | None, *, now: datetime) -> list[dict[str, Any]]:
    """Give the seven columns of the week."""
    return [_day(day, page, form, now) for day in page.week]


def _day(
    day: ShippingDay, page: CutoffPage, form: WeekForm | None, now: datetime
) -> dict[str, Any]:
    number = day.date.weekday()
    today = business_date(now)
    tone, word = _day_word(day, page.days.get(day.date), today)
    local = now.astimezone(SHANGHAI)
    fields: list[BoundField] | None = None
    if form is not None:
        fields = [form[f"cutoff_{number}"], form[f"handover_{number}"]]
    return {
        "name": WEEKDAYS[number][1],
        "date_text": _("%(day)d日") % {"day": day.date.day},
        "today": day.date == today,
        "tone": tone,
        "word": word,
        "changed": False,
        "cutoff": _clock(day.cutoff_at),
        "handover": _clock(day.handover_at),
        "pickups": [
            Pickup(_short(row.carrier), row.pickup)
            for row in page.pickups
            if number in row.weekdays
        ]
        if day.ships
        else [],
        "now": local.time().replace(second=0, microsecond=0) if day.date == today else None,
        "label": f"{WEEKDAYS[number][1]} {_('截单')} {_clock_text(day.cutoff_at)}",
        "fields": fields,
        "off_text": _("不发货"),
    }


def _short(carrier: str) -> str:
    """Give a carrier as its column has room for it."""
    return carrier.removesuffix("包裹").removesuffix("快递") or carrier


def _clock(at: datetime | None) -> time | None:
    return at.astimezone(SHANGHAI).time() if at else None


def _clock_text(at: datetime | None) -> str:
    return at.astimezone(SHANGHAI).strftime("%H:%M") if at else _("不发货")


def _day_word(day: ShippingDay, kind: BusinessDay | None, today: date) -> tuple[str, str]:
    if day.why == DayWhy.OVERRIDE:
        return "us", day.note or _("例外日")
    if kind is not None and kind.kind == BusinessDay.Kind.HOLIDAY:
        return "wait", kind.name or _("假日")
    if kind is not None and kind.kind == BusinessDay.Kind.MAKE_UP:
        return "soon", _("调休上班")
    if day.date < today:
        return "", _("已过")
    return "", _("今天") if day.date == today else _("照常") if day.ships else _("不发货")


def preview(rehearsal: Rehearsal, times: dict[int, DayTimes]) -> dict[str, Any]:
    """Say what saving would do, before it is done."""
    ships = [WEEKDAYS[n][1] for n, day in sorted(times.items()) if day.cutoff is not None]
    cutoffs = sorted({f"{day.cutoff:%H:%M}" for day in times.values() if day.cutoff is not None})
    sentence = _("%(days)s 发货，截单 %(cutoffs)s。") % {
        "days": words.listed(ships),
        "cutoffs": words.listed(cutoffs),
    }
    return {
        "sentence": sentence,
        "open_count": rehearsal.open_count,
        "moved_count": rehearsal.moved_count,
        "earlier_count": rehearsal.earlier_count,
        "later_count": rehearsal.later_count,
    }


def overrides(page: CutoffPage, *, can_edit: bool, url: str) -> list[dict[str, Any]]:
    """Give overrides and holidays ahead as one list by date."""
    hand_made = {row.date for row in page.overrides}
    rows = [
        {
            "date": row.date,
            "date_text": _date_text(row.date),
            "name": row.note or _("例外"),
            "tone": "us",
            "cutoff_text": f"{row.cutoff:%H:%M}" if row.cutoff else _("不发货"),
            "old_cutoff_text": "",
            "handover_text": _handover_text(row.handover, is_next=row.is_handover_next_day),
            "what": _("按这一天的设置"),
            "source": row.created_by.name if row.created_by else _("系统"),
            "changed": False,
            "delete_url": url if can_edit else "",
            "delete_date": row.date.isoformat(),
        }
        for row in page.overrides
    ]
    rows += [_special(row) for row in page.special_days if row.date not in hand_made]
    return sorted(rows, key=lambda row: row["date"])


def _special(row: BusinessDay) -> dict[str, Any]:
    is_work = row.kind == BusinessDay.Kind.MAKE_UP
    return {
        "date": row.date,
        "date_text": _date_text(row.date),
        "name": _("调休上班") if is_work else row.name or _("假日"),
        "tone": "soon" if is_work else "wait",
        "cutoff_text": _("照工作日") if is_work else _("不发货"),
        "old_cutoff_text": "",
        "handover_text": "—",
        "what": _("按工作日发货") if is_work else _("顺延到下一个发货日"),
        "source": _("节假日库") if row.is_confirmed else _("未确认"),
        "changed": False,
        "delete_url": "",
    }


def _date_text(day: date) -> str:
    return f"{_day_of_month(day)} {WEEKDAYS[day.weekday()][1]}"


def _handover_text(handover: time | None, *, is_next: bool) -> str:
    if handover is None:
        return "—"
    return _("次日 %(at)s") % {"at": f"{handover:%H:%M}"} if is_next else f"{handover:%H:%M}"


def pickups(page: CutoffPage) -> list[dict[str, Any]]:
    """Give carriers with their days in words."""
    return [
        {
            "carrier": row.carrier,
            "days_text": _days_text(row),
            "pickup_at": row.pickup,
            "packed_by": row.packed_by,
            "use": row.note,
            "delete_url": "",
        }
        for row in page.pickups
    ]


def _days_text(row: CarrierPickup) -> str:
    numbers = sorted(row.weekdays)
    if not numbers:
        return "—"
    if len(numbers) > 1 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return _("%(first)s至%(last)s") % {
            "first": WEEKDAYS[numbers[0]][1],
            "last": WEEKDAYS[numbers[-1]][1],
        }
    return words.listed(WEEKDAYS[number][1] for number in numbers)


def rule_codes() -> list[tuple[str, str]]:
    """Give the codes that a rule row may have, in words."""
    return [(code, _(name)) for code, name in RULE_NAMES.items()]


def lines_choices(lines: Sequence[RuleLine]) -> list[tuple[int, str]]:
    """Give the rows in force as choices."""
    return [
        (line.row.pk, f"{_(RULE_NAMES.get(line.row.code, line.row.code))} · {rule_text(line.row)}")
        for line in lines
        if line.is_active and line.row.valid_to is None
    ]


def rule_row(line: RuleLine) -> dict[str, Any]:
    """Give one row of the rule book in words."""
    row = line.row
    return {
        "id": row.pk,
        "what": _(RULE_NAMES.get(row.code, row.code)),
        "platform": row.get_platform_display(),
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "text": rule_text(row),
        "code": row.code,
        "order_count": line.order_count,
        "active": line.is_active,
    }


def rule_text(row: RuleRow) -> str:
    """Say what a row means, from its parameters; a source note that the head has not said follows."""
    have = row.parameters
    parts = []
    if "hours" in have:
        parts.append(_("付款后 %(n)s 小时内有揽收记录") % {"n": have["hours"]})
    if "until" in have:
        parts.append(_("最晚 %(at)s") % {"at": have["until"]})
    if "rate" in have:
        percent = f"{float(have['rate']) * 100:g}"
        parts.append(_("实付 %(rate)s%%") % {"rate": percent})
    if "minimum" in have:
        parts.append(_("最低 ¥%(n)s") % {"n": have["minimum"]})
    if "maximum" in have:
        parts.append(_("最高 ¥%(n)s") % {"n": have["maximum"]})
    if "after_hours" in have:
        parts.append(_("迟发后 %(n)s 小时仍未揽收") % {"n": have["after_hours"]})
    note = words.stored(row.source_note.removesuffix(CHECK_BEFORE_USE).rstrip("，；。 "))
    return words.phrases([*parts, *(part for part in [note] if part and part not in parts)])


def unconfirmed_words(day: date | None) -> str:
    """Say from when the official calendar is not known yet; empty where it is."""
    if day is None:
        return ""
    return _(
        "%(year)d 年的放假安排还没有确认（%(month)d月%(day)d日 起）：节假日按星期推算，没有调休。"
        "国务院通知出来后请在这里补上。"
    ) % {"year": day.year, "month": day.month, "day": day.day}


def usual_cutoff(rules: dict[int, CutoffRule]) -> time | None:
    """Give the cutoff of the first shipping weekday."""
    return next((rules[n].cutoff for n in sorted(rules) if rules[n].cutoff is not None), None)


def what_if(cutoff: time, days: int, result: dict[str, Any]) -> dict[str, Any]:
    """Give the slider with its first answer."""
    minutes = cutoff.hour * 60 + cutoff.minute
    ticks = [FROM_MINUTES + STEP_MINUTES * 4 * n for n in range(STEPS // 4 + 1)]
    return {
        "from_minutes": FROM_MINUTES,
        "step_minutes": STEP_MINUTES,
        "steps": STEPS,
        "value": min(max((minutes - FROM_MINUTES) // STEP_MINUTES, 0), STEPS),
        "cutoff_text": f"{cutoff:%H:%M}",
        "days": days,
        "orders": result["orders"],
        "ticks": [f"{tick // 60:02d}:{tick % 60:02d}" for tick in ticks],
        "result": result,
    }


def what_if_result(answer: WhatIfAnswer) -> dict[str, Any]:
    """Give the figures of the what-if and one sentence about the work it makes."""
    counts = answer.counts
    orders = counts.orders or 1
    same_delta = counts.same_day_then - counts.same_day_now
    late_delta = counts.late_then - counts.late_now
    late_full = max(counts.late_now, counts.late_then, orders // 25, 1)
    return {
        "then_cutoff_text": f"{answer.cutoff:%H:%M}",
        "orders": counts.orders,
        "same_now": counts.same_day_now,
        "same_then": counts.same_day_then,
        "same_now_rate": counts.same_day_now / orders,
        "same_then_rate": counts.same_day_then / orders,
        "same_delta": same_delta,
        "same_less": -same_delta,
        "late_now": counts.late_now,
        "late_then": counts.late_then,
        "late_now_rate": counts.late_now / orders,
        "late_then_rate": counts.late_then / orders,
        "late_delta": late_delta,
        "late_less": -late_delta,
        "late_full": late_full,
        "sentence": _what_if_words(answer, same_delta),
    }


def _what_if_words(answer: WhatIfAnswer, same_delta: int) -> str:
    a_day = abs(same_delta) / answer.days
    if same_delta > 0:
        return _(
            "平均每天多出 %(n).0f 单要当天打包。「迟交接」按当时实际发出的时间算，是上限。"
        ) % {"n": a_day}
    if same_delta < 0:
        return _("平均每天少 %(n).0f 单当天发，这些单的买家多等一个发货日。") % {"n": a_day}
    return _("和现在一样。")
