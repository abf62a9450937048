"""The order export of Qianniu (已卖出的宝贝 → 导出订单, ExportOrderList), 2012 to 2026.

Columns are found by name. The desensitised teaching extract of seven columns has no status: a
refund that eats
the whole amount is a closed trade, another paid order is a finished one, an unpaid one was closed
unpaid.
"""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from orders.importers.sheet import Sheet, count_true
from orders.rules.platform_texts import UnknownTextError, platform_status
from shopops.intake import cells
from shopops.intake.spec import FACT_SHOP_NAME, FACT_SHOP_NO, Cleaned, Match, Seal

KIND = "orders.order_list"
LABEL = "订单报表"

STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line_no", "integer"),
    ("created_at", "timestamptz"),
    ("paid_at", "timestamptz"),
    ("consigned_at", "timestamptz"),
    ("ended_at", "timestamptz"),
    ("row_hash", "bigint"),
    ("piece_count", "integer"),
    ("kind_count", "integer"),
    ("is_time_rough", "boolean"),
    ("is_presale", "boolean"),
    ("goods_amount", "numeric(12,2)"),
    ("postage_amount", "numeric(12,2)"),
    ("total_amount", "numeric(12,2)"),
    ("charged_amount", "numeric(12,2)"),
    ("refund_amount", "numeric(12,2)"),
    ("tid", "text"),
    ("status", "text"),
    ("buyer_key", "text"),
    ("buyer_nick", "text"),
    ("title", "text"),
    ("receiver_name", "text"),
    ("receiver_phone", "text"),
    ("receiver_province", "text"),
    ("receiver_city", "text"),
    ("receiver_district", "text"),
    ("receiver_address", "text"),
    ("buyer_message", "text"),
    ("seller_memo", "text"),
    ("close_reason", "text"),
    ("shipping_text", "text"),
    ("waybills", "text"),
    ("carriers", "text"),
    ("device", "text"),
    ("contact_key", "text"),
    ("phone_index", "bytea"),
    ("sealed", "bytea"),
)

TID = ("订单编号", "主订单编号", "订单号")
CREATED = ("订单创建时间",)
PAID = ("订单付款时间", "付款时间")
CHARGED = ("买家实际支付金额", "买家实付金额", "实付款")
STATUS = ("订单状态",)
ADDRESS = ("收货地址",)
_DEVICE = "是否手机订单"
TEACHING = frozenset(
    {
        "订单编号",
        "总金额",
        "买家实际支付金额",
        "收货地址",
        "订单创建时间",
        "订单付款时间",
        "退款金额",
    }
)
_NEEDED = (TID, ("总金额",), CREATED, PAID, STATUS)
_TELLING = {"总金额", "收货地址", "宝贝总数量", "买家应付邮费", *CREATED, *PAID, *CHARGED, *STATUS}
_FOREIGN = {"退款编号", "子订单编号", "购买数量", "标题", "商品标题"}
# The newest column that a layout brought, newest layout first.
_LAYOUTS = (
    ("2021", "买家会员昵称"),
    ("2020", "满返红包金额"),
    ("2019", "是否信用购"),
    ("2018-09", "支付单号"),
    ("2018", "确认收货时间"),
    ("2016", "分阶段订单信息"),
)
_NO = {"", "否", "0", "false", "FALSE", "普通订单"}


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of an order export, and which layout."""
    names = {header.strip() for header in headers}
    if (
        names & _FOREIGN
        or len(names & _TELLING) < 3
        or not names & {*TID, "收货地址", "买家会员名"}
    ):
        return None
    if names <= TEACHING and {"订单编号", "总金额", "订单创建时间", "订单付款时间"} <= names:
        return Match("teaching")
    missing = tuple(needed[0] for needed in _NEEDED if not names & set(needed))
    layout = next((code for code, column in _LAYOUTS if column in names), "2012")
    return Match(layout, missing)


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows."""
    sheet = Sheet(block, key=TID)
    columns = _money_and_times(sheet) | _texts(sheet) | _receiver(sheet, seal)
    columns["tid"] = sheet.ids(*TID)
    columns["status"] = _status(sheet, columns)
    columns["line_no"] = sheet.lines
    hashed = [name for name, _ in STAGE_COLUMNS if name not in {"line_no", "row_hash", "sealed"}]
    columns["row_hash"] = cells.row_hash([columns[name] for name in hashed])
    rows = sheet.rows(columns, STAGE_COLUMNS)
    return Cleaned(rows, sheet.errors, _facts(sheet, rows))


