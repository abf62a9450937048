"""What the page of a product shows, part by part."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from products.choices import CheckOutcome
from products.models import CatalogueConflict, ListingCheck, PriceChange, Product, Sku
from products.queries.product_page import (
    SPAN,
    DayFigures,
    ImportEvent,
    ProductDetail,
    product_names,
)
from products.views.row_html import STATUS_TONES
from products.wording import catalogue as wording
from shopops.lib.templatetags.shop import money
from shopops.staff.models import Operation, User
from shopops.staff.operations import name_of

type Data = dict[str, Any]


def context_of(
    detail: ProductDetail, days: Sequence[DayFigures], *, person: User, now: datetime
) -> Data:
    """Give the context of templates/products/product.html."""
    product = detail.product
    sees_cost = person.has_perm("products.view_cost")
    skus = [sku_row(sku, sees_cost=sees_cost) for sku in detail.skus]
    return {
        "product": product,
        "title": product.title or product.item_code or product.item_no,
        "status_tone": STATUS_TONES.get(product.status, "wait"),
        "image": image_of(product),
        "figures": _figures(detail, days),
        "skus": skus,
        "are_of_twin": detail.are_of_twin,
        "twins": detail.twins,
        "facts": _facts(product),
        "sees_cost": sees_cost,
        "may_edit": person.has_perm("products.edit"),
        "may_decide": person.has_perm("products.decide_conflict"),
        "conflicts": conflict_rows(detail.conflicts, sees_cost=sees_cost),
        "prices": price_rows(detail.prices, sees_cost=sees_cost),
        "check": _check(detail.check),
        "events": events(detail.operations, detail.imports, sees_cost=sees_cost),
        **chart(days, product.pk),
    }


def image_of(product: Product) -> Data | None:
    """Give the main image's address and size."""
    if not product.image_path:
        return None
    _kind, whole, small, *size = product.image_path.split("|")
    url = reverse("products:image", args=[product.pk])
    return {
        "url": f"{url}?v={whole}",
        "small_url": f"{url}?s=small&v={small}",
        "size": size[0].replace("x", " × ") if size else "",
    }


def _facts(product: Product) -> list[Data]:
    pairs = [
        (_("商品ID"), product.item_no),
        (_("货号"), product.item_code),
        (_("类目"), product.category),
        (_("品牌"), product.brand),
        (_("季节"), product.season),
        (_("角色"), product.get_role_display() if product.role else ""),
        (_("承诺小时"), product.promise_hours),
        (_("橱窗推荐"), _("是") if product.in_showcase else ""),
    ]
    return [{"label": label, "value": value} for label, value in pairs if value]


def sku_row(sku: Sku, *, sees_cost: bool) -> Data:
    """Give one line of the table of SKUs."""
    level = getattr(sku, "level", None)
    free = level.on_hand - level.allocated if level else None
    cost = sku.cost_amount if sees_cost else None
    margin = None
    if cost is not None and sku.list_amount:
        margin = ((sku.list_amount - cost) / sku.list_amount * 100).quantize(Decimal("0.1"))
    return {
        "id": sku.pk,
        "code": sku.code,
        "outside_code": sku.merchant_code,
        "url": reverse("products:sku", args=[sku.pk]),
        "spec": sku.spec,
        "title": sku.title,
        "price": sku.list_amount,
        "cost": cost,
        "margin": margin,
        "is_dear": margin is not None and margin < 0,
        "free": free,
        "on_hand": level.on_hand if level else None,
        "allocated": level.allocated if level else None,
        "shelf": sku.shelf_quantity,
        "bin_code": sku.bin_code,
        "is_on": sku.is_on,
        "is_draft": sku.is_draft,
        "product": sku.product,
    }


