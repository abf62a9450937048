"""The item export of Qianniu (宝贝报表, ExportOrderDetailList / ExportItemList), old and since 2021.

The old one has no sub-order number: a line is known by its order and its place among the order's
lines, which only the whole file tells; so the line key is made in the database.
"""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from orders.importers.sheet import Sheet, count_true
from orders.rules.platform_texts import (
    UnknownTextError,
    flag_number,
    platform_status,
    refund_status,
)
from shopops.intake import cells
from shopops.intake.spec import Cleaned, Match, Seal

KIND = "orders.item_list"
LABEL = "宝贝报表"

STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line_no", "integer"),
    ("created_at", "timestamptz"),
    ("paid_at", "timestamptz"),
    ("consigned_at", "timestamptz"),
    ("row_hash", "bigint"),
    ("quantity", "integer"),
    ("flag", "integer"),
    ("is_time_rough", "boolean"),
    ("list_price_amount", "numeric(12,2)"),
    ("payable_amount", "numeric(12,2)"),
    ("charged_amount", "numeric(12,2)"),
    ("refund_amount", "numeric(12,2)"),
    ("tid", "text"),
    ("oid", "text"),
    ("status", "text"),
    ("refund_status", "text"),
    ("sku_code", "text"),
    ("item_code", "text"),
    ("item_no", "text"),
    ("title", "text"),
    ("spec", "text"),
    ("buyer_message", "text"),
    ("seller_memo", "text"),
    ("waybills", "text"),
    ("carriers", "text"),
)

TID = ("主订单编号", "订单编号")
OID = ("子订单编号",)
TITLE = ("标题", "商品标题", "宝贝标题")
PRICE = ("价格", "商品价格")
QUANTITY = ("购买数量",)
STATUS = ("订单状态",)
_NEEDED = (TID, TITLE, QUANTITY, STATUS)
_TELLING = {"外部系统编号", "商品属性", "套餐信息", "商家编码", *TITLE, *PRICE, *QUANTITY, *OID}


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of an item export, and which layout."""
    names = {header.strip() for header in headers}
    if (
        "退款编号" in names
        or len(names & _TELLING) < 3
        or not names & {*QUANTITY, *OID, "商品属性"}
    ):
        return None
    if not names & {*TID, *OID}:
        return None
    missing = tuple(needed[0] for needed in _NEEDED if not names & set(needed))
    if not names & set(OID):
        return Match("old", missing)
    return Match("2024" if names & {"商品标题", "买家实付金额", "备注标签"} else "2021", missing)


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows."""
    sheet = Sheet(block, key=TID)
    columns = _numbers(sheet) | _texts(sheet)
    columns["tid"] = sheet.ids(*TID)
    has_oid = sheet.name(*OID) is not None
    columns["oid"] = sheet.ids(*OID, needed=has_oid)
    columns["status"] = _status(sheet, columns["paid_at"])
    columns["line_no"] = sheet.lines
    hashed = [name for name, _ in STAGE_COLUMNS if name not in {"line_no", "row_hash"}]
    columns["row_hash"] = cells.row_hash([columns[name] for name in hashed])
    rows = sheet.rows(columns, STAGE_COLUMNS)
    return Cleaned(rows, sheet.errors, _facts(sheet, rows))


def _numbers(sheet: Sheet) -> dict[str, pa.Array]:
    created_at, created_rough = sheet.times("订单创建时间")
    paid_at, paid_rough = sheet.times("订单付款时间", "付款时间")
    return {
        "created_at": created_at,
        "paid_at": paid_at,
        "is_time_rough": pc.or_(created_rough, paid_rough),
        "consigned_at": sheet.times("发货时间")[0],
        "quantity": sheet.counts(*QUANTITY, lowest=1, needed=True),
        "list_price_amount": sheet.amounts(*PRICE),
        "payable_amount": sheet.amounts("买家应付货款"),
        "charged_amount": sheet.amounts("买家实际支付金额", "买家实付金额"),
        "refund_amount": _refund_amount(sheet),
        "flag": sheet.lookups("备注标签", read=_flag, kind=pa.int32()),
    }


