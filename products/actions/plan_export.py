"""The plans of a filter as a workbook: a run that reads page by page and writes the file at its end.

Costs stand in it only for who may see costs when asking, and it is handed out only while they may.
"""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from products.queries.plans import Filters, PlanRow, plan_page
from products.wording.replenishment import judgement, kind_words, model_words
from shopops.lib.business_time import business_date
from shopops.lib.exports import write_xlsx
from shopops.notices.actions import News, tell
from shopops.notices.models import Notice
from shopops.staff import operations
from shopops.staff.models import User
from shopops.work import actions as work
from shopops.work.choices import RunState
from shopops.work.context import RunContext
from shopops.work.models import Run

KIND = "products.replenish_export"
PAGE = 1000
KEPT = timedelta(hours=24)
READY = gettext_noop("补货建议导出好了：{n} 个 SKU")
TO_FETCH = gettext_noop("点开就下载，文件保留 24 小时")
HEADERS = (
    "商家编码",
    "商品",
    "规格",
    "供应商",
    "建议订货",
    "还要订",
    "草稿和新下单",
    "最晚下单",
    "断货日",
    "够卖天数",
    "可用",
    "在途",
    "安全库存",
    "补货点",
    "交期（天）",
    "日均需求",
    "活动多卖",
    "每箱件数",
    "起订量",
    "销量类型",
    "预测方法",
    "每周误差",
    "照搬上周的误差",
    "偏差（件/周）",
    "回测",
    "近 12 周销量",
    "算于",
)
COST_HEADERS = ("供应商单价", "还要订的金额")


@transaction.atomic
def request_plan_export(*, filters: Filters, with_cost: bool, by: User, now: datetime) -> Run:
    """Ask for the plans of a filter as a workbook; its run offers the file when it is done."""
    run = work.request_run(
        kind=KIND,
        key=f"{by.pk}-{now.timestamp():.3f}",
        payload={"filters": asdict(filters), "with_cost": with_cost, "now": now.isoformat()},
        by=by,
        now=now,
    )
    operations.record(
        name="products.replenishment.exported",
        by=by,
        now=now,
        object_type="replenishment",
        object_key=filters.tab,
        new={"run": run.pk, "filters": asdict(filters)},
    )
    return run


def perform_plan_export(run: RunContext) -> dict[str, Any]:
    """Read the plans page by page, then write the file anew: a repeated run gives the same."""
    filters = Filters(**run.payload["filters"])
    with_cost = bool(run.payload["with_cost"])
    today = business_date(datetime.fromisoformat(run.payload["now"]))
    rows: list[tuple[object, ...]] = [HEADERS + (COST_HEADERS if with_cost else ())]
    after = ""
    with override("zh-hans"):
        while True:
            with run.step() as step:
                page = plan_page(filters=filters, today=today, after=after, size=PAGE)
                rows += [_cells(row, with_cost=with_cost) for row in page.rows]
                step.done, step.text = len(rows) - 1, _("%(n)d 个 SKU") % {"n": len(rows) - 1}
            after = page.after
            if not after:
                break
        path = plan_export_path(run.id)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_xlsx(rows, file, sheet="补货建议")
    return {"rows": len(rows) - 1, "file": path.name, "until": (run.now + KEPT).isoformat()}


def _cells(row: PlanRow, *, with_cost: bool) -> tuple[object, ...]:
    is_tested = row.error is not None
    cells = (
        row.code,
        row.title,
        row.spec,
        row.supplier,
        row.suggested_quantity,
        row.to_order,
        row.covered.pieces,
        _day(row.order_by),
        _day(row.runs_out_on),
        row.cover_days,
        row.free,
        row.on_the_way,
        row.safety_stock,
        row.reorder_point,
        row.lead_days,
        f"{row.daily_demand:.2f}",
        f"{row.uplift_pieces:.1f}",
        row.pack_size,
        row.minimum_quantity,
        kind_words(row.kind),
        model_words(row.model),
        _figure(row.error),
        _figure(row.naive_error),
        _figure(row.bias),
        judgement(row.better_rate, model=row.model, is_tested=is_tested),
        " ".join(str(pieces) for pieces in row.sold_weeks),
        row.made_at.isoformat(timespec="minutes"),
    )
    return cells + (_cost_cells(row) if with_cost else ())


def _cost_cells(row: PlanRow) -> tuple[object, ...]:
    if row.price_amount is None:
        return (None, None)
    return (row.price_amount, row.price_amount * row.to_order)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _figure(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.2f}"


def plan_export_url(run: Run) -> str:
    """Give where the file of a done export is fetched."""
    return reverse("products:replenishment_file", args=[run.pk])


def plan_export_ended(run: Run, now: datetime) -> None:
    """Tell who asked for an export that it is ready."""
    if run.state != RunState.DONE:
        return
    news = News(
        key=f"{KIND}:{run.pk}:{now.timestamp():.0f}",
        tone=Notice.Tone.DONE,
        text=READY.format(n=f"{run.result['rows']:,}"),
        sub=TO_FETCH,
        url=plan_export_url(run),
    )
    tell(news, people=[run.created_by_id], now=now)


def plan_export_path(run_id: int) -> Path:
    """Give where the file of an export run lies."""
    return Path(settings.MEDIA_ROOT) / "exports" / f"replenishment-{run_id}.xlsx"


def remove_old_plan_exports(now: datetime) -> None:
    """Remove files whose 24 hours are over. A tick of the scheduler."""
    for path in (Path(settings.MEDIA_ROOT) / "exports").glob("replenishment-*.xlsx"):
        if now.timestamp() - path.stat().st_mtime > KEPT.total_seconds():
            path.unlink(missing_ok=True)
