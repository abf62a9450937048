"""Sessions and second factors: ending them."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shopops.staff import locks
from shopops.staff.errors import RefusedError
from shopops.staff.models import User
from shopops.staff.operations import record


def end_all_sessions(person: User, *, but: str | None = None) -> int:
    """End every session of a person, in the caller's transaction. Gives how many there were.

    `but`: the key of one session to spare.
    """
    rows = UserSession.objects.filter(user=person).exclude(session_key=but)
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    rows.delete()
    return len(keys)


@transaction.atomic
def revoke_session(session_id: int, *, of: User, by: User, now: datetime) -> None:
    """End one session of a person.

    :raises RefusedError: if the person has no such session
    """
    row = UserSession.objects.select_for_update().filter(pk=session_id, user=of).first()
    if row is None:
        raise RefusedError(_("这个登录已经不在了"))
    Session.objects.filter(session_key=row.session_key).delete()
    old = {"ip": row.ip, "browser": row.user_agent[:120]}
    row.delete()
    record(
        name="staff.session.revoked",
        by=by,
        now=now,
        object_type="person",
        object_key=str(of.pk),
        old=old,
    )


@transaction.atomic
def revoke_all_sessions(person_id: int, *, by: User, now: datetime) -> int:
    """Sign a person out everywhere. Gives how many sessions ended.

    :raises User.DoesNotExist: if there is no such person
    """
    person = locks.locked_person(person_id)
    count = end_all_sessions(person)
    record(
        name="staff.session.all_revoked",
        by=by,
        now=now,
        object_type="person",
        object_key=str(person.pk),
        old={"sessions": count},
    )
    return count


@transaction.atomic
def reset_second_factor(person_id: int, *, by: User, now: datetime) -> User:
    """Take the second factor off a person who lost it, and sign them out everywhere.

    Roles that compel one make the person set up a new one before anything else.

    :raises User.DoesNotExist: if there is no such person
    :raises RefusedError: if the person has none
    """
    person = locks.locked_person(person_id)
    removed, _rows = Authenticator.objects.filter(user=person).delete()
    if not removed:
        raise RefusedError(_("这个人没有开两步验证"))
    end_all_sessions(person)
    record(
        name="staff.person.second_factor_reset",
        by=by,
        now=now,
        object_type="person",
        object_key=str(person.pk),
    )
    return person
