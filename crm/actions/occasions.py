"""Add and change the occasions on which the shop writes to customers."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.actions import screening
from crm.actions.member_errors import MemberRefusedError, StaleMemberError
from crm.models import Occasion
from crm.queries.occasions import OF_THE_SHOP
from crm.tier_choices import OccasionKind
from shopops.staff import operations
from shopops.staff.models import User

type Day = date


@dataclass(frozen=True, slots=True)
class OccasionValues:
    """An occasion as a person enters it."""

    kind: str
    name: str
    what: str
    channel: str
    date: Day | None = None
    days_before: int = 0
    after_days: int | None = None
    from_level: int = 0
    goods: Sequence[str] = ()
    is_on: bool = True


def refuse_words(
    texts: Mapping[str, str],
    *,
    overrule_reason: str,
    about: tuple[str, str],
    by: User,
    now: datetime,
) -> None:
    """Refuse texts, by their labels, that pay for praise or fake trade; `crm.actions.screening` says when.

    :raises MemberRefusedError: with words, place and law
    """
    try:
        screening.refuse_words(texts, overrule_reason=overrule_reason, about=about, by=by, now=now)
    except screening.WordsRefusedError as refused:
        raise MemberRefusedError(refused.message) from refused


@transaction.atomic
def add_occasion(
    *, values: OccasionValues, overrule_reason: str = "", by: User, now: datetime
) -> Occasion:
    """Add an occasion.

    :raises MemberRefusedError: if it lacks its day, or its words pay for praise
    """
    _refuse(values)
    row = Occasion(changed_at=now, changed_by=by, **_columns(values))
    row.save()
    _screen(row, overrule_reason, by=by, now=now)
    _record("crm.occasion.added", row, by=by, now=now)
    return row


@transaction.atomic
def change_occasion(
    *,
    occasion_id: int,
    version: int,
    values: OccasionValues,
    overrule_reason: str = "",
    by: User,
    now: datetime,
) -> Occasion:
    """Change an occasion. Locks it.

    :raises Occasion.DoesNotExist: if there is none
    :raises StaleMemberError: if a colleague changed it since
    :raises MemberRefusedError: as `add_occasion` does
    """
    row = locked_occasion(occasion_id=occasion_id, version=version)
    _refuse(values)
    old = occasion_json(row)
    for name, value in _columns(values).items():
        setattr(row, name, value)
    row.version += 1
    row.changed_at, row.changed_by = now, by
    row.save()
    _screen(row, overrule_reason, by=by, now=now)
    _record("crm.occasion.changed", row, by=by, now=now, old=old)
    return row


def locked_occasion(*, occasion_id: int, version: int) -> Occasion:
    """Lock one occasion that a person saw at `version`.

    :raises StaleMemberError: if it changed since
    """
    row = Occasion.objects.select_for_update(of=("self",)).get(pk=occasion_id)
    if row.version != version:
        raise StaleMemberError(row.name, seen=version, current=row.version)
    return row


def _columns(values: OccasionValues) -> dict[str, Any]:
    found = asdict(values)
    found["goods"] = list(values.goods)
    if values.kind not in OF_THE_SHOP:
        found["date"] = None
    if values.kind != OccasionKind.FOLLOW_UP:
        found["after_days"] = None
    return found


def _refuse(values: OccasionValues) -> None:
    if values.kind in OF_THE_SHOP and values.date is None:
        raise MemberRefusedError(_("写下是哪一天。"), field="date")
    if values.kind == OccasionKind.FOLLOW_UP and not values.after_days:
        raise MemberRefusedError(_("写下付款几天后回访。"), field="after_days")
    if values.kind == OccasionKind.MEMBERS_ONLY and not values.from_level:
        raise MemberRefusedError(_("会员专享要写从哪一级起。"), field="from_level")


def _screen(row: Occasion, overrule_reason: str, *, by: User, now: datetime) -> None:
    texts = {_("名称"): row.name, _("说什么、给什么"): row.what}
    about = ("occasion", str(row.pk))
    refuse_words(texts, overrule_reason=overrule_reason, about=about, by=by, now=now)


def occasion_json(row: Occasion) -> dict[str, Any]:
    """Give an occasion as the log keeps it."""
    return {
        "kind": row.kind,
        "name": row.name,
        "what": row.what,
        "channel": row.channel,
        "date": row.date.isoformat() if row.date else None,
        "days_before": row.days_before,
        "from_level": row.from_level,
        "is_on": row.is_on,
    }


def _record(
    name: str,
    row: Occasion,
    *,
    by: User,
    now: datetime,
    old: dict[str, Any] | None = None,
) -> None:
    operations.record(
        name=name,
        by=by,
        now=now,
        object_type="occasion",
        object_key=str(row.pk),
        old=old,
        new=occasion_json(row),
    )
