"""What people note about price protection: what an event promised, and labels that stand on orders."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from promotions.actions.errors import BenefitRefusedError
from promotions.choices import RuleMark
from promotions.models import PriceRuleRow, ProtectionLabel
from promotions.rules.protection import MOST_DAYS, is_label
from shopops.staff import operations
from shopops.staff.models import User


@dataclass(frozen=True, slots=True)
class EventGiven:
    """What an event promises to those who pay from `since` up to `until`.

    `days` count from the payment, or from the end of the event.
    """

    name: str
    since: datetime
    until: datetime
    days: int
    is_after_event: bool
    source: str
    is_read: bool


@transaction.atomic
def add_event(*, given: EventGiven, by: User, now: datetime) -> PriceRuleRow:
    """Note an event's price protection as a dated row of its own. Locks the rows of price protection.

    :raises BenefitRefusedError: if its times or days make no sense
    """
    if given.until <= given.since:
        raise BenefitRefusedError(_("结束时间要晚于开始时间。"), field="until")
    if not 1 <= given.days <= MOST_DAYS:
        raise BenefitRefusedError(_("天数要在 1 到 400 之间。"), field="days")
    taken = {row.code for row in locked_protection_rules()}
    code = next(f"PP{n}" for n in range(4, 10_000) if f"PP{n}" not in taken)
    parameters: dict[str, Any] = {
        "days_after_event" if given.is_after_event else "days": given.days
    }
    row = PriceRuleRow.objects.create(
        code=code,
        name=given.name,
        valid_from=given.since,
        valid_to=given.until,
        mark=RuleMark.READ if given.is_read else RuleMark.GENERAL,
        source=given.source,
        parameters=parameters,
        changed_at=now,
        changed_by=by,
    )
    operations.record(
        name="promotions.protection.event_added",
        by=by,
        now=now,
        object_type="price_rule",
        object_key=code,
        new={"name": given.name, "parameters": parameters, "mark": row.mark},
    )
    return row


@transaction.atomic
def note_labels(*, labels: Mapping[str, str], by: User, now: datetime) -> int:
    """Note the labels of orders by order number; what was noted before is replaced. Give how many changed.

    :raises BenefitRefusedError: if a text is no label of price protection
    """
    if wrong := next((tid for tid, label in labels.items() if not is_label(label)), None):
        words = _("%(tid)s：「%(label)s」不是价保标签，写成 15天价保 或者 大促价保。")
        raise BenefitRefusedError(words % {"tid": wrong, "label": labels[wrong]}, field="labels")
    known = dict(ProtectionLabel.objects.filter(tid__in=list(labels)).values_list("tid", "label"))
    changed = {tid: label for tid, label in labels.items() if known.get(tid) != label}
    ProtectionLabel.objects.bulk_create(
        [
            ProtectionLabel(tid=tid, label=label, changed_at=now, changed_by=by)
            for tid, label in sorted(changed.items())
        ],
        update_conflicts=True,
        unique_fields=["tid"],
        update_fields=["label", "changed_at", "changed_by"],
    )
    if changed:
        operations.record(
            name="promotions.protection.labels_noted",
            by=by,
            now=now,
            object_type="protection",
            object_key=next(iter(sorted(changed))),
            new={"orders": len(changed)},
        )
    return len(changed)


def locked_protection_rules() -> list[PriceRuleRow]:
    """Lock the rows of price protection in the order of their keys."""
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101
    rows = PriceRuleRow.objects.filter(code__startswith="PP")
    return list(rows.select_for_update(of=("self",)).order_by("pk"))
