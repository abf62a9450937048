"""Exporting a queue as CSV: a run that writes page by page and goes on where it was stopped.

Contacts stay masked. Files live 24 hours below SHOPOPS_DATA and carry the masked columns only.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from orders.choices import PlatformStatus, Stage
from orders.queries.queues import QUEUES, Filters, ListedOrder, queue_page
from shopops.lib.business_time import SHANGHAI
from shopops.lib.exports import csv_rows
from shopops.notices.actions import News, tell
from shopops.notices.models import Notice
from shopops.staff import operations
from shopops.staff.models import User
from shopops.work import actions as work
from shopops.work.choices import RunState
from shopops.work.context import RunContext
from shopops.work.models import Run

KIND = "orders.export"
PAGE = 1000
KEPT = timedelta(hours=24)
READY = gettext_noop("导出好了：{n} 单")
TO_FETCH = gettext_noop("点开就下载，文件保留 24 小时")

HEADERS = (
    "订单编号",
    "订单状态",
    "阶段",
    "应出时间",
    "平台时限",
    "下单时间",
    "付款时间",
    "总金额",
    "实付金额",
    "退款金额",
    "件数",
    "买家",
    "收货人",
    "电话",
    "省",
    "市",
    "宝贝标题",
    "买家留言",
    "卖家备注",
)


@transaction.atomic
def request_export(
    *, code: str, filters: dict[str, Any], reason: str, by: User, now: datetime
) -> Run:
    """Ask for a queue as a file. The run's page offers the file when it is done.

    :raises KeyError: if there is no such queue
    """
    queue = QUEUES[code]
    run = work.request_run(
        kind=KIND,
        key=f"{code}-{by.pk}-{now.timestamp():.3f}",
        payload={"code": code, "filters": filters, "now": now.isoformat(), "by": by.pk},
        by=by,
        now=now,
    )
    operations.record(
        name="orders.queue.exported",
        by=by,
        now=now,
        object_type="queue",
        object_key=queue.code,
        new={"run": run.pk, "filters": filters},
        reason=reason,
    )
    return run


def perform_export(run: RunContext) -> dict[str, Any]:
    """Write the file of an export run; each step writes one page and remembers where it stopped."""
    path = export_path(run.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    with override("zh-hans"), path.open("r+b" if path.exists() else "w+b") as file:
        size, rows = int(run.cursor.get("size", 0)), int(run.cursor.get("rows", 0))
        after = str(run.cursor.get("after", ""))
        file.truncate(size)  # what a killed attempt wrote after its last step does not count
        file.seek(size)
        if not size:
            _write(file, [HEADERS])
        while True:
            with run.step() as step:
                orders, after = _page(run, after)
                _write(file, (_cells(order) for order in orders), heading=False)
                rows += len(orders)
                file.flush()
                step.cursor = {"size": file.tell(), "rows": rows, "after": after}
                step.done, step.text = rows, _("%(n)d 单") % {"n": rows}
            if not after:
                break
    return {"rows": rows, "file": path.name, "until": (run.now + KEPT).isoformat()}


def _page(run: RunContext, after: str) -> tuple[list[ListedOrder], str]:
    # JSON knows no tuples.
    given: dict[str, Any] = {
        name: tuple(one) if isinstance(one, list) else one
        for name, one in run.payload["filters"].items()
    }
    filters = Filters(**given)
    page = queue_page(
        queue=QUEUES[run.payload["code"]],
        now=datetime.fromisoformat(run.payload["now"]),
        filters=filters,
        after=after,
        size=PAGE,
    )
    return [row.order for row in page.rows], page.after or ""


def _write(file: Any, rows: Iterable[Any], *, heading: bool = True) -> None:  # noqa: ANN401
    for chunk in csv_rows(rows, encoding="utf-8-sig"):
        file.write(chunk if heading else chunk.removeprefix(b"\xef\xbb\xbf"))


def _cells(order: ListedOrder) -> tuple[object, ...]:
    return (
        f'="{order.tid}"',
        PlatformStatus(order.status).label,
        Stage(order.stage).label,
        _local(order.ship_due_at),
        _local(order.platform_due_at),
        _local(order.created_at),
        _local(order.paid_at),
        order.total_amount,
        order.paid_amount,
        order.refund_amount,
        order.piece_count,
        order.buyer_nick,
        order.receiver_name,
        order.receiver_phone,
        order.receiver_province,
        order.receiver_city,
        order.title,
        order.buyer_message,
        order.seller_memo,
    )


def _local(at: datetime | None) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if at else ""


def export_url(run: Run) -> str:
    """Give where the file of a done export is fetched."""
    return reverse("orders:export_file", args=[run.pk])


def export_ended(run: Run, now: datetime) -> None:
    """Tell who asked for an export that it is ready."""
    if run.state != RunState.DONE:
        return
    news = News(
        key=f"{KIND}:{run.pk}:{now.timestamp():.0f}",
        tone=Notice.Tone.DONE,
        text=READY.format(n=f"{run.result['rows']:,}"),
        sub=TO_FETCH,
        url=export_url(run),  # not the run's page: not all who may export may see it
    )
    tell(news, people=[run.created_by_id], now=now)


def export_path(run_id: int) -> Path:
    """Give where the file of an export run lies."""
    return Path(settings.MEDIA_ROOT) / "exports" / f"orders-{run_id}.csv"


def remove_old_exports(now: datetime) -> None:
    """Remove files whose 24 hours are over. A tick of the scheduler."""
    folder = Path(settings.MEDIA_ROOT) / "exports"
    for path in [*folder.glob("orders-*.csv"), *folder.glob("labels-*.sealed")]:
        if now.timestamp() - path.stat().st_mtime > KEPT.total_seconds():
            path.unlink(missing_ok=True)
