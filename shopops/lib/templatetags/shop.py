"""How money, times, order numbers and small pictures are written on every page.

A time is always shown against `now`, which the page passes in (`{{ row.due_at|due:now }}`); no
filter looks at a clock.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, gettext_noop, pgettext
from django.utils.translation import gettext as _

from shopops.lib import charts, tables
from shopops.lib.fragments import fragment

register = template.Library()

SHANGHAI = ZoneInfo("Asia/Shanghai")
UNKNOWN = "—"
SOON = timedelta(hours=4)
TID_TAIL = 6
FEN = Decimal("0.01")

Amount = Decimal | int | float | str


# --- figures ---


def _decimal(value: Amount | None) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    if value is None or value == "":
        return None
    return Decimal(str(value))


@register.filter
def money(value: Amount | None) -> str:
    """Write an amount in CNY as `¥1,234.50`, a negative one as `−¥1,234.50`."""
    amount = _decimal(value)
    if amount is None:
        return UNKNOWN
    sign = "−" if amount < 0 else ""
    return f"{sign}¥{abs(amount).quantize(FEN, ROUND_HALF_UP):,}"


@register.filter
def money_big(value: Amount | None) -> SafeString | str:
    """Write an amount for a large figure, the fen smaller: `¥48,326<small>.50</small>`."""
    text = money(value)
    if text == UNKNOWN:
        return text
    yuan, fen = text.split(".")
    return format_html("{}<small>.{}</small>", yuan, fen)


@register.filter
def count(value: int | None) -> str:
    """Write a whole number with thousands parted, an unknown one as a dash."""
    return UNKNOWN if value is None else f"{value:,}"


@register.filter
def wan(value: Amount | None) -> str:
    """Write a large number short: 1466000 → `146.6万`, in English `1,466.0k`; below 10,000 as it is."""
    number = _decimal(value)
    if number is None:
        return UNKNOWN
    if abs(number) < 10_000:
        return f"{number.normalize():f}" if number != number.to_integral() else f"{int(number):,}"
    unit, sign = (10_000, "万") if (get_language() or "").startswith("zh") else (1_000, "k")
    return f"{(number / unit).quantize(Decimal('0.1'), ROUND_HALF_UP):,}{sign}"


@register.filter
def rate(value: Amount | None, digits: int = 1) -> str:
    """Write a rate between 0 and 1 as percent: 0.0354 → `3.5%`."""
    number = _decimal(value)
    return UNKNOWN if number is None else f"{number * 100:.{digits}f}%"


def _arrow(number: Decimal) -> str:
    return "▲" if number > 0 else "▼"


@register.filter
def pct_change(value: Amount | None) -> str:
    """Write a relative change as an arrow and percent: 0.062 → `▲ 6.2%`; None is not known."""
    number = _decimal(value)
    if number is None:
        return _("未知")
    if not round(number, 3):
        return _("持平")
    return f"{_arrow(number)} {abs(number) * 100:.1f}%"


@register.filter
def point_change(value: Amount | None) -> str:
    """Write a change of a rate in percentage points: 0.0011 → `▲ 0.11点`."""
    number = _decimal(value)
    if number is None:
        return _("未知")
    if not round(number, 4):
        return _("持平")
    return f"{_arrow(number)} {abs(number) * 100:.2f}{_('点')}"


@register.filter
def file_size(value: int | None) -> str:
    """Write a size in bytes as KB or MB."""
    if value is None:
        return UNKNOWN
    kilobytes = value / 1024
    return f"{kilobytes:,.0f} KB" if kilobytes < 1024 else f"{kilobytes / 1024:,.1f} MB"


# --- times ---


WEEKDAYS = (
    gettext_noop("周一"),
    gettext_noop("周二"),
    gettext_noop("周三"),
    gettext_noop("周四"),
    gettext_noop("周五"),
    gettext_noop("周六"),
    gettext_noop("周日"),
)


def _weekday(day: date) -> str:
    return _(WEEKDAYS[day.weekday()])


def day_words(day: date, today: date | None) -> str:
    """Write a date as a person near it would: 今天, 周三, 9月17日."""
    if today is None:
        return _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}
    distance = (day - today).days
    if 1 < distance < 7:
        return _weekday(day)
    if -1 <= distance <= 1:
        return _near_day(distance)
    return _day_and_year(day, today)


def _near_day(distance: int) -> str:
    if distance == 0:
        return _("今天")
    return _("明天") if distance > 0 else _("昨天")


def _day_and_year(day: date, today: date) -> str:
    values = {"year": day.year, "month": day.month, "day": day.day}
    if day.year == today.year:
        return _("%(month)d月%(day)d日") % values
    return _("%(year)d年%(month)d月%(day)d日") % values


def _local(value: datetime) -> datetime:
    return value.astimezone(SHANGHAI)


@register.filter
def when(value: datetime | None, now: datetime | None = None) -> SafeString | str:
    """Write an instant as `今天 15:58`, the full one on hover; without `now`: `9月17日 15:58`."""
    if not isinstance(value, datetime):
        return UNKNOWN
    at = _local(value)
    return time_tag(at, day_words(at.date(), _local(now).date() if now else None))


def time_tag(at: datetime, words: str) -> SafeString:
    """Write an instant in Shanghai with the words of its day."""
    # Lists write a hundred of these, so no format_html: all but the words are digits.
    return mark_safe(  # noqa: S308
        f'<time datetime="{at.isoformat()}" title="{at:%Y-%m-%d %H:%M:%S}">'
        f"{escape(words)} {at:%H:%M}</time>"
    )


@register.filter
def day(value: date | None) -> SafeString | str:
    """Write a business date as `9月16日 周三`, the ISO date on hover."""
    if value is None or value == "":
        return UNKNOWN
    that = _local(value).date() if isinstance(value, datetime) else value
    return format_html(
        '<time datetime="{}" title="{}">{} {}</time>',
        that.isoformat(),
        that.isoformat(),
        day_words(that, None),
        _weekday(that),
    )


@register.filter
def clock(value: time | datetime | None) -> str:
    """Write a time of day as `16:00`."""
    if value is None or value == "":
        return UNKNOWN
    return f"{_local(value) if isinstance(value, datetime) else value:%H:%M}"


def span_words(span: timedelta) -> str:
    """Write a length of time as `1天20时`, or `03:42` under a day (hours and minutes)."""
    return _span_words(span, _DAYS_AND_HOURS)


_DAYS_AND_HOURS = gettext_lazy("%(days)s天%(hours)s时")


def _span_words(span: timedelta, pattern: str | Promise) -> str:
    minutes = int(abs(span).total_seconds() // 60)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    if days:
        return str(pattern) % {"days": days, "hours": hours}
    return f"{hours:02d}:{minutes:02d}"


@register.filter
def duration(value: timedelta | int | float | None) -> str:
    """Write a length of time (or seconds) as words: `3 分 20 秒`, `1天20时`."""
    if value is None or value == "":
        return UNKNOWN
    span = value if isinstance(value, timedelta) else timedelta(seconds=float(value))
    seconds = span.total_seconds()
    if seconds < 10:
        return _("%(seconds)s 秒") % {"seconds": f"{seconds:.1f}"}
    if seconds < 3600:
        minutes, rest = divmod(int(seconds), 60)
        words = {"minutes": minutes, "seconds": rest}
        return (_("%(minutes)s 分 %(seconds)s 秒") if minutes else _("%(seconds)s 秒")) % words
    return span_words(span)


@register.filter
def due(value: datetime | None, now: datetime | None) -> str:
    """Write a deadline against now: `超 1天20时` when it has passed, else `剩 00:47`."""
    if not isinstance(value, datetime) or not isinstance(now, datetime):
        return UNKNOWN
    return DueWords().due(value - now)


class DueWords:
    """The words of deadlines in the reader's language, looked up once for a whole list."""

    def __init__(self) -> None:
        self._over = pgettext("deadline", "超")
        self._left = pgettext("deadline", "剩")
        self._pattern = str(_DAYS_AND_HOURS)

    def due(self, left: timedelta) -> str:
        """Write how long is left, or how long ago it ended."""
        words = self._over if left < timedelta(0) else self._left
        return f"{words} {_span_words(left, self._pattern)}"


