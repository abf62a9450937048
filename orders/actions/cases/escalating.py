"""Complaints whose time has come go up by themselves: a tick of the scheduler."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from orders.actions.cases.handling import ESCALATION_FIELDS, send_up_if_due
from orders.actions.cases.locks import locked_cases
from orders.actions.cases.saving import log, save_case
from orders.choices import CaseGrade
from orders.models import AfterSalesCase
from orders.rules.cases import ESCALATE_AFTER, ESCALATE_AT_CONTACT

AT_ONCE = 200


@transaction.atomic
def escalate_due(now: datetime) -> int:
    """Send up the complaints that waited 72 h or whose buyer came twice; give how many.

    Cases that somebody works on this moment are left for the next tick.
    """
    due = Q(opened_at__lte=now - ESCALATE_AFTER) | Q(contact_count__gte=ESCALATE_AT_CONTACT)
    cases = AfterSalesCase.objects.filter(
        due,
        Q(is_complaint=True) | Q(grade=CaseGrade.COMPLAINT),
        closed_at__isnull=True,
        escalated_at__isnull=True,
    )
    ids = list(cases.order_by("due_at", "pk").values_list("pk", flat=True)[:AT_ONCE])
    sent = 0
    for case in locked_cases(ids):
        if send_up_if_due(case, now=now):
            save_case(case, *ESCALATION_FIELDS)
            log("orders.case.escalated", case, by=None, now=now, reason=_(case.escalation_reason))
            sent += 1
    return sent
