"""What to order: the list of plans, one SKU's plan with its back-test, the export."""

from dataclasses import asdict
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from products.actions import plan_export, replenish
from products.actions.plan_orders import MOST_LINES
from products.models import Sku
from products.queries import plans
from products.queries.plans import Filters, PlanRow
from products.queries.rules import replenishment_rule
from products.views.acting import Asked, answer, running
from products.views.row_html import thumb
from products.wording.replenishment import bias_words, judgement, kind_words, model_words
from shopops.lib.business_time import business_date
from shopops.lib.words import listed
from shopops.staff import operations
from shopops.staff.access import requires
from shopops.staff.models import User
from shopops.work.choices import RunState
from shopops.work.models import Run

PURCHASE, COST = "products.purchase", "products.view_cost"
type Data = dict[str, Any]


@require_http_methods(["GET", "POST"])
@requires("products.view")
def replenishment(request: HttpRequest) -> HttpResponse:
    """List the plans by last order date; a POST asks for all of them anew."""
    if request.method == "POST":
        parts = {"run": (PURCHASE, _run)}
        return answer(request, parts, back=_here(filters_of(request))) or redirect(
            "products:replenishment"
        )
    now, filters = timezone.now(), filters_of(request)
    today = business_date(now)
    try:
        page = plans.plan_page(filters=filters, today=today, after=request.GET.get("after", ""))
    except ValueError:
        return redirect(_here(filters))
    made = plans.made_at()
    context = {
        "now": now,
        "rows": [row_of(row, today=today) for row in page.rows],
        "tabs": _tabs(filters, today),
        "filters": filters,
        "kept": kept_fields(filters),
        "suppliers": plans.suppliers_of_plans(),
        "made_at": made,
        "is_stale": made is not None and now - made > plans.STALE,
        "running": running(replenish.KIND, now=now),
        "order_count": plans.to_order_count(filters=filters, today=today) if made else 0,
        "most": MOST_LINES,
        "can_purchase": request.user.has_perm(PURCHASE),
        "can_see_cost": request.user.has_perm(COST),
        "newer_url": _here(filters) if request.GET.get("after") else None,
        "older_url": _here(filters, after=page.after) if page.after else None,
    }
    return render(request, "products/replenishment.html", context)


def filters_of(request: HttpRequest) -> Filters:
    """Read the filter from the address, or from the hidden fields of a form."""
    sent = request.POST if request.method == "POST" else request.GET
    tab, supplier = sent.get("tab", ""), sent.get("supplier", "")
    return Filters(
        tab=tab if tab in plans.TABS else plans.TABS[0],
        supplier=int(supplier) if supplier.isdecimal() and len(supplier) < 18 else 0,
        q=sent.get("q", "").strip()[:80],
    )


def kept_fields(filters: Filters) -> list[Data]:
    """Give the filter as hidden fields."""
    return [{"name": name, "value": value} for name, value in asdict(filters).items() if value]


def _here(filters: Filters, **more: str) -> str:
    values = {name: value for name, value in (asdict(filters) | more).items() if value}
    return f"{reverse('products:replenishment')}?{urlencode(values)}"


def _tabs(filters: Filters, today: date) -> list[Data]:
    counts = plans.tab_counts(today=today)
    labels = {
        "now": (_("现在要下单"), "late"),
        "week": (_("一周内要下单"), "soon"),
        "all": (_("全部"), ""),
        "bare": (_("没有供应商"), ""),
        "unknown": (_("不记库存"), ""),
    }
    return [
        {
            "label": labels[code][0],
            "url": _here(Filters(tab=code, supplier=filters.supplier, q=filters.q)),
            "count": counts[code],
            "tone": labels[code][1] if counts[code] else "",
            "current": code == filters.tab,
        }
        for code in plans.TABS
    ]


def row_of(row: PlanRow, *, today: date) -> Data:
    """Give a plan with its words, as the list and the confirmation show it."""
    return {
        "row": row,
        "thumb": mark_safe(thumb(row.image_path, row.product_id or 0)),  # noqa: S308 - escaped there
        "sold": sum(row.sold_weeks[-4:]),
        "spark_label": _("近 %(n)s 周销量") % {"n": len(row.sold_weeks)},
        "kind": kind_words(row.kind),
        "model": model_words(row.model),
        "daily": f"{row.daily_demand:.1f}" if row.daily_demand < 100 else f"{row.daily_demand:.0f}",
        "uplift": f"{row.uplift_pieces:.0f}" if abs(row.uplift_pieces) >= 1 else "",
        "judgement": judgement(row.better_rate, model=row.model, is_tested=row.error is not None),
        "is_better": row.better_rate is not None and row.better_rate > 0,
        "bias": bias_words(row.bias),
        "late_days": (today - row.order_by).days if row.order_by and row.order_by < today else 0,
        "is_today": row.order_by == today,
        "wants": row.suggested_quantity > 0,
    }


def _run(asked: Asked) -> HttpResponse:
    replenish.request_replenishment(now=asked.now, by=asked.by)
    return asked.done(_("开始重新算，进度在这一页。"))


# --- one SKU ------------------------------------------------------------------------------------