@register.filter
def due_tone(value: datetime | None, now: datetime | None) -> str:
    """Name the colour of a deadline: late when passed, soon within four hours, wait after that."""
    if not isinstance(value, datetime) or not isinstance(now, datetime):
        return "wait"
    if value < now:
        return "late"
    return "soon" if value - now <= SOON else "wait"


# --- identities ---


@register.filter
def tid_text(value: str | None) -> SafeString | str:
    """Write an order number with its last six digits standing out; for use inside a link."""
    if not value:
        return UNKNOWN
    text = str(value)
    return format_html("<i>{}</i>{}", text[:-TID_TAIL], text[-TID_TAIL:])


@register.filter
def tid(value: str | None) -> SafeString | str:
    """Write an order number as `tid_text` does, with a button that copies it."""
    if not value:
        return UNKNOWN
    return format_html('<span class="mono so-tid">{}</span> {}', tid_text(value), copy(str(value)))


@register.simple_tag
def copy(value: str) -> SafeString:
    """Draw a button that copies `value`."""
    return format_html(
        '<button class="so-copy" type="button" data-copy="{}" aria-label="{} {}">{}</button>',
        value,
        _("复制"),
        value,
        icon("copy"),
    )


@register.simple_tag
@cache  # a page draws two hundred of a few dozen
def icon(name: str, extra: str = "") -> SafeString:
    """Draw an icon of the sprite. `name` must stand in shopops/assets/icons.json."""
    return format_html(
        '<svg class="ti{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        f" {extra}" if extra else "",
        static("vendor/icons.svg"),
        name,
    )