def _figures(detail: ProductDetail, days: Sequence[DayFigures]) -> list[Data]:
    last = days[-SPAN:]
    kept = [sku.level for sku in detail.skus if hasattr(sku, "level") and not detail.are_of_twin]
    free = sum(level.on_hand - level.allocated for level in kept) if kept else None
    pieces, amount, back = (
        total(last, name) for name in ("paid_pieces", "paid_amount", "refunded_amount")
    )
    known = sum(day.paid_pieces is not None for day in last)
    cover = None
    if free is not None and pieces:
        cover = round(max(free, 0) * known / float(pieces))
    return [
        {
            "label": _("可用库存"),
            "value": _("不记库存") if free is None else f"{free:,}",
            "is_late": free is not None and free <= 0,
        },
        {"label": _("可卖天数"), "value": "—" if cover is None else _("%(n)s 天") % {"n": cover}},
        {"label": _("30 天件数"), "value": "—" if pieces is None else f"{pieces:,}"},
        {"label": _("30 天支付"), "value": money(amount)},
        {"label": _("30 天退款"), "value": money(back)},
    ]


def total(days: Sequence[DayFigures], name: str) -> Any:  # noqa: ANN401
    """Add up a figure over the days on which it is known; None where it never is."""
    known = [value for day in days if (value := getattr(day, name)) is not None]
    return sum(known) if known else None


# --- figures ---


def chart(days: Sequence[DayFigures], product_id: int) -> Data:
    """Give the chart of paid amounts, 30 days against the 30 before, and its table."""
    before, last = days[:-SPAN], days[-SPAN:]
    if all(day.paid_amount is None for day in days):
        return {"trend": None}
    span, span_before = _span(last), _span(before)
    return {
        "trend": {
            "kind": "trend",
            "x": [f"{day.date.month}/{day.date.day}" for day in last],
            "now": [_float(day.paid_amount) for day in last],
            "before": [_float(day.paid_amount) for day in before],
            "now_label": _("本期"),
            "before_label": _("上期"),
            "unit": "¥",
            "unknown": _("未知"),
            "bands": [],
        },
        "trend_label": _("支付金额，%(span)s 对 %(before)s")
        % {"span": span, "before": span_before},
        "trend_sub": _("来自生意参谋商品日报"),
        "trend_csv_url": reverse("products:days_csv", args=[product_id]),
        "trend_legend": format_html(
            '<div class="so-legend"><span><i></i>{} {}</span><span><i class="d"></i>{} {}</span></div>',
            _("本期"),
            span,
            _("上期"),
            span_before,
        ),
        "trend_columns": [
            _("日期"),
            _("访客"),
            _("加购件数"),
            _("支付买家"),
            _("支付件数"),
            _("支付金额"),
            _("退款金额"),
            _("支付转化率"),
        ],
        "trend_rows": [
            [
                day.date.isoformat(),
                day.visitors,
                day.cart_pieces,
                day.paid_buyers,
                day.paid_pieces,
                None if day.paid_amount is None else money(day.paid_amount),
                None if day.refunded_amount is None else money(day.refunded_amount),
                _rate(day.paid_buyers, day.visitors),
            ]
            for day in reversed(last)
        ],
    }


def _rate(part: int | None, whole: int | None) -> str | None:
    return None if part is None or not whole else f"{part / whole * 100:.2f}%"


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _span(days: Sequence[DayFigures]) -> str:
    return f"{_day(days[0].date)}–{_day(days[-1].date)}"


def _day(day: date) -> str:
    return f"{day.month}/{day.day}"


def day_rows(days: Sequence[DayFigures]) -> list[Sequence[object]]:
    """Give the figures as plain rows for a file."""
    head = [
        _("日期"), _("访客"), _("浏览量"), _("收藏人数"), _("加购件数"), _("支付买家"),
        _("支付件数"), _("支付金额"), _("退款金额"), _("搜索访客"),
    ]  # fmt: skip
    rows: list[Sequence[object]] = [head]
    rows += [
        ["" if value is None else str(value) for value in asdict(day).values()] for day in days
    ]
    return rows