def _money_and_times(sheet: Sheet) -> dict[str, pa.Array]:
    created_at, created_rough = sheet.times(*CREATED, needed=True)
    paid_at, paid_rough = sheet.times(*PAID)
    return {
        "created_at": created_at,
        "paid_at": paid_at,
        "is_time_rough": pc.or_(created_rough, paid_rough),
        "consigned_at": sheet.times("发货时间")[0],
        "ended_at": sheet.times("确认收货时间")[0],
        "goods_amount": sheet.amounts("买家应付货款"),
        "postage_amount": sheet.amounts("买家应付邮费"),
        "total_amount": sheet.amounts("总金额", needed=True),
        "charged_amount": sheet.amounts(*CHARGED),
        "refund_amount": sheet.amounts("退款金额"),
        "piece_count": sheet.counts("宝贝总数量", "购买数量"),
        "kind_count": sheet.counts("宝贝种类", highest=30_000),
    }


def _texts(sheet: Sheet) -> dict[str, pa.Array]:
    nick = cells.cut(sheet.filled("买家会员名", "买家会员昵称", "买家昵称"), 80)
    return {
        "buyer_nick": nick
        if sheet.name("买家会员名", "买家会员昵称", "买家昵称") is None
        else pc.fill_null(nick, ""),
        "buyer_key": pc.if_else(pc.match_substring(nick, "*"), pa.scalar(None, pa.string()), nick),
        "title": sheet.text("宝贝标题", "商品标题", "标题"),
        "buyer_message": sheet.text("买家留言"),
        "seller_memo": sheet.text("订单备注", "商家备忘", "商家备注", "主订单备注"),
        "close_reason": _close_reason(sheet),
        "shipping_text": sheet.text("运送方式", limit=40),
        "waybills": cells.parcels(sheet.filled("物流单号")),
        "carriers": cells.parcels(sheet.filled("物流公司")),
        "is_presale": _presale(sheet),
        "device": _device(sheet),
    }


def _device(sheet: Sheet) -> pa.Array:
    """Give what was ordered on: a file that has the column leaves it blank for a computer."""
    if sheet.name(_DEVICE) is None:
        return pa.nulls(len(sheet), pa.string())
    said = pc.fill_null(sheet.filled(_DEVICE), "")
    return pc.if_else(pc.is_in(said, pa.array(sorted(_NO))), "pc", "mobile")


def _close_reason(sheet: Sheet) -> pa.Array:
    reason = sheet.text("订单关闭原因", limit=80)
    return pc.if_else(pc.equal(reason, "订单未关闭"), "", reason)


def _presale(sheet: Sheet) -> pa.Array:
    said = pc.fill_null(sheet.filled("预售订单", "分阶段订单信息"), "")
    return pc.invert(pc.is_in(said, pa.array(sorted(_NO))))


