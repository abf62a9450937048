"""Two customers found to be one person, and parted again. By hand only, never by themselves.

Lock order: the lock over figures (shared), marks of all buyers of both, both customers by key, balances.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from crm.actions import belongings, point_moving
from crm.actions.customer_errors import CustomerRefusedError, StaleCustomerError
from crm.actions.follow import mark_some
from crm.actions.point_settling import mark_some as mark_points
from crm.actions.recompute import lock_figures, locked_customers, request_customers, write_figures
from crm.models import Consent, Customer, CustomerMerge, CustomerTag, Identity
from crm.queries import points as queries
from shopops.staff import operations
from shopops.staff.models import User

MERGED = "crm.customer.merged"
PARTED = "crm.customer.parted"


@transaction.atomic
def merge_customers(
    *, kept: int, gone: int, versions: tuple[int, int], reason: str, by: User, now: datetime
) -> CustomerMerge:
    """Bring member names, tags, points and all that is kept for one customer to another; the emptied row stays.

    Who took back a consent under one name has taken it back under both.

    :param versions: what the person saw of both
    :raises CustomerRefusedError: if they are one, one was merged already, or the reason is missing
    :raises StaleCustomerError: if either changed since
    """
    if kept == gone:
        raise CustomerRefusedError(_("选的是同一个客户。"))
    if not reason.strip():
        raise CustomerRefusedError(_("写下凭什么认为是同一个人。"))
    first, second = _locked_pair(kept, gone)
    for row, version in ((first, versions[0]), (second, versions[1])):
        if row.merged_into_id is not None or not row.identities.exists():
            raise CustomerRefusedError(_("客户「%(name)s」已经并入别人了。") % {"name": row.name})
        if row.version != version:
            raise StaleCustomerError(row.name, seen=version, current=row.version)
    buyers = list(second.identities.order_by("pk").values_list("pk", flat=True))
    made = CustomerMerge.objects.create(
        kept=first,
        gone=second,
        merged_at=now,
        merged_by=by,
        buyers=buyers,
        tags=_move_tags(first, second, now=now, by=by),
        reason=reason.strip()[:200],
    )
    Identity.objects.filter(pk__in=buyers).update(customer=first, since=now, by=by)
    Customer.objects.filter(pk=second.pk).update(merged_into=first, version=F("version") + 1)
    Customer.objects.filter(pk=first.pk).update(version=F("version") + 1)
    _obey_withdrawals(first, second, now=now)
    made.moved = {
        "points_after": queries.last_line(),
        **belongings.bring(first, second, by=by, now=now),
    }
    made.save(update_fields=["moved"])
    point_moving.bring_points(made, by=by, now=now)
    write_figures([first.pk, second.pk])
    _record(MERGED, made, by=by, now=now)
    request_customers(now=now)
    return made


@transaction.atomic
def part_customers(*, merge_id: int, by: User, now: datetime) -> CustomerMerge:
    """Give a merged customer back its member names and what went with them.

    :raises CustomerMerge.DoesNotExist: if there is no such merge in force
    :raises CustomerRefusedError: if the customer it went into was itself merged since
    """
    found = CustomerMerge.objects.get(pk=merge_id, parted_at__isnull=True)
    first, second = _locked_pair(found.kept_id, found.gone_id)
    made = _locked_merge(merge_id)
    if first.merged_into_id is not None:
        raise CustomerRefusedError(
            _("「%(name)s」后来又并入了别人，先拆开那一次。") % {"name": first.name}
        )
    Identity.objects.filter(pk__in=made.buyers, customer=first).update(
        customer=second, since=now, by=by
    )
    CustomerTag.objects.filter(customer=first, tag__in=made.tags).delete()
    Customer.objects.filter(pk=second.pk).update(merged_into=None, version=F("version") + 1)
    Customer.objects.filter(pk=first.pk).update(version=F("version") + 1)
    point_moving.give_points_back(made, by=by, now=now)
    belongings.give_back(made, by=by, now=now)
    made.parted_at, made.parted_by = now, by
    made.save(update_fields=["parted_at", "parted_by"])
    write_figures([first.pk, second.pk])
    _record(PARTED, made, by=by, now=now)
    request_customers(now=now)
    return made


def _locked_pair(kept: int, gone: int) -> tuple[Customer, Customer]:
    """Mark the buyers of both, lock both by key, give both as they are now.

    :raises Customer.DoesNotExist: if there is none of either
    """
    lock_figures(alone=False)
    known = Identity.objects.filter(customer__in=(kept, gone))
    buyers = sorted(known.values_list("pk", flat=True))
    mark_some(buyers)
    mark_points(buyers)
    locked_customers([kept, gone])
    return Customer.objects.get(pk=kept), Customer.objects.get(pk=gone)


def _locked_merge(merge_id: int) -> CustomerMerge:
    return CustomerMerge.objects.select_for_update(of=("self",)).get(
        pk=merge_id, parted_at__isnull=True
    )


def _move_tags(kept: Customer, gone: Customer, *, now: datetime, by: User) -> list[int]:
    has = set(kept.tags.values_list("tag", flat=True))
    new = [
        tag
        for tag in gone.tags.filter(by__isnull=False).order_by("tag").values_list("tag", flat=True)
        if tag not in has
    ]
    CustomerTag.objects.bulk_create(
        [CustomerTag(customer=kept, tag_id=tag, at=now, by=by) for tag in new]
    )
    return new


def _obey_withdrawals(kept: Customer, gone: Customer, *, now: datetime) -> None:
    """Withdraw what the person under the other name took back and did not give again."""
    given = set(gone.consents.filter(withdrawn_at__isnull=True).values_list("channel", flat=True))
    taken = set(gone.consents.filter(withdrawn_at__isnull=False).values_list("channel", flat=True))
    Consent.objects.filter(
        customer=kept, channel__in=taken - given, withdrawn_at__isnull=True
    ).update(withdrawn_at=now, withdrawn_by_words=_("合并来的会员名已退订"))


def _record(name: str, made: CustomerMerge, *, by: User, now: datetime) -> None:
    operations.record(
        name=name,
        by=by,
        now=now,
        object_type="customer",
        object_key=str(made.kept_id),
        new={"customer": made.gone_id, "count": len(made.buyers)},
        reason=made.reason,
    )
