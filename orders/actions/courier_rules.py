"""Changing which carriers the shop works with, the rules that choose them, and how long they may be silent.

An edit ends a row and begins another, so that history stays; the order of rules alone is moved in place.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from orders.actions.couriers import CourierRefusedError
from orders.actions.dated_rows import end_dated, next_dated
from orders.models import Carrier, CourierRule, TraceLimit
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User

CONDITIONS = (
    "name",
    "carrier",
    "provinces",
    "sku_codes",
    "minimum_grams",
    "maximum_grams",
    "minimum_amount",
    "maximum_amount",
    "only_if_requested",
)
LIMITS = ("provinces", "pickup_hours", "first_trace_hours", "silence_hours")
_CARRIER = ("code", "is_on", "is_for_remote", "unserved", "note")


def locked_rule(row_id: int, version: int) -> CourierRule:
    """Lock a rule in force.

    :raises CourierRule.DoesNotExist: if there is none of this number in force
    :raises CourierRefusedError: if a colleague changed it meanwhile
    """
    row = CourierRule.objects.select_for_update().get(pk=row_id, valid_to__isnull=True)
    _refuse_stale(row.version, version)
    return row


def locked_rules() -> list[CourierRule]:
    """Lock all rules that are not ended, in the order of their keys."""
    rows = CourierRule.objects.select_for_update().filter(valid_to__isnull=True)
    return sorted(rows.order_by("pk"), key=lambda row: (row.position, row.pk))


def locked_limit(row_id: int, version: int) -> TraceLimit:
    """Lock a trace limit in force.

    :raises TraceLimit.DoesNotExist: if there is none of this number in force
    :raises CourierRefusedError: if a colleague changed it meanwhile
    """
    row = TraceLimit.objects.select_for_update().get(pk=row_id, valid_to__isnull=True)
    _refuse_stale(row.version, version)
    return row


def locked_carrier(row_id: int, version: int) -> Carrier:
    """Lock a carrier.

    :raises Carrier.DoesNotExist: if there is none of this number
    :raises CourierRefusedError: if a colleague changed it meanwhile
    """
    row = Carrier.objects.select_for_update().get(pk=row_id)
    _refuse_stale(row.version, version)
    return row


def _refuse_stale(now_version: int, seen: int) -> None:
    if now_version != seen:
        raise CourierRefusedError(_("这一行刚被同事改过，看一下现在的再改。"))


@transaction.atomic
def add_rule(
    *, values: Mapping[str, Any], valid_from: date | None = None, by: User, now: datetime
) -> CourierRule:
    """Add a rule from a date on (None: today), before the fall-back if there is one.

    :raises CourierRefusedError: if its values make no sense
    """
    checked = _checked(values)
    rows = locked_rules()
    begin = valid_from or business_date(now)
    if begin < business_date(now):
        raise CourierRefusedError(_("生效日不能早于今天：以前的包裹已经按当时的规则发了。"))
    row = CourierRule.objects.create(
        **checked,
        position=_place(rows, checked),
        valid_from=begin,
        changed_at=now,
        changed_by=by,
    )
    _record("rule_added", "courier_rule", str(row), by, now, new=_as_json(row, CONDITIONS))
    return row


def _place(rows: list[CourierRule], values: Mapping[str, Any]) -> int:
    """Give the place behind the last rule, or before a fall-back that would leave it nothing."""
    last = rows[-1] if rows else None
    if last is None:
        return 10
    if _is_fallback(last) and not _is_fallback(CourierRule(**values)):
        place = last.position
        last.position += 10
        last.save(update_fields=["position"])
        return place
    return last.position + 10


def _is_fallback(row: CourierRule) -> bool:
    bounds = (row.minimum_grams, row.maximum_grams, row.minimum_amount, row.maximum_amount)
    words = (row.provinces, row.sku_codes, row.only_if_requested)
    return not any(words) and all(one is None for one in bounds)


@transaction.atomic
def change_rule(
    *,
    row_id: int,
    values: Mapping[str, Any],
    is_on: bool,
    version: int,
    by: User,
    now: datetime,
) -> CourierRule:
    """Give a rule other conditions or another carrier, or switch it, from today on.

    :raises CourierRule.DoesNotExist: if there is no such rule in force
    :raises CourierRefusedError: if its values make no sense, or a colleague changed it meanwhile
    """
    row = locked_rule(row_id, version)
    checked = _checked(values)
    old = {**_as_json(row, CONDITIONS), "is_on": row.is_on}
    if all(getattr(row, name) == value for name, value in checked.items()) and row.is_on == is_on:
        return row
    changed = next_dated(row, now=now, by=by)
    for name, value in checked.items():
        setattr(changed, name, value)
    changed.is_on = is_on
    changed.save()
    new = {**_as_json(changed, CONDITIONS), "is_on": changed.is_on}
    _record("rule_changed", "courier_rule", str(changed), by, now, old=old, new=new)
    return changed


@transaction.atomic
def end_rule(*, row_id: int, version: int, by: User, now: datetime) -> None:
    """Take a rule away from today on; parcels keep the carrier that it gave them.

    :raises CourierRule.DoesNotExist: if there is no such rule in force
    :raises CourierRefusedError: if a colleague changed it meanwhile
    """
    row = locked_rule(row_id, version)
    old = _as_json(row, CONDITIONS)
    end_dated(row, now=now, by=by)
    _record("rule_ended", "courier_rule", str(row), by, now, old=old)


@transaction.atomic
def move_rule(*, row_id: int, up: bool, by: User, now: datetime) -> None:
    """Let a rule be asked one place earlier or later. At an end nothing happens.

    :raises CourierRule.DoesNotExist: if there is no such rule in force
    """
    rows = locked_rules()
    at = next((n for n, row in enumerate(rows) if row.pk == row_id), None)
    if at is None:
        raise CourierRule.DoesNotExist
    to = at - 1 if up else at + 1
    if not 0 <= to < len(rows):
        return
    rows[at], rows[to] = rows[to], rows[at]
    for place, row in enumerate(rows, start=1):
        if row.position != place * 10:
            row.position = place * 10
            row.save(update_fields=["position"])
    _record(
        "rule_moved",
        "courier_rule",
        str(rows[to]),
        by,
        now,
        old={"place": at + 1},
        new={"place": to + 1},
    )


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    checked = {name: values[name] for name in CONDITIONS}
    checked["name"] = str(checked["name"]).strip()
    if not checked["name"]:
        raise CourierRefusedError(_("给规则起个名字，解释里要用。"))
    if not checked["carrier"] and not checked["only_if_requested"]:
        raise CourierRefusedError(_("选一家快递；只有「买家指定时」的规则可以不选。"))
    if checked["carrier"] and not Carrier.objects.filter(name=checked["carrier"]).exists():
        raise CourierRefusedError(
            _("没有叫「%(carrier)s」的快递。") % {"carrier": checked["carrier"]}
        )
    for low, high in (("minimum_grams", "maximum_grams"), ("minimum_amount", "maximum_amount")):
        if None not in (checked[low], checked[high]) and checked[low] >= checked[high]:
            raise CourierRefusedError(_("「从」要小于「到」，否则没有包裹合得上。"))
    return checked


@transaction.atomic
def save_carrier(
    *, values: Mapping[str, Any], row_id: int | None, version: int, by: User, now: datetime
) -> Carrier:
    """Add a carrier (`row_id` None), or change one: code, whether it works, where it does not go.

    Its name stays for good: parcels, sheets and pickups are kept under it.

    :raises Carrier.DoesNotExist: if there is none of this number
    :raises CourierRefusedError: if the name is missing or taken, or a colleague changed it meanwhile
    """
    if row_id is None:
        name = str(values["name"]).strip()
        if not name:
            raise CourierRefusedError(_("写下快递的名字。"))
        if Carrier.objects.filter(name=name).exists():
            raise CourierRefusedError(_("已经有叫「%(carrier)s」的快递。") % {"carrier": name})
        row, old = Carrier(name=name), None
    else:
        row = locked_carrier(row_id, version)
        old = _as_json(row, _CARRIER)
        row.version += 1
    for field in _CARRIER:
        setattr(row, field, values[field])
    row.code = row.code.strip().upper()
    row.save()
    _record("carrier_saved", "carrier", row.name, by, now, old=old, new=_as_json(row, _CARRIER))
    return row


@transaction.atomic
def add_limit(*, values: Mapping[str, Any], by: User, now: datetime) -> TraceLimit:
    """Add a trace limit for some provinces from today on.

    :raises CourierRefusedError: if no province is named: the limit of all others exists
    """
    if not values["provinces"]:
        raise CourierRefusedError(_("写下是哪些省份；其余省份的时限改最后一行。"))
    last = TraceLimit.objects.aggregate(last=Max("position"))["last"] or 0
    row = TraceLimit.objects.create(
        **{name: values[name] for name in LIMITS},
        position=last + 10,
        valid_from=business_date(now),
        changed_at=now,
        changed_by=by,
    )
    _record("limit_added", "trace_limit", str(row), by, now, new=_as_json(row, LIMITS))
    return row


@transaction.atomic
def change_limit(
    *, row_id: int, values: Mapping[str, Any], version: int, by: User, now: datetime
) -> TraceLimit:
    """Give a trace limit other hours or provinces, from today on.

    :raises TraceLimit.DoesNotExist: if there is no such limit in force
    :raises CourierRefusedError: if a colleague changed it meanwhile, or a limit of some provinces
        would become one of all
    """
    row = locked_limit(row_id, version)
    old = _as_json(row, LIMITS)
    if bool(row.provinces) != bool(values["provinces"]):
        raise CourierRefusedError(_("写下是哪些省份；其余省份的时限改最后一行。"))
    if all(getattr(row, name) == values[name] for name in LIMITS):
        return row
    changed = next_dated(row, now=now, by=by)
    for name in LIMITS:
        setattr(changed, name, values[name])
    changed.save()
    new = _as_json(changed, LIMITS)
    _record("limit_changed", "trace_limit", str(changed), by, now, old=old, new=new)
    return changed


@transaction.atomic
def end_limit(*, row_id: int, version: int, by: User, now: datetime) -> None:
    """Take a limit of some provinces away from today on.

    :raises TraceLimit.DoesNotExist: if there is no such limit in force
    :raises CourierRefusedError: if it is the limit of all others, or a colleague changed it meanwhile
    """
    row = locked_limit(row_id, version)
    if not row.provinces:
        raise CourierRefusedError(_("其余省份的时限不能去掉，只能改。"))
    old = _as_json(row, LIMITS)
    end_dated(row, now=now, by=by)
    _record("limit_ended", "trace_limit", str(row), by, now, old=old)


def _as_json(row: object, fields: tuple[str, ...]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in fields}
    return {
        name: value if isinstance(value, str | int | list | bool | None) else str(value)
        for name, value in values.items()
    }


def _record(  # noqa: PLR0913
    what: str,
    object_type: str,
    key: str,
    by: User,
    now: datetime,
    *,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
) -> None:
    operations.record(
        name=f"orders.courier.{what}",
        by=by,
        now=now,
        object_type=object_type,
        object_key=key,
        old=old,
        new=new,
    )
