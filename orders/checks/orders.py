"""The daily checks of orders."""

from datetime import date, datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.queries.cases import overdue_cases
from orders.queries.retention import overdue
from orders.queries.sweep import overdue_follow_ups
from orders.queries.traces import Silent, silent_orders, stalled, unpicked
from shopops.checks.registry import (
    CheckOutcome,
    Finding,
    Severity,
    outcome_of,
    register_check,
)
from shopops.lib.business_time import business_date, day_bounds
from shopops.lib.templatetags.shop import money
from shopops.lib.words import listed

CONTACTS = "orders.contacts_are_erased"
STALLED, UNPICKED = "orders.trace_stalled", "orders.parcels_unpicked"
CASES = "orders.cases_are_answered"
SWEEP = "orders.sweep_is_followed"


def contacts_are_erased(day: date, now: datetime) -> CheckOutcome:
    """Fail while contacts or original files are kept longer than they may be."""
    found = overdue(day=day, now=now)
    texts: dict[str, str] = {}
    if found.orders:
        texts["orders"] = _("有 %(count)s 单的收货信息过了保存期限还没有删除") % {
            "count": found.orders
        }
    if found.files:
        texts["files"] = _("有 %(count)s 个导入原文件过了保存期限还没有删除") % {
            "count": found.files
        }
    return outcome_of([_finding(key, text) for key, text in texts.items()])


def _finding(key: str, title: str) -> Finding:
    return Finding(
        title=title,
        evidence=_("期限：订单结束后 %(days)s 天；看后台任务「删除到期的收货信息」")
        % {"days": settings.CONTACTS_KEPT_DAYS},
        severity="late",
        owner_role="administrator",
        key=key,
        url=reverse("work:runs"),
    )


def trace_stalled(day: date, now: datetime) -> CheckOutcome:
    """Fail while carriers are silent about parcels for longer than the trace limits allow."""
    found = silent_orders(stalled(now), field="last_trace_at")
    if not found.count:
        return outcome_of([])
    title = _("%(count)s 单的物流轨迹停了") % {"count": found.count}
    return outcome_of(
        [_silent(title, found, queue="trace_stalled", severity="late", role="service", now=now)]
    )


def parcels_unpicked(day: date, now: datetime) -> CheckOutcome:
    """Fail while parcels that were handed over have no pickup record in time."""
    found = silent_orders(unpicked(now), field="handed_over_at")
    if not found.count:
        return outcome_of([])
    title = _("%(count)s 单交接了，快递还没揽收") % {"count": found.count}
    role = "warehouse_lead"
    return outcome_of(
        [_silent(title, found, queue="handed_over", severity="late", role=role, now=now)]
    )


def _silent(
    title: str, found: Silent, *, queue: str, severity: Severity, role: str, now: datetime
) -> Finding:
    parts = [
        _("%(tid)s（%(hours)d 小时）") % {"tid": tid, "hours": (now - at).total_seconds() // 3600}
        for tid, at in found.first
    ]
    return Finding(
        title=title,
        evidence=_("最久的：%(orders)s") % {"orders": listed(parts)},
        severity=severity,
        owner_role=role,
        due_at=day_bounds(business_date(now))[1],
        url=f"/orders/{queue}/",
    )


def cases_are_answered(day: date, now: datetime) -> CheckOutcome:
    """Fail while first answers, complaints or the platform's time-outs are overdue."""
    found = overdue_cases(now=now)
    rows = (
        (
            "unanswered",
            found.unanswered,
            _("有 %(count)s 张售后单超过 24 小时没有首次答复"),
            "service",
        ),
        (
            "complaints",
            found.complaints,
            _("有 %(count)s 件投诉超过 72 小时没有解决"),
            "service_lead",
        ),
        ("platform", found.platform, _("有 %(count)s 张售后单过了平台时限"), "service_lead"),
    )
    return outcome_of(
        [
            Finding(
                title=text % {"count": count},
                evidence=_("售后单按时限排，最急的在最上面"),
                severity="late",
                owner_role=role,
                key=key,
                url=reverse("orders:cases"),
            )
            for key, count, text, role in rows
            if count
        ]
    )


def sweep_is_followed(day: date, now: datetime) -> CheckOutcome:
    """Fail while missed or short orders were not looked at on the day on which they should be."""
    return outcome_of(
        [
            Finding(
                title=_("日清有 %(count)s 单过了跟进日没人跟") % {"count": row["count"]},
                evidence=_("预计赔付 %(amount)s") % {"amount": money(row["amount"])},
                severity="late",
                owner_role=row["owner_role"],
                key=row["owner_role"],
                url=reverse("orders:sweep"),
            )
            for row in overdue_follow_ups(day=day)
        ]
    )


def register() -> None:
    """Register them; called once by `orders.checks`."""
    register_check(STALLED, gettext_lazy("物流轨迹没有停滞"), "service", trace_stalled)
    register_check(UNPICKED, gettext_lazy("交接的包裹都揽收了"), "warehouse_lead", parcels_unpicked)
    register_check(CASES, gettext_lazy("售后单按时答复"), "service_lead", cases_are_answered)
    register_check(SWEEP, gettext_lazy("日清有人跟"), "manager", sweep_is_followed)
    register_check(
        CONTACTS, gettext_lazy("到期的收货信息都删除了"), "administrator", contacts_are_erased
    )
