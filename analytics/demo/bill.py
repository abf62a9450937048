"""An Alipay bill of an invented shop, as Alipay writes it: what orders, refunds and settlements lead to. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
HEAD = (
    "入账时间,支付宝交易号,支付宝流水号,商户订单号,账务类型,收入（+元）,支出（-元）,"
    "账户余额（元）,服务费（元）,商品名称,备注"
)
# Fees of an order by what they are called on a bill: rate of what was kept of the goods.
RATES: tuple[tuple[str, str, Decimal], ...] = (
    ("服务费", "基础软件服务费", Decimal("0.006")),
    ("收费", "天猫佣金", Decimal("0.05")),
    ("收费", "代扣返点积分", Decimal("0.005")),
)


@dataclass(frozen=True, slots=True)
class BillOrder:
    """An order that is over. What went back before it was over never came; what went back later is booked."""

    tid: str
    ended_at: datetime
    paid: Decimal
    postage: Decimal
    early_refund: Decimal = Decimal(0)
    late_refund: Decimal = Decimal(0)
    late_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BillCharge:
    """Anything else that is booked, in (positive) or out (negative)."""

    at: datetime
    tid: str
    kind: str
    amount: Decimal
    remark: str


def charges(order: BillOrder) -> list[BillCharge]:
    """Give what an order leads to."""
    came = order.paid - order.early_refund
    found = []
    if came > 0:
        found.append(BillCharge(order.ended_at, order.tid, "交易付款", came, "交易货款"))
        kept = max(came - order.postage, Decimal(0))
        for place, (kind, remark, rate) in enumerate(RATES, 1):
            fee = (kept * rate).quantize(FEN, ROUND_HALF_UP)
            at = order.ended_at + timedelta(seconds=place)
            found.append(BillCharge(at, order.tid, kind, -fee, remark))
    if order.late_refund > 0 and order.late_at is not None:
        found.append(
            BillCharge(order.late_at, order.tid, "交易退款", -order.late_refund, "售后退款")
        )
    return [one for one in found if one.amount]


def bill_text(booked: Sequence[BillCharge], *, since: date, until: date) -> str:
    """Write what was booked from `since` to `until`, both included, as one file."""
    rows = sorted(
        (one for one in booked if since <= one.at.date() <= until),
        key=lambda one: (one.at, one.tid, one.remark),
    )
    lines = [
        "#支付宝账务明细查询",
        "#账号：[20880000000000000000156]",
        f"#起始日期：[{since:%Y年%m月%d日} 00:00:00]   终止日期：[{until:%Y年%m月%d日} 23:59:59]",
        "#-----------------------------------------账务明细列表----------------------------------------",
        HEAD,
        *(_line(number, one) for number, one in enumerate(rows, 1)),
        "#-----------------------------------------账务明细列表结束------------------------------------",
        f"#导出时间：[{until + timedelta(days=1):%Y年%m月%d日} 08:00:00]",
    ]
    return "\r\n".join(lines) + "\r\n"


def _line(number: int, one: BillCharge) -> str:
    income = f"+{one.amount}" if one.amount > 0 else ""
    expense = f"{-one.amount}" if one.amount < 0 else ""
    return ",".join(
        (
            f"{one.at:%Y-%m-%d %H:%M:%S}",
            f"{one.at:%Y%m%d}22001{number:07d}\t",
            f"{one.at:%Y%m%d}7{number:011d}\t",
            f"T200P{one.tid}\t" if one.tid else "",
            one.kind,
            income,
            expense,
            "",
            "",
            "",
            one.remark,
        )
    )