# --- prices, checks, conflicts, what happened ---


def price_rows(prices: Sequence[PriceChange], *, sees_cost: bool) -> list[Data]:
    """Give the history of prices; costs and floors only to who may see them."""
    return [
        {
            "at": one.decided_at or one.asked_at,
            "code": one.sku.code,
            "kind": one.get_kind_display(),
            "old": one.old_amount,
            "new": one.new_amount,
            "state": one.get_state_display(),
            "state_tone": {"waiting": "soon", "applied": "done"}.get(one.state, "wait"),
            "reason": one.reason,
        }
        for one in prices
        if sees_cost or one.kind in ("list", "activity")
    ]


def _check(check: ListingCheck | None) -> Data | None:
    if check is None:
        return None
    return {
        "at": check.checked_at,
        "failed": check.failed_count,
        "unknown": check.unknown_count,
        "passed": sum(one.get("outcome") == CheckOutcome.PASS for one in check.points),
    }


def conflict_rows(conflicts: Sequence[CatalogueConflict], *, sees_cost: bool) -> list[Data]:
    """Give conflicts side by side; what costs are is hidden from who may not see it."""
    ids = {
        int(text)
        for one in conflicts
        if one.field == "product_id"
        for text in (one.ours, one.theirs)
        if text.isdigit()
    }
    names = product_names(sorted(ids)) if ids else {}
    return [_conflict(one, names, sees_cost=sees_cost) for one in conflicts]


def _conflict(one: CatalogueConflict, names: dict[int, str], *, sees_cost: bool) -> Data:
    is_hidden = one.field in wording.SECRET and not sees_cost

    def shown(text: str) -> str:
        if is_hidden:
            return _("（要有看成本的权限）")
        if one.field == "product_id":
            return names.get(int(text), text) if text.isdigit() else ""
        return wording.value_words(one.field, text)

    owner = one.sku if one.sku is not None else one.product
    return {
        "id": one.pk,
        "what": str(owner) or _("没有标题的商品"),
        "url": _url(one),
        "field": wording.field_words(one.field),
        "source": wording.source_words(one.source),
        "ours": shown(one.ours),
        "theirs": shown(one.theirs),
        "is_hidden": is_hidden,
        "found_at": one.found_at,
        "decided_at": one.decided_at,
        "decided_by": one.decided_by.name if one.decided_by else "",
        "takes_theirs": one.takes_theirs,
        "batch_url": reverse("intake:batch", args=[one.batch_id]) if one.batch_id else "",
    }


def _url(one: CatalogueConflict) -> str:
    if one.sku_id is not None:
        return reverse("products:sku", args=[one.sku_id])
    return reverse("products:product", args=[one.product_id])


def events(
    operations: Sequence[Operation], imports: Sequence[ImportEvent], *, sees_cost: bool
) -> list[Data]:
    """Give what people did and what files changed, newest first."""
    rows: list[Data] = [
        {
            "text": str(name_of(one.name)),
            "tone": "us",
            "who": one.actor_name or _("系统"),
            "at": one.at,
            "detail": _changes(one, sees_cost=sees_cost),
        }
        for one in operations
    ]
    rows += [
        {
            "text": _("导入改了资料"),
            "tone": "",
            "who": one.file_name,
            "at": one.at,
            "detail": "、".join(
                wording.field_words(name) for name in one.columns if name in wording.FIELDS
            ),
        }
        for one in imports
    ]
    return sorted(rows, key=lambda row: row["at"], reverse=True)


def _changes(one: Operation, *, sees_cost: bool) -> str:
    parts = []
    for name, new in one.new.items():
        if name not in wording.FIELDS or (name in wording.SECRET and not sees_cost):
            continue
        old = wording.value_words(name, one.old.get(name))
        parts.append(
            f"{wording.field_words(name)} {old or '—'} → {wording.value_words(name, new) or '—'}"
        )
    return "；".join(parts)
