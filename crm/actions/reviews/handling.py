"""What a person does with the case of a review: take it, name the cause, answer, end it; one or many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm import registry
from crm.actions.answering import count_use
from crm.actions.desk_errors import ServiceRefusedError
from crm.actions.reviews.following import open_cases
from crm.actions.reviews.locks import locked_case, locked_cases, locked_reviews
from crm.actions.screening import refuse_words
from crm.models import Review, ReviewCase
from crm.review_choices import (
    REVIEW_TRANSITIONS,
    LinkedBy,
    ReviewCause,
    ReviewOutcome,
    ReviewState,
)
from orders.models import Order, OrderLine
from shopops.staff import operations
from shopops.staff.models import User

MOST_AT_ONCE = 200
OBJECT = "review"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it was said to the buyer. `answer_id`: the standard answer that it began as."""

    words: str
    answer_id: int | None = None
    overrule_reason: str = ""


@dataclass(frozen=True, slots=True)
class BulkDone:
    """What a bulk act did: how many changed, and why others did not."""

    done: int
    refused: dict[str, int]


@transaction.atomic
def answer_review(
    *, review_id: int, said: Said, version: int | None, by: User, now: datetime
) -> ReviewCase:
    """Note what the buyer was answered; who and when stand with it. Locks the case.

    :raises ReviewCase.DoesNotExist: if the review has no case
    :raises ServiceRefusedError: if nothing is said, it says what the law forbids, or the case has ended
    :raises StaleServiceError: if a colleague changed it since `version`
    """
    words = said.words.strip()
    if not words:
        raise ServiceRefusedError(_("写下对买家怎么说的。"))
    case = locked_case(review_id=review_id, version=version)
    refuse_words(
        words,
        place=_("答复"),
        overrule_reason=said.overrule_reason,
        about=(OBJECT, str(review_id)),
        by=by,
        now=now,
    )
    if case.state == ReviewState.CLOSED:
        raise ServiceRefusedError(_("这条评价已经结束了；买家又追评时会自己重新打开。"))
    case.answer = words[:500]
    if case.answered_at is None or case.state == ReviewState.OPEN:
        case.answered_at, case.answered_by = now, by
    case.state = ReviewState.ANSWERED
    case.owner = case.owner or by
    _save(case, "answer", "answered_at", "answered_by", "state", "owner")
    if said.answer_id is not None:
        count_use(answer_id=said.answer_id, now=now)
    _record("crm.review.answered", review_id, by=by, now=now, new={"answer": case.answer})
    return case


@transaction.atomic
def pass_review(
    *, review_id: int, owner_id: int | None, version: int | None, by: User, now: datetime
) -> ReviewCase:
    """Give the case to somebody. Locks it.

    :raises StaleServiceError: if a colleague changed it since `version`
    """
    case = locked_case(review_id=review_id, version=version)
    _pass(case, owner_id, by=by, now=now)
    return case


def _pass(case: ReviewCase, owner_id: int | None, *, by: User, now: datetime) -> None:
    old = case.owner.name if case.owner else ""
    case.owner_id = owner_id
    _save(case, "owner")
    name = User.objects.get(pk=owner_id).name if owner_id else ""
    _record(
        "crm.review.passed_on",
        case.review_id,
        by=by,
        now=now,
        old={"owner": old},
        new={"owner": name},
    )


@transaction.atomic
def name_cause(
    *, review_id: int, cause: str, note: str, version: int | None, by: User, now: datetime
) -> ReviewCase:
    """Say why the review was written. Locks the case.

    :raises ServiceRefusedError: if that is no cause
    :raises StaleServiceError: if a colleague changed it since `version`
    """
    if cause not in ReviewCause:
        raise ServiceRefusedError(_("选一个原因。"))
    case = locked_case(review_id=review_id, version=version)
    _name_cause(case, cause, by=by, now=now)
    if note.strip():
        case.note = note.strip()[:500]
        case.save(update_fields=["note"])
    return case


def _name_cause(case: ReviewCase, cause: str, *, by: User, now: datetime) -> None:
    old = {"cause": case.cause, "confirmed": case.is_cause_confirmed}
    case.cause, case.is_cause_confirmed = cause, True
    _save(case, "cause", "is_cause_confirmed")
    _record("crm.review.cause_named", case.review_id, by=by, now=now, old=old, new={"cause": cause})


@transaction.atomic
def end_review(
    *, review_id: int, outcome: str, note: str, version: int | None, by: User, now: datetime
) -> ReviewCase:
    """End the case with its outcome. Locks it.

    :raises ServiceRefusedError: if it has ended, was not answered though the review stands, has no cause, or
        the outcome is none
    :raises StaleServiceError: if a colleague changed it since `version`
    """
    case = locked_case(review_id=review_id, version=version)
    _end(case, outcome, note, by=by, now=now)
    return case


def _end(case: ReviewCase, outcome: str, note: str, *, by: User, now: datetime) -> None:
    if outcome not in ReviewOutcome:
        raise ServiceRefusedError(_("选一个结果。"))
    if ReviewState.CLOSED not in REVIEW_TRANSITIONS[ReviewState(case.state)]:
        raise ServiceRefusedError(_("这条评价已经结束了。"))
    answered = case.answered_at is not None
    if not answered and outcome not in (ReviewOutcome.GONE, ReviewOutcome.COMPLAINED):
        raise ServiceRefusedError(_("还没有答复买家，先答复再结束。"))
    if not case.cause:
        raise ServiceRefusedError(_("先定原因，再结束。"))
    case.state, case.outcome, case.closed_at = ReviewState.CLOSED, outcome, now
    if note.strip():
        case.note = note.strip()[:500]
    _save(case, "state", "outcome", "closed_at", "note")
    _record(
        "crm.review.ended",
        case.review_id,
        by=by,
        now=now,
        new={"outcome": outcome},
        reason=note,
    )


