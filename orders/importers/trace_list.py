"""What carriers report, as their portals and ERPs export it: pickup, traces, signature.

One row tells one thing (`轨迹时间` with what happened) or several times of one waybill side by side
(`揽收时间`, `签收时间`). Names and phone numbers in descriptions are masked on the way in.
"""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from orders.importers.sheet import Sheet
from orders.rules.waybills import is_waybill, normal_waybill
from shopops.intake import cells
from shopops.intake.spec import Cleaned, Match, Seal

KIND = "orders.trace_list"
LABEL = "快递轨迹"

STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line_no", "integer"),
    ("picked_up_at", "timestamptz"),
    ("signed_at", "timestamptz"),
    ("traced_at", "timestamptz"),
    ("waybill_no", "text"),
    ("carrier", "text"),
    ("kind", "text"),
    ("place", "text"),
    ("text", "text"),
)

WAYBILL = ("运单号", "物流单号", "快递单号", "运单编号", "面单号", "物流运单号", "邮件号")
CARRIER = ("物流公司", "快递公司", "承运商", "快递")
PICKUP = ("揽收时间", "揽件时间", "收件时间", "取件时间", "收寄时间")
SIGNED = ("签收时间", "妥投时间")
TRACED = ("轨迹时间", "操作时间", "事件时间", "扫描时间", "最新轨迹时间")
STATUS = ("状态", "事件", "物流状态", "轨迹状态", "操作类型")
PLACE = ("地点", "网点", "操作网点", "所在地")
TEXT = ("描述", "轨迹描述", "轨迹", "内容", "物流信息", "最新轨迹")
# Columns of the platform's own lists, which name waybills too.
_OTHERS = {
    "订单状态",
    "宝贝标题",
    "标题",
    "商品标题",
    "购买数量",
    "退款编号",
    "买家会员名",
    "总金额",
}

# What a status says, the plainer word first: 退回签收 is a return, 派送失败 a problem.
_SAYS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("returned", ("退回", "退件", "返回", "退签")),
    (
        "problem",
        (
            "异常",
            "问题",
            "破损",
            "丢失",
            "遗失",
            "拒收",
            "拒签",
            "滞留",
            "失败",
            "无法联系",
            "疑难",
        ),
    ),
    ("signed", ("签收", "妥投", "代收", "已取件码", "自提柜取出", "已取出", "已完成")),
    ("delivering", ("派送", "派件", "投递", "待取件", "入柜", "驿站")),
    ("pickup", ("揽收", "揽件", "已收件", "收寄", "取件", "已收取", "收件")),
    (
        "transit",
        (
            "运输",
            "到达",
            "离开",
            "发往",
            "发出",
            "中转",
            "转运",
            "在途",
            "到件",
            "发件",
            "装车",
            "卸车",
            "封发",
            "进港",
            "出港",
            "下一站",
            "清关",
            "途中",
        ),
    ),
)
_PHONE = r"(1[3-9][0-9])[0-9]{4,6}([0-9]{2})"
_SIGNER = r"((签收人|收件人|收货人|签收者|代收人)[是为]?\s*[:：]?\s*)[^\s,，。;；:：\]】)）]{1,20}"


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of a carrier's report, and which times it tells."""
    names = {header.strip() for header in headers}
    times = [
        code
        for code, known in (("pickup", PICKUP), ("trace", TRACED), ("signed", SIGNED))
        if names & set(known)
    ]
    if names & _OTHERS or not (times or names & set(STATUS)):
        return None
    if not names & set(WAYBILL):
        # Only sure of the kind where its own words stand.
        return Match("trace", (WAYBILL[0],)) if len(times) > 1 else None
    if not times:
        return Match("trace", (TRACED[0],)) if names & set(TEXT) else None
    return Match("+".join(times))


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows."""
    sheet = Sheet(block, key=WAYBILL)
    columns = {
        "line_no": sheet.lines,
        "waybill_no": _waybills(sheet),
        "picked_up_at": sheet.times(*PICKUP)[0],
        "signed_at": sheet.times(*SIGNED)[0],
        "traced_at": sheet.times(*TRACED)[0],
        "carrier": sheet.text(*CARRIER, limit=40),
        "place": sheet.text(*PLACE, limit=60),
        "text": masked(sheet.text(*TEXT)),
    }
    columns["kind"] = _kinds(sheet)
    _needs_a_time(sheet, columns)
    for name in ("carrier", "place", "text", "kind"):
        columns[name] = pc.fill_null(columns[name], "")
    return Cleaned(sheet.rows(columns, STAGE_COLUMNS), sheet.errors, dict(sheet.skipped))


def _waybills(sheet: Sheet) -> pa.Array:
    column = sheet.filled(*WAYBILL)
    name = sheet.name(*WAYBILL) or WAYBILL[0]
    found = []
    for row, text in enumerate(column.to_pylist()):
        number = normal_waybill(text or "")
        if not number:
            sheet.fault(row, name, f"这一行缺少{name}")
        elif not is_waybill(number):
            sheet.fault(row, name, "不是运单号：应当是 5 到 40 位字母和数字")
        found.append(number)
    return pa.array(found, pa.string())


def _kinds(sheet: Sheet) -> pa.Array:
    """Give what each traced row says: by its status, else by its description."""
    status = sheet.raw(*STATUS)
    if status is None:
        words = sheet.raw(*TEXT)
        if words is None:
            return pa.nulls(len(sheet), pa.string())
        return pa.array([said(one or "") or "transit" for one in words.to_pylist()], pa.string())
    return sheet.lookups(*STATUS, read=_known, kind=pa.string())


def said(text: str) -> str:
    """Give the kind that words speak of, empty if none."""
    return next((kind for kind, words in _SAYS if any(word in text for word in words)), "")


def _known(text: str) -> str:
    kind = said(text)
    if not kind:
        raise cells.BadCellError("不认识的物流状态，没有猜")
    return kind


def _needs_a_time(sheet: Sheet, columns: dict[str, pa.Array]) -> None:
    """Refuse rows that tell no time at all; a pickup that has not happened is no fault where others stand."""
    told = [columns[name].is_valid() for name in ("picked_up_at", "signed_at", "traced_at")]
    silent = pc.invert(pc.or_(pc.or_(told[0], told[1]), told[2]))
    names = (*TRACED, *PICKUP, *SIGNED)
    name = sheet.name(*names) or TRACED[0]
    for row, is_silent in enumerate(silent.to_pylist()):
        if is_silent:
            sheet.fault(row, name, "这一行没有任何时间")


def masked(column: pa.Array) -> pa.Array:
    """Mask phone numbers and the signer's name in descriptions."""
    column = pc.replace_substring_regex(column, _PHONE, r"\1****\2")
    column = pc.replace_substring_regex(column, _SIGNER, r"\1***")
    return cells.cut(column, 300)
