"""Stock pages: the list, one SKU's ledger, what is short, the shelf beside the ledger."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from products.actions import shortage, stock_rules
from products.actions import stock as acts
from products.choices import GIFT_PREFIX, MoveKind, WarningAct, WarningKind
from products.forms.stock import AddForm, AdjustForm, LimitsForm, TakeForm
from products.models import Allocation, Sku, StockLevel, StockMove
from products.queries import purchases, stock
from products.queries import shortage as shortage_queries
from products.queries.rules import rule_in_force
from products.views.acting import asked_of, attempt, log_url, say_errors
from shopops.lib.business_time import business_date
from shopops.staff.access import requires

STOCK = "products.stock"
TONES = {
    WarningKind.OVERSOLD: "late",
    WarningKind.OUT: "late",
    WarningKind.THRESHOLD: "soon",
    WarningKind.COVER: "soon",
}


@require_GET
@requires("products.view")
def stock_list(request: HttpRequest) -> HttpResponse:
    """List the SKUs whose stock is kept, by code."""
    now = timezone.now()
    rule, tab, q = rule_in_force(now=now), request.GET.get("tab", "all"), _q(request)
    page = stock.stock_page(
        today=business_date(now),
        sales_days=rule.sales_days,
        tab=tab,
        q=q,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    counts = stock.tab_counts()
    context = {
        "now": now,
        "rows": [{"row": row, "tone": TONES.get(row.warning, "")} for row in page.rows],  # type: ignore[call-overload]
        "tabs": _tabs(tab, counts),
        "q": q,
        "tab": tab,
        "keeps_any": bool(counts["all"]),
        "sales_days": rule.sales_days,
        "newer_url": _list_url(tab, q, before=page.before),
        "older_url": _list_url(tab, q, after=page.after),
        "can_stock": request.user.has_perm(STOCK),
        "can_set": request.user.has_perm("products.set_stock_rules"),
    }
    return render(request, "products/stock.html", context)


def _q(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:80]


def _list_url(tab: str, q: str, **places: str) -> str:
    if not all(places.values()):
        return ""
    values = {"tab": tab if tab != "all" else "", "q": q, **places}
    return f"{reverse('products:stock')}?{urlencode({k: v for k, v in values.items() if v})}"


def _tabs(tab: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    labels: list[tuple[str, str | Promise, str]] = [
        ("all", _("全部"), ""),
        ("short", _("缺货"), "soon"),
        *((kind.value, kind.label, TONES[kind]) for kind in WarningKind),
    ]
    url = reverse("products:stock")
    return [
        {
            "label": label,
            "url": url if code == "all" else f"{url}?tab={code}",
            "count": counts.get(code, 0),
            "tone": tone if counts.get(code) else "",
            "current": code == tab,
        }
        for code, label, tone in labels
    ]


# --- one SKU ------------------------------------------------------------------------------------


@require_GET
@requires("products.view")
def ledger(request: HttpRequest, sku_id: int) -> HttpResponse:
    """Show one SKU: figures, the ledger with its running balance, for whom pieces are set aside."""
    sku = get_object_or_404(Sku.objects.select_related("product", "level"), pk=sku_id)
    now = timezone.now()
    rule = rule_in_force(now=now)
    before = request.GET.get("before", "")
    moves, following = stock.moves_of(
        sku_id=sku_id, before=int(before) if before.isdecimal() else 0
    )
    url = reverse("products:ledger", args=[sku_id])
    level = getattr(sku, "level", None)
    row = stock.one_row(sku, today=business_date(now), sales_days=rule.sales_days)
    context = {
        "now": now,
        "sku": sku,
        "row": row,
        "tone": TONES.get(row.warning, ""),  # type: ignore[call-overload]
        "level": level,
        "sales_days": rule.sales_days,
        "moves": [_move(one) for one in moves],
        "older_url": f"{url}?before={following}" if following else "",
        "newest_url": url if before else "",
        "held": [_held(one) for one in stock.held_of(sku_id=sku_id)],
        "parts": list(sku.parts.select_related("part").order_by("part__code")),
        "prices": purchases.sku_prices(sku_id=sku_id)
        if request.user.has_perm("products.view_cost")
        else [],
        "dialogs": _dialogs(request, sku, level),
        "log_url": log_url(request, "sku"),
    }
    return render(request, "products/ledger.html", context)


def _move(one: StockMove) -> dict[str, Any]:
    sells = one.kind in {MoveKind.SALE, MoveKind.GIFT} or (
        one.kind == MoveKind.RETURN and one.reference.isdecimal()
    )
    return {
        "at": one.at,
        "kind": one.get_kind_display(),
        "quantity": one.quantity,
        "after": one.on_hand_after,
        "reference": _reference_words(one.reference),
        "url": _reference_url(one.reference, is_order=sells),
        "reason": one.reason,
        "by": one.by.name if one.by else _("系统"),
    }


def _reference_words(reference: str) -> str:
    if reference.startswith("count "):
        return _("盘点 %(n)s") % {"n": reference.removeprefix("count ")}
    return reference


def _reference_url(reference: str, *, is_order: bool) -> str:
    if reference.startswith("PO"):
        return reverse("products:purchase", args=[reference])
    if reference.startswith("count "):
        return reverse("products:count", args=[reference.removeprefix("count ")])
    return f"/orders/o/{reference}/" if is_order and reference else ""


def _held(one: Allocation) -> dict[str, Any]:
    return {
        "tid": one.tid,
        "url": f"/orders/o/{one.tid}/",
        "quantity": one.quantity,
        "made_at": one.made_at,
        "is_gift": one.line_key.startswith(GIFT_PREFIX),
    }


@dataclass(frozen=True, slots=True)
class MoveAct:
    """One act on one SKU's stock."""

    label: str | Promise
    form: type[forms.Form]
    run: Callable[..., object]
    text: str | Promise = ""


