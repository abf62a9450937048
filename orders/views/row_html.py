"""The body of the order list, written in one place: fifty rows cost a millisecond, not forty.

A template with filters and includes spends most of a queue page here. `tests/orders/row.html` is the
same row as a template, and a test holds the two together. Every text that is not ours goes
through `escape`.
"""

from collections.abc import Iterable
from datetime import date, datetime
from html import escape as always_escape
from re import compile as pattern

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from orders.views.rows import HoldTag, Row
from shopops.lib import words
from shopops.lib.business_time import SHANGHAI
from shopops.lib.templatetags.shop import (
    TID_TAIL,
    UNKNOWN,
    DueWords,
    day_words,
    due_tone,
    icon,
    money,
    time_tag,
)

_IS_SPECIAL = pattern("[&<>\"']").search
NOTHING = f'<span class="muted">{UNKNOWN}</span>'


def escape(text: str) -> str:
    """Escape a text; one look tells that almost none needs it."""
    return always_escape(text) if _IS_SPECIAL(text) else text


def rows_html(rows: Iterable[Row], *, now: datetime) -> SafeString:
    """Write the rows of the list, in the reader's language. No query."""
    writer = _RowWriter(now)
    return mark_safe("\n".join(writer.row(row) for row in rows))  # noqa: S308 - escaped below


class _RowWriter:
    """Looks words and icons up once for all rows."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.today = now.astimezone(SHANGHAI).date()
        self.days: dict[date, str] = {}
        self.words = DueWords()
        self.select = escape(_("选"))
        self.platform = escape(_("平台"))
        self.copy = escape(_("复制"))
        self.kinds = escape(_("款"))
        self.urgent = _mark(_("加急"), _("加急"), "bolt", 'class="so-urg" ')
        self.message = _mark(_("有买家留言"), _("买家留言"), "message-2")
        self.memo = _mark(_("有卖家备注"), _("卖家备注"), "notes")
        self.copy_icon = icon("copy")
        self.flag_icon = icon("flag-3")
        self.late_icon = icon("alert-circle")
        self.clock_icon = icon("clock")

    def row(self, row: Row) -> str:
        tid = escape(row.tid)
        return (
            f'<tr role="row" data-tid="{tid}" data-drawer="{escape(row.drawer_url)}"'
            f' data-can="{escape(row.can)}">'
            f'<td role="cell" class="q-sel"><label class="q-hit">'
            f'<input class="form-check-input" type="checkbox" name="tid" value="{tid}"'
            f' aria-label="{self.select} {tid}"></label>'
            f'<input type="hidden" name="version_{tid}" value="{row.version}"></td>'
            f"{self._due(row)}{self._platform(row)}{self._tid(row, tid)}"
            f'<td role="cell" class="q-stage"><span class="so-stage">'
            f'<span class="so-dot so-dot--{escape(row.stage_tone or "wait")}"></span>'
            f"{escape(row.stage_label)}</span></td>"
            f'<td role="cell" class="q-hold"><span class="so-holds">{_holds(row.holds)}</span></td>'
            f'<td role="cell" class="q-amt n">{money(row.paid_amount)}</td>'
            f"{_risk(row)}"
            f'<td role="cell" class="q-mark"><span class="so-marks">{self._marks(row)}</span></td>'
            f'<td role="cell" class="q-buyer">{escape(row.buyer)}</td>'
            f"{self._item(row)}</tr>"
        )

    def _due(self, row: Row) -> str:
        title = f' title="{escape(row.due_title)}"' if row.due_title else ""
        pill = NOTHING if row.is_done or row.due_at is None else self._pill(row.due_at)
        return f'<td role="cell" class="q-due"{title}>{pill}</td>'

    def _pill(self, at: datetime) -> str:
        tone = due_tone(at, self.now)
        picture = self.late_icon if tone == "late" else self.clock_icon
        return (
            f'<span class="so-pill so-pill--{tone}" title="{_full(at)}">'
            f"{picture}{escape(self.words.due(at - self.now))}</span>"
        )

    def _platform(self, row: Row) -> str:
        tone = "wait" if row.is_done else due_tone(row.platform_due_at, self.now)
        shade = "muted" if tone == "wait" else f"t-{tone}"
        return (
            f'<td role="cell" class="q-plat num {shade}">'
            f'<span class="q-lab">{self.platform} </span>{self._when(row.platform_due_at)}</td>'
        )

    def _when(self, at: datetime | None) -> str:
        if at is None:
            return UNKNOWN
        local = at.astimezone(SHANGHAI)
        day = local.date()
        if day not in self.days:
            self.days[day] = day_words(day, self.today)
        return time_tag(local, self.days[day])

    def _tid(self, row: Row, tid: str) -> str:
        head, tail = escape(row.tid[:-TID_TAIL]), escape(row.tid[-TID_TAIL:])
        return (
            f'<td role="cell" class="q-tid">{self.urgent if row.is_urgent else ""}'
            f'<a class="mono so-tid" href="{escape(row.url)}"><i>{head}</i>{tail}</a> '
            f'<button class="so-copy" type="button" data-copy="{tid}"'
            f' aria-label="{self.copy} {tid}">{self.copy_icon}</button></td>'
        )

    def _marks(self, row: Row) -> str:
        flag = ""
        if row.flag:
            flag = (
                f'<span class="so-flag fl-{escape(row.flag)}">'
                f"{self.flag_icon}{escape(row.flag_label)}</span>"
            )
        message = self.message if row.has_message else ""
        return f"{flag}{message}{self.memo if row.has_memo else ''}"

    def _item(self, row: Row) -> str:
        item = escape(row.item)
        more = ""
        if row.item_more:
            more = f' <span class="muted">＋{row.item_more} {self.kinds}</span>'
        return f'<td role="cell" class="q-item" title="{item}">{item}{more}</td>'


def _mark(words: str, title: str, picture: str, attributes: str = "") -> str:
    return (
        f'<span {attributes}role="img" aria-label="{escape(words)}"'
        f' title="{escape(title)}">{icon(picture)}</span>'
    )


def _full(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def _holds(holds: tuple[HoldTag, ...]) -> str:
    if not holds:
        return ""
    first = holds[0]
    label = escape(first.label)
    shown = f'<span class="so-tag so-tag--{escape(first.tone or "wait")}" title="{label}">{label}</span>'
    if len(holds) == 1:
        return shown
    every = escape(words.listed(hold.label for hold in holds))
    return f'{shown}<span class="so-tag" title="{every}">＋{len(holds) - 1}</span>'


def _risk(row: Row) -> str:
    shade = "t-late strong" if row.risk_tone == "late" else "muted"
    amount = money(row.risk_amount) if row.risk_amount else UNKNOWN
    return f'<td role="cell" class="q-risk n {shade}">{amount}</td>'
