"""The dated rows of the final price: what a new shop begins with, and changing one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from promotions.actions.errors import BenefitRefusedError, StalePriceError
from promotions.actions.lowest import request_lowest
from promotions.models import PriceRuleRow
from promotions.rules.price_rule_rows import start_rows, wrong_parameter
from shopops.staff import operations
from shopops.staff.models import User


@transaction.atomic
def ensure_price_rules() -> None:
    """Fill in the start rows where there are none. Safe to run at every start."""
    if PriceRuleRow.objects.exists():
        return
    PriceRuleRow.objects.bulk_create(
        PriceRuleRow(
            code=row.code,
            name=row.name,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            mark=row.mark,
            source=row.source,
            parameters=dict(row.parameters),
            is_on=row.is_on,
            changed_at=row.valid_from,
        )
        for row in start_rows()
    )


@dataclass(frozen=True, slots=True)
class RuleGiven:
    """What a person wants of a row.

    `since` None: the row itself is mended; else it ends then and a new one begins.
    """

    parameters: dict[str, Any]
    is_on: bool
    mark: str
    source: str
    valid_to: datetime | None
    since: datetime | None = None


@transaction.atomic
def change_price_rule(
    *, rule_id: int, given: RuleGiven, version: int, by: User, now: datetime
) -> PriceRuleRow:
    """Change how benefits meet, in place or from a moment on. Asks for the lowest prices anew.

    :raises PriceRuleRow.DoesNotExist: if there is none
    :raises StalePriceError: if a colleague changed it since `version`
    :raises BenefitRefusedError: if its times or figures make no sense
    """
    row = locked_price_rule(rule_id=rule_id, version=version)
    old = {"is_on": row.is_on, "parameters": row.parameters, "mark": row.mark}
    _check(row, given)
    changed = _begin_anew(row, given.since) if given.since else row
    changed.parameters, changed.is_on = given.parameters, given.is_on
    changed.mark, changed.source, changed.valid_to = given.mark, given.source, given.valid_to
    changed.changed_at, changed.changed_by = now, by
    changed.version += 1
    try:
        with transaction.atomic():
            changed.save()
    except IntegrityError as error:
        raise BenefitRefusedError(_("这条规则在那个时间已经有一行。"), field="since") from error
    operations.record(
        name="promotions.rule.changed",
        by=by,
        now=now,
        object_type="price_rule",
        object_key=row.code,
        old=old,
        new={"is_on": given.is_on, "parameters": given.parameters, "mark": given.mark},
    )
    request_lowest(now=now, by=by)
    return changed


def locked_price_rule(*, rule_id: int, version: int) -> PriceRuleRow:
    """Lock one row as somebody saw it.

    :raises PriceRuleRow.DoesNotExist: if there is none
    :raises StalePriceError: if it was changed since
    """
    row = PriceRuleRow.objects.select_for_update().order_by("pk").get(pk=rule_id)
    if row.version != version:
        raise StalePriceError(row.name, seen=version, current=row.version)
    return row


def _check(row: PriceRuleRow, given: RuleGiven) -> None:
    begins = given.since or row.valid_from
    if given.since and given.since <= row.valid_from:
        raise BenefitRefusedError(_("新的一行要晚于现在这行的开始。"), field="since")
    if given.valid_to and given.valid_to <= begins:
        raise BenefitRefusedError(_("结束时间要晚于开始时间。"), field="valid_to")
    wrong = wrong_parameter(given.parameters)
    if wrong:
        raise BenefitRefusedError(_("“%(name)s”写得不对。") % {"name": wrong}, field=wrong)


def _begin_anew(row: PriceRuleRow, since: datetime) -> PriceRuleRow:
    row.valid_to, row.version = since, row.version + 1
    row.save(update_fields=["valid_to", "version"])
    return PriceRuleRow(code=row.code, name=row.name, valid_from=since, version=0, parameters={})
