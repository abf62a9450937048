"""After-sales, the sweep and a bill of the demo shop, made by its people through the same acts."""

import struct
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

from orders.actions import sweep
from orders.actions.cases import compensating, escalating, evidence, following, handling, opening
from orders.actions.errors import OrderRefusedError
from orders.choices import (
    CaseEventKind,
    CaseGrade,
    CaseState,
    CaseType,
    CompensationKind,
    CourierFault,
    Responsible,
    Stage,
    ToldChannel,
)
from orders.models import AfterSalesCase, Order, SweepItem
from shopops.lib.business_time import SHANGHAI, business_date
from shopops.staff.models import User
from shopops.work import actions as work
from shopops.work.engine import perform_inline

SWEPT_DAYS = 10
BILLED_DAYS = 30
# Hours ago, type, the buyer's words, whether it is a complaint.
_SAID: tuple[tuple[int, CaseType, str, bool], ...] = (
    (2, CaseType.RESEND, "少了一只枕套，四件套只有三件", False),
    (6, CaseType.EXCHANGE, "颜色发错了，要浅灰发成了米白", False),
    (26, CaseType.REPAIR, "被套拉链头掉了，拉不上", False),
    (30, CaseType.REFUND_ONLY, "床单有个线头拉出一道，能不能便宜点", False),
    (40, CaseType.POSTAGE, "寄回去的运费说好你们出的", False),
    (52, CaseType.RETURN_AND_REFUND, "洗了一次就起球，要退", False),
    (76, CaseType.RETURN_AND_REFUND, "被芯有味道，三天了没人管，我要投诉", True),
    (20, CaseType.REFUND_ONLY, "快递把箱子压破了，被子上有黑印", False),
)


def aftersales(*, by_name: Mapping[str, User], now: datetime) -> None:
    """Let cases follow the refund files, and people open, answer, grade, compensate and close some."""
    _follow_files(now)
    service, lead, manager = by_name["he"], by_name["cen"], by_name["ning"]
    left = Order.objects.filter(
        stage__in=[Stage.HANDED_OVER, Stage.SIGNED], has_open_refund=False, cases__isnull=True
    )
    since = now - timedelta(days=20)
    orders = list(left.filter(paid_at__gte=since).order_by("-paid_at", "pk")[20 : 20 + len(_SAID)])
    cases = []
    for order, (hours, kind, words, is_complaint) in zip(orders, _SAID, strict=False):
        new = opening.NewCase(kind, words, is_complaint=is_complaint)
        at = now - timedelta(hours=hours)
        made: list[AfterSalesCase] = []
        _try(lambda o=order, n=new, t=at, m=made: m.append(  # type: ignore[misc]
            opening.open_case(tid=o.tid, new=n, by=service, now=t)))  # fmt: skip
        cases += made
    if len(cases) == len(_SAID):
        _work_on(cases, service, lead, manager, now)
    escalating.escalate_due(now)


def _follow_files(now: datetime) -> None:
    after = 0
    while ids := following.refunds_without_case(now=now, after=after, size=1000):
        following.open_cases(ids, now=now)
        after = ids[-1]


def _work_on(
    cases: list[AfterSalesCase], service: User, lead: User, manager: User, now: datetime
) -> None:
    """Bring the cases into every state. `cases` stand as `_SAID` does."""
    _resend, _exchange, repair, slight, postage, pilling, _complaint, crushed = (
        case.pk for case in cases
    )
    hour = timedelta(hours=1)
    for case_id, words, ago in (
        (repair, "亲，拍一下拉链，我们给您寄个拉头或者换一条", 20),
        (slight, "亲，很抱歉，给您补 8 元，与评价无关", 27),
        (postage, "亲，运费单拍一下，马上转您", 30),
        (pilling, "亲，支持退货，寄回来检测后退款", 45),
        (crushed, "亲，非常抱歉，我们找快递理赔，先给您换", 18),
    ):
        said = handling.Answer(words, ToldChannel.WANGWANG)
        _try(partial(handling.answer_buyer, case_id=case_id, answer=said, by=service,
                     now=now - ago * hour))  # fmt: skip
    for case_id, grade in (
        (repair, CaseGrade.FUNCTIONAL),
        (slight, CaseGrade.SLIGHT),
        (pilling, CaseGrade.FUNCTIONAL),
        (postage, CaseGrade.SLIGHT),
        (crushed, CaseGrade.FUNCTIONAL),
    ):
        _try(partial(handling.grade_case, case_id=case_id, grade=grade, by=service,
                     now=now - 16 * hour))  # fmt: skip
    fault = handling.Fault(Responsible.COURIER, "中通快递", CourierFault.DAMAGE)
    _try(partial(handling.blame, case_id=crushed, fault=fault, by=service, now=now - 15 * hour))
    fault = handling.Fault(Responsible.PRODUCT)
    _try(partial(handling.blame, case_id=pilling, fault=fault, by=lead, now=now - 15 * hour))
    _try(partial(handling.move_case, case_id=pilling, state=CaseState.WAITING_GOODS, by=service,
                 now=now - 14 * hour))  # fmt: skip
    _promises(slight, postage, crushed, service, now - 10 * hour)
    picture = evidence.SentFile("压破的箱子.png", _picture())
    _try(partial(evidence.add_evidence, case_id=crushed, file=picture, by=service,
                 now=now - 12 * hour))  # fmt: skip
    _try(partial(handling.add_words, case_id=crushed, kind=CaseEventKind.CHAT,
                 words="买家 09:12：你们看这个印子，洗不掉\n客服 09:15：亲，马上给您处理",
                 by=service, now=now - 11 * hour))  # fmt: skip
    _try(partial(handling.close_case, case_id=postage, resolution="运费 12 元已转，买家确认收到",
                 by=service, now=now - 2 * hour))  # fmt: skip
    _try(partial(handling.pass_case_on, case_id=repair, to=lead, note="要找工厂要拉头", by=service,
                 now=now - hour))  # fmt: skip


