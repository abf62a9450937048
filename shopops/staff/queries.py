"""What we know about people, roles, sessions and what was done."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.functional import Promise

from shopops.lib import words
from shopops.lib.fixed_queries import fixed
from shopops.lib.paging import Key, Page, page_of
from shopops.lib.reads import once_a_page
from shopops.staff.models import ApiToken, Invitation, Operation, Role, Shop, User
from shopops.staff.operations import name_of
from shopops.staff.rights import MFA_RIGHTS, RIGHTS, Right
from shopops.staff.secrets import hash_of

LOG_PAGE_SIZE = 50


# --- rights ------------------------------------------------------------------------------------


def rights_of(person: User) -> frozenset[str]:
    """Give all rights of a person; none for the disabled. One query, kept on the object."""
    if not person.is_active:
        return frozenset()
    kept: frozenset[str] | None = getattr(person, "_rights", None)
    if kept is None:
        kept = frozenset(right for role in roles_of(person) for right in role.rights)
        narrow_rights(person, to=kept)
    return kept


def roles_of(person: User) -> list[Role]:
    """Give a person's roles in a fixed order. One query, kept on the object."""
    kept: list[Role] | None = getattr(person, "_roles", None)
    if kept is None:
        kept = list(person.roles.order_by("pk"))
        person._roles = kept  # type: ignore[attr-defined]
    return kept


def narrow_rights(person: User, *, to: Iterable[str]) -> None:
    """Let this object (one request's view of the person) hold these rights only."""
    person._rights = frozenset(to)  # type: ignore[attr-defined]


# By hand: the query compiler takes longer over it than Postgres does.
SIGNED_IN_PERSON = """
SELECT u.*, {along}
  (SELECT coalesce(json_agg(r ORDER BY r.id), '[]')::text FROM staff_role r
   JOIN staff_user_roles held ON held.role_id = r.id WHERE held.user_id = u.id) AS held_roles,
  EXISTS (SELECT FROM mfa_authenticator f WHERE f.user_id = u.id AND f.type = 'totp')
    AS had_second_factor
FROM staff_user u WHERE u.id = %s
"""


_along: dict[str, str] = {}


def ask_along(name: str, sql: str) -> None:
    """Bring one value more with each signed-in person, as an attribute `name`.

    For what the frame of every page shows: an app above registers it in `AppConfig.ready`, and no
    page pays a query for it. `sql` is one cheap expression in which `u` is the person's row.
    """
    _along[name] = sql
    _signed_in_person.cache_clear()


@cache
def _signed_in_person() -> str:
    along = "".join(f"{sql} AS {name}, " for name, sql in sorted(_along.items()))
    return SIGNED_IN_PERSON.format(along=along)


def signed_in_person(user_id: int) -> User | None:
    """Give a person with roles and whether they have a second factor, kept on the object. One query.

    Every request of a signed-in person begins with this.
    """
    person = next(iter(User.objects.raw(_signed_in_person(), [user_id])), None)
    if person is not None:
        person._roles = [Role(**row) for row in json.loads(person.held_roles)]  # type: ignore[attr-defined]
    return person


def needs_second_factor(person: User) -> bool:
    """Tell whether the person holds a right that compels a second factor."""
    return not MFA_RIGHTS.isdisjoint(rights_of(person))


def has_second_factor(person: User) -> bool:
    """Tell whether the person has set up an authenticator app. One query."""
    return bool(_app_factors().filter(user=person).exists())


def came_with_second_factor(person: User) -> bool:
    """Tell whether the person had an authenticator app when this request began."""
    kept: bool | None = getattr(person, "had_second_factor", None)
    return has_second_factor(person) if kept is None else kept


def _app_factors() -> "QuerySet[Authenticator]":
    return Authenticator.objects.filter(type=Authenticator.Type.TOTP)  # type: ignore[no-any-return]


@once_a_page
def current_shop() -> Shop | None:
    """Give the shop, or None before the first visit."""
    rows = _shop()
    return rows[0] if rows else None


@fixed
def _shop() -> QuerySet[Shop]:
    return Shop.objects.filter(id=1)


def shop_platform() -> str:
    """Give the platform whose rules judge the shop's orders; Tmall before the first visit."""
    shop = current_shop()
    return shop.platform if shop else Shop.Platform.TMALL.value


def nobody_yet() -> bool:
    """Tell whether this installation still waits for its first administrator."""
    return not User.objects.exists()