def _receiver(sheet: Sheet, seal: Seal) -> dict[str, pa.Array]:
    """Give the receiver masked; what came in plain text leaves sealed only."""
    name, phone = sheet.filled("收货人姓名"), sheet.filled("联系手机", "联系电话")
    phone = cells.without_marker(phone)
    address = sheet.filled(*ADDRESS)
    parts = cells.addresses(address)
    plain = pc.or_(
        pc.or_(cells.is_plain(name), cells.is_plain(phone)), cells.is_plain(parts.street)
    )
    columns = _masked(sheet, name, phone, parts)
    nothing = pa.nulls(len(sheet), pa.string())
    columns |= {"sealed": nothing, "phone_index": nothing, "contact_key": nothing}
    if pc.any(plain).as_py():
        blobs = cells.contact_blobs(name, phone, address, plain=plain)
        columns["sealed"] = cells.hex_text(seal(blobs))
        columns["phone_index"] = cells.hex_text(seal.blind(cells.lasting_phone(phone).to_pylist()))
        # A keyed hash of the whole contact: a changed house number changes the row's hash, though
        # its mask looks the same.
        columns["contact_key"] = cells.hex_text(
            seal.blind([b.decode() if b else None for b in blobs])
        )
    return columns


def _masked(
    sheet: Sheet, name: pa.Array, phone: pa.Array, parts: cells.Address
) -> dict[str, pa.Array]:
    def shown(column: pa.Array, *names: str, limit: int = 0) -> pa.Array:
        if sheet.name(*names) is None:
            return pa.nulls(len(sheet), pa.string())
        return cells.cut(pc.fill_null(column, ""), limit) if limit else pc.fill_null(column, "")

    return {
        "receiver_name": shown(cells.masked_name(name), "收货人姓名", limit=80),
        "receiver_phone": shown(cells.masked_phone(phone), "联系手机", "联系电话", limit=40),
        "receiver_province": shown(parts.province, *ADDRESS),
        "receiver_city": shown(parts.city, *ADDRESS),
        "receiver_district": shown(parts.district, *ADDRESS),
        "receiver_address": shown(cells.masked_street(parts.street), *ADDRESS),
    }


def _status(sheet: Sheet, columns: dict[str, pa.Array]) -> pa.Array:
    is_paid = pc.is_valid(columns["paid_at"])
    if sheet.name(*STATUS) is None:
        return _status_without_column(columns, is_paid)
    status = sheet.lookups(*STATUS, read=_known_status, kind=pa.string(), needed=True)
    never_paid = pc.and_(pc.equal(status, "TRADE_CLOSED"), pc.invert(is_paid))
    return pc.if_else(pc.fill_null(never_paid, fill_value=False), "TRADE_CLOSED_BY_TAOBAO", status)


def _status_without_column(columns: dict[str, pa.Array], is_paid: pa.Array) -> pa.Array:
    refund, total = columns["refund_amount"], columns["total_amount"]
    all_back = pc.and_(pc.greater(refund, 0), pc.greater_equal(refund, total))
    paid = pc.if_else(pc.fill_null(all_back, fill_value=False), "TRADE_CLOSED", "TRADE_FINISHED")
    return pc.if_else(is_paid, paid, "TRADE_CLOSED_BY_TAOBAO")


def _known_status(text: str) -> str:
    try:
        return platform_status(text, is_paid=True)
    except UnknownTextError:
        raise cells.BadCellError("不认识的订单状态，没有猜") from None


def _facts(sheet: Sheet, rows: pa.Table) -> dict[str, int | str]:
    refunded = pc.and_(pc.is_valid(rows["paid_at"]), pc.greater(rows["refund_amount"], 0))
    back = pc.add(rows["charged_amount"], rows["refund_amount"])
    is_net = pc.and_(refunded, pc.equal(back, rows["total_amount"]))
    facts: dict[str, int | str] = {
        "refunded_rows": count_true(refunded),
        "refunded_rows_net": count_true(is_net),
        "sealed_rows": len(rows) - rows["sealed"].null_count,
        **sheet.skipped,
    }
    for fact, column in ((FACT_SHOP_NO, "店铺Id"), (FACT_SHOP_NAME, "店铺名称")):
        known = [one for one in pc.unique(sheet.filled(column)).to_pylist() if one and one != "0"]
        if known:
            facts[fact] = ",".join(sorted(known))
    return facts
