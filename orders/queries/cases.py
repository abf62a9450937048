"""Which after-sales cases wait, for whom, until when; and all there is about one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from orders.choices import OPEN_REFUND_STATUSES, RESTING_STATES, CaseGrade, CompensationState
from orders.models import (
    AfterSalesCase,
    CaseEvent,
    Compensation,
    Evidence,
    GiftLine,
    Hold,
    OrderLine,
)
from orders.queries.sweep import role_codes
from orders.rules.cases import ESCALATE_AFTER, platform_waits_for_us
from shopops.lib.paging import Page, decode_key, page_of
from shopops.staff.models import Operation, User

PAGE_SIZE = 50
# Refunds in which the platform's time-out runs against us.
OURS = [status.value for status in OPEN_REFUND_STATUSES if platform_waits_for_us(status)]
TIMELINE_SIZE = 200
TABS = ("due", "resting", "escalated", "waiting", "closed")
SCOPES = ("all", "mine", "role")


@dataclass(frozen=True, slots=True)
class CaseDetail:
    """One case with all its parts."""

    case: AfterSalesCase
    events: Sequence[CaseEvent]
    evidence: Sequence[Evidence]
    compensations: Sequence[Compensation]
    operations: Sequence[Operation]
    holds: Sequence[Hold]
    siblings: Sequence[AfterSalesCase]


def open_cases() -> QuerySet[AfterSalesCase]:
    """Give the cases that are not closed."""
    return AfterSalesCase.objects.filter(closed_at__isnull=True)


def case_list(
    *, tab: str, scope: str, person: User, case_type: str = ""
) -> tuple[QuerySet[AfterSalesCase], str]:
    """Give the cases of a tab, unsorted, and the field by which they are sorted."""
    cases = AfterSalesCase.objects.select_related("order", "owner", "line")
    if tab == "closed":
        cases, field = cases.filter(closed_at__isnull=False), "closed_at"
    else:
        cases, field = cases.filter(closed_at__isnull=True), "due_at"
    if tab == "due":
        cases = cases.exclude(state__in=RESTING_STATES)
    if tab == "resting":
        cases = cases.filter(state__in=RESTING_STATES)
    if tab == "escalated":
        cases = cases.filter(escalated_at__isnull=False)
    if case_type:
        cases = cases.filter(type=case_type)
    if scope == "mine":
        cases = cases.filter(owner=person)
    elif scope == "role":
        cases = cases.filter(owner__isnull=True, owner_role__in=role_codes(person))
    return cases, field


def case_page(  # noqa: PLR0913
    *,
    tab: str,
    scope: str,
    person: User,
    case_type: str = "",
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Page[AfterSalesCase]:
    """Give one page: what is due first; of closed cases the newest first. One query.

    :raises ValueError: if a cursor is none of ours
    """
    cases, field = case_list(tab=tab, scope=scope, person=person, case_type=case_type)
    descending, backwards = tab == "closed", bool(before)
    if after or before:
        at, pk = decode_key(after or before)
        side = "gt" if descending == backwards else "lt"
        tie = Q(**{f"{field}__{side}": at}) | Q(**{f"pk__{side}": pk})
        # The bound alone is what the index can begin at; an OR reads everything before it, too.
        cases = cases.filter(Q(**{f"{field}__{side}e": at}) & tie)
    sign = "-" if descending != backwards else ""
    return page_of(
        list(cases.order_by(f"{sign}{field}", f"{sign}pk")[: size + 1]),
        size=size,
        backwards=backwards,
        came_from=bool(after or before),
        key=lambda case: (getattr(case, field), case.pk),
    )


def waiting_compensations() -> list[Compensation]:
    """Give the compensations that wait for approval, the oldest first."""
    rows = Compensation.objects.filter(state=CompensationState.WAITING)
    return list(
        rows.select_related("case__order", "asked_by").order_by("asked_at", "pk")[:PAGE_SIZE]
    )


def tab_counts() -> dict[str, int]:
    """Count the tabs; open cases are few, closed ones are not counted. Two queries."""
    row = open_cases().aggregate(
        due=Count("pk", filter=~Q(state__in=RESTING_STATES)),
        resting=Count("pk", filter=Q(state__in=RESTING_STATES)),
        escalated=Count("pk", filter=Q(escalated_at__isnull=False)),
    )
    waiting = Compensation.objects.filter(state=CompensationState.WAITING).count()
    return {**row, "waiting": waiting}


def open_count() -> int:
    """Count the open cases whose turn is ours, for the navigation."""
    return open_cases().exclude(state__in=RESTING_STATES).count()


def case_detail(*, case_id: int) -> CaseDetail:
    """Read one case with its parts. Seven queries.

    :raises AfterSalesCase.DoesNotExist: if there is none
    """
    case = AfterSalesCase.objects.select_related(
        "order", "line", "refund", "owner", "opened_by"
    ).get(pk=case_id)
    logged = Operation.objects.filter(
        object_type="order", object_key=case.order.tid, new__case=case.pk
    )
    return CaseDetail(
        case=case,
        events=list(case.events.select_related("by").order_by("-at", "-pk")[:TIMELINE_SIZE]),
        evidence=list(case.evidence.select_related("added_by").order_by("pk")),
        compensations=list(
            case.compensations.select_related("asked_by", "decided_by").order_by("-pk")
        ),
        operations=list(logged.select_related("actor").order_by("-pk")[:TIMELINE_SIZE]),
        holds=list(Hold.objects.filter(order=case.order, closed_at__isnull=True).order_by("pk")),
        siblings=list(
            AfterSalesCase.objects.filter(order=case.order).exclude(pk=case.pk).order_by("-pk")
        ),
    )


def cases_of_order(order_id: int) -> list[AfterSalesCase]:
    """Give the cases of one order, the newest first."""
    return list(AfterSalesCase.objects.filter(order_id=order_id).order_by("-pk"))


def gifts_of(order_id: int) -> list[GiftLine]:
    """Give an order's gifts, for a case about one of them."""
    return list(GiftLine.objects.filter(order=order_id).order_by("pk"))


def lines_of(order_id: int) -> list[OrderLine]:
    """Give the lines of an order, to choose what a case is about."""
    return list(OrderLine.objects.filter(order_id=order_id).order_by("position", "pk"))


@dataclass(frozen=True, slots=True)
class OverdueCases:
    """What a daily check finds: unanswered past 24 h; complaints past 72 h; platform time near."""

    unanswered: int
    complaints: int
    platform: int


def overdue_cases(*, now: datetime) -> OverdueCases:
    """Count what is late. One query over the open cases."""
    complaint = Q(is_complaint=True) | Q(grade=CaseGrade.COMPLAINT)
    row = open_cases().aggregate(
        unanswered=Count("pk", filter=Q(answered_at__isnull=True, answer_due_at__lt=now)),
        complaints=Count("pk", filter=complaint & Q(opened_at__lt=now - ESCALATE_AFTER)),
        platform=Count("pk", filter=Q(platform_due_at__lt=now, refund_status__in=OURS)),
    )
    return OverdueCases(**row)
