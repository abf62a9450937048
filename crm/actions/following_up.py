"""Follow-ups: made by the daily run, taken by people, each touch kept; a problem opens a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm.actions.answering import count_use
from crm.actions.desk_errors import ServiceRefusedError, StaleServiceError
from crm.actions.keeping import note_keepers
from crm.actions.screening import refuse_words
from crm.models import Customer, FollowTask, FollowTouch
from crm.review_choices import FollowCause, FollowKind, FollowResult, FollowState
from orders.actions.cases.compensating import Promise, promise_compensation
from orders.actions.cases.handling import grade_case
from orders.actions.cases.opening import NewCase, open_case
from orders.actions.errors import OrderRefusedError
from orders.choices import CaseGrade, CaseType, CompensationKind
from orders.models import AfterSalesCase
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User
from shopops.work.context import RunContext

KIND = "crm.tasks"
OBJECT = "follow_task"
MOST_CLAIMED = 50
# Asked so often without an answer, a buyer is left in peace.
MOST_ATTEMPTS = 3
# Where no parcel of ours was ever seen to arrive.
GUESSED_DAYS = 4
# How far back a missed day is made up.
BACK_DAYS = 3
LEAST_AMOUNT, MOST_AMOUNT = Decimal(5), Decimal(10)

# A parcel's way in days by carrier, from what was signed in sixty days: the median.
_MAKE = """
WITH took AS (
  SELECT h.carrier, percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM h.signed_at - h.picked_up_at)
    / 86400) AS days FROM orders_shipment h
  WHERE h.signed_at > %(since)s AND h.picked_up_at IS NOT NULL AND h.signed_at > h.picked_up_at
  GROUP BY ROLLUP (h.carrier)),
came AS (
  SELECT o.id, bool_and(h.signed_at IS NOT NULL) AS signed, max(CASE WHEN h.signed_at IS NOT NULL
      THEN (h.signed_at AT TIME ZONE 'Asia/Shanghai')::date
      ELSE ((coalesce(h.picked_up_at, h.handed_over_at, o.handed_over_at, o.consigned_at)
        AT TIME ZONE 'Asia/Shanghai')::date + ceil(coalesce(
          (SELECT days FROM took t WHERE t.carrier = h.carrier),
          (SELECT days FROM took t WHERE t.carrier IS NULL), %(guess)s))::int) END) AS day
  FROM orders_order o JOIN orders_shipment h ON h.order_id = o.id
  WHERE o.stage IN ('handed_over', 'picked_up', 'in_transit', 'signed') AND NOT o.has_open_refund
    AND o.paid_at > %(oldest)s AND o.buyer_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM orders_erasedorder e WHERE e.order_id = o.id)
    AND NOT EXISTS (SELECT 1 FROM crm_followtask t WHERE t.order_id = o.id)
    AND NOT EXISTS (SELECT 1 FROM orders_aftersalescase c WHERE c.order_id = o.id)
    AND NOT EXISTS (SELECT 1 FROM orders_blacklistentry b WHERE b.buyer_id = o.buyer_id
                    AND b.removed_at IS NULL)
  GROUP BY o.id)
INSERT INTO crm_followtask (order_id, customer_id, owner_id, opened_at, due_on, version, attempts, kind,
  state, basis, result, cause, why, words)
SELECT c.id, p.id, p.agent_id, %(now)s, c.day + 1, 1, 0, 'arrival', 'open',
  CASE WHEN c.signed THEN 'signed' ELSE 'estimate' END, '', '', '', ''
