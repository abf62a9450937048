"""The acts on one order: when each is offered, what it asks, what it does."""

from datetime import datetime

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from orders.actions import holds, notes, shipping
from orders.choices import OPEN_STAGES, BuyerAnswer, Flag, HoldKind, Stage, ToldChannel
from orders.forms import (
    AgreeForm,
    CloseHoldForm,
    HoldForm,
    MemoForm,
    OfferedWords,
    PassOnForm,
    ReasonForm,
    ToldForm,
    WaybillForm,
)
from orders.models import Hold
from orders.queries.order_page import OrderDetail
from orders.queries.tell_templates import offered_templates
from orders.views.acting import Act, Call, Data
from orders.views.label_acts import LABEL_ACTS
from orders.views.parcel_acts import PARCEL_ACTS
from orders.views.rows import READY_STAGES
from orders.wording.tell import told_words
from shopops.lib.words import stored


def _approve(call: Call) -> object:
    return shipping.approve_order(tid=call.tid, by=call.by, now=call.now, version=call.version)


def _force_approve(call: Call) -> object:
    return shipping.force_approve_order(
        tid=call.tid,
        reason=call.data["reason"],
        by=call.by,
        now=call.now,
        version=call.version,
    )


def _hold(call: Call) -> object:
    return holds.hold_order(
        tid=call.tid,
        kind=HoldKind(call.data["kind"]),
        note=call.data["note"],
        due_at=call.data["due_at"],
        by=call.by,
        now=call.now,
        version=call.version,
    )


def _tell(call: Call) -> object:
    told = holds.Told(
        channel=ToldChannel(call.data["channel"]),
        words=call.data["words"],
        answer=BuyerAnswer(call.data["answer"]),
    )
    return holds.tell_buyer(
        tid=call.tid,
        hold_id=call.hold_id,
        told=told,
        by=call.by,
        now=call.now,
        version=call.version,
    )


def _close(call: Call) -> object:
    return holds.close_hold(
        tid=call.tid,
        hold_id=call.hold_id,
        resolution=call.data["resolution"],
        by=call.by,
        now=call.now,
        version=call.version,
    )


def _pass_on(call: Call) -> object:
    return holds.pass_hold_on(
        tid=call.tid,
        hold_id=call.hold_id,
        to=call.data["to"],
        note=call.data["note"],
        by=call.by,
        now=call.now,
        version=call.version,
    )


def _hand_over(call: Call) -> object:
    waybill = shipping.Waybill(call.data["carrier"], call.data["waybill_no"])
    return shipping.hand_over_order(
        tid=call.tid, waybill=waybill, by=call.by, now=call.now, version=call.version
    )


def _memo(call: Call) -> object:
    memo = notes.Memo(
        text=call.data["text"], flag=Flag(call.data["flag"]), is_urgent=call.data["is_urgent"]
    )
    return notes.write_memo(tid=call.tid, memo=memo, by=call.by, now=call.now, version=call.version)


def _agree(call: Call) -> object:
    return notes.agree_ship_time(
        tid=call.tid,
        agreed_at=call.data["agreed_at"],
        words=call.data["words"],
        by=call.by,
        now=call.now,
        version=call.version,
    )


def _take_back(call: Call) -> object:
    return shipping.take_back_order(
        tid=call.tid,
        reason=call.data["reason"],
        by=call.by,
        now=call.now,
        version=call.version,
    )


def _is_untold(hold: Hold) -> bool:
    return hold.must_tell_buyer and hold.told_at is None


def _untold(detail: OrderDetail) -> bool:
    return any(_is_untold(hold) for hold in detail.open_holds)


def _tellable(detail: OrderDetail) -> list[Hold]:
    """Give the open holds, those first whose buyer must be told; an answer may come later, too."""
    return sorted(detail.open_holds, key=lambda hold: not _is_untold(hold))


def _closable(detail: OrderDetail) -> list[Hold]:
    return [hold for hold in detail.open_holds if not _is_untold(hold)]


