"""What refund files do with cases: open, move along, close, reopen. A thousand at a time, safe to repeat."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_noop

from orders.actions.cases.locks import locked_cases
from orders.actions.cases.saving import set_clocks, turn
from orders.choices import (
    BY_ITSELF,
    OPEN_REFUND_STATUSES,
    CaseState,
    CompensationState,
    RefundStatus,
    Stage,
)
from orders.models import AfterSalesCase, Compensation, OrderLine, Refund, Shipment
from orders.rules import cases as rules
from shopops.notices.actions import News, tell
from shopops.notices.models import Notice
from shopops.staff.models import Operation
from shopops.work import actions as work
from shopops.work.context import RunContext

KIND = "orders.follow_refunds"
STEP_CASES = 1000
ENDED = (RefundStatus.SUCCESS, RefundStatus.CLOSED)
IN_HOUSE = (Stage.IN_WAVE, Stage.PICKED, Stage.CHECKED)
STOPPED_NEWS = gettext_noop("{count} 个在仓里的订单买家刚申请退款，先把包裹抽出来")


def ask_to_follow(batch_id: int, now: datetime) -> None:
    """Ask for cases to follow refunds after an import or its undo (`registry.after_import`)."""
    work.request_run(kind=KIND, key="all", now=now, again=True)


def perform_following(run: RunContext) -> dict[str, Any]:
    """Open cases for refunds that have none, then let the others follow theirs, in steps.

    Each step finds what is left to do, so a killed worker just goes on.
    """
    cursor = dict(run.cursor)
    for phase, find, act in (
        ("opened", refunds_without_case, open_cases),
        ("moved", cases_behind_their_refund, follow),
    ):
        while ids := find(now=run.now, after=cursor.get(f"{phase}_after", 0), size=STEP_CASES):
            with run.step(cursor=cursor, text=gettext_noop("跟上退款")) as step:
                count = act(ids, now=run.now)
                cursor[phase] = cursor.get(phase, 0) + count
                cursor[f"{phase}_after"] = ids[-1]
                step.cursor = cursor
    return {name: cursor.get(name, 0) for name in ("opened", "moved")}


def refunds_without_case(*, now: datetime, after: int, size: int) -> list[int]:
    """Give refunds that need a case, by id: open ones, and those that ended a few days ago.

    By the indexes of open and of lately finished refunds: an old first file's are never read.
    """
    lately = Q(status=RefundStatus.SUCCESS, finished_at__gte=now - rules.ENDED_WITHIN)
    wanted = Refund.objects.filter(
        Q(status__in=OPEN_REFUND_STATUSES) | lately,
        order__isnull=False,
        case__isnull=True,
        pk__gt=after,
    )
    return list(wanted.order_by("pk").values_list("pk", flat=True)[:size])


def cases_behind_their_refund(*, now: datetime, after: int, size: int) -> list[int]:
    """Give cases whose refund says something else than they followed last, by id."""
    del now
    differs = ~Q(refund_status=F("refund__status")) | Q(closed_at__isnull=True) & ~Q(
        platform_due_at=F("refund__timeout_at")
    ) & Q(refund__timeout_at__isnull=False)
    # An ended case is looked at only if the file closed it and the refund came to life again.
    live = Q(closed_at__isnull=True) | Q(
        resolution=BY_ITSELF, refund__status__in=OPEN_REFUND_STATUSES
    )
    unset = Q(
        closed_at__isnull=True, platform_due_at__isnull=True, refund__timeout_at__isnull=False
    )
    cases = AfterSalesCase.objects.filter(
        (differs | unset) & live, refund__isnull=False, pk__gt=after
    )
    return list(cases.order_by("pk").values_list("pk", flat=True)[:size])


@transaction.atomic
def open_cases(refund_ids: Sequence[int], *, now: datetime) -> int:
    """Open a case for each refund; give how many are new. Half a dozen statements.

    A case that our people opened for the same want of the same order becomes the refund's case.
    """
    refunds = list(
        Refund.objects.filter(pk__in=refund_ids, order__isnull=False, case__isnull=True)
        .select_related("order")
        .order_by("pk")
    )
    adopted = _adopt(refunds, now=now)
    left = [refund for refund in refunds if refund.pk not in adopted]
    lines, carriers = _lines_of(left), _carriers_of(left)
    cases = [_case_of(refund, lines, carriers, now=now) for refund in left]
    before = set(AfterSalesCase.objects.filter(refund__in=left).values_list("refund_id", flat=True))
    AfterSalesCase.objects.bulk_create(cases, batch_size=STEP_CASES, ignore_conflicts=True)
    new = AfterSalesCase.objects.filter(refund__in=left).exclude(refund_id__in=before)
    rows = list(new.select_related("order").order_by("pk"))
    Operation.objects.bulk_create([_opened(case, now) for case in rows], batch_size=STEP_CASES)
    _tell_of_stopped(rows, now=now)
    return len(rows) + len(adopted)


def _adopt(refunds: Sequence[Refund], *, now: datetime) -> set[int]:
    waiting = AfterSalesCase.objects.filter(
        order__in=[refund.order_id for refund in refunds],
        refund__isnull=True,
        is_by_hand=True,
        closed_at__isnull=True,
    )
    by_want: dict[tuple[int, str], AfterSalesCase] = {}
    for case in locked_cases(list(waiting.order_by("pk").values_list("pk", flat=True))):
        by_want.setdefault((case.order_id, _want(case.type)), case)
    adopted = set()
    for refund in refunds:
        assert refund.order_id is not None  # noqa: S101
        want = _want(rules.type_of_refund(refund.type))
        found = by_want.pop((refund.order_id, want), None)
        if found is not None and refund.status in OPEN_REFUND_STATUSES:
            found.refund, found.refund_status = refund, refund.status
            found.platform_due_at = refund.timeout_at
            set_clocks(found)
            found.version += 1
            found.save(
                update_fields=["refund", "refund_status", "platform_due_at", "due_at", "version"]
            )
            adopted.add(refund.pk)
    return adopted


def _want(case_type: str) -> str:
    return str(rules.STOPPING_HOLDS.get(case_type, case_type))


def _lines_of(refunds: Iterable[Refund]) -> dict[tuple[int, str], int]:
    """Give the one line of each order and SKU code; none where two lines bear the code."""
    rows = OrderLine.objects.filter(order__in=[one.order_id for one in refunds])
    found: dict[tuple[int, str], int] = {}
    doubled = set()
    for pk, order_id, code in rows.order_by("pk").values_list("pk", "order_id", "sku_code"):
        key = order_id, code
        if key in found:
            doubled.add(key)
        found[key] = pk
    return {key: pk for key, pk in found.items() if key not in doubled}


def _carriers_of(refunds: Iterable[Refund]) -> dict[int, str]:
    rows = Shipment.objects.filter(order__in=[one.order_id for one in refunds]).exclude(carrier="")
    return dict(rows.order_by("pk").values_list("order_id", "carrier"))


def _case_of(
    refund: Refund,
    lines: dict[tuple[int, str], int],
    carriers: dict[int, str],
    *,
    now: datetime,
) -> AfterSalesCase:
    assert refund.order_id is not None  # noqa: S101
    opened_at = min(refund.applied_at or now, now)
    code = refund.sku_code[:80]
    line_id = lines.get((refund.order_id, code)) if code else None
    case = AfterSalesCase(
        order_id=refund.order_id,
        line_id=line_id,
        refund=refund,
        opened_at=opened_at,
        turn_at=opened_at,
        platform_due_at=refund.timeout_at,
        owner_role=rules.OWNER_ROLE,
        type=rules.type_of_refund(refund.type),
        state=CaseState.OPEN,
        refund_status=refund.status,
        sku_code=code if line_id else "",
        carrier=carriers.get(refund.order_id, ""),
        summary=refund.reason[:300],
    )
    _take_state(case, refund, now=now)
    set_clocks(case)
    return case


def _take_state(case: AfterSalesCase, refund: Refund, *, now: datetime) -> None:
    """Let a case stand where its refund stands. The file's step that is not the first is an answer."""
    if refund.status in ENDED:
        case.state, case.closed_at = CaseState.CLOSED, refund.finished_at or now
        case.answered_at = case.answered_at or case.closed_at
        case.resolution = BY_ITSELF
        return
    state = rules.state_of_refund(refund.status)
    said_at = min(refund.exported_at or now, now)
    if refund.status != RefundStatus.WAIT_SELLER_AGREE:
        case.answered_at = case.answered_at or said_at
        turn(case, state or CaseState.ANSWERED, now=said_at)