def _refund_amount(sheet: Sheet) -> pa.Array:
    """Give the amount refunded; the cell may hold words (无退款申请), which are no amount."""
    column = sheet.raw("退款金额")
    if column is None:
        return pa.nulls(len(sheet), cells.MONEY)
    words = pc.match_substring_regex(column, "^[^0-9０-９]*$")
    return _amounts_beside_words(sheet, pc.if_else(words, pa.scalar(None, pa.string()), column))


def _amounts_beside_words(sheet: Sheet, column: pa.Array) -> pa.Array:
    read = cells.amounts(column)
    for row, reason in read.bad:
        sheet.fault(row, "退款金额", reason)
    return read.values


def _texts(sheet: Sheet) -> dict[str, pa.Array]:
    return {
        "refund_status": _refund_status(sheet),
        "sku_code": _code(sheet, "商家编码"),
        "item_code": _code(sheet, "外部系统编号"),
        "item_no": sheet.text("商品ID", "商品id", limit=32),
        "title": sheet.text(*TITLE),
        "spec": _spec(sheet),
        "buyer_message": sheet.text("主订单买家留言"),
        "seller_memo": sheet.text("主订单备注", "商家备注"),
        "waybills": cells.parcels(sheet.filled("物流单号")),
        "carriers": cells.parcels(sheet.filled("物流公司")),
    }


def _code(sheet: Sheet, name: str) -> pa.Array:
    """Give a merchant code; a number that a spreadsheet made a float (4214.0) gets its text back."""
    column = cells.without_marker(sheet.text(name, limit=80))
    floats = pc.match_substring_regex(column, r"^[0-9]{1,15}\.0$")
    if not pc.any(floats).as_py():
        return column
    return pc.if_else(floats, pc.utf8_slice_codeunits(column, 0, -2), column)


def _spec(sheet: Sheet) -> pa.Array:
    spec, combo = sheet.text("商品属性"), sheet.filled("套餐信息")
    if not combo.null_count < len(sheet):
        return spec
    both = pc.binary_join_element_wise(pc.fill_null(spec, ""), combo, ";")
    return pc.if_else(pc.is_valid(combo), pc.utf8_ltrim(both, ";"), spec)


def _refund_status(sheet: Sheet) -> pa.Array:
    """Give the refund status of a line: '' where nobody asked for one, null where the file does not say."""
    if sheet.name("退款状态") is None:
        return pa.nulls(len(sheet), pa.string())
    status = sheet.lookups("退款状态", read=_known_refund, kind=pa.string())
    return pc.fill_null(status, "")


def _known_refund(text: str) -> str:
    try:
        status = refund_status(text)
    except UnknownTextError:
        raise cells.BadCellError("不认识的退款状态，没有猜") from None
    return "" if status == "NO_REFUND" else status


def _flag(text: str) -> int | None:
    """Give the flag's number; a tag that names no colour is no flag."""
    try:
        return flag_number(text)
    except UnknownTextError:
        return None


def _status(sheet: Sheet, paid_at: pa.Array) -> pa.Array:
    status = sheet.lookups(*STATUS, read=_known_status, kind=pa.string(), needed=True)
    if sheet.name("订单付款时间", "付款时间") is None:
        return status
    never_paid = pc.and_(pc.equal(status, "TRADE_CLOSED"), pc.is_null(paid_at))
    return pc.if_else(pc.fill_null(never_paid, fill_value=False), "TRADE_CLOSED_BY_TAOBAO", status)


def _known_status(text: str) -> str:
    try:
        return platform_status(text, is_paid=True)
    except UnknownTextError:
        raise cells.BadCellError("不认识的订单状态，没有猜") from None


def _facts(sheet: Sheet, rows: pa.Table) -> dict[str, int | str]:
    refunded = pc.greater(rows["refund_amount"], 0)
    back = pc.add(rows["charged_amount"], rows["refund_amount"])
    return {
        "refunded_rows": count_true(refunded),
        "refunded_rows_net": count_true(pc.and_(refunded, pc.equal(back, rows["payable_amount"]))),
        **sheet.skipped,
    }
