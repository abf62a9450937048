"""API tokens: made once, shown once, taken back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shopops.staff import queries
from shopops.staff.errors import RefusedError
from shopops.staff.models import ApiToken, User
from shopops.staff.operations import record
from shopops.staff.secrets import hash_of, new_token


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token and its text, which is shown once and stored nowhere."""

    row: ApiToken
    token: str


@transaction.atomic
def create_token(*, name: str, scopes: Iterable[str], by: User, now: datetime) -> NewToken:
    """Make a token of one's own whose scopes are some of one's rights.

    :raises RefusedError: if a scope is not a right of the person, or none is given
    """
    wanted = sorted(set(scopes))
    if not wanted:
        raise RefusedError(_("至少选一个权限"))
    if not queries.rights_of(by).issuperset(wanted):
        raise RefusedError(_("令牌的权限不能超过你自己的权限"))
    token = new_token()
    row = ApiToken.objects.create(
        user=by, name=name, token_hash=hash_of(token), scopes=wanted, created_at=now
    )
    record(
        name="staff.token.created",
        by=by,
        now=now,
        object_type="token",
        object_key=str(row.pk),
        new={"name": name, "scopes": wanted},
    )
    return NewToken(row=row, token=token)


@transaction.atomic
def revoke_token(token_id: int, *, of: User, by: User, now: datetime) -> None:
    """Take a token back; a second time does nothing more.

    :raises RefusedError: if the person has no such token
    """
    row = ApiToken.objects.select_for_update().filter(pk=token_id, user=of).first()
    if row is None:
        raise RefusedError(_("没有这个令牌"))
    if row.revoked_at is not None:
        return
    row.revoked_at = now
    row.save(update_fields=["revoked_at"])
    record(
        name="staff.token.revoked",
        by=by,
        now=now,
        object_type="token",
        object_key=str(row.pk),
        old={"name": row.name},
    )
