"""淘宝客, refunds: commission and service that come back because the buyer got the money back."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from promotions.importers.tbk_settlements import plain, renamed
from shopops.intake import cells
from shopops.intake.sheet import Sheet
from shopops.intake.spec import Cleaned, Match, Seal

KIND = "promotions.tbk_refunds"
LABEL = "淘宝客维权退款"

LINE, TID = "淘宝子订单编号", "淘宝订单编号"
_NEEDED = (LINE, "维权创建时间", "应退回佣金")
_MARKS = {LINE, TID, "维权退款金额", "应退回服务费", "应退回佣金", "维权状态", "维权创建时间"}
STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line_no", "integer"),
    ("row_hash", "bigint"),
    ("settled_at", "timestamptz"),
    ("opened_at", "timestamptz"),
    ("ended_at", "timestamptz"),
    ("refund_amount", "numeric(12,2)"),
    ("service_amount", "numeric(12,2)"),
    ("commission_amount", "numeric(12,2)"),
    ("tid", "text"),
    ("line_key", "text"),
    ("status", "text"),
    ("title", "text"),
    ("note", "text"),
)


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of refunds."""
    names = {plain(header) for header in headers}
    if len(names & _MARKS) < 5:
        return None
    return Match("refunds", tuple(name for name in _NEEDED if name not in names))


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows."""
    sheet = Sheet(renamed(block), key=(LINE, TID))
    columns = {
        "line_no": sheet.lines,
        "settled_at": sheet.times("订单结算时间")[0],
        "opened_at": sheet.times("维权创建时间", needed=True)[0],
        "ended_at": sheet.times("维权完成时间")[0],
        "refund_amount": pc.fill_null(sheet.amounts("维权退款金额"), 0),
        "service_amount": pc.fill_null(sheet.amounts("应退回服务费"), 0),
        "commission_amount": sheet.amounts("应退回佣金", needed=True),
        "tid": pc.fill_null(sheet.ids(TID, needed=False), ""),
        "line_key": sheet.ids(LINE),
        "status": pc.fill_null(sheet.text("维权状态", limit=40), ""),
        "title": pc.fill_null(sheet.text("商品名称", limit=200), ""),
        "note": pc.fill_null(sheet.text("备注", limit=200), ""),
    }
    columns["row_hash"] = cells.row_hash(
        [one for name, one in columns.items() if name != "line_no"]
    )
    facts: dict[str, int | str] = dict(sheet.skipped)
    return Cleaned(sheet.rows(columns, STAGE_COLUMNS), sheet.errors, facts)
