"""Violations: recorded with owner and appeal deadline, appealed, ended one way or another."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from products.actions.catalogue import said_by_hand
from products.actions.catalogue_locks import locked_product
from products.actions.errors import GoodsRefusedError
from products.actions.locks import locked_violation
from products.choices import ProductStatus, ViolationState
from products.models import Violation
from shopops.staff import operations
from shopops.staff.models import User

ENDED = {ViolationState.UPHELD, ViolationState.WITHDRAWN, ViolationState.MENDED}


@dataclass(frozen=True, slots=True)
class ViolationGiven:
    """A violation as the platform tells it."""

    kind: str
    found_at: datetime
    words: str = ""
    product_id: int | None = None
    appeal_until: datetime | None = None
    owner_id: int | None = None
    points: Decimal = Decimal(0)
    penalty_amount: Decimal = Decimal(0)
    forbids_listing: bool = False


@transaction.atomic
def record_violation(*, given: ViolationGiven, by: User, now: datetime) -> Violation:
    """Record a violation. One that forbids listing takes its product off the shelf. Locks the product.

    :raises Product.DoesNotExist: if there is no such product
    :raises GoodsRefusedError: if the times contradict, or listing is forbidden of no product
    """
    _refuse_times(given, now)
    if given.forbids_listing and given.product_id is None:
        raise GoodsRefusedError(_("禁止上架要写明是哪个商品。"))
    row = Violation.objects.create(
        product_id=given.product_id,
        found_at=given.found_at,
        appeal_until=given.appeal_until,
        owner_id=given.owner_id,
        points=given.points,
        penalty_amount=given.penalty_amount,
        forbids_listing=given.forbids_listing,
        kind=given.kind,
        words=given.words,
    )
    if given.forbids_listing and given.product_id is not None:
        _set_status(given.product_id, ProductStatus.FORBIDDEN, by, now)
    _record("products.violation.recorded", row, by, now)
    return row


def _refuse_times(given: ViolationGiven, now: datetime) -> None:
    if given.found_at > now:
        raise GoodsRefusedError(_("发现的时间在以后。"))
    if given.appeal_until is not None and given.appeal_until < given.found_at:
        raise GoodsRefusedError(_("申诉截止早于发现的时间。"))


@transaction.atomic
def appeal_violation(
    *, violation_id: int, words: str, version: int, by: User, now: datetime
) -> Violation:
    """Note that a violation was appealed against. Locks it.

    :raises Violation.DoesNotExist: if there is none
    :raises StaleGoodsError: if a colleague changed it since `version`
    :raises GoodsRefusedError: if it has ended, was appealed already, or its deadline has passed
    """
    row = locked_violation(violation_id=violation_id, version=version)
    if row.state != ViolationState.OPEN:
        raise GoodsRefusedError(
            _("这条违规已经是「%(state)s」。") % {"state": row.get_state_display()}
        )
    if row.appeal_until is not None and now > row.appeal_until:
        raise GoodsRefusedError(_("申诉时间已经过了，只能结案。"))
    row.state, row.version = ViolationState.APPEALED, row.version + 1
    row.save(update_fields=["state", "version"])
    _record("products.violation.appealed", row, by, now, reason=words)
    return row


@transaction.atomic
def pass_violation(
    *, violation_id: int, owner_id: int | None, version: int, by: User, now: datetime
) -> Violation:
    """Give a violation to somebody. Locks it.

    :raises Violation.DoesNotExist: if there is none
    :raises StaleGoodsError: if a colleague changed it since `version`
    """
    row = locked_violation(violation_id=violation_id, version=version)
    row.owner_id, row.version = owner_id, row.version + 1
    row.save(update_fields=["owner", "version"])
    _record("products.violation.passed_on", row, by, now)
    return row


@transaction.atomic
def end_violation(
    *,
    violation_id: int,
    state: ViolationState,
    ending: str,
    version: int,
    by: User,
    now: datetime,
) -> Violation:
    """End a violation. The last one that forbade a product sets it free, off the shelf. Locks both.

    :raises Violation.DoesNotExist: if there is none
    :raises StaleGoodsError: if a colleague changed it since `version`
    :raises GoodsRefusedError: if it has ended, the state is no end, or nothing is written
    """
    if state not in ENDED or not ending.strip():
        raise GoodsRefusedError(_("选怎么结的，写一句结果。"))
    product_id = Violation.objects.get(pk=violation_id).product_id
    if product_id is not None:
        locked_product(product_id=product_id)
    row = locked_violation(violation_id=violation_id, version=version)
    if row.ended_at is not None:
        raise GoodsRefusedError(_("这条违规已经结案了。"))
    row.state, row.ended_at, row.ending = state, now, ending.strip()
    row.version += 1
    row.save(update_fields=["state", "ended_at", "ending", "version"])
    if row.forbids_listing and product_id is not None and not _forbidden_still(product_id):
        _set_status(product_id, ProductStatus.OFF_SHELF, by, now)
    _record("products.violation.ended", row, by, now, reason=row.ending)
    return row


def _forbidden_still(product_id: int) -> bool:
    return Violation.objects.filter(
        product_id=product_id, forbids_listing=True, ended_at__isnull=True
    ).exists()


def _set_status(product_id: int, status: ProductStatus, by: User, now: datetime) -> None:
    product = locked_product(product_id=product_id)
    product.status, product.version = status, product.version + 1
    product.changed_at, product.changed_by = now, by
    said_by_hand(product, "status", now=now)
    product.save(update_fields=["status", "said_by", "version", "changed_at", "changed_by"])


def _record(name: str, row: Violation, by: User, now: datetime, reason: str = "") -> None:
    operations.record(
        name=name,
        by=by,
        now=now,
        object_type="violation",
        object_key=str(row.pk),
        new={"kind": row.kind, "violation_state": row.state, "product": row.product_id},
        reason=reason,
    )
