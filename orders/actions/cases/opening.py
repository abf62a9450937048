"""Opening a case by hand: order, line, type, and the buyer's words."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from orders.actions.cases.saving import log, say, set_clocks
from orders.actions.cases.stopping import stop_parcel
from orders.actions.errors import CaseRefusedError
from orders.actions.locks import locked_order
from orders.choices import CaseEventKind, CaseState, CaseType, Stage, ToldChannel
from orders.models import AfterSalesCase, GiftLine, Order, OrderLine, Shipment
from orders.rules.cases import OWNER_ROLE
from shopops.staff.models import User

OPENED = "orders.case.opened"


@dataclass(frozen=True, slots=True)
class NewCase:
    """What a person who opens a case says. Neither `line_id` nor `gift_id`: it is about the whole order."""

    type: CaseType
    words: str
    channel: ToldChannel = ToldChannel.WANGWANG
    line_id: int | None = None
    gift_id: int | None = None
    is_complaint: bool = False


@transaction.atomic
def open_case(*, tid: str, new: NewCase, by: User, now: datetime) -> AfterSalesCase:
    """Open a case for a buyer's problem; one about money back or an exchange stops the parcel at once.

    Whoever opens it has it. Locks the order.

    :raises Order.DoesNotExist: if no order has this tid
    :raises CaseRefusedError: if words are missing, nothing was paid, the line is another order's, or
        such a case is open already
    """
    if not new.words.strip():
        raise CaseRefusedError(_("写下买家说了什么。"))
    order = locked_order(tid=tid)
    if order.stage == Stage.AWAITING_PAYMENT:
        raise CaseRefusedError(_("这单还没付款，没有售后。"))
    line = _line(order, new.line_id)
    code = line.sku_code if line else _gift_code(order, new.gift_id)
    _refuse_doubled(order, new, line, code)
    case = AfterSalesCase(
        order=order,
        line=line,
        opened_at=now,
        turn_at=now,
        opened_by=by,
        owner=by,
        owner_role=OWNER_ROLE,
        type=new.type,
        state=CaseState.OPEN,
        is_complaint=new.is_complaint,
        is_by_hand=True,
        sku_code=code,
        carrier=carrier_of(order),
        summary=new.words.strip()[:300],
    )
    set_clocks(case)
    case.save()
    say(case, CaseEventKind.BUYER, new.words, by=by, now=now, channel=new.channel)
    hold = stop_parcel(order, case, by=by, now=now)
    log(
        OPENED,
        case,
        by=by,
        now=now,
        new={"type": case.type, **({"hold": hold.pk, "stage": order.stage} if hold else {})},
        reason=case.summary,
    )
    return case


def _line(order: Order, line_id: int | None) -> OrderLine | None:
    if line_id is None:
        return None
    line = OrderLine.objects.filter(pk=line_id, order=order).first()
    if line is None:
        raise CaseRefusedError(_("这一行商品不在这张订单里，重新选一下。"))
    return line


def _gift_code(order: Order, gift_id: int | None) -> str:
    if gift_id is None:
        return ""
    gift = GiftLine.objects.filter(pk=gift_id, order=order).first()
    if gift is None:
        raise CaseRefusedError(_("这个赠品不在这张订单里，重新选一下。"))
    return gift.sku_code


def _refuse_doubled(order: Order, new: NewCase, line: OrderLine | None, code: str) -> None:
    same = AfterSalesCase.objects.filter(
        order=order, type=new.type, line=line, sku_code=code, closed_at__isnull=True
    )
    other = same.order_by("pk").first()
    if other is not None:
        raise CaseRefusedError(
            _("这单已经有一张没结束的「%(type)s」售后单（%(case)d），在那张里接着写。")
            % {"type": new.type.label, "case": other.pk}
        )


def carrier_of(order: Order) -> str:
    """Give the carrier of the order's last parcel, empty if none is known."""
    parcels = Shipment.objects.filter(order=order).exclude(carrier="").order_by("-pk")
    return parcels.values_list("carrier", flat=True).first() or ""