@require_GET
@requires("products.view")
def sku_plan(request: HttpRequest, sku_id: int) -> HttpResponse:
    """Show one SKU's plan: how the quantity came about, and what the forecast would have said before."""
    sku = get_object_or_404(Sku.objects.select_related("product"), pk=sku_id)
    now = timezone.now()
    today = business_date(now)
    row = plans.plans_of([sku.pk], today=today).get(sku.pk)
    context = {
        "now": now,
        "sku": sku,
        "one": row_of(row, today=today) if row else None,
        "thumb": mark_safe(  # noqa: S308 - escaped there
            thumb(sku.product.image_path if sku.product else "", sku.product_id or 0)
        ),
        "steps": _steps(row, _review_days(row)) if row else [],
        "chart": _chart(row) if row and row.back_test else None,
        "weeks": _weeks(row) if row else [],
        "can_purchase": request.user.has_perm(PURCHASE),
        "can_see_cost": request.user.has_perm(COST),
        "is_bundle": sku.parts.exists(),
    }
    return render(request, "products/replenishment_sku.html", context)


def _review_days(row: PlanRow) -> int:
    return replenishment_rule(now=row.made_at).review_days


def _steps(row: PlanRow, review_days: int) -> list[Data]:
    """Give how the suggestion came about, line by line."""
    pieces = _("%(n)s 件")

    def of(label: str, value: object, note: str = "") -> Data:
        return {"label": label, "value": value, "note": note}

    free = pieces % {"n": row.free} if row.free is not None else _("不记库存")
    return [
        of(_("日均需求"), f"{row.daily_demand:.2f}", _("今后四周，含活动")),
        of(_("活动多卖"), pieces % {"n": f"{row.uplift_pieces:.0f}"}, _("今后四周，报了名的活动")),
        of(_("交期"), _("%(n)s 天") % {"n": row.lead_days}, row.supplier or _("店铺规则")),
        of(_("几天下一次单"), _("%(n)s 天") % {"n": review_days}, _("店铺规则")),
        of(_("安全库存"), pieces % {"n": row.safety_stock}, _("回测误差越大，备得越多")),
        of(_("补货点"), pieces % {"n": row.reorder_point}, _("交期里的需求 + 安全库存")),
        of(_("可用"), free),
        of(_("在途"), pieces % {"n": row.on_the_way}, _("算的时候已下单没到的")),
        of(_("草稿和新下单"), pieces % {"n": row.covered.pieces}, listed(row.covered.numbers)),
        of(
            _("建议订货"),
            pieces % {"n": row.suggested_quantity},
            _("交期 + 周期里的需求 + 安全库存 − 可用 − 在途，按整箱和起订量"),
        ),
    ]


def _chart(row: PlanRow) -> Data:
    names = [_("实际"), _("预测"), _("照搬上周")]
    columns = [list(values) for values in zip(*row.back_test, strict=True)]
    days = [str(day)[5:] for day in columns[0]]
    tones = ["us", "done", "prev"]
    series = [
        {"name": name, "values": columns[place], "dashed": place > 1, "tone": tones[place - 1]}
        for place, name in enumerate(names, start=1)
    ]
    return {
        "data": {"kind": "lines", "x": days, "series": series, "unit": _("件")},
        "columns": [_("周（开始）"), *names],
        "rows": [[str(week[0]), *(f"{one:g}" for one in week[1:])] for week in row.back_test],
    }


def _weeks(row: PlanRow) -> list[Data]:
    """Give the tried weeks with the misses of both, oldest first."""
    return [
        {
            "day": date.fromisoformat(day),
            "actual": f"{actual:g}",
            "forecast": f"{said:.1f}",
            "naive": f"{naive:g}",
            "miss": f"{said - actual:+.1f}",
            "naive_miss": f"{naive - actual:+.0f}",
            "is_better": abs(said - actual) < abs(naive - actual),
            "is_worse": abs(said - actual) > abs(naive - actual),
        }
        for day, actual, said, naive in row.back_test
    ]


# --- export -------------------------------------------------------------------------------------


@require_POST
@requires("products.view")
def export(request: HttpRequest) -> HttpResponse:
    """Start an export of the plans as they are filtered now."""
    assert isinstance(request.user, User)  # noqa: S101
    run = plan_export.request_plan_export(
        filters=filters_of(request),
        with_cost=request.user.has_perm(COST),
        by=request.user,
        now=timezone.now(),
    )
    messages.success(request, _("开始导出，做完会在通知里给你下载。"))
    if request.user.has_perm("work.view"):
        return redirect("work:run", run.pk)
    return redirect(_here(filters_of(request)))


@require_GET
@never_cache
@requires("products.view")
def export_file(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Hand out a finished export to who asked for it; each fetch is logged."""
    run = Run.objects.filter(pk=run_id, kind=plan_export.KIND, state=RunState.DONE).first()
    path = plan_export.plan_export_path(run_id)
    assert isinstance(request.user, User)  # noqa: S101
    if run is None or run.created_by_id != request.user.pk or not path.exists():
        raise Http404
    if run.payload["with_cost"] and not request.user.has_perm(COST):
        raise Http404
    operations.record(
        name="products.replenishment.export_fetched",
        by=request.user,
        now=timezone.now(),
        object_type="run",
        object_key=str(run_id),
    )
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)
