"""Files for labels: the platform's batch-shipping layout, and the waybills of parcels as CSV.

Receivers are plain only for who may export and reveal, with a reason that stands on each order's
time-line; masked for others. A file lies sealed for 24 hours and is opened for the one who asked.
"""

import io
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from orders.actions.couriers import CourierRefusedError
from orders.models import Order
from orders.queries.labels import LABELLED, MOST, WAITING, ParcelSheet, parcel_sheets
from shopops.lib.business_time import SHANGHAI
from shopops.lib.exports import csv_rows, write_xlsx
from shopops.lib.sealing import seal, unseal
from shopops.notices.actions import News, tell
from shopops.notices.models import Notice
from shopops.staff import operations
from shopops.staff.models import User
from shopops.work import actions as work
from shopops.work.choices import RunState
from shopops.work.context import RunContext
from shopops.work.interrupts import RunRefusedError
from shopops.work.models import Run

KIND = "orders.label_export"
BATCH_SHIP, WAYBILLS = "ship", "waybills"
KEPT = timedelta(hours=24)
READY = gettext_noop("导出好了：{n} 个包裹")
TO_FETCH = gettext_noop("点开就下载，文件保留 24 小时")

# Exactly as in the platform's template, half-width and full-width brackets included.
SHIP_HEADERS = (
    "收件人(必填)",
    "手机号(必填)",
    "收货地址(必填)",
    "平台订单号（非必填）",
    "商品信息(非必填)",
    "规格信息(非必填)",
    "商品数量(非必填)",
    "重量kg(非必填)",
    "备注(非必填)",
)
WAYBILL_HEADERS = (
    "包裹号",
    "订单编号",
    "物流公司",
    "物流单号",
    "包裹状态",
    "应出时间",
    "件数",
    "重量kg",
    "快递原因",
)
MAY_REVEAL = ("orders.export", "orders.reveal_contact")


@transaction.atomic
def request_label_export(
    *, form: str, carrier: str, is_plain: bool, reason: str, by: User, now: datetime
) -> Run:
    """Ask for a file of parcels: `form` ship (without waybill yet) or waybills (labelled ones).

    :raises CourierRefusedError: if plain receivers are wanted without the rights or without a reason
    """
    if is_plain and not by.has_perms(MAY_REVEAL):
        raise CourierRefusedError(_("明文收货信息要有「导出订单」和「查看收货人明文」两项权限。"))
    if is_plain and not reason.strip():
        raise CourierRefusedError(_("导出明文要写原因，它会留在每一单的记录里。"))
    is_plain = is_plain and form == BATCH_SHIP
    run = work.request_run(
        kind=KIND,
        key=f"{form}-{by.pk}-{now.timestamp():.3f}",
        payload={
            "form": form,
            "carrier": carrier,
            "plain": is_plain,
            "reason": reason.strip()[:200],
            "by": by.pk,
        },
        by=by,
        now=now,
    )
    operations.record(
        name="orders.parcel.exported",
        by=by,
        now=now,
        object_type="parcels",
        object_key=form,
        new={"run": run.pk, "carrier": carrier, "plain": is_plain},
        reason=reason.strip(),
    )
    return run


def perform_label_export(run: RunContext) -> dict[str, Any]:
    """Write the file in one step; the log of plain receivers stands or falls with it."""
    form, is_plain = run.payload["form"], bool(run.payload["plain"])
    with override("zh-hans"), run.step() as step:
        by = User.objects.get(pk=run.payload["by"])
        if is_plain and not by.has_perms(MAY_REVEAL):
            raise RunRefusedError(_("明文收货信息要有「导出订单」和「查看收货人明文」两项权限。"))
        sheets = parcel_sheets(
            scope=WAITING if form == BATCH_SHIP else LABELLED,
            carrier=run.payload["carrier"],
            with_contacts=is_plain,
        )
        if len(sheets) > MOST:
            raise RunRefusedError(_("超过 %(n)d 个包裹，按快递分开导出。") % {"n": MOST})
        data = _ship_file(sheets) if form == BATCH_SHIP else _waybill_file(sheets)
        path = label_path(run.id)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(seal(data))
        if is_plain:
            _log_plain(sheets, run, by)
        step.done, step.text = len(sheets), _("%(n)d 个包裹") % {"n": len(sheets)}
    return {"rows": len(sheets), "form": form, "until": (run.now + KEPT).isoformat()}


