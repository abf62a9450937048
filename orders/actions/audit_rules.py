"""Changing what audit judges by. An edit ends a row and begins another, so that history stays."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from orders.actions.errors import OrderRefusedError
from orders.choices import AuditRuleCode, HoldKind, KeywordAct
from orders.models import AuditRuleRow, BlackListEntry, Buyer, KeywordRow
from orders.models.audit import DatedRow
from orders.rules.audit_parameters import ParameterError, checked
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User


class AuditRefusedError(OrderRefusedError):
    """A change of the audit's rules that cannot be; the message is for whoever asked."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword rule as a person enters it."""

    words: tuple[str, ...]
    unless: tuple[str, ...]
    place: str
    act: str
    value: str


@transaction.atomic
def add_rule(
    *, code: AuditRuleCode, parameters: Mapping[str, Any], by: User, now: datetime
) -> AuditRuleRow:
    """Add a rule from today on, behind the others.

    :raises AuditRefusedError: if a parameter makes no sense
    """
    last = AuditRuleRow.objects.aggregate(last=Max("position"))["last"] or 0
    row = AuditRuleRow.objects.create(
        code=code,
        parameters=_checked(code, parameters),
        position=last + 10,
        valid_from=business_date(now),
        changed_at=now,
        changed_by=by,
    )
    _record("rule_added", "audit_rule", row, by, now, new=_as_json(row))
    return row


@transaction.atomic
def change_rule(
    *,
    row_id: int,
    parameters: Mapping[str, Any],
    is_on: bool,
    version: int,
    by: User,
    now: datetime,
) -> AuditRuleRow:
    """Give a rule other values, or switch it, from today on.

    :raises AuditRuleRow.DoesNotExist: if there is no such rule in force
    :raises AuditRefusedError: if a parameter makes no sense, or a colleague changed the rule meanwhile
    """
    row = _locked_rule(row_id, version)
    old = _as_json(row)
    values = _checked(AuditRuleCode(row.code), parameters)
    if (values, is_on) == (row.parameters, row.is_on):
        return row
    changed = _next(row, now=now, by=by)
    changed.parameters, changed.is_on = values, is_on
    changed.save()
    _record("rule_changed", "audit_rule", changed, by, now, old=old, new=_as_json(changed))
    return changed


@transaction.atomic
def move_rule(*, row_id: int, up: bool, version: int, by: User, now: datetime) -> None:
    """Let a rule change places with the one before it (`up`) or behind it, on screen and in judging.

    Of several needs the first rule's is the order's first hold, the reason that lists and the order
    name. No verdict changes, so the row stays the same row. Locks all rules in force.

    :raises AuditRuleRow.DoesNotExist: if there is no such rule in force
    :raises AuditRefusedError: if it is first (last) already, or a colleague changed it meanwhile
    """
    rows = list(
        AuditRuleRow.objects.select_for_update().filter(valid_to__isnull=True).order_by("pk")
    )
    rows.sort(key=lambda one: (one.position, one.pk))
    row = _locked_rule(row_id, version)
    place = [one.pk for one in rows].index(row.pk)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(rows):
        raise AuditRefusedError(_("它已经在最上面了。") if up else _("它已经在最下面了。"))
    rows[place], rows[other] = rows[other], rows[place]
    for number, one in enumerate(rows, start=1):
        one.position = number * 10
        if one.pk == row.pk:
            one.version += 1
    AuditRuleRow.objects.bulk_update(rows, ["position", "version"])
    old, new = {"place": place + 1}, {"place": other + 1}
    _record("rule_moved", "audit_rule", row, by, now, old=old, new=new)


@transaction.atomic
def end_rule(*, row_id: int, version: int, by: User, now: datetime) -> None:
    """Take a rule away from today on; what it held stays held until somebody ends it.

    :raises AuditRuleRow.DoesNotExist: if there is no such rule in force
    :raises AuditRefusedError: if a colleague changed the rule meanwhile
    """
    row = _locked_rule(row_id, version)
    old = _as_json(row)
    _end(row, now=now, by=by)
    _record("rule_ended", "audit_rule", row, by, now, old=old)


@transaction.atomic
def add_keyword(*, keyword: Keyword, by: User, now: datetime) -> KeywordRow:
    """Add a keyword rule from today on.

    :raises AuditRefusedError: if it has no word, or the act lacks its value
    """
    words = [word.strip() for word in keyword.words if word.strip()]
    if not words:
        raise AuditRefusedError(_("至少写一个关键词。"))
    value = keyword.value.strip()
    if keyword.act in {KeywordAct.COURIER, KeywordAct.GIFT} and not value:
        raise AuditRefusedError(_("写下是哪家快递，或者哪个赠品。"))
    if keyword.act == KeywordAct.HOLD and value not in HoldKind.values:
        raise AuditRefusedError(_("选一种挂起。"))
    last = KeywordRow.objects.aggregate(last=Max("position"))["last"] or 0
    row = KeywordRow.objects.create(
        words=words,
        unless=[word.strip() for word in keyword.unless if word.strip()],
        place=keyword.place,
        act=keyword.act,
        value=value,
        position=last + 10,
        valid_from=business_date(now),
        changed_at=now,
        changed_by=by,
    )
    _record("keyword_added", "keyword", row, by, now, new=_as_json(row))
    return row