TONE_ICONS = {
    "late": "alert-circle",
    "soon": "clock",
    "us": "clipboard-check",
    "wait": "hourglass",
    "done": "check",
}


@register.filter
def tone_icon(tone: str) -> str:
    """Name the icon that goes with a status colour, so that colour never stands alone."""
    return TONE_ICONS.get(tone, "circle")


@register.filter
def person_tone(name: str | None) -> str:
    """Choose one of six quiet colours for a person's mark, always the same for one name."""
    return "abcdef"[sum(map(ord, name or "")) % 6]


@register.filter
def initial(name: str | None) -> str:
    """Take the sign that stands for a person: the last Chinese character, or the first letter."""
    text = (name or "").strip()
    if not text:
        return "·"
    return text[-1] if "\u4e00" <= text[-1] <= "\u9fff" else text[0].upper()


@register.filter
def chips_of(value: Sequence[str] | str | None) -> list[str]:
    """Give a list of texts whether one or several were stored."""
    if not value:
        return []
    return [value] if isinstance(value, str) else list(value)


@register.filter
def widget_kind(field: BoundField) -> str:
    """Name the kind of a bound form field's widget, such as text, select or file."""
    widget = getattr(getattr(field, "field", None), "widget", None)
    kind = getattr(widget, "input_type", None) or type(widget).__name__
    return str(kind).lower()


@register.filter
def item(mapping: dict[str, object], key: str) -> object:
    """Look a key up in a dict, for tables whose columns come from data."""
    return mapping.get(key)


@register.simple_tag
def fixed(template_name: str) -> SafeString:
    """Include a template that takes nothing; rendered once per language."""
    return fragment(template_name)


register.simple_tag(tables.chart_rows)


# --- pictures ---


@register.simple_tag
def bar(value: float, total: float, tone: str = "us", label: str = "") -> SafeString:
    """Draw a bar filled to `value` of `total`."""
    return mark_safe(charts.bar(value, total, tone, label))  # noqa: S308 - escaped in charts


@register.simple_tag
def stacked_bar(segments: Sequence[charts.Segment], label: str = "") -> SafeString:
    """Draw segments (`charts.Segment`) after one another."""
    return mark_safe(charts.stacked_bar(segments, label))  # noqa: S308 - escaped in charts


@register.simple_tag
def sparkline(
    values: Sequence[float | None],
    band: tuple[float, float] | None = None,
    tone: str = "us",
    label: str = "",
) -> SafeString:
    """Draw a small line with the usual band behind it; None is a gap."""
    svg = charts.sparkline(values or (), band=band, tone=tone, label=label)
    return mark_safe(svg)  # noqa: S308 - escaped in charts


@register.simple_tag
def day_axis() -> SafeString:
    """Draw the hours at the left of the week calendar."""
    return mark_safe(charts.day_axis())  # noqa: S308 - no input


@register.simple_tag
def day_column(column: Mapping[str, Any]) -> SafeString:
    """Draw one day of the week calendar from `column`: cutoff, handover, pickups, now, label."""
    svg = charts.day_column(
        cutoff=column["cutoff"],
        handover=column["handover"],
        pickups=column["pickups"],
        now=column["now"],
        words=(_("截单"), _("交接"), _("现在")),
        label=column["label"],
    )
    return mark_safe(svg)  # noqa: S308 - escaped in charts


@register.filter
def hhmm(minutes: int | None) -> str:
    """Write whole minutes as `00:42`."""
    if minutes is None:
        return UNKNOWN
    return f"{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