@transaction.atomic
def act_on_many(
    *, review_ids: Sequence[int], act: str, value: str, by: User, now: datetime
) -> BulkDone:
    """Take, pass on, name the cause of, or end many cases; what cannot be done is counted by its reason.

    Locks the cases by key. At most `MOST_AT_ONCE`.

    :raises ServiceRefusedError: if nothing was chosen, too many, or there is no such act
    """
    if not review_ids:
        raise ServiceRefusedError(_("没有选评价。"))
    if len(review_ids) > MOST_AT_ONCE:
        raise ServiceRefusedError(_("一次最多 %(n)d 条。") % {"n": MOST_AT_ONCE})
    ids = ReviewCase.objects.filter(review_id__in=review_ids).order_by("pk")
    cases = locked_cases(list(ids.values_list("pk", flat=True)))
    refused: dict[str, int] = {}
    if missing := len(set(review_ids)) - len(cases):
        refused[_("好评没有评价单")] = missing
    done = 0
    for case in cases:
        try:
            with transaction.atomic():
                _one_of_many(case, act, value, by=by, now=now)
            done += 1
        except ServiceRefusedError as error:
            refused[error.message] = refused.get(error.message, 0) + 1
    return BulkDone(done, refused)


def _one_of_many(case: ReviewCase, act: str, value: str, *, by: User, now: datetime) -> None:
    if act == "take":
        _pass(case, by.pk, by=by, now=now)
    elif act == "pass":
        if not value.isdecimal() or not User.objects.filter(pk=value, is_active=True).exists():
            raise ServiceRefusedError(_("选交给谁。"))
        _pass(case, int(value), by=by, now=now)
    elif act == "cause":
        if value not in ReviewCause:
            raise ServiceRefusedError(_("选一个原因。"))
        _name_cause(case, value, by=by, now=now)
    elif act == "end":
        _end(case, value, "", by=by, now=now)
    else:
        raise ServiceRefusedError(_("没有这个操作。"))


@transaction.atomic
def link_by_hand(*, review_id: int, tid: str, by: User, now: datetime) -> Review:
    """Join a review to an order that a person names. Locks the review.

    :raises Review.DoesNotExist: if there is none
    :raises ServiceRefusedError: if no order has this number, or it was paid after the review
    """
    rows = locked_reviews([review_id])
    if not rows:
        raise Review.DoesNotExist
    row = rows[0]
    order = Order.objects.filter(tid=tid.strip()).first()
    if order is None:
        raise ServiceRefusedError(_("没有订单 %(tid)s。") % {"tid": tid.strip()[:32]})
    if order.paid_at is None or order.paid_at > row.rated_at:
        raise ServiceRefusedError(_("这单是评价之后才付款的，对不上。"))
    old = row.order.tid if row.order else ""
    codes = [row.sku.code, row.sku.merchant_code] if row.sku else []
    lines = list(OrderLine.objects.filter(order=order).order_by("pk"))
    fitting = [line for line in lines if line.sku_code in codes or line.item_no == row.item_no]
    row.order, row.buyer_id = order, order.buyer_id
    row.line = fitting[0] if fitting else (lines[0] if len(lines) == 1 else None)
    row.linked_by, row.linked_at = LinkedBy.HAND, now
    row.save(update_fields=["order", "buyer", "line", "linked_by", "linked_at"])
    _record("crm.review.linked", row.pk, by=by, now=now, old={"tid": old}, new={"tid": order.tid})
    return row


@transaction.atomic
def confirm_taken_back(*, review_id: int, is_gone: bool, by: User, now: datetime) -> Review:
    """Say whether a review that a file no longer has was really taken back; its case ends if so.

    :raises Review.DoesNotExist: if there is none
    """
    rows = locked_reviews([review_id])
    if not rows:
        raise Review.DoesNotExist
    row = rows[0]
    row.taken_back_at = (row.taken_back_at or now) if is_gone else None
    row.missing_since = None
    row.save(update_fields=["taken_back_at", "missing_since"])
    _record(
        "crm.review.taken_back" if is_gone else "crm.review.still_there", row.pk, by=by, now=now
    )
    case = ReviewCase.objects.filter(review=row).exclude(state=ReviewState.CLOSED).first()
    if is_gone and case is not None:
        case = locked_case(review_id=row.pk, version=None)
        case.state, case.outcome, case.closed_at = ReviewState.CLOSED, ReviewOutcome.GONE, now
        _save(case, "state", "outcome", "closed_at")
    if not is_gone:
        open_cases(now=now)
    registry.reviews_changed(now)
    return row


def _save(case: ReviewCase, *fields: str) -> None:
    case.version += 1
    case.save(update_fields=[*fields, "version"])


def _record(name: str, review_id: int, *, by: User, now: datetime, **more: Any) -> None:  # noqa: ANN401
    operations.record(
        name=name, by=by, now=now, object_type=OBJECT, object_key=str(review_id), **more
    )
