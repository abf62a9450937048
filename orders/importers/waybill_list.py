"""Waybills by order or by parcel, as a label printer or the platform's batch shipping gives them back."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from orders.importers.sheet import Sheet
from orders.rules.waybills import is_waybill, normal_waybill
from shopops.intake import cells
from shopops.intake.spec import Cleaned, Match, Seal

KIND = "orders.waybill_list"
LABEL = "运单表"

STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line_no", "integer"),
    ("tid", "text"),
    ("parcel_no", "text"),
    ("carrier", "text"),
    ("waybill_no", "text"),
    ("failure", "text"),
)

PARCEL = ("包裹号", "包裹编号")
TID = (
    "订单编号",
    "平台订单号",
    "平台订单号（非必填）",
    "平台订单号(非必填)",
    "主订单编号",
    "订单号",
)
CARRIER = ("物流公司", "快递公司", "承运商", "快递")
WAYBILL = ("物流单号", "运单号", "快递单号", "面单号")
FAILURE = ("失败原因", "错误原因", "取号失败原因", "异常原因")
_OTHERS = {
    "订单状态",
    "宝贝标题",
    "标题",
    "商品标题",
    "购买数量",
    "退款编号",
    "买家会员名",
    "总金额",
    "揽收时间",
    "签收时间",
    "轨迹时间",
    "操作时间",
    "物流状态",
}


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of a list of waybills."""
    names = {header.strip() for header in headers}
    keys, numbers = names & {*PARCEL, *TID}, names & set(WAYBILL)
    if names & _OTHERS:
        return None
    if keys and numbers:
        return Match("parcel" if names & set(PARCEL) else "order")
    if keys and names & set(CARRIER):
        return Match("order", (WAYBILL[0],))
    if numbers and names & set(CARRIER):
        return Match("order", (TID[0],))
    return None


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows."""
    sheet = Sheet(block, key=(*PARCEL, *TID))
    tids = sheet.ids(*TID, needed=sheet.name(*PARCEL) is None)
    columns = {
        "line_no": sheet.lines,
        "tid": pc.fill_null(tids, ""),
        "parcel_no": pc.fill_null(pc.utf8_upper(sheet.text(*PARCEL, limit=20)), ""),
        "carrier": pc.fill_null(sheet.text(*CARRIER, limit=40), ""),
        "failure": pc.fill_null(sheet.text(*FAILURE, limit=200), ""),
    }
    columns["waybill_no"] = _waybills(sheet, columns["failure"])
    _needs_a_parcel(sheet, columns)
    return Cleaned(sheet.rows(columns, STAGE_COLUMNS), sheet.errors, dict(sheet.skipped))


def _waybills(sheet: Sheet, failures: pa.Array) -> pa.Array:
    """Give normal numbers; a row without one must say why the label failed."""
    name = sheet.name(*WAYBILL) or WAYBILL[0]
    found = []
    texts = cells.one_array(sheet.filled(*WAYBILL)).to_pylist()
    for row, (text, failure) in enumerate(zip(texts, failures.to_pylist(), strict=True)):
        number = normal_waybill(text or "")
        if not number and not failure:
            sheet.fault(row, name, f"缺少{name}；面单失败的要有失败原因")
        elif number and not is_waybill(number):
            sheet.fault(row, name, "不是运单号：应当是 5 到 40 位字母和数字")
        found.append(number)
    return pa.array(found, pa.string())


def _needs_a_parcel(sheet: Sheet, columns: dict[str, pa.Array]) -> None:
    pairs = zip(columns["tid"].to_pylist(), columns["parcel_no"].to_pylist(), strict=True)
    for row, (tid, parcel) in enumerate(pairs):
        if not tid and not parcel:
            sheet.fault(row, sheet.name(*PARCEL) or PARCEL[0], "包裹号和订单编号都没有")
