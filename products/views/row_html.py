"""The body of the list of products, written in one place: fifty rows cost milliseconds.

Every text that is not ours goes through `escape`.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from products.choices import ProductRole, ProductStatus
from products.queries.catalogue_list import ProductRow
from products.views.columns import Column
from shopops.lib import charts
from shopops.lib.templatetags.shop import UNKNOWN, icon, money

STATUS_TONES = {"on_shelf": "done", "off_shelf": "wait", "draft": "soon", "forbidden": "late"}
COVER_SHORT, COVER_MAIN = 7, 14
# On a small screen a cell bears its column's name, unless it speaks for itself.
_UNLABELLED = {"title", "status", "warn", "trend"}
NOTHING = f'<span class="muted">{UNKNOWN}</span>'


def rows_html(
    rows: Iterable[ProductRow],
    *,
    columns: Sequence[Column],
    can_of: Callable[[ProductRow], str] | None = None,
) -> SafeString:
    """Write the rows of the list, in the reader's language. No query.

    :param can_of: which acts change a row; None: rows cannot be chosen
    """
    writer = _Writer(columns, can_of)
    return mark_safe("\n".join(writer.row(row) for row in rows))  # noqa: S308 - escaped below


def cover_tone(days: Decimal | None, *, is_main: bool) -> str:
    """Say how pressing it is that stock lasts so long."""
    if days is None:
        return ""
    if days < 1:
        return "late"
    return "soon" if days < (COVER_MAIN if is_main else COVER_SHORT) else ""


def thumb(image_path: str, product_id: int) -> str:
    """Write a product's small picture, or what stands for one."""
    if not image_path:
        return f'<span class="so-thumb" aria-hidden="true">{icon("package")}</span>'
    small = image_path.split("|")[2]
    url = reverse("products:image", args=[product_id])
    return (
        f'<img class="so-thumb so-pimg" src="{url}?s=small&amp;v={escape(small)}" alt=""'
        ' width="36" height="36" loading="lazy">'
    )


class _Writer:
    """Looks words and icons up once for all rows."""

    def __init__(
        self, columns: Sequence[Column], can_of: Callable[[ProductRow], str] | None
    ) -> None:
        self.can_of = can_of
        self.choose = escape(_("选这个商品"))
        self.cells = [
            (
                one.code,
                getattr(self, f"_{one.code}"),
                "n" if one.is_figure else "",
                "" if one.code in _UNLABELLED else f' data-l="{escape(str(one.label))}"',
            )
            for one in columns
        ]
        self.statuses = {code: escape(str(label)) for code, label in ProductStatus.choices}
        self.roles = {code: escape(str(label)) for code, label in ProductRole.choices}
        self.main = escape(_("主推"))
        self.untitled = escape(_("还没有标题"))
        self.trend = _("近 14 天支付件数")
        self.out, self.dear = _("%(n)d 个缺货"), escape(_("成本高于售价"))
        self.conflicts = _("%(n)d 处冲突")
        self.no_cost = escape(_("没有成本"))
        self.days = _("%(n)s 天")
        self.shows_cost = any(one.code == "margin" for one in columns)
        # reverse() once: ids differ only.
        self.url = reverse("products:product", args=[0]).replace("/0/", "/{}/")

    def row(self, row: ProductRow) -> str:
        cells = "".join(
            f'<td class="p-{code} {kind}"{label}>{write(row)}</td>'
            for code, write, kind, label in self.cells
        )
        if self.can_of is None:
            return f'<tr data-tid="{row.id}">{cells}</tr>'
        return (
            f'<tr data-tid="{row.id}" data-can="{self.can_of(row)}"><td class="p-sel">'
            f'<label class="q-hit"><input class="form-check-input" type="checkbox" name="tid"'
            f' value="{row.id}" aria-label="{self.choose} {escape(row.title or row.item_code)}"></label>'
            f'<input type="hidden" name="version_{row.id}" value="{row.version}"></td>{cells}</tr>'
        )

    def _title(self, row: ProductRow) -> str:
        title = escape(row.title) or self.untitled
        codes = " · ".join(escape(one) for one in (row.item_no, row.item_code) if one)
        main = f'<span class="so-tag so-tag--us">{self.main}</span> ' if row.is_main else ""
        return (
            f'<span class="so-pcell">{thumb(row.image_path, row.id)}<span class="so-min0">'
            f'<a class="so-ptitle" href="{self.url.format(row.id)}" title="{title}">{title}</a>'
            f'<span class="xs muted clip">{main}<span class="mono">{codes}</span></span></span></span>'
        )

    def _status(self, row: ProductRow) -> str:
        tone = STATUS_TONES.get(row.status, "wait")
        return (
            f'<span class="so-stage"><span class="so-dot so-dot--{tone}"></span>'
            f"{self.statuses.get(row.status, '')}</span>"
        )

    def _stock(self, row: ProductRow) -> str:
        if row.stock is None:
            return NOTHING
        tone = ' class="t-late strong"' if row.stock <= 0 else ""
        return f"<span{tone}>{row.stock:,}</span>"

    def _cover(self, row: ProductRow) -> str:
        days = row.cover_days
        if days is None:
            return NOTHING
        tone = cover_tone(days, is_main=row.is_main)
        shown = "999+" if days > 999 else str(days.quantize(Decimal(1), ROUND_HALF_UP))
        mark = f' class="t-{tone} strong"' if tone else ""
        return f"<span{mark}>{escape(self.days % {'n': shown})}</span>"

    def _trend(self, row: ProductRow) -> str:
        label = f"{self.trend} {sum(n or 0 for n in row.trend)}"
        return charts.sparkline(row.trend, label=label) or NOTHING

    def _price(self, row: ProductRow) -> str:
        if row.prices is None:
            return NOTHING
        low, high = row.prices
        return money(low) if low == high else f"{money(low)}–{money(high)}"

    def _margin(self, row: ProductRow) -> str:
        if row.margin_rate is None:
            return NOTHING
        tone = ' class="t-late strong"' if row.margin_rate < 0 else ""
        return f"<span{tone}>{(row.margin_rate * 100).quantize(Decimal('0.1'))}%</span>"

    def _warn(self, row: ProductRow) -> str:
        tags = []
        if row.out_count:
            tags.append(("late", escape(self.out % {"n": row.out_count})))
        if row.is_dear and self.shows_cost:
            tags.append(("late", self.dear))
        if row.conflict_count:
            tags.append(("soon", escape(self.conflicts % {"n": row.conflict_count})))
        if row.has_no_cost and row.sku_count and self.shows_cost:
            tags.append(("wait", self.no_cost))
        return "".join(f'<span class="so-tag so-tag--{tone}">{text}</span>' for tone, text in tags)

    def _role(self, row: ProductRow) -> str:
        return self.roles.get(row.role, NOTHING)

    def _skus(self, row: ProductRow) -> str:
        return str(row.sku_count) if row.sku_count else NOTHING

    def _category(self, row: ProductRow) -> str:
        return escape(row.category) or NOTHING

    def _brand(self, row: ProductRow) -> str:
        return escape(row.brand) or NOTHING