def _has_open_hold(detail: OrderDetail) -> bool:
    return bool(detail.open_holds)


def _auditable(detail: OrderDetail) -> bool:
    return detail.order.stage == Stage.AWAITING_AUDIT and not detail.order.has_open_refund


def _forcible(detail: OrderDetail) -> bool:
    is_waiting = detail.order.stage in {Stage.AWAITING_AUDIT, Stage.HELD}
    return is_waiting and not detail.order.has_open_refund and not _untold(detail)


def _ready(detail: OrderDetail) -> bool:
    return detail.order.stage in READY_STAGES and not detail.order.has_open_refund


# In the order in which one would do them: the first that fits is the next act.
ACTS: dict[str, Act] = {
    act.code: act
    for act in (
        Act(
            "tell",
            gettext_lazy("告知买家"),
            "orders.tell_buyer",
            _has_open_hold,
            _tell,
            ToldForm,
            holds=_tellable,
        ),
        Act(
            "close_hold",
            gettext_lazy("结束挂起"),
            "orders.hold",
            lambda detail: bool(_closable(detail)),
            _close,
            CloseHoldForm,
            holds=_closable,
        ),
        Act(
            "pass_on",
            gettext_lazy("转给同事"),
            "orders.hold",
            _has_open_hold,
            _pass_on,
            PassOnForm,
            holds=lambda detail: detail.open_holds,
        ),
        Act(
            "approve",
            gettext_lazy("审单通过"),
            "orders.approve",
            _auditable,
            _approve,
            text=gettext_lazy("通过以后进「已审待出」，仓库就能发。"),
        ),
        Act(
            "force_approve",
            gettext_lazy("强制通过"),
            "orders.force_approve",
            _forcible,
            _force_approve,
            ReasonForm,
            text=gettext_lazy("没结束的挂起会一起结束，理由留在这单的记录里。"),
            tone="danger",
        ),
        Act(
            "hand_over",
            gettext_lazy("登记交接"),
            "orders.hand_over",
            _ready,
            _hand_over,
            WaybillForm,
        ),
        Act(
            "hold",
            gettext_lazy("挂起"),
            "orders.hold",
            lambda detail: detail.order.stage in OPEN_STAGES,
            _hold,
            HoldForm,
        ),
        *LABEL_ACTS,
        *PARCEL_ACTS,
        Act("memo", gettext_lazy("写备注"), "orders.note", lambda _detail: True, _memo, MemoForm),
        Act(
            "agree",
            gettext_lazy("约定发货时间"),
            "orders.tell_buyer",
            lambda detail: detail.order.stage in OPEN_STAGES,
            _agree,
            AgreeForm,
        ),
        Act(
            "take_back",
            gettext_lazy("撤回一步"),
            "orders.hand_over",
            lambda detail: detail.order.stage in {Stage.HANDED_OVER, Stage.APPROVED},
            _take_back,
            ReasonForm,
            tone="danger",
        ),
    )
}
_NEXT_ACTS = ("tell", "close_hold", "approve", "hand_over")


def is_next(act: Act, detail: OrderDetail) -> bool:
    """Say whether an act that is offered may be the one that comes next."""
    if act.code == "tell":
        return _untold(detail)
    return act.code in _NEXT_ACTS


def form_of(
    act: Act, detail: OrderDetail, *, now: datetime, data: QueryDict | None = None
) -> forms.Form | None:
    """Give the form of an act for an order, filled in with what is known."""
    if act.form is None:
        return None
    order = detail.order
    extra: Data = {"auto_id": f"id_{act.code}_%s"}
    if act.code == "memo":
        extra["initial"] = {
            "text": order.seller_memo,
            "flag": order.flag,
            "is_urgent": order.is_urgent,
        }
    if act.code == "tell":
        kinds = [hold.kind for hold in _tellable(detail)]
        extra["offered"] = [
            OfferedWords(row.pk, stored(row.name), told_words(row.words, order, now=now))
            for row in offered_templates(kinds)
        ]
    return act.form(data, **extra)