def _opened(case: AfterSalesCase, now: datetime) -> Operation:
    return Operation(
        at=now,
        name="orders.case.opened",
        object_type="order",
        object_key=case.order.tid,
        old={},
        new={"case": case.pk, "type": case.type, "state": case.state},
        reason="",
    )


def _tell_of_stopped(cases: Sequence[AfterSalesCase], *, now: datetime) -> None:
    """Tell the warehouse which parcels on its tables were stopped."""
    inside = [one for one in cases if one.order.stage in IN_HOUSE and one.closed_at is None]
    if inside:
        news = News(
            key=f"orders.refund_in_house:{inside[0].pk}:{inside[-1].pk}",
            tone=Notice.Tone.LATE,
            text=STOPPED_NEWS.format(count=len(inside)),
            sub=" ".join(one.order.tid for one in inside[:10]),
            url=reverse("orders:queue", args=["refund_open"]),
        )
        tell(news, roles=["warehouse_lead", "warehouse"], now=now)


@transaction.atomic
def follow(case_ids: Sequence[int], *, now: datetime) -> int:
    """Let cases go where their refunds went; give how many moved.

    Grade, responsible party, owner and words stay as people left them. A case with a compensation
    that waits for approval is not closed by a file.
    """
    waiting = set(
        Compensation.objects.filter(case__in=case_ids, state=CompensationState.WAITING).values_list(
            "case_id", flat=True
        )
    )
    moved = []
    for case in locked_cases(list(case_ids)):
        refund = case.refund
        if refund is None:
            continue
        _follow_one(case, refund, is_waiting=case.pk in waiting, now=now)
        set_clocks(case)
        moved.append(case)
    _write(moved)
    ended = [case for case in moved if case.closed_at is not None]
    Operation.objects.bulk_create([_closed(case, now) for case in ended], batch_size=STEP_CASES)
    return len(moved)


