"""Which columns the list of orders has for a person, and in which order. No query."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from shopops.staff.models import User

LIST = "orders"
# Opens an order, and says which one: always there.
FIXED = "tid"
# Shown first where the list is sorted by it.
HOLD_DUE = "holddue"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `width` in pixels; 0 takes what is left. `on_hand_held`: a cell of its cards."""

    code: str
    label: str | Promise
    width: int
    is_figure: bool = False
    on_hand_held: bool = False
    by_default: bool = True


COLUMNS: dict[str, Column] = {
    column.code: column
    for column in (
        Column("due", _("应出"), 126, on_hand_held=True),
        Column("plat", _("平台时限"), 98, on_hand_held=True),
        Column("tid", _("订单号"), 186, on_hand_held=True),
        Column("stage", _("阶段"), 84, on_hand_held=True),
        Column("hold", _("挂起原因"), 168, on_hand_held=True),
        Column("amt", _("实付"), 86, is_figure=True, on_hand_held=True),
        Column("risk", _("预计赔付"), 76, is_figure=True),
        Column("mark", _("旗 备注"), 82, on_hand_held=True),
        Column("buyer", _("买家"), 84),
        Column("item", _("商品"), 0, on_hand_held=True),
        Column("placed", _("下单时间"), 98, by_default=False),
        Column("paid", _("付款时间"), 98, by_default=False),
        Column("pieces", _("件数"), 60, is_figure=True, by_default=False),
        Column("refund", _("退款金额"), 90, is_figure=True, by_default=False),
        Column(HOLD_DUE, _("挂起到期"), 126, by_default=False),
    )
}
DEFAULT: tuple[str, ...] = tuple(code for code, one in COLUMNS.items() if one.by_default)
_SELECT_WIDTH, _LEAST_ITEM_WIDTH = 44, 200


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a list, left to right; `off`: what only the cards of the hand-held show.

    `is_narrow`: it fits an office monitor without a least width.
    """

    shown: tuple[str, ...] = DEFAULT
    off: tuple[str, ...] = ()
    is_narrow: bool = False

    @property
    def width_class(self) -> str:
        """The class that gives the table its least width, in steps of 100 px; none by default."""
        if self.shown == DEFAULT or self.is_narrow:
            return ""
        wanted = _SELECT_WIDTH + sum(
            COLUMNS[code].width or _LEAST_ITEM_WIDTH for code in self.shown
        )
        return f"so-qw-{-(-wanted // 100)}"

    def by_hold_due(self) -> "Layout":
        """Give the same columns beginning with what the list is sorted by.

        Those who chose none do without the stage, which is the same for all held orders.
        """
        shown = tuple(dict.fromkeys((HOLD_DUE, *self.shown)))
        if self.shown != DEFAULT:
            return Layout(shown, self.off)
        return Layout(tuple(code for code in shown if code != "stage"), ("stage",), is_narrow=True)


STANDARD = Layout()


def layout_of(person: User) -> Layout:
    """Give the columns that a person chose, the usual ones where they chose none."""
    chosen = person.preferences.get("columns", {}).get(LIST)
    return _layout(tuple(chosen)) if chosen else STANDARD


@lru_cache(maxsize=256)
def _layout(chosen: tuple[str, ...]) -> Layout:
    shown = known(chosen)
    if not shown or shown == DEFAULT:
        return STANDARD
    off = (code for code, one in COLUMNS.items() if one.on_hand_held and code not in shown)
    return Layout(shown, tuple(off))


def known(codes: Iterable[str]) -> tuple[str, ...]:
    """Keep the codes of columns that there are, each once, and the order number in any case."""
    shown = tuple(code for code in dict.fromkeys(codes) if code in COLUMNS)
    return shown if FIXED in shown or not shown else (FIXED, *shown)


@lru_cache(maxsize=256)
def head_html(layout: Layout, _language: str | None, sorted_by: str = "due") -> SafeString:
    """Write the head of the list; once a process for each set of columns and language."""
    context = {"columns": [COLUMNS[code] for code in layout.shown], "sorted_by": sorted_by}
    return render_to_string("orders/_list_head.html", context)
