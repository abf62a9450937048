"""The daily checks of what waits at the desk: late orders, holds, refunds."""

from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.choices import RefundStatus
from orders.models import Refund
from orders.queries import queues
from orders.queries.cases import OURS
from orders.queries.waiting import Waiting, waiting_holds
from orders.wording import minute_words
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check, unknown

LATE, HOLDS, REFUNDS = (
    "orders.nothing_is_late",
    "orders.holds_are_handled",
    "orders.refunds_are_decided",
)
# A refund is looked at within a day.
DECIDED_IN = timedelta(hours=24)


def nothing_is_late(day: date, now: datetime) -> CheckOutcome:
    """Fail while orders are past the time at which they should have left; unknown before any count."""
    row = queues.counts().get("past_due")
    if row is None:
        return unknown()
    if not row.count:
        return outcome_of([])
    return outcome_of(
        [
            Finding(
                title=_("%(n)d 单过了应出时间还没交接") % {"n": row.count},
                evidence=_("今天跟完：发出、告知买家或者取消"),
                severity="late",
                owner_role="warehouse_lead",
                url=reverse("orders:queue", args=["past_due"]),
            )
        ]
    )


def holds_are_handled(day: date, now: datetime) -> CheckOutcome:
    """Fail while buyers who must be told were not by the due time, and while other holds are past it."""
    untold, overdue = waiting_holds(now=now)
    found = []
    if untold.count and untold.earliest_at and untold.earliest_at < now:
        text = _("%(n)d 单有问题，买家还没被告知") % {"n": untold.count}
        found.append(_hold("untold", text, untold, now))
    if overdue.count:
        text = _("%(n)d 个问题单过了处理时间") % {"n": overdue.count}
        found.append(_hold("overdue", text, overdue, now))
    return outcome_of(found)


def _hold(key: str, title: str, some: Waiting, now: datetime) -> Finding:
    at = some.earliest_at
    return Finding(
        title=title,
        evidence=_("最早的 %(at)s 到期") % {"at": minute_words(at, now=now)} if at else "",
        severity="late",
        owner_role="service_lead",
        key=key,
        url=reverse("orders:queue", args=["held"]),
    )


def refunds_are_decided(day: date, now: datetime) -> CheckOutcome:
    """Fail while refunds wait for us for over a day, or past the platform's time-out."""
    ours = Refund.objects.filter(status__in=OURS)
    waiting = ours.filter(
        status=RefundStatus.WAIT_SELLER_AGREE, applied_at__lt=now - DECIDED_IN
    ).count()
    timed_out = ours.filter(timeout_at__lt=now).count()
    rows = (
        ("waiting", waiting, _("%(n)d 笔退款申请超过 24 小时没有审"), "service"),
        ("timeout", timed_out, _("%(n)d 笔退款过了平台时限"), "service_lead"),
    )
    return outcome_of(
        [
            Finding(
                title=text % {"n": count},
                evidence=_("超时平台会自动退给买家"),
                severity="late",
                owner_role=role,
                key=key,
                url=reverse("orders:queue", args=["refund_open"]),
            )
            for key, count, text, role in rows
            if count
        ]
    )


def register() -> None:
    """Register them; called once by `orders.checks`."""
    register_check(LATE, gettext_lazy("没有过了应出时间的单"), "warehouse_lead", nothing_is_late)
    register_check(HOLDS, gettext_lazy("问题单都处理了"), "service_lead", holds_are_handled)
    register_check(REFUNDS, gettext_lazy("退款申请按时审"), "service_lead", refunds_are_decided)
