"""淘宝客, settlements: what commission and service were paid for each sub-order.

GBK, values with a trailing tab, headers sometimes quoted or with blanks, rates as `5.00%`.
"""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from products.importers.columns import rates
from shopops.intake import cells
from shopops.intake.sheet import Sheet
from shopops.intake.spec import LINE_NO, Cleaned, Match, Seal

KIND = "promotions.tbk_settlements"
LABEL = "淘宝客结算明细"

LINE, TID = "淘宝子订单编号", "淘宝父订单编号"
_NEEDED = (LINE, "淘客结算时间", "佣金")
_MARKS = {LINE, TID, "淘客结算时间", "账户支出时间", "佣金比例", "佣金", "服务费率", "服务费金额"}
STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line_no", "integer"),
    ("row_hash", "bigint"),
    ("received_at", "timestamptz"),
    ("paid_at", "timestamptz"),
    ("settled_at", "timestamptz"),
    ("created_at", "timestamptz"),
    ("quantity", "integer"),
    ("is_unpaid_presale", "boolean"),
    ("commission_rate", "numeric(7,6)"),
    ("service_rate", "numeric(7,6)"),
    ("deal_amount", "numeric(12,2)"),
    ("commission_amount", "numeric(12,2)"),
    ("service_amount", "numeric(12,2)"),
    ("tid", "text"),
    ("line_key", "text"),
    ("item_no", "text"),
    ("plan_name", "text"),
    ("source_name", "text"),
    ("leader_name", "text"),
    ("title", "text"),
    ("note", "text"),
)


def plain(header: str) -> str:
    """Give a header without the quotes and blanks that some years write around it."""
    return header.strip(" \t\"'\u3000").strip()


def renamed(block: pa.Table) -> pa.Table:
    """Give a block whose columns bear their plain names."""
    return block.rename_columns(
        [name if name == LINE_NO else plain(name) for name in block.column_names]
    )


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of settlements."""
    names = {plain(header) for header in headers}
    if len(names & _MARKS) < 5:
        return None
    return Match("settlements", tuple(name for name in _NEEDED if name not in names))


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows."""
    sheet = Sheet(renamed(block), key=(LINE, TID))
    columns = {
        "line_no": sheet.lines,
        "received_at": sheet.times("确认收货时间")[0],
        "paid_at": sheet.times("账户支出时间")[0],
        "settled_at": sheet.times("淘客结算时间", needed=True)[0],
        "created_at": sheet.times("创建时间")[0],
        "quantity": sheet.counts("成交商品数"),
        "is_unpaid_presale": sheet.lookups("是否预售未付尾款订单", read=_yes, kind=pa.bool_()),
        "commission_rate": rates(sheet, "佣金比例"),
        "service_rate": rates(sheet, "服务费率"),
        "deal_amount": pc.fill_null(sheet.amounts("实际成交价格"), 0),
        "commission_amount": sheet.amounts("佣金", needed=True),
        "service_amount": pc.fill_null(sheet.amounts("服务费金额"), 0),
        "tid": pc.fill_null(sheet.ids(TID, needed=False), ""),
        "line_key": sheet.ids(LINE),
        "item_no": pc.fill_null(sheet.ids("商品id", "商品ID", needed=False), ""),
        "plan_name": pc.fill_null(sheet.text("计划名称", limit=80), ""),
        "source_name": pc.fill_null(sheet.text("来源或淘客昵称", limit=80), ""),
        "leader_name": pc.fill_null(sheet.text("团长名称", limit=80), ""),
        "title": pc.fill_null(sheet.text("商品名称", limit=200), ""),
        "note": pc.fill_null(sheet.text("备注", limit=200), ""),
    }
    _refuse_rates(sheet, columns)
    columns["is_unpaid_presale"] = pc.fill_null(columns["is_unpaid_presale"], False)  # noqa: FBT003
    told = [one for name, one in columns.items() if name != "line_no"]
    columns["row_hash"] = cells.row_hash(told)
    facts: dict[str, int | str] = dict(sheet.skipped)
    return Cleaned(sheet.rows(columns, STAGE_COLUMNS), sheet.errors, facts)


def _refuse_rates(sheet: Sheet, columns: dict[str, pa.Array]) -> None:
    for name, head in (("commission_rate", "佣金比例"), ("service_rate", "服务费率")):
        for row, rate in enumerate(columns[name].to_pylist()):
            if rate is not None and rate > 1:
                sheet.fault(row, head, f"{head}超过了 100%")


def _yes(text: str | None) -> bool | None:
    if text is None:
        return None
    if text in {"是", "否"}:
        return text == "是"
    raise cells.BadCellError("应当填是或否")
