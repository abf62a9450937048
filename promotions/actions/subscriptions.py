"""Tools that are paid for again and again: kept, renewed, cancelled."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from promotions.actions.keeping import change, locked_one, note, note_change
from promotions.actions.refusals import PartnerRefusedError
from promotions.choices import CYCLE_MONTHS, BillingCycle
from promotions.models import Subscription
from promotions.rules.partners import add_months
from shopops.lib.business_time import business_date
from shopops.lib.words import listed
from shopops.staff.models import User


@transaction.atomic
def add_subscription(
    *, values: Mapping[str, Any], users: Iterable[User], by: User, now: datetime
) -> Subscription:
    """Keep a tool that is paid for.

    :raises PartnerRefusedError: if one has this name
    """
    _refuse_name(values["name"])
    row = Subscription.objects.create(**values, changed_at=now, changed_by=by)
    row.users.set(users)
    new = {"name": row.name, "amount": row.cost_amount, "renews_on": row.renews_on}
    note("promotions.subscription.added", row, by=by, now=now, new=new)
    return row


@transaction.atomic
def edit_subscription(
    *,
    subscription_id: int,
    values: Mapping[str, Any],
    users: Iterable[User],
    version: int,
    by: User,
    now: datetime,
) -> Subscription:
    """Change a tool, who uses it too. Locks it.

    :raises Subscription.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since `version`
    :raises PartnerRefusedError: if another one has this name
    """
    row = locked_one(Subscription, subscription_id, version=version)
    _refuse_name(values["name"], but=row.pk)
    changed = change(row, values, now=now, by=by)
    before = sorted(row.users.values_list("name", flat=True))
    wanted = list(users)
    after = sorted(one.name for one in wanted)
    if before != after:
        row.users.set(wanted)
        if not changed:
            row.version, row.changed_at, row.changed_by = row.version + 1, now, by
            row.save(update_fields=["version", "changed_at", "changed_by"])
        changed["users"] = (listed(before), listed(after))
    if changed:
        note_change("promotions.subscription.edited", row, changed, by=by, now=now)
    return row


def _refuse_name(name: str, *, but: int = 0) -> None:
    if Subscription.objects.filter(name=name).exclude(pk=but).exists():
        raise PartnerRefusedError(_("已经有叫这个名字的工具。"), field="name")


@transaction.atomic
def renew_subscription(
    *, subscription_id: int, version: int, by: User, now: datetime
) -> Subscription:
    """Note that one more cycle was paid: the next renewal is one cycle later. Locks it.

    :raises Subscription.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since `version`
    :raises PartnerRefusedError: if it is cancelled
    """
    row = locked_one(Subscription, subscription_id, version=version)
    if row.cancelled_on is not None:
        raise PartnerRefusedError(_("已经停了，不能续。要用就先改回来。"))
    months = CYCLE_MONTHS[BillingCycle(row.cycle)]
    changed = change(row, {"renews_on": add_months(row.renews_on, months)}, now=now, by=by)
    note_change("promotions.subscription.renewed", row, changed, by=by, now=now)
    return row


@transaction.atomic
def cancel_subscription(
    *, subscription_id: int, reason: str, version: int, by: User, now: datetime
) -> Subscription:
    """Decide not to renew a tool any more, from today. Locks it.

    :raises Subscription.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since `version`
    :raises PartnerRefusedError: if it is cancelled already, or no reason is given
    """
    row = locked_one(Subscription, subscription_id, version=version)
    if row.cancelled_on is not None:
        raise PartnerRefusedError(_("已经停了。"))
    if not reason.strip():
        raise PartnerRefusedError(_("写下为什么停。"), field="reason")
    changed = change(row, {"cancelled_on": business_date(now)}, now=now, by=by)
    note_change(
        "promotions.subscription.cancelled", row, changed, by=by, now=now, reason=reason.strip()
    )
    return row
