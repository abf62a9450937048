"""Inviting people, changing them, letting them go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shopops.lib import words
from shopops.staff import locks
from shopops.staff.actions.sessions import end_all_sessions
from shopops.staff.errors import Difference, RefusedError, StaleError
from shopops.staff.models import Invitation, Role, User
from shopops.staff.operations import record
from shopops.staff.rights import MANAGE_PEOPLE
from shopops.staff.secrets import hash_of, new_token

INVITATION_LIFE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Invited:
    """A person who may now set a password. `token` is shown once and stored nowhere."""

    person: User
    token: str
    expires_at: datetime


@transaction.atomic
def add_person(
    *,
    username: str,
    name: str,
    roles: list[str],
    password: str | None,
    by: User | None,
    now: datetime,
) -> User:
    """Create a person with roles (codes). Without a password nobody can sign in as them yet.

    `by` None: a command of the machine's owner, such as the demo shop.

    :raises RefusedError: if the user name is taken or a role is unknown
    """
    found = list(Role.objects.filter(code__in=roles).order_by("pk"))
    if len(found) != len(set(roles)):
        raise RefusedError(_("有的角色不存在"))
    person = User(username=username, name=name, date_joined=now)
    if password is None:
        person.set_unusable_password()
    else:
        person.set_password(password)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        raise RefusedError(_("这个登录名已经有人用了")) from error
    person.roles.set(found)
    record(
        name="staff.person.added",
        by=by,
        now=now,
        object_type="person",
        object_key=str(person.pk),
        new={"username": username, "name": name, "roles": sorted(roles)},
    )
    return person


@transaction.atomic
def invite_person(
    *, username: str, name: str, roles: list[str], by: User, now: datetime
) -> Invited:
    """Create a person without a password and the one-time link by which they set their own.

    :raises RefusedError: if the user name is taken or a role is unknown
    """
    person = add_person(username=username, name=name, roles=roles, password=None, by=by, now=now)
    return _invite(person, by=by, now=now)


@transaction.atomic
def invite_again(person_id: int, *, by: User, now: datetime) -> Invited:
    """Make a new one-time link, for who lost the password or the first link. Older links die.

    The old password and all sessions end at once: they may be in other hands.

    :raises User.DoesNotExist: if there is no such person
    :raises RefusedError: if the person is disabled
    """
    person = locks.locked_person(person_id)
    if not person.is_active:
        raise RefusedError(_("这个人已停用，先启用再邀请"))
    person.set_unusable_password()
    person.save(update_fields=["password"])
    end_all_sessions(person)
    return _invite(person, by=by, now=now)


def _invite(person: User, *, by: User, now: datetime) -> Invited:
    Invitation.objects.filter(user=person, used_at=None, expires_at__gt=now).update(expires_at=now)
    token = new_token()
    invitation = Invitation.objects.create(
        user=person,
        token_hash=hash_of(token),
        created_by=by,
        created_at=now,
        expires_at=now + INVITATION_LIFE,
    )
    record(
        name="staff.person.invited",
        by=by,
        now=now,
        object_type="person",
        object_key=str(person.pk),
        new={"expires_at": invitation.expires_at.isoformat()},
    )
    return Invited(person=person, token=token, expires_at=invitation.expires_at)


@transaction.atomic
def accept_invitation(token: str, *, password: str, now: datetime) -> User:
    """Set the invited person's own password. A link works once. Locks the invitation.

    :raises RefusedError: if the link is unknown, used, too old, or the person was disabled
    :raises ValidationError: if the password is too weak
    """
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(token_hash=hash_of(token), used_at=None, expires_at__gt=now)
        .first()
    )
    if invitation is None or not invitation.user.is_active:
        raise RefusedError(_("这个链接用过了或者过期了，请管理员再发一个"))
    person = invitation.user
    validate_password(password, person)
    person.set_password(password)
    person.must_change_password = False
    person.save(update_fields=["password", "must_change_password"])
    invitation.used_at = now
    invitation.save(update_fields=["used_at"])
    record(
        name="staff.person.accepted",
        by=person,
        now=now,
        object_type="person",
        object_key=str(person.pk),
    )
    return person


@transaction.atomic
def change_person(  # noqa: PLR0913
    person_id: int,
    *,
    name: str,
    roles: list[int],
    is_active: bool,
    version: int,
    by: User,
    now: datetime,
) -> User:
    """Change name, roles (ids) and whether the person may enter. Disabling ends all sessions.

    :raises User.DoesNotExist: if there is no such person
    :raises StaleError: if somebody changed the person after `version` was read
    :raises RefusedError: if this would take the right to manage people from the last one who has it
    """
    locks.hold(locks.ADMINISTRATORS)
    person = locks.locked_person(person_id)
    found = list(Role.objects.filter(pk__in=roles).order_by("pk"))
    new = {"name": name, "roles": sorted(role.code for role in found), "is_active": is_active}
    old = _facts(person)
    if person.version != version:
        raise StaleError(_("这个人的资料"), version=person.version, rows=_differences(old, new))
    person.name, person.is_active, person.version = name, is_active, version + 1
    person.save(update_fields=["name", "is_active", "version"])
    person.roles.set(found)
    refuse_without_administrator()
    if not is_active:
        end_all_sessions(person)
        person.api_tokens.filter(revoked_at=None).update(revoked_at=now)
    if old != new:
        record(
            name="staff.person.changed",
            by=by,
            now=now,
            object_type="person",
            object_key=str(person.pk),
            old=old,
            new=new,
        )
    return person


def _facts(person: User) -> dict[str, object]:
    codes = sorted(person.roles.values_list("code", flat=True))
    return {"name": person.name, "roles": codes, "is_active": person.is_active}


def _differences(old: dict[str, object], new: dict[str, object]) -> list[Difference]:
    labels = {"name": _("姓名"), "roles": _("角色"), "is_active": _("在用")}
    return [
        Difference(label=label, theirs=_text(old[key]), mine=_text(new[key]))
        for key, label in labels.items()
    ]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, list):
        names = dict(Role.objects.filter(code__in=value).values_list("code", "name"))
        return words.listed(words.stored(names[code]) for code in value)
    return str(value)


def refuse_without_administrator() -> None:
    """Refuse, inside a transaction that already wrote, to leave nobody who may manage people.

    Call with `locks.ADMINISTRATORS` held: two changes, each harmless, must not run together.

    :raises RefusedError: if no active person with a role that manages people is left
    """
    left = User.objects.filter(is_active=True, roles__rights__contains=[MANAGE_PEOPLE])
    if not left.exists():
        raise RefusedError(_("至少要留一个在用的管理员"))


@transaction.atomic
def choose_language(person: User, *, language: str, now: datetime) -> None:
    """Remember the language of a person's screens."""
    if person.language == language:
        return
    old, person.language = person.language, language
    person.save(update_fields=["language"])
    record(
        name="staff.person.language_chosen",
        by=person,
        now=now,
        object_type="person",
        object_key=str(person.pk),
        old={"language": old},
        new={"language": language},
    )