def _follow_one(case: AfterSalesCase, refund: Refund, *, is_waiting: bool, now: datetime) -> None:
    changed = case.refund_status != refund.status
    case.refund_status, case.platform_due_at = refund.status, refund.timeout_at
    case.type = rules.type_of_refund(refund.type)
    if refund.status in ENDED:
        # A hand-opened case has a hold of its own: a person ends both.
        if not is_waiting and not case.is_by_hand:
            case.closed_at = max(refund.finished_at or now, case.opened_at)
            case.resolution = BY_ITSELF
            turn(case, CaseState.CLOSED, now=now)
        return
    if case.closed_at is not None:
        case.closed_at, case.resolution = None, ""
        turn(case, CaseState.ANSWERED if case.answered_at else CaseState.OPEN, now=now)
    if changed and case.state != CaseState.WAITING_MANAGER:
        _take_turn(case, refund, now=now)


def _take_turn(case: AfterSalesCase, refund: Refund, *, now: datetime) -> None:
    if refund.status == RefundStatus.WAIT_SELLER_AGREE:
        turn(case, CaseState.ANSWERED if case.answered_at else CaseState.OPEN, now=now)
        return
    case.answered_at = case.answered_at or now
    turn(case, rules.state_of_refund(refund.status) or CaseState.ANSWERED, now=now)


_COLUMNS = {
    "refund_status": "text",
    "type": "text",
    "state": "text",
    "resolution": "text",
    "turn_at": "timestamptz",
    "answered_at": "timestamptz",
    "closed_at": "timestamptz",
    "platform_due_at": "timestamptz",
    "answer_due_at": "timestamptz",
    "solve_due_at": "timestamptz",
    "due_at": "timestamptz",
}


def _write(cases: Sequence[AfterSalesCase]) -> None:
    if not cases:
        return
    assigned = ", ".join(f"{name} = v.{name}" for name in _COLUMNS)
    arrays = ", ".join(f"%s::{kind}[]" for kind in _COLUMNS.values())
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE orders_aftersalescase c SET {assigned}, version = c.version + 1"
            f" FROM unnest(%s::bigint[], {arrays}) AS v (id, {', '.join(_COLUMNS)})"
            " WHERE c.id = v.id",
            [
                [case.pk for case in cases],
                *(
                    [
                        str(value) if kind == "text" else value
                        for value in (getattr(case, name) for case in cases)
                    ]
                    for name, kind in _COLUMNS.items()
                ),
            ],
        )


def _closed(case: AfterSalesCase, now: datetime) -> Operation:
    return Operation(
        at=now,
        name="orders.case.closed",
        object_type="order",
        object_key=case.order.tid,
        old={},
        new={"case": case.pk, "refund_status": case.refund_status},
        reason="",
    )