ACTS: dict[str, MoveAct] = {
    "receive": MoveAct(gettext_lazy("入库"), AddForm, acts.receive),
    "adjust": MoveAct(
        gettext_lazy("调整"),
        AdjustForm,
        acts.adjust,
        gettext_lazy("只改差的那几件；整批对数用盘点。"),
    ),
    "scrap": MoveAct(gettext_lazy("报损"), TakeForm, acts.scrap),
    "give": MoveAct(
        gettext_lazy("赠送"),
        TakeForm,
        acts.give,
        gettext_lazy("没有订单的赠送；随单的赠品自动出库。"),
    ),
    "return": MoveAct(gettext_lazy("退货入库"), AddForm, acts.bring_back),
    "limits": MoveAct(gettext_lazy("警戒线"), LimitsForm, stock_rules.set_limits),
}


def _dialogs(request: HttpRequest, sku: Sku, level: StockLevel | None) -> list[dict[str, Any]]:
    if not request.user.has_perm(STOCK) or sku.parts.exists():
        return []
    initial = {
        "threshold": level.threshold if level else None,
        "cover_days": level.cover_days if level else None,
        "safety": level.safety if level else 0,
    }
    return [
        {
            "code": code,
            "id": f"do-{code}",
            "label": act.label,
            "text": act.text,
            "form": act.form(
                auto_id=f"id_{code}_%s", initial=initial if code == "limits" else None
            ),
            "url": reverse("products:move", args=[sku.pk, code]),
            "is_main": code == "receive",
        }
        for code, act in ACTS.items()
        if code != "limits" or level is not None
    ]


@require_POST
@requires(STOCK)
def move(request: HttpRequest, sku_id: int, act: str) -> HttpResponse:
    """Do one act on one SKU's stock."""
    one = ACTS.get(act)
    if one is None:
        raise Http404
    sku = get_object_or_404(Sku, pk=sku_id)
    asked, url = asked_of(request, STOCK), reverse("products:ledger", args=[sku.pk])
    form = one.form(asked.data)
    if not form.is_valid():
        return say_errors(asked, form, url)
    run = partial(one.run, sku_id=sku.pk, **form.cleaned_data, by=asked.by, now=asked.now)
    done = _("%(act)s已记下：%(code)s") % {"act": one.label, "code": sku.code}
    return attempt(asked, run, done=done, url=url)


# --- what is short ------------------------------------------------------------------------------


@require_GET
@requires("products.view")
def warnings(request: HttpRequest) -> HttpResponse:
    """List what is short, with what can be done about it."""
    now = timezone.now()
    kind = request.GET.get("kind", "")
    counts = shortage_queries.counts()
    url = reverse("products:warnings")
    rows = shortage_queries.warnings(
        today=business_date(now), kind=kind if kind in WarningKind.values else ""
    )
    context = {
        "now": now,
        "rows": [{"row": row, "tone": TONES[WarningKind(row.kind)]} for row in rows],
        "tabs": [
            {
                "label": _("全部"),
                "url": url,
                "count": sum(counts.values()),
                "tone": "",
                "current": not kind,
            },
            *(
                {
                    "label": one.label,
                    "url": f"{url}?kind={one.value}",
                    "count": counts.get(one.value, 0),
                    "tone": TONES[one] if counts.get(one.value) else "",
                    "current": one.value == kind,
                }
                for one in WarningKind
            ),
        ],
        "rule": rule_in_force(now=now),
        "acts": WarningAct.choices,
        "can_act": request.user.has_perm(STOCK),
        "can_set": request.user.has_perm("products.set_stock_rules"),
        "has_levels": bool(rows) or StockLevel.objects.exists(),
    }
    return render(request, "products/warnings.html", context)


@require_POST
@requires(STOCK)
def act_on_warning(request: HttpRequest, sku_id: int) -> HttpResponse:
    """Note what was done about a warning."""
    asked, url = asked_of(request, STOCK), reverse("products:warnings")
    act = asked.data.get("act", "")
    if act not in WarningAct.values:
        raise Http404
    run = partial(
        shortage.act_on_warning, sku_id=sku_id, act=WarningAct(act), by=asked.by, now=asked.now
    )
    return attempt(asked, run, done=_("已记下：%(act)s") % {"act": WarningAct(act).label}, url=url)


# --- the shelf ----------------------------------------------------------------------------------


@require_GET
@requires("products.view")
def shelf(request: HttpRequest) -> HttpResponse:
    """Show where the platform's shelf offers another number than is free."""
    context = {
        "now": timezone.now(),
        "rows": stock.shelf_differences(),
        "counts": stock.shelf_counts(),
    }
    return render(request, "products/stock_shelf.html", context)


@require_GET
@requires("products.view")
def shelf_csv(request: HttpRequest) -> HttpResponse:
    """Give all differences as a file that a spreadsheet opens."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="shelf-and-stock.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow([_("商家编码"), _("商品"), _("货架"), _("可用"), _("差")])
    for row in stock.shelf_differences(size=None):
        writer.writerow([_plain(row.code), _plain(row.title), row.shelf, row.free, row.difference])
    return response


def _plain(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t"} else text
