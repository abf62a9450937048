"""Roles: the built-in ones follow the table in `staff.rights`, copies belong to the shop."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shopops.lib import words
from shopops.staff import locks
from shopops.staff.actions.people import refuse_without_administrator
from shopops.staff.errors import Difference, RefusedError, StaleError
from shopops.staff.models import Role, User
from shopops.staff.operations import record
from shopops.staff.rights import ALL_RIGHTS, RIGHTS, ROLES, RoleRow


@transaction.atomic
def sync_roles(*, now: datetime) -> int:
    """Make the built-in roles what the table says. Gives how many rows changed; twice is once.

    Rights that the code no longer knows are also taken out of the shop's own roles.
    """
    changed = sum(_sync_role(row, now=now) for row in ROLES)
    return changed + sum(_drop_unknown(role, now=now) for role in Role.objects.order_by("pk"))


def _sync_role(row: RoleRow, *, now: datetime) -> bool:
    role = Role.objects.select_for_update().filter(code=row.code).order_by("pk").first()
    rights = sorted(row.rights)
    old = {"name": role.name, "rights": role.rights} if role else {}
    new = {"name": row.name, "rights": rights}
    if old == new and role and role.is_built_in:
        return False
    role = role or Role(code=row.code, version=0)
    role.name, role.rights, role.is_built_in = row.name, rights, True
    role.version += 1
    role.save()
    record(
        name="staff.role.synced",
        by=None,
        now=now,
        object_type="role",
        object_key=row.code,
        old=old,
        new=new,
    )
    return True


def _drop_unknown(role: Role, *, now: datetime) -> bool:
    known = [right for right in role.rights if right in ALL_RIGHTS]
    if known == role.rights:
        return False
    old, role.rights, role.version = role.rights, known, role.version + 1
    role.save(update_fields=["rights", "version"])
    record(
        name="staff.role.synced",
        by=None,
        now=now,
        object_type="role",
        object_key=role.code,
        old={"rights": old},
        new={"rights": known},
    )
    return True


@transaction.atomic
def copy_role(role_id: int, *, name: str, by: User, now: datetime) -> Role:
    """Make an editable copy of a role under a new name.

    :raises Role.DoesNotExist: if there is no such role
    :raises RefusedError: if a role of this name exists
    """
    source = locks.locked_role(role_id)
    if Role.objects.filter(name=name).exists():
        raise RefusedError(_("已经有叫这个名字的角色"))
    copy = Role.objects.create(code=_free_code(source.code), name=name, rights=source.rights)
    record(
        name="staff.role.copied",
        by=by,
        now=now,
        object_type="role",
        object_key=copy.code,
        old={"from": source.code},
        new={"name": name, "rights": copy.rights},
    )
    return copy


def _free_code(code: str) -> str:
    stem = code[:30]
    taken = set(Role.objects.filter(code__startswith=stem).values_list("code", flat=True))
    number = 2
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


@transaction.atomic
def change_role(
    role_id: int, *, name: str, rights: Iterable[str], version: int, by: User, now: datetime
) -> Role:
    """Change the name and the rights of a role of the shop's own.

    :raises Role.DoesNotExist: if there is no such role
    :raises RefusedError: if the role is built in, a right is unknown, or nobody would be left who
        may manage people
    :raises StaleError: if somebody changed it after `version` was read
    """
    locks.hold(locks.ADMINISTRATORS)
    role = locks.locked_role(role_id)
    chosen = sorted(set(rights))
    if role.is_built_in:
        raise RefusedError(_("内置角色不能改，请复制一个再改"))
    if not ALL_RIGHTS.issuperset(chosen):
        raise RefusedError(_("有的权限不存在"))
    old = {"name": role.name, "rights": role.rights}
    new = {"name": name, "rights": chosen}
    if role.version != version:
        raise StaleError(_("这个角色"), version=role.version, rows=_differences(old, new))
    role.name, role.rights, role.version = name, chosen, version + 1
    role.save(update_fields=["name", "rights", "version"])
    refuse_without_administrator()
    if old != new:
        record(
            name="staff.role.changed",
            by=by,
            now=now,
            object_type="role",
            object_key=role.code,
            old=old,
            new=new,
        )
    return role


def _differences(old: Mapping[str, object], new: Mapping[str, object]) -> list[Difference]:
    return [
        Difference(_("名称"), str(old["name"]), str(new["name"])),
        Difference(_("权限"), _names(old["rights"]), _names(new["rights"])),
    ]


def _names(rights: object) -> str:
    held = rights if isinstance(rights, list) else []
    return words.listed(right.name for right in RIGHTS if right.code in held)