FROM came c JOIN orders_order o ON o.id = c.id LEFT JOIN crm_identity i ON i.buyer_id = o.buyer_id
LEFT JOIN crm_customer p ON p.id = i.customer_id
WHERE c.day + 1 BETWEEN %(first)s AND %(today)s
ORDER BY c.id ON CONFLICT (order_id) DO NOTHING
"""
# What was returned or refunded meanwhile is the case's work, not ours.
_DROP = """
UPDATE crm_followtask t SET state = 'dropped', version = t.version + 1 FROM orders_order o
WHERE o.id = t.order_id AND t.state = 'open' AND (o.stage = 'cancelled' OR o.has_open_refund)
"""


@dataclass(frozen=True, slots=True)
class Touch:
    """What came of speaking to a customer. The last four only with a problem."""

    result: str
    words: str = ""
    answer_id: int | None = None
    cause: str = ""
    case_type: str = ""
    amount: Decimal | None = None
    overrule_reason: str = ""


def perform_tasks(run: RunContext) -> dict[str, Any]:
    """Make the follow-ups of the day: expected arrival and one day. Safe to repeat."""
    with run.step(text=gettext_noop("列今天要回访的")):
        return {"made": make_tasks(now=run.now)}


def make_tasks(*, now: datetime) -> int:
    """Make a task for each order that came yesterday or is expected to have; give how many were made.

    One per order however often it is asked; missed days are made up three days back.
    """
    today = business_date(now)
    with connection.cursor() as cursor:
        cursor.execute(_DROP)
        cursor.execute(
            _MAKE,
            {
                "now": now,
                "since": now - timedelta(days=60),
                "oldest": now - timedelta(days=60),
                "guess": GUESSED_DAYS,
                "first": today - timedelta(days=BACK_DAYS),
                "today": today,
            },
        )
        return int(cursor.rowcount)


def _locked_free(*, today: Any, limit: int) -> list[FollowTask]:  # noqa: ANN401
    # Postgres looks at a row again after it has locked it: one that got an owner meanwhile drops out.
    rows = FollowTask.objects.filter(
        state=FollowState.OPEN, owner__isnull=True, due_on__lte=today
    ).select_for_update(skip_locked=True, of=("self",))
    return list(rows.order_by("due_on", "pk")[:limit])


def locked_task(*, task_id: int, version: int | None) -> FollowTask:
    """Lock a task until the end of the transaction.

    :raises FollowTask.DoesNotExist: if there is none
    :raises StaleServiceError: if a colleague changed it since `version`
    """
    row = FollowTask.objects.select_for_update(of=("self",)).get(pk=task_id)
    if version is not None and row.version != version:
        raise StaleServiceError(_("这条跟进"))
    return row


@transaction.atomic
def claim_tasks(*, limit: int, by: User, now: datetime) -> list[FollowTask]:
    """Give a person the next tasks that nobody has, oldest first; what a colleague takes is passed over."""
    tasks = _locked_free(today=business_date(now), limit=max(0, min(limit, MOST_CLAIMED)))
    for task in tasks:
        task.owner, task.version = by, task.version + 1
        task.save(update_fields=["owner", "version"])
    if tasks:
        operations.record(
            name="crm.task.claimed",
            by=by,
            now=now,
            object_type=OBJECT,
            object_key=str(tasks[0].pk),
            new={"tasks": [task.pk for task in tasks]},
        )
    return tasks


@transaction.atomic
def touch(*, task_id: int, said: Touch, version: int | None, by: User, now: datetime) -> FollowTask:
    """Note that a customer was spoken to, and what came of it. A problem opens a case at once.

    Locks the order (where a case opens), then the task.

    :raises ServiceRefusedError: if it was done already, the result is none, words are missing or say what
        the law forbids, or the case or compensation is refused
    :raises StaleServiceError: if a colleague changed it since `version`
    """
    if said.result not in FollowResult:
        raise ServiceRefusedError(_("选买家怎么说。"))
    seen = FollowTask.objects.select_related("order").get(pk=task_id)
    case = _case_of(seen, said, by=by, now=now) if said.result == FollowResult.PROBLEM else None
    task = locked_task(task_id=task_id, version=version)
    if task.state != FollowState.OPEN:
        raise ServiceRefusedError(_("这条跟进已经做完了。"))
    refuse_words(
        said.words,
        place=_("说了什么"),
        overrule_reason=said.overrule_reason,
        about=(OBJECT, str(task.pk)),
        by=by,
        now=now,
    )
    _settle(task, said, now=now)
    task.touched_at, task.touched_by, task.owner = now, by, by
    task.words, task.result, task.case = said.words.strip()[:500], said.result, case
    task.cause = said.cause if case else ""
    task.version += 1
    task.save()
    FollowTouch.objects.create(task=task, at=now, by=by, result=said.result, words=task.words)
    if said.answer_id is not None:
        count_use(answer_id=said.answer_id, now=now)
    operations.record(
        name="crm.task.touched",
        by=by,
        now=now,
        object_type=OBJECT,
        object_key=str(task.pk),
        new={"result": task.result, "case": case.pk if case else None},
    )
    return task


def _settle(task: FollowTask, said: Touch, *, now: datetime) -> None:
    task.attempts += 1
    today = business_date(now)
    again = said.result in (FollowResult.NO_ANSWER, FollowResult.NOT_YET)
    if again and task.attempts < MOST_ATTEMPTS:
        task.due_on = today + timedelta(days=1 if said.result == FollowResult.NO_ANSWER else 2)
    else:
        task.state = FollowState.DONE


def _case_of(task: FollowTask, said: Touch, *, by: User, now: datetime) -> AfterSalesCase:
    """Open the case of a problem, with what is promised at once: 5 to 10 yuan for late or crushed."""
    if task.order is None:
        raise ServiceRefusedError(_("这条跟进没有订单，到售后单里开。"))
    if said.cause not in FollowCause or not said.words.strip():
        raise ServiceRefusedError(_("选是什么问题，写下买家怎么说。"))
    if said.case_type not in CaseType:
        raise ServiceRefusedError(_("选买家要什么。"))
    _refuse_amount(said)
    try:
        case = open_case(
            tid=task.order.tid,
            new=NewCase(type=CaseType(said.case_type), words=said.words),
            by=by,
            now=now,
        )
        if said.amount is not None:
            _promise(case, said, said.amount, by=by, now=now)
    except OrderRefusedError as refusal:
        raise ServiceRefusedError(refusal.message) from refusal
    return case


def _refuse_amount(said: Touch) -> None:
    if said.amount is None:
        return
    if said.cause not in (FollowCause.LATE, FollowCause.CRUSHED):
        raise ServiceRefusedError(_("当场给券只用于到得太晚或压坏破损，别的到售后单里定级再补偿。"))
    if not LEAST_AMOUNT <= said.amount <= MOST_AMOUNT:
        raise ServiceRefusedError(_("当场的券是 5 到 10 元，更多的到售后单里补偿。"))


def _promise(
    case: AfterSalesCase, said: Touch, amount: Decimal, *, by: User, now: datetime
) -> None:
    grade_case(case_id=case.pk, grade=CaseGrade.SLIGHT, by=by, now=now)
    reason = str(FollowCause(said.cause).label)
    promise_compensation(
        case_id=case.pk, promise=Promise(CompensationKind.COUPON, amount, reason), by=by, now=now
    )


@transaction.atomic
def assign_customers(
    *,
    customer_ids: Sequence[int],
    agent_id: int,
    why: str,
    by: User,
    now: datetime,
    overrule_reason: str = "",
) -> int:
    """Give old customers to an agent, with a task for each to get in touch today; give how many.

    A customer who has an open task keeps it, with the new agent. Locks the customers by key.

    :param overrule_reason: why refused words may stand all the same, from who may say so
    :raises ServiceRefusedError: if nobody or nothing was chosen, the agent is not at work here, or what is
        to be said says what the law forbids
    """
    agent = User.objects.filter(pk=agent_id, is_active=True).first()
    if agent is None:
        raise ServiceRefusedError(_("选交给谁。"))
    rows = list(
        Customer.objects.select_for_update(of=("self",))
        .filter(pk__in=customer_ids, merged_into__isnull=True)
        .order_by("pk")
    )
    if not rows:
        raise ServiceRefusedError(_("没有选客户。"))
    ids = [row.pk for row in rows]
    refuse_words(
        why,
        place=_("聊什么"),
        overrule_reason=overrule_reason,
        about=("customer", str(ids[0])),
        by=by,
        now=now,
    )
    Customer.objects.filter(pk__in=ids).update(agent=agent, version=F("version") + 1)
    note_keepers(dict.fromkeys(ids, agent.pk), by=by, now=now)
    standing = FollowTask.objects.filter(
        customer__in=ids, kind=FollowKind.CARE, state=FollowState.OPEN
    )
    standing.update(owner=agent)
    having = set(standing.values_list("customer_id", flat=True))
    FollowTask.objects.bulk_create(
        FollowTask(
            customer_id=one,
            opened_at=now,
            owner=agent,
            due_on=business_date(now),
            kind=FollowKind.CARE,
            why=why.strip()[:200],
        )
        for one in ids
        if one not in having
    )
    operations.record(
        name="crm.task.assigned",
        by=by,
        now=now,
        object_type="customer",
        object_key=str(ids[0]),
        new={"agent": agent.name, "count": len(ids)},
        reason=why,
    )
    return len(ids)
