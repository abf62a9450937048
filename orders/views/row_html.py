"""The body of the order list, written in one place: fifty rows cost a millisecond, not forty.

A template with filters and includes spends most of a queue page here. `tests/orders/row.html` is the
same row as a template, and a test holds the two together. Every text that is not ours goes
through `escape`.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from html import escape as always_escape
from re import compile as pattern

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from orders.views.columns import STANDARD, Layout
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

# Writes one cell; `off` is the class of a cell that only the hand-held shows.
type Cell = Callable[[Row, str], str]

_IS_SPECIAL = pattern("[&<>\"']").search
NOTHING = f'<span class="muted">{UNKNOWN}</span>'


def escape(text: str) -> str:
    """Escape a text; one look tells that almost none needs it."""
    return always_escape(text) if _IS_SPECIAL(text) else text


def rows_html(rows: Iterable[Row], *, now: datetime, layout: Layout = STANDARD) -> SafeString:
    """Write the rows of the list, in the reader's language. No query."""
    writer = _RowWriter(now, layout)
    return mark_safe("\n".join(writer.row(row) for row in rows))  # noqa: S308 - escaped below


class _RowWriter:
    """Looks words and icons up once for all rows."""

    def __init__(self, now: datetime, layout: Layout) -> None:
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
        shown = [(self._writers()[code], "") for code in layout.shown]
        self.cells = shown + [(self._writers()[code], " so-off") for code in layout.off]

    def _writers(self) -> dict[str, Cell]:
        return {
            "due": self._due,
            "plat": self._platform,
            "tid": self._tid,
            "stage": _stage,
            "hold": _hold,
            "amt": _amount,
            "risk": _risk,
            "mark": self._mark,
            "buyer": _buyer,
            "item": self._item,
            "placed": self._placed,
            "paid": self._paid,
            "pieces": _pieces,
            "refund": _refund,
            "holddue": self._hold_due,
        }

    def row(self, row: Row) -> str:
        tid = escape(row.tid)
        return (
            f'<tr role="row" data-tid="{tid}" data-drawer="{escape(row.drawer_url)}"'
            f' data-can="{escape(row.can)}">'
            f'<td role="cell" class="q-sel"><label class="q-hit">'
            f'<input class="form-check-input" type="checkbox" name="tid" value="{tid}"'
            f' aria-label="{self.select} {tid}"></label>'
            f'<input type="hidden" name="version_{tid}" value="{row.version}"></td>'
            f"{''.join([write(row, off) for write, off in self.cells])}</tr>"
        )

    def _due(self, row: Row, off: str) -> str:
        title = f' title="{escape(row.due_title)}"' if row.due_title else ""
        pill = NOTHING if row.is_done or row.due_at is None else self._pill(row.due_at)
        return f'<td role="cell" class="q-due{off}"{title}>{pill}</td>'

    def _hold_due(self, row: Row, off: str) -> str:
        pill = NOTHING if row.hold_due_at is None else self._pill(row.hold_due_at)
        return f'<td role="cell" class="q-holddue{off}">{pill}</td>'

    def _pill(self, at: datetime) -> str:
        tone = due_tone(at, self.now)
        picture = self.late_icon if tone == "late" else self.clock_icon
        return (
            f'<span class="so-pill so-pill--{tone}" title="{_full(at)}">'
            f"{picture}{escape(self.words.due(at - self.now))}</span>"
        )

    def _platform(self, row: Row, off: str) -> str:
        tone = "wait" if row.is_done else due_tone(row.platform_due_at, self.now)
        shade = "muted" if tone == "wait" else f"t-{tone}"
        return (
            f'<td role="cell" class="q-plat num {shade}{off}">'
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

    def _tid(self, row: Row, off: str) -> str:
        tid = escape(row.tid)
        head, tail = escape(row.tid[:-TID_TAIL]), escape(row.tid[-TID_TAIL:])
        return (
            f'<td role="cell" class="q-tid{off}">{self.urgent if row.is_urgent else ""}'
            f'<a class="mono so-tid" href="{escape(row.url)}"><i>{head}</i>{tail}</a> '
            f'<button class="so-copy" type="button" data-copy="{tid}"'
            f' aria-label="{self.copy} {tid}">{self.copy_icon}</button></td>'
        )

    def _placed(self, row: Row, off: str) -> str:
        return (
            f'<td role="cell" class="q-placed q-x num muted{off}">{self._when(row.placed_at)}</td>'
        )

    def _paid(self, row: Row, off: str) -> str:
        return f'<td role="cell" class="q-paid q-x num muted{off}">{self._when(row.paid_at)}</td>'

    def _mark(self, row: Row, off: str) -> str:
        marks = self._marks(row)
        return f'<td role="cell" class="q-mark{off}"><span class="so-marks">{marks}</span></td>'

    def _marks(self, row: Row) -> str:
        flag = ""
        if row.flag:
            flag = (
                f'<span class="so-flag fl-{escape(row.flag)}">'
                f"{self.flag_icon}{escape(row.flag_label)}</span>"
            )
        message = self.message if row.has_message else ""
        return f"{flag}{message}{self.memo if row.has_memo else ''}"

    def _item(self, row: Row, off: str) -> str:
        item = escape(row.item)
        more = ""
        if row.item_more:
            more = f' <span class="muted">＋{row.item_more} {self.kinds}</span>'
        return f'<td role="cell" class="q-item{off}" title="{item}">{item}{more}</td>'


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


def _stage(row: Row, off: str) -> str:
    return (
        f'<td role="cell" class="q-stage{off}"><span class="so-stage">'
        f'<span class="so-dot so-dot--{escape(row.stage_tone or "wait")}"></span>'
        f"{escape(row.stage_label)}</span></td>"
    )


def _hold(row: Row, off: str) -> str:
    holds = _holds(row.holds)
    return f'<td role="cell" class="q-hold{off}"><span class="so-holds">{holds}</span></td>'


def _amount(row: Row, off: str) -> str:
    return f'<td role="cell" class="q-amt n{off}">{money(row.paid_amount)}</td>'


def _buyer(row: Row, off: str) -> str:
    return f'<td role="cell" class="q-buyer{off}">{escape(row.buyer)}</td>'


def _pieces(row: Row, off: str) -> str:
    return f'<td role="cell" class="q-pieces q-x n{off}">{row.piece_count}</td>'


def _refund(row: Row, off: str) -> str:
    amount = money(row.refund_amount) if row.refund_amount else UNKNOWN
    return f'<td role="cell" class="q-refund q-x n{off}">{amount}</td>'


def _risk(row: Row, off: str) -> str:
    shade = "t-late strong" if row.risk_tone == "late" else "muted"
    amount = money(row.risk_amount) if row.risk_amount else UNKNOWN
    return f'<td role="cell" class="q-risk n {shade}{off}">{amount}</td>'
