"""How an open case keeps its parcel in the house: a hold that lasts as long as the case.

A refund that a *file* tells of stops the parcel by `Order.has_open_refund`, which no person can
overrule. A case that *our people* open about money back, before any file speaks of it, puts a hold
of kind `refund_open` in its place; nobody ends that hold but by ending the case. Both are looked at
under the lock of the order, by whoever moves the parcel on.
"""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from orders.actions.errors import CaseRefusedError
from orders.actions.locks import bump
from orders.choices import HOLD_DEFAULTS, OPEN_STAGES, HoldKind, Stage
from orders.models import AfterSalesCase, Hold, Order
from orders.rules.cases import STOPPING_HOLDS
from shopops.staff.models import User


def open_cases_behind(order: Order, kind: str) -> list[AfterSalesCase]:
    """Give the open cases opened by hand whose hold of this kind the order stands under."""
    types = [case_type for case_type, hold in STOPPING_HOLDS.items() if hold == kind]
    cases = AfterSalesCase.objects.filter(order=order, closed_at__isnull=True, is_by_hand=True)
    return list(cases.filter(type__in=types).order_by("pk"))


def refuse_while_case_is_open(order: Order, hold: Hold) -> None:
    """Refuse to end the hold of a case that is still open.

    :raises CaseRefusedError: naming the case
    """
    if hold.kind not in STOPPING_HOLDS.values():
        return
    behind = open_cases_behind(order, hold.kind)
    if behind:
        raise CaseRefusedError(
            _("「%(kind)s」跟着售后单 %(case)d：先结束售后单，挂起会一起结束。")
            % {"kind": hold.get_kind_display(), "case": behind[0].pk}
        )


def stop_parcel(order: Order, case: AfterSalesCase, *, by: User, now: datetime) -> Hold | None:
    """Put a locked order that has not left on hold for a case that stops it; None if it stops nothing.

    A hold of this kind that audit opened is taken over, so that it does not end by itself.
    """
    kind = STOPPING_HOLDS.get(case.type)
    if kind is None or order.stage not in OPEN_STAGES:
        return None
    hold = Hold.objects.filter(order=order, kind=kind, closed_at__isnull=True).first()
    if hold is not None:
        Hold.objects.filter(pk=hold.pk).update(is_hand_set=True)
        return hold
    defaults = HOLD_DEFAULTS[HoldKind(kind)]
    hold = Hold.objects.create(
        order=order,
        kind=kind,
        owner_role=defaults.owner_role,
        note=_("售后单 %(case)d") % {"case": case.pk},
        must_tell_buyer=defaults.must_tell,
        opened_at=now,
        opened_by=by,
        due_at=now + timedelta(hours=defaults.due_hours),
    )
    order.stage = Stage.HELD
    bump(order, "stage")
    return hold


def let_parcel_go(
    order: Order, case: AfterSalesCase, *, by: User | None, now: datetime, resolution: str
) -> None:
    """End the hold of a case that is ending, unless another open case needs it. The order is locked.

    While the file still says that a refund is open, the hold goes back to audit, which ends it then.
    """
    kind = STOPPING_HOLDS.get(case.type)
    if kind is None or not case.is_by_hand:
        return
    hold = Hold.objects.filter(
        order=order, kind=kind, closed_at__isnull=True, is_hand_set=True
    ).first()
    others = [one for one in open_cases_behind(order, kind) if one.pk != case.pk]
    if hold is None or others:
        return
    if kind == HoldKind.REFUND_OPEN and order.has_open_refund:
        Hold.objects.filter(pk=hold.pk).update(is_hand_set=False)
        return
    hold.closed_at, hold.closed_by, hold.resolution = now, by, resolution[:300]
    hold.save(update_fields=["closed_at", "closed_by", "resolution"])
    is_free = not order.holds.filter(closed_at__isnull=True).exists()
    if order.stage == Stage.HELD and is_free:
        order.stage = Stage.AWAITING_AUDIT
    bump(order, "stage")
