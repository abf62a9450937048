"""`manage.py demo_bill`: the demo shop's Alipay bill of last month and this one, through the importer."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser
from django.utils import timezone

from analytics.actions.fresh import roll_now
from analytics.actions.profit import work_out_now
from analytics.demo.bill import BillCharge, BillOrder, bill_text, charges
from orders.choices import RefundStatus
from orders.models import Order, Refund
from promotions.models import AffiliateRefund, AffiliateSettlement
from shopops.intake.choices import BatchState
from shopops.intake.models import Batch
from shopops.lib.business_time import SHANGHAI, business_date, parse_instant
from shopops.lib.commands import JsonCommand

# What a bill and a shop may differ in: one order's money that did not come, one that came short.
LOST, SHORT = 40, 90


class Command(JsonCommand):
    help = "Give the demo shop an Alipay bill of its finished orders. Safe to repeat."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--now", metavar="ISO", help="the demo's present; default: the clock")

    def answer(self, *, now: str | None, **_options: object) -> dict[str, Any]:
        at = parse_instant(now) if now else timezone.now()
        until = business_date(at) - timedelta(days=1)
        since = (until.replace(day=1) - timedelta(days=1)).replace(day=1)
        path = Path(settings.SHOPOPS_DATA) / "demo" / f"alipay-account-{until:%Y%m%d}.csv"
        done = Batch.objects.filter(state=BatchState.DONE, file_name=path.name)
        if not done.exists():
            booked = _booked(since, until)
            if not booked:
                return {"lines": 0}
            path.write_text(bill_text(booked, since=since, until=until), encoding="gb18030")
            call_command("import_files", str(path), source="demo", stdout=self.stderr)
        roll_now()
        return {"days": work_out_now()}


def _booked(since: date, until: date) -> list[BillCharge]:
    orders = _orders(since, until)
    booked = []
    for number, order in enumerate(orders):
        lines = charges(order)
        if number == LOST:
            continue
        if number == SHORT and lines:
            lines[0] = BillCharge(
                order.ended_at, order.tid, "交易付款", lines[0].amount - Decimal("1.20"), "交易货款"
            )
        booked += lines
    return [*booked, *_commissions(since, until), *_others(since, until)]


def _orders(since: date, until: date) -> list[BillOrder]:
    begin, end = _at(since, 0), _at(until + timedelta(days=1), 0)
    refunds: dict[int, list[tuple[datetime, Decimal]]] = defaultdict(list)
    for row in Refund.objects.filter(
        status=RefundStatus.SUCCESS, order__ended_at__gte=begin, order__ended_at__lt=end
    ).order_by("pk"):
        if row.order_id and row.finished_at:
            refunds[row.order_id].append((row.finished_at, row.refund_amount))
    rows = Order.objects.filter(ended_at__gte=begin, ended_at__lt=end, paid_at__isnull=False)
    found = []
    for order in rows.order_by("ended_at", "pk"):
        assert order.ended_at is not None  # noqa: S101
        ended_at = order.ended_at.astimezone(SHANGHAI)
        late = [one for one in refunds[order.pk] if one[0] > order.ended_at]
        back = min(sum((amount for _at, amount in late), Decimal(0)), order.refund_amount)
        found.append(
            BillOrder(
                tid=order.tid,
                ended_at=ended_at,
                paid=order.paid_amount,
                postage=order.postage_amount,
                early_refund=order.refund_amount - back,
                late_refund=back,
                late_at=max(one[0] for one in late).astimezone(SHANGHAI) if late else None,
            )
        )
    return found


def _commissions(since: date, until: date) -> list[BillCharge]:
    days = (since, until)
    paid = AffiliateSettlement.objects.filter(is_current=True, paid_date__range=days)
    back = AffiliateRefund.objects.filter(is_current=True, returned_date__range=days)
    found = [
        BillCharge(_at(one.paid_date, 3), one.tid, "代扣款",
                   -(one.commission_amount + one.service_amount), "淘宝客佣金代扣款")
        for one in paid.order_by("pk")
    ]  # fmt: skip
    found += [
        BillCharge(_at(one.returned_date, 3), one.tid, "收费退回",
                   one.commission_amount + one.service_amount, "推广佣金返还")
        for one in back.order_by("pk")
        if one.returned_date
    ]  # fmt: skip
    return [one for one in found if one.amount]


def _others(since: date, until: date) -> list[BillCharge]:
    """Give what belongs to no order: insurance by the week, money taken out, a line nobody knows."""
    found = []
    for ahead in range(0, (until - since).days + 1, 7):
        day = since + timedelta(days=ahead)
        found.append(
            BillCharge(_at(day, 9), "", "收费", Decimal("-86.40"), "消费者体验提升计划服务费")
        )
        found.append(BillCharge(_at(day, 10), "", "提现", Decimal(-20000), "提现到银行卡"))
    found.append(BillCharge(_at(until, 11), "", "其它", Decimal("-12.00"), "专项服务结算款"))
    return found


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)