@transaction.atomic
def end_keyword(*, row_id: int, by: User, now: datetime) -> None:
    """Take a keyword rule away from today on.

    :raises KeywordRow.DoesNotExist: if there is no such rule in force
    """
    row = KeywordRow.objects.select_for_update().get(pk=row_id, valid_to__isnull=True)
    old = _as_json(row)
    _end(row, now=now, by=by)
    _record("keyword_ended", "keyword", row, by, now, old=old)


@transaction.atomic
def black_list(*, nick: str, reason: str, by: User, now: datetime) -> BlackListEntry:
    """Put the buyer of a member name on the black list.

    :raises AuditRefusedError: if nobody has this name, the reason is missing, or the buyer is listed
    """
    if not reason.strip():
        raise AuditRefusedError(_("写下为什么列入黑名单。"))
    buyer = Buyer.objects.select_for_update().filter(nick=nick.strip()).order_by("pk").first()
    if buyer is None:
        raise AuditRefusedError(_("没有叫「%(nick)s」的买家。") % {"nick": nick.strip()})
    if buyer.black_list.filter(removed_at__isnull=True).exists():
        raise AuditRefusedError(_("「%(nick)s」已经在黑名单上。") % {"nick": buyer.nick})
    entry = BlackListEntry.objects.create(
        buyer=buyer, reason=reason.strip(), added_at=now, added_by=by
    )
    operations.record(
        name="orders.black_list.added",
        by=by,
        now=now,
        object_type="buyer",
        object_key=str(buyer.pk),
        reason=entry.reason,
    )
    return entry


@transaction.atomic
def take_off_black_list(*, entry_id: int, by: User, now: datetime) -> None:
    """Take a buyer off the black list; the entry stays, with who ended it.

    :raises BlackListEntry.DoesNotExist: if there is no such open entry
    """
    entry = BlackListEntry.objects.select_for_update().get(pk=entry_id, removed_at__isnull=True)
    entry.removed_at, entry.removed_by = now, by
    entry.save(update_fields=["removed_at", "removed_by"])
    operations.record(
        name="orders.black_list.removed",
        by=by,
        now=now,
        object_type="buyer",
        object_key=str(entry.buyer_id),
        reason=entry.reason,
    )


def _checked(code: AuditRuleCode, parameters: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return checked(code, parameters)
    except ParameterError as error:
        raise AuditRefusedError(_("这个值不对，看一下再存。")) from error


def _locked_rule(row_id: int, version: int) -> AuditRuleRow:
    row = AuditRuleRow.objects.select_for_update().get(pk=row_id, valid_to__isnull=True)
    if row.version != version:
        raise AuditRefusedError(_("这条规则刚被同事改过，看一下现在的再改。"))
    return row


def _next[R: DatedRow](row: R, *, now: datetime, by: User) -> R:
    """Give the row to write the change into: a new one, unless the old one began today."""
    today = business_date(now)
    if row.valid_from < today:
        row.valid_to = today - timedelta(days=1)
        row.save(update_fields=["valid_to"])
        row.pk, row.valid_from, row.valid_to = None, today, None
        row._state.adding = True
    row.version += 1
    row.changed_at, row.changed_by = now, by
    return row


def _end(row: DatedRow, *, now: datetime, by: User) -> None:
    today = business_date(now)
    row.version += 1
    row.changed_at, row.changed_by = now, by
    if row.valid_from < today:
        row.valid_to = today - timedelta(days=1)
    else:  # it began today: nothing was judged by it on another day
        row.valid_to, row.is_on = today, False
    row.save()


def _as_json(row: AuditRuleRow | KeywordRow) -> dict[str, Any]:
    if isinstance(row, AuditRuleRow):
        return {"code": row.code, "parameters": row.parameters, "is_on": row.is_on}
    return {"words": row.words, "unless": row.unless, "act": row.act, "value": row.value}


def _record(  # noqa: PLR0913
    what: str,
    object_type: str,
    row: AuditRuleRow | KeywordRow,
    by: User,
    now: datetime,
    *,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
) -> None:
    operations.record(
        name=f"orders.audit.{what}",
        by=by,
        now=now,
        object_type=object_type,
        object_key=str(row),
        old=old,
        new=new,
    )
