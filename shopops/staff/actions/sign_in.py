"""Letting in again who locked themselves out."""

from datetime import datetime

from django.db import transaction

from shopops.staff import locks, sign_in
from shopops.staff.models import User
from shopops.staff.operations import record


@transaction.atomic
def unlock_person(person_id: int, *, by: User | None, now: datetime) -> User:
    """Forget a person's failed sign-ins, whatever address they came from.

    :raises User.DoesNotExist: if there is no such person
    """
    person = locks.locked_person(person_id)
    record(
        name="staff.person.unlocked",
        by=by,
        now=now,
        object_type="person",
        object_key=str(person.pk),
    )
    sign_in.forget_failures(person.username)
    return person