# --- people ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in the list of people."""

    id: int
    username: str
    name: str
    roles: list[str]
    is_active: bool
    has_second_factor: bool
    must_have_second_factor: bool
    is_invited: bool  # has not set a password yet
    joined_at: datetime
    last_seen_at: datetime | None


def people() -> list[PersonRow]:
    """List everybody, the active ones first, by name. Three queries."""
    factors = set(
        Authenticator.objects.filter(type=Authenticator.Type.TOTP).values_list("user_id", flat=True)
    )
    rows = User.objects.prefetch_related(
        Prefetch("roles", Role.objects.order_by("pk")), "usersession_set"
    ).order_by("-is_active", "name", "pk")
    return [_person_row(person, has_factor=person.pk in factors) for person in rows]


def _person_row(person: User, *, has_factor: bool) -> PersonRow:
    roles = list(person.roles.all())
    rights = {right for role in roles for right in role.rights}
    sessions: Iterable[UserSession] = person.usersession_set.all()  # type: ignore[attr-defined]
    seen = [session.last_seen_at for session in sessions]
    return PersonRow(
        id=person.pk,
        username=person.username,
        name=person.name,
        roles=[role.label for role in roles],
        is_active=person.is_active,
        has_second_factor=has_factor,
        must_have_second_factor=not MFA_RIGHTS.isdisjoint(rights),
        is_invited=not person.has_usable_password(),
        joined_at=person.date_joined,
        last_seen_at=max(seen, default=person.last_login),
    )


def person_row(person: User) -> PersonRow:
    """Give one person as in the list of people."""
    return _person_row(person, has_factor=has_second_factor(person))


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """A link that was sent and not used yet."""

    person_id: int
    username: str
    roles: list[str]
    sent_at: datetime
    expires_at: datetime


def open_invitations(*, now: datetime) -> list[OpenInvitation]:
    """List the links that still work, the newest first."""
    rows = (
        Invitation.objects.filter(used_at=None, expires_at__gt=now, user__is_active=True)
        .select_related("user")
        .prefetch_related("user__roles")
        .order_by("-created_at", "-pk")
    )
    return [
        OpenInvitation(
            person_id=row.user_id,
            username=row.user.username,
            roles=sorted(role.label for role in row.user.roles.all()),
            sent_at=row.created_at,
            expires_at=row.expires_at,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One place where a person is signed in."""

    id: int
    ip: str
    browser: str
    created_at: datetime
    last_seen_at: datetime
    is_current: bool


def sessions_of(person: User, *, now: datetime, current_key: str | None = None) -> list[SessionRow]:
    """List where a person is signed in, the last seen first, without what a limit ended."""
    rows = UserSession.objects.filter(
        user=person,
        created_at__gt=now - timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS),
        last_seen_at__gt=now - timedelta(seconds=settings.SESSION_IDLE_SECONDS),
    ).order_by("-last_seen_at", "-pk")
    return [
        SessionRow(
            id=row.pk,
            ip=row.ip,
            browser=row.user_agent,
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            is_current=row.session_key == current_key,
        )
        for row in rows
    ]


def tokens_of(person: User) -> QuerySet[ApiToken]:
    """Give a person's tokens, the living first, the newest first."""
    return person.api_tokens.order_by("-revoked_at", "-created_at", "-pk")


# --- roles -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One right, and for each role in order whether it holds it."""

    right: Right
    cells: Sequence[bool]


@dataclass(frozen=True, slots=True)
class RoleColumn:
    """One role in the head of the matrix."""

    id: int
    code: str
    name: str
    is_built_in: bool
    people_count: int


@dataclass(frozen=True, slots=True)
class RoleMatrix:
    """All roles across, all rights down."""

    roles: Sequence[RoleColumn]
    rows: Sequence[MatrixRow]


def role_matrix() -> RoleMatrix:
    """Give every role against every right. Two queries."""
    roles = list(Role.objects.prefetch_related("people").order_by("-is_built_in", "pk"))
    columns = [
        RoleColumn(
            id=role.pk,
            code=role.code,
            name=role.label,
            is_built_in=role.is_built_in,
            people_count=sum(person.is_active for person in role.people.all()),
        )
        for role in roles
    ]
    held = [frozenset(role.rights) for role in roles]
    rows = [MatrixRow(right, [right.code in rights for rights in held]) for right in RIGHTS]
    return RoleMatrix(roles=columns, rows=rows)


# --- the operation log -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What of the log is wanted. `until` is exclusive; empty means all."""

    object_type: str = ""
    object_key: str = ""
    person_id: int | None = None
    name: str = ""  # a dotted name or the beginning of one, such as "staff.role"
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LogRow:
    """One act, as the log page and time-lines show it."""

    id: int
    at: datetime
    who: str  # empty: the system itself
    name: str
    label: str | Promise
    object_type: str
    object_key: str
    old: dict[str, object]
    new: dict[str, object]
    reason: str
    batch_id: int | None
    ip: str | None


def log_page(*, wanted: LogFilter, before: Key | None, after: Key | None) -> Page[LogRow]:
    """Give one page of the log, newest first; `before` leads to newer rows, `after` to older."""
    rows = _matching(wanted)
    if before is not None:
        at, pk = before
        rows = rows.filter(Q(at__gt=at) | Q(at=at, pk__gt=pk), at__gte=at).order_by("at", "pk")
    else:
        rows = rows.order_by("-at", "-pk")
        if after is not None:
            at, pk = after
            rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk), at__lte=at)
    fetched = [_log_row(row) for row in rows[: LOG_PAGE_SIZE + 1]]
    return page_of(
        fetched,
        size=LOG_PAGE_SIZE,
        backwards=before is not None,
        came_from=before is not None or after is not None,
        key=lambda row: (row.at, row.id),
    )