def _log_plain(sheets: Sequence[ParcelSheet], run: RunContext, by: User) -> None:
    orders: dict[int, Order] = {
        one.parcel.order_id: one.parcel.order for one in sheets if one.sealed
    }
    for order in orders.values():
        operations.record(
            name="orders.contact.exported",
            by=by,
            now=run.now,
            object_type="order",
            object_key=order.tid,
            new={"run": run.id},
            reason=run.payload["reason"],
        )


def _ship_file(sheets: Sequence[ParcelSheet]) -> bytes:
    file = io.BytesIO()
    write_xlsx([SHIP_HEADERS, *(_ship_cells(one) for one in sheets)], file, sheet="Sheet1")
    return file.getvalue()


def _ship_cells(one: ParcelSheet) -> tuple[object, ...]:
    order = one.parcel.order
    name, phone, address = order.receiver_name, order.receiver_phone, order.receiver_address
    if one.sealed:
        plain = json.loads(unseal(one.sealed))
        name = plain.get("name", "") or name
        phone = plain.get("phone", "") or phone
        address = plain.get("address", "") or address
    area = (order.receiver_province, order.receiver_city, order.receiver_district)
    front = "".join(part for part in area if part and part not in address)
    titles = [
        f"{line.line.title if line.line else line.gift.title if line.gift else line.sku_code}"
        f"×{line.quantity}"
        for line in one.lines
    ]
    specs = [line.line.spec for line in one.lines if line.line and line.line.spec]
    return (
        name,
        phone,
        f"{front}{address}",
        order.tid,
        "；".join(titles),
        "；".join(specs),
        one.parcel.piece_count,
        _kilos(one.grams),
        one.parcel.number,
    )


def _waybill_file(sheets: Sequence[ParcelSheet]) -> bytes:
    rows: list[Sequence[object]] = [WAYBILL_HEADERS]
    rows += [
        (
            one.parcel.number,
            f'="{one.parcel.order.tid}"',
            one.parcel.carrier,
            one.parcel.waybill_no,
            one.parcel.get_state_display(),
            one.parcel.due_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
            if one.parcel.due_at
            else "",
            one.parcel.piece_count,
            _kilos(one.grams),
            one.parcel.carrier_reason.split("|", 1)[0],
        )
        for one in sheets
    ]
    return b"".join(csv_rows(rows, encoding="utf-8-sig"))


def _kilos(grams: int | None) -> str:
    return "" if grams is None else f"{grams / 1000:.2f}"


def label_path(run_id: int) -> Path:
    """Give where the sealed file of a run lies."""
    return Path(settings.MEDIA_ROOT) / "exports" / f"labels-{run_id}.sealed"


def label_file(run: Run) -> tuple[str, bytes]:
    """Give the name and the bytes of a finished file.

    :raises FileNotFoundError: if it is gone
    """
    data = unseal(label_path(run.pk).read_bytes())
    suffix = "xlsx" if run.payload["form"] == BATCH_SHIP else "csv"
    return f"{run.payload['form']}-{run.pk}.{suffix}", data


def label_url(run: Run) -> str:
    """Give where the file of a done run is fetched."""
    return reverse("orders:label_file", args=[run.pk])


def label_export_ended(run: Run, now: datetime) -> None:
    """Tell who asked that the file is ready."""
    if run.state != RunState.DONE:
        return
    news = News(
        key=f"{KIND}:{run.pk}:{now.timestamp():.0f}",
        tone=Notice.Tone.DONE,
        text=READY.format(n=f"{run.result['rows']:,}"),
        sub=TO_FETCH,
        url=label_url(run),
    )
    tell(news, people=[run.created_by_id], now=now)