def _promises(slight: int, postage: int, crushed: int, service: User, at: datetime) -> None:
    for case_id, kind, amount, reason, is_paid in (
        (slight, CompensationKind.COUPON, "8.00", "床单抽丝，补一张券", False),
        (postage, CompensationKind.CASH, "10.00", "买家垫付的寄回运费", True),
        (crushed, CompensationKind.CASH, "45.00", "快递压破，被面污损，补洗涤费", False),
    ):
        promise = compensating.Promise(kind, Decimal(amount), reason)
        try:
            made = compensating.promise_compensation(
                case_id=case_id, promise=promise, by=service, now=at
            )
            if is_paid:
                compensating.mark_paid(compensation_id=made.pk, by=service, now=at)
        except OrderRefusedError:
            continue


def _picture() -> bytes:
    """Give a small grey PNG."""

    def part(name: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc)

    rows = b"".join(b"\0" + bytes([150 + (x * y) % 60 for x in range(64)]) for y in range(64))
    head = struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", head)
        + part(b"IDAT", zlib.compress(rows))
        + part(b"IEND", b"")
    )


def sweeps(*, by_name: Mapping[str, User], now: datetime) -> None:
    """Sweep the last days in order, and follow some of yesterday up."""
    today = business_date(now)
    for ago in range(SWEPT_DAYS - 1, -1, -1):
        day = today - timedelta(days=ago)
        run = work.request_run(
            kind=sweep.KIND, key=day.isoformat(), business_date=day, now=now, ring=False
        )
        perform_inline(run)
    hand = by_name["zheng"]
    items = SweepItem.objects.filter(settled_at__isnull=True).order_by("-date", "pk")
    notes = ("面单打错，今天重打先发", "库位找不到，盘点后补发")
    for item, note in zip(items[:2], notes, strict=False):
        _try(partial(sweep.follow_up, item_id=item.pk, note=note, by=hand, now=now))


def write_bill(folder: Path, *, now: datetime) -> Path | None:
    """Write an Alipay bill of last month's penalties up to yesterday; None without orders.

    Penalties of orders that were swept: most as predicted, one dearer, one missing, one of an order that the
    shop does not have. What orders themselves lead to is in a bill of its own, brought by analytics.
    """
    end = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    begin = end - timedelta(days=BILLED_DAYS)
    if not Order.objects.filter(paid_at__gte=begin, paid_at__lt=end).exists():
        return None
    lines = _penalties(begin, end)
    lines.sort()
    text = [
        "#支付宝账务明细查询",
        "#账号：[20880000000000000000156]",
        f"#起始日期：[{begin:%Y年%m月%d日} 00:00:00]   终止日期：[{end:%Y年%m月%d日} 00:00:00]",
        "#-----------------------------------------账务明细列表----------------------------------------",
        "入账时间,支付宝交易号,支付宝流水号,商户订单号,账务类型,收入（+元）,支出（-元）,账户余额（元）,服务费（元）,商品名称,备注",
        *(line for _at, line in lines),
        "#-----------------------------------------账务明细列表结束------------------------------------",
        f"#导出时间：[{end:%Y年%m月%d日} 08:00:00]",
    ]
    path = folder / f"alipay-bill-{end:%Y%m%d}.csv"
    path.write_text("\r\n".join(text) + "\r\n", encoding="gb18030")
    return path


def _line(  # noqa: PLR0913
    number: int, at: datetime, tid: str, kind: str, income: str, expense: str, remark: str
) -> tuple[str, str]:
    local = at.astimezone(SHANGHAI)
    flow = f"{local:%Y%m%d}{number:012d}"
    cells = (f"{local:%Y-%m-%d %H:%M:%S}", f"{local:%Y%m%d}22001{number:07d}\t", f"{flow}\t",
             f"T200P{tid}\t", kind, income, expense, "", "", "", remark)  # fmt: skip
    return cells[0], ",".join(cells)


def _penalties(begin: datetime, end: datetime) -> list[tuple[str, str]]:
    swept = SweepItem.objects.filter(predicted_amount__gt=0, settled_at__isnull=False)
    rows = list(swept.order_by("pk").values_list("order__tid", "date", "predicted_amount"))
    lines = []
    for number, (tid, day, amount) in enumerate(rows[1:]):
        at = datetime(day.year, day.month, day.day, 10, tzinfo=SHANGHAI) + timedelta(days=3)
        if begin <= at < end:
            billed = amount + 5 if number == 0 else amount
            lines.append(
                _line(900_000 + number, at, tid, "其它", "", f"{billed}", "卖家延迟发货赔付红包")
            )
    at = end - timedelta(days=2, hours=3)
    lines.append(_line(999_998, at, "4000000000000000001", "其它", "", "5.00", "淘宝缺货赔付红包"))
    lines.append(_line(999_999, at, "", "其它", "", "3.20", "专项服务结算"))
    return lines


def _try(act: Callable[[], object]) -> None:
    try:
        act()
    except OrderRefusedError:
        return
