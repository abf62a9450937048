"""The daily checks of orders."""

from datetime import date, datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.queries.retention import overdue
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check

CONTACTS = "orders.contacts_are_erased"


def contacts_are_erased(day: date, now: datetime) -> CheckOutcome:
    """Fail while contacts or original files are kept longer than they may be."""
    found = overdue(day=day, now=now)
    texts = []
    if found.orders:
        texts.append(_("有 %(count)s 单的收货信息过了保存期限还没有删除") % {"count": found.orders})
    if found.files:
        texts.append(_("有 %(count)s 个导入原文件过了保存期限还没有删除") % {"count": found.files})
    return outcome_of([_finding(text) for text in texts])


def _finding(title: str) -> Finding:
    return Finding(
        title=title,
        evidence=_("期限：订单结束后 %(days)s 天；看后台任务「删除到期的收货信息」")
        % {"days": settings.CONTACTS_KEPT_DAYS},
        severity="late",
        owner_role="administrator",
        url=reverse("work:runs"),
    )


def register() -> None:
    """Register them; called once by `OrdersConfig.ready`."""
    register_check(
        CONTACTS, gettext_lazy("到期的收货信息都删除了"), "administrator", contacts_are_erased
    )