@transaction.atomic
def choose_columns(person: User, *, page: str, columns: Sequence[str], now: datetime) -> None:
    """Remember which columns a person wants on a list page, left to right; none: the usual ones."""
    person = locks.locked_person(person.pk)
    kept = dict(person.preferences.get("columns", {}))
    old = kept.pop(page, [])
    if list(columns) == old:
        return
    if columns:
        kept[page] = list(columns)
    person.preferences = {**person.preferences, "columns": kept}
    person.save(update_fields=["preferences"])
    record(
        name="staff.person.columns_chosen",
        by=person,
        now=now,
        object_type="person",
        object_key=str(person.pk),
        old={page: old},
        new={page: list(columns)},
    )


@transaction.atomic
def withdraw_invitation(person_id: int, *, by: User, now: datetime) -> None:
    """Let a link that was not used yet work no more.

    :raises User.DoesNotExist: if there is no such person
    :raises RefusedError: if no link is open
    """
    person = locks.locked_person(person_id)
    ended = person.invitations.filter(used_at=None, expires_at__gt=now).update(expires_at=now)
    if not ended:
        raise RefusedError(_("没有还能用的邀请链接"))
    record(
        name="staff.person.invitation_withdrawn",
        by=by,
        now=now,
        object_type="person",
        object_key=str(person.pk),
    )
