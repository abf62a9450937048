"""The refund export (退款管理 → 导出), 2019 and 2026. The seller's name, phone and address are not read."""

from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from orders.importers.sheet import Sheet
from orders.rules.platform_texts import UnknownTextError, refund_status, refund_type
from shopops.intake import cells
from shopops.intake.spec import Cleaned, Match, Seal

KIND = "orders.refund_list"
LABEL = "退款报表"

STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line_no", "integer"),
    ("applied_at", "timestamptz"),
    ("finished_at", "timestamptz"),
    ("order_paid_at", "timestamptz"),
    ("timeout_at", "timestamptz"),
    ("row_hash", "bigint"),
    ("is_full", "boolean"),
    ("refund_amount", "numeric(12,2)"),
    ("refund_no", "text"),
    ("tid", "text"),
    ("status", "text"),
    ("type", "text"),
    ("phase", "text"),
    ("goods_status", "text"),
    ("reason", "text"),
    ("explanation", "text"),
    ("responsible", "text"),
    ("title", "text"),
    ("sku_code", "text"),
    ("return_carrier", "text"),
    ("return_waybill_no", "text"),
)

REFUND_NO = ("退款编号",)
TID = ("订单编号", "主订单编号")
STATUS = ("退款状态",)
AMOUNT = ("退款总额", "买家退款金额", "退给买家金额")
_NEEDED = (REFUND_NO, TID, STATUS, AMOUNT)
_EXTENT = {"全部退款": True, "全额退款": True, "部分退款": False}


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of a refund export, and which layout."""
    names = {header.strip() for header in headers}
    if not (names & set(REFUND_NO) or len(names & {"退款状态", "买家退款原因", "超时时间"}) == 3):
        return None
    missing = tuple(needed[0] for needed in _NEEDED if not names & set(needed))
    return Match("2026" if names & {"售后类型", "退款总额"} else "2019", missing)


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows."""
    sheet = Sheet(block, key=REFUND_NO)
    columns = {
        "line_no": sheet.lines,
        "refund_no": sheet.ids(*REFUND_NO),
        "tid": sheet.ids(*TID),
        "status": sheet.lookups(*STATUS, read=_status, kind=pa.string(), needed=True),
        "refund_amount": sheet.amounts(*AMOUNT, needed=True),
        "applied_at": sheet.times("退款申请时间", "退款的申请时间")[0],
        "finished_at": sheet.times("退款完结时间", "完结时间")[0],
        "order_paid_at": sheet.times("订单付款时间")[0],
        "timeout_at": sheet.times("超时时间")[0],
        "is_full": sheet.lookups(
            "部分退款/全额退款", "部分退款/全部退款", read=_EXTENT.get, kind=pa.bool_()
        ),
        "type": _type(sheet),
    }
    columns |= _texts(sheet)
    hashed = [name for name, _ in STAGE_COLUMNS if name not in {"line_no", "row_hash"}]
    columns["row_hash"] = cells.row_hash([columns[name] for name in hashed])
    return Cleaned(sheet.rows(columns, STAGE_COLUMNS), sheet.errors, dict(sheet.skipped))


def _texts(sheet: Sheet) -> dict[str, pa.Array]:
    return {
        "phase": sheet.text("售中或售后", limit=12),
        "goods_status": sheet.text("货物状态", limit=40),
        "reason": sheet.text("买家退款原因", limit=200),
        "explanation": sheet.text("买家退款说明"),
        "responsible": sheet.text("责任方", limit=40),
        "title": sheet.text("宝贝标题"),
        "sku_code": sheet.text("商家编码", "商品编码", "商品sku信息", limit=200),
        "return_carrier": sheet.text("退货物流公司", limit=40),
        "return_waybill_no": cells.cut(
            pc.fill_null(cells.parcels(sheet.filled("退货物流单号")), ""), 60
        ),
    }


def _type(sheet: Sheet) -> pa.Array:
    if sheet.name("售后类型") is not None:
        return pc.fill_null(
            sheet.lookups("售后类型", read=_known(refund_type, "售后类型"), kind=pa.string()), ""
        )
    returns = sheet.raw("是否需要退货")
    if returns is None:
        return pa.nulls(len(sheet), pa.string())
    wanted = pc.fill_null(
        pc.is_in(returns, pa.array(["是", "需要", "需要退货", "true"])), fill_value=False
    )
    return pc.if_else(wanted, "return_and_refund", "refund_only")


def _known(read: Callable[[str], str], name: str) -> Callable[[str], str]:
    def known(text: str) -> str:
        try:
            return read(text)
        except UnknownTextError:
            raise cells.BadCellError(f"不认识的{name}，没有猜") from None

    return known


_status = _known(refund_status, "退款状态")
