"""The list of products as a workbook: a run that reads it page by page as the list shows it.

What goods cost stands in it only for who may see costs. Files live 24 hours below SHOPOPS_DATA.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from products.choices import ProductRole, ProductStatus
from products.queries.catalogue_list import TABS, Filters, ProductRow, product_page
from products.queries.catalogue_sort import SORTS, Edge
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

KIND = "products.export"
PAGE = 1000
KEPT = timedelta(hours=24)
READY = gettext_noop("导出好了：{n} 个商品")
TO_FETCH = gettext_noop("点开就下载，文件保留 24 小时")

HEADERS = (
    "商品ID", "货号", "标题", "状态", "角色", "主推", "类目", "品牌", "SKU 数", "可用库存", "可卖天数",
    "近14天件数", "最低售价", "最高售价", "缺货 SKU", "资料冲突",
)  # fmt: skip
COST_HEADERS = ("毛利率", "成本高于售价")


@transaction.atomic
def request_export(*, tab: str, filters: Filters, sort: str, by: User, now: datetime) -> Run:
    """Ask for the list as a file, as it is narrowed and sorted. The run's page offers it when it is done."""
    wanted = {name: value for name, value in asdict(filters).items() if value}
    run = work.request_run(
        kind=KIND,
        key=f"{tab}-{by.pk}-{now.timestamp():.3f}",
        payload={
            "tab": tab,
            "filters": wanted,
            "sort": sort,
            "now": now.isoformat(),
            "shows_cost": by.has_perm("products.view_cost"),
        },
        by=by,
        now=now,
    )
    operations.record(
        name="products.list.exported",
        by=by,
        now=now,
        object_type="product",
        object_key="",
        new={"run": run.pk, "tab": tab, "filters": wanted, "sort": sort},
    )
    return run


def perform_export(run: RunContext) -> dict[str, Any]:
    """Write the file of an export run; one that was killed begins anew, under a name that does not count."""
    path = export_path(run.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    shows_cost = bool(run.payload["shows_cost"])
    count = [0]
    with override("zh-hans"), part.open("wb") as file:
        write_xlsx(_lines(run, count, shows_cost=shows_cost), file, sheet="商品")
    part.replace(path)
    return {"rows": count[0], "file": path.name, "until": (run.now + KEPT).isoformat()}


def _lines(run: RunContext, count: list[int], *, shows_cost: bool) -> Iterator[Sequence[object]]:
    yield (*HEADERS, *COST_HEADERS) if shows_cost else HEADERS
    after: Edge | None = None
    while True:
        with run.step() as step:
            rows, after = _page(run, after)
            count[0] += len(rows)
            step.done, step.text = count[0], _("%(n)d 个商品") % {"n": count[0]}
        for row in rows:
            yield _cells(row, shows_cost=shows_cost)
        if after is None:
            return


def _page(run: RunContext, after: Edge | None) -> tuple[Sequence[ProductRow], Edge | None]:
    page = product_page(
        tab=TABS[run.payload["tab"]],
        filters=Filters(**run.payload["filters"]),
        sort=SORTS.get(run.payload["sort"]),
        today=business_date(datetime.fromisoformat(run.payload["now"])),
        after=after,
        size=PAGE,
    )
    return page.rows, page.after


def _cells(row: ProductRow, *, shows_cost: bool) -> tuple[object, ...]:
    sold = [pieces for pieces in row.trend if pieces is not None]
    low, high = row.prices or (None, None)
    cells = (
        row.item_no,
        row.item_code,
        row.title,
        ProductStatus(row.status).label,
        ProductRole(row.role).label if row.role else "",
        _("是") if row.is_main else _("否"),
        row.category,
        row.brand,
        row.sku_count,
        row.stock,
        _rounded(row.cover_days, "0.1"),
        sum(sold) if sold else None,
        low,
        high,
        row.out_count,
        row.conflict_count,
    )
    if not shows_cost:
        return cells
    return (*cells, _rounded(row.margin_rate, "0.0001"), _("是") if row.is_dear else _("否"))


def _rounded(value: Decimal | None, places: str) -> Decimal | None:
    return None if value is None else value.quantize(Decimal(places))


def export_url(run: Run) -> str:
    """Give where the file of a done export is fetched."""
    return reverse("products:export_file", args=[run.pk])


def export_ended(run: Run, now: datetime) -> None:
    """Tell who asked for an export that it is ready."""
    if run.state != RunState.DONE:
        return
    news = News(
        key=f"{KIND}:{run.pk}:{now.timestamp():.0f}",
        tone=Notice.Tone.DONE,
        text=READY.format(n=f"{run.result['rows']:,}"),
        sub=TO_FETCH,
        url=export_url(run),
    )
    tell(news, people=[run.created_by_id], now=now)


def export_path(run_id: int) -> Path:
    """Give where the file of an export run lies."""
    return Path(settings.MEDIA_ROOT) / "exports" / f"products-{run_id}.xlsx"


def remove_old_exports(now: datetime) -> None:
    """Remove files whose 24 hours are over. A tick of the scheduler."""
    for path in (Path(settings.MEDIA_ROOT) / "exports").glob("products-*"):
        if now.timestamp() - path.stat().st_mtime > KEPT.total_seconds():
            path.unlink(missing_ok=True)
