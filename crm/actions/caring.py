"""What people write about a customer: note, birthday, who looks after them, consent, black list."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.actions.customer_errors import CustomerRefusedError, StaleCustomerError
from crm.actions.keeping import note_keepers
from crm.actions.recompute import locked_customers
from crm.choices import Channel
from crm.models import Consent, Customer
from orders.models import BlackListEntry, Buyer
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User


@dataclass(frozen=True, slots=True)
class About:
    """What a form says of a customer."""

    note: str
    birth_month: int | None
    birth_day: int | None
    agent_id: int | None


def locked_customer(*, customer_id: int, version: int | None = None) -> Customer:
    """Lock one customer until the end of the transaction. `version`: what the person saw.

    :raises Customer.DoesNotExist: if there is none
    :raises StaleCustomerError: if it changed since that version
    """
    locked_customers([customer_id])
    row = Customer.objects.select_related("agent").get(pk=customer_id)
    if version is not None and row.version != version:
        raise StaleCustomerError(row.name, seen=version, current=row.version)
    return row


@transaction.atomic
def change_customer(
    *, customer_id: int, version: int, about: About, by: User, now: datetime
) -> Customer:
    """Write note, birthday and agent.

    :raises StaleCustomerError: if a colleague changed the customer since
    :raises CustomerRefusedError: if the birthday is no day, or is half of one
    """
    if (about.birth_month is None) != (about.birth_day is None):
        raise CustomerRefusedError(_("生日要写月和日，或者都不写。"))
    if about.birth_month is not None and not _is_day(about.birth_month, about.birth_day or 0):
        raise CustomerRefusedError(_("没有这一天。"))
    row = locked_customer(customer_id=customer_id, version=version)
    old = _known(row)
    row.note, row.agent_id = about.note.strip()[:400], about.agent_id
    row.birth_month, row.birth_day = about.birth_month, about.birth_day
    row.version += 1
    row.save(update_fields=["note", "agent", "birth_month", "birth_day", "version"])
    note_keepers({row.pk: row.agent_id}, by=by, now=now)
    _record("crm.customer.changed", row.pk, by=by, now=now, old=old, new=_known(row))
    return row


def _is_day(month: int, day: int) -> bool:
    try:
        date(2024, month, day)  # A leap year: the 29th of February is a birthday.
    except ValueError:
        return False
    return True


def _known(row: Customer) -> dict[str, Any]:
    birthday = f"{row.birth_month}-{row.birth_day}" if row.birth_month else ""
    return {"note": row.note, "birthday": birthday, "agent": row.agent_id}


@transaction.atomic
def give_consent(*, customer_id: int, channel: str, proof: str, by: User, now: datetime) -> Consent:
    """Note that a person agreed to be written to by a channel.

    :raises CustomerRefusedError: if the proof is missing, or the consent stands already
    """
    if not proof.strip():
        raise CustomerRefusedError(_("写下凭据：客户在哪里、怎么说的。"))
    row = locked_customer(customer_id=customer_id)
    if row.consents.filter(channel=channel, withdrawn_at__isnull=True).exists():
        raise CustomerRefusedError(_("已经同意过了。"))
    made = Consent.objects.create(
        customer=row, channel=Channel(channel), given_at=now, by=by, proof=proof.strip()[:200]
    )
    _record("crm.consent.given", row.pk, by=by, now=now, new={"channel": channel})
    return made


@transaction.atomic
def withdraw_consent(
    *, customer_id: int, channel: str, words: str, by: User | None, now: datetime
) -> None:
    """Note that a person took a consent back; one that never was is refused for good the same way.

    `by` None: the person did it themselves (an answer T). Asked again, nothing changes.
    """
    row = locked_customer(customer_id=customer_id)
    standing = row.consents.filter(channel=channel, withdrawn_at__isnull=True)
    if not standing.update(withdrawn_at=now, withdrawn_by_words=words.strip()[:200]):
        if row.consents.filter(channel=channel).exists():
            return
        Consent.objects.create(
            customer=row,
            channel=Channel(channel),
            given_at=now,
            withdrawn_at=now,
            by=by,
            proof="",
            withdrawn_by_words=words.strip()[:200],
        )
    _record("crm.consent.withdrawn", row.pk, by=by, now=now, old={"channel": channel})


@transaction.atomic
def black_list(
    *, customer_id: int, reason: str, until: date | None, by: User, now: datetime
) -> list[BlackListEntry]:
    """Put all member names of a person on the black list, until a day (included) or until taken off.

    :raises CustomerRefusedError: if the reason is missing, the day is past, or all names stand there
    """
    if not reason.strip():
        raise CustomerRefusedError(_("写下为什么列入黑名单。"))
    if until is not None and until < business_date(now):
        raise CustomerRefusedError(_("结束日期已经过了。"))
    row = locked_customer(customer_id=customer_id)
    buyers = Buyer.objects.filter(identity__customer=row)
    today = business_date(now)
    expired = BlackListEntry.objects.filter(
        buyer__in=buyers, removed_at__isnull=True, until_date__lt=today
    )
    expired.update(removed_at=now)
    standing = BlackListEntry.objects.filter(buyer__in=buyers, removed_at__isnull=True)
    free = buyers.exclude(pk__in=standing.values("buyer")).order_by("pk")
    made = BlackListEntry.objects.bulk_create(
        BlackListEntry(
            buyer=buyer, reason=reason.strip()[:200], added_at=now, added_by=by, until_date=until
        )
        for buyer in free
    )
    if not made:
        raise CustomerRefusedError(_("已经在黑名单上。"))
    until_text = until.isoformat() if until else ""
    _record(
        "crm.customer.black_listed",
        row.pk,
        by=by,
        now=now,
        new={"until": until_text},
        reason=reason,
    )
    return made


@transaction.atomic
def take_off_black_list(*, customer_id: int, by: User, now: datetime) -> None:
    """Take all member names of a person off the black list; the entries stay, ended."""
    row = locked_customer(customer_id=customer_id)
    standing = BlackListEntry.objects.filter(buyer__identity__customer=row, removed_at__isnull=True)
    if BlackListEntry.objects.filter(pk__in=list(standing.values_list("pk", flat=True))).update(
        removed_at=now, removed_by=by
    ):
        _record("crm.customer.black_list_ended", row.pk, by=by, now=now)


def end_expired(*, now: datetime) -> int:
    """End the entries of the black list whose last day is over; give how many."""
    expired = BlackListEntry.objects.filter(
        removed_at__isnull=True, until_date__lt=business_date(now)
    )
    return expired.update(removed_at=now)


def _record(name: str, customer_id: int, *, by: User | None, now: datetime, **more: Any) -> None:  # noqa: ANN401
    operations.record(
        name=name, by=by, now=now, object_type="customer", object_key=str(customer_id), **more
    )