def _matching(wanted: LogFilter) -> QuerySet[Operation]:
    given = {
        "object_type": wanted.object_type,
        "object_key": wanted.object_key,
        "actor_id": wanted.person_id,
        "name__startswith": wanted.name,
        "at__gte": wanted.since,
        "at__lt": wanted.until,
    }
    return Operation.objects.filter(**{key: value for key, value in given.items() if value})


def timeline(*, object_type: str, object_key: str, limit: int = 50) -> list[LogRow]:
    """Give what was done to one object, newest first."""
    rows = Operation.objects.filter(object_type=object_type, object_key=object_key)
    return [_log_row(row) for row in rows.order_by("-id")[:limit]]


def role_changes(*, limit: int = 30) -> list[LogRow]:
    """Give the last changes of any role, newest first."""
    rows = Operation.objects.filter(object_type="role").order_by("-id")[:limit]
    return [_log_row(row) for row in rows]


def _log_row(row: Operation) -> LogRow:
    return LogRow(
        id=row.pk,
        at=row.at,
        who=row.actor_name,
        name=row.name,
        label=name_of(row.name),
        object_type=row.object_type,
        object_key=row.object_key,
        old=row.old,
        new=row.new,
        reason=row.reason,
        batch_id=row.batch_id,
        ip=row.ip,
    )


def idle_limit(person: User, *, default: timedelta, warehouse: timedelta) -> timedelta:
    """Give how long a person's session may rest: shorter where all roles are the warehouse's.

    Hand-helds lie about; but a lead who also works at a desk keeps the desk's limit.
    """
    codes = [role.code for role in roles_of(person)]
    hands = codes and all(code.startswith("warehouse") for code in codes)
    return warehouse if hands else default


def invited_person(token: str, *, now: datetime) -> User | None:
    """Give whom a one-time link was made for, or None if it does not work (any more)."""
    invitation = (
        Invitation.objects.select_related("user")
        .filter(token_hash=hash_of(token), used_at=None, expires_at__gt=now, user__is_active=True)
        .first()
    )
    return invitation.user if invitation else None


def languages() -> set[str]:
    """Give the codes of the languages that screens speak."""
    return {code for code, _name in settings.LANGUAGES}


def role_names() -> dict[str, str]:
    """Give the name of every role by its code."""
    return {code: words.stored(name) for code, name in Role.objects.values_list("code", "name")}


def people_who_may(right: str) -> QuerySet[User]:
    """Give the people who may sign in and whose roles hold a right, by name."""
    roles = Role.objects.filter(rights__contains=[right], people=OuterRef("pk"))
    return User.objects.filter(Exists(roles), is_active=True).order_by("name", "pk")


def roles_text(person: User) -> str:
    """Give the names of a person's roles."""
    return words.listed(role.label for role in roles_of(person))


def right_names(codes: Iterable[str]) -> list[str | Promise]:
    """Give the names of rights, in the order of the table."""
    wanted = set(codes)
    return [right.name for right in RIGHTS if right.code in wanted]
