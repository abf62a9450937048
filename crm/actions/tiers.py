"""Keep every customer's tier, and change the plan of tiers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crm.actions.member_errors import MemberRefusedError, StaleMemberError
from crm.actions.occasions import refuse_words
from crm.models import Identity, TierChange, TierLevel, TierPlan, TierState
from crm.queries import tiers as queries
from crm.rules import tiers as rules
from crm.rules.tiers import Held, Plan
from crm.tier_choices import TierReason
from crm.wording import tiers as wording
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User
from shopops.work import actions as work
from shopops.work.context import RunContext
from shopops.work.models import Run

KIND = "crm.tiers"
STEP_CUSTOMERS = 10_000
SAVED = "crm.tiers.plan_saved"


# --- where customers stand ------------------------------------------------------------------------


@transaction.atomic
def keep_range(after: int, upto: int, *, plan: Plan, on: date) -> int:
    """Write the tiers of the customers of a key range as of a day; give how many changed.

    Reads what they paid by one statement, decides by `crm.rules.tiers`, writes changed rows only. Locks
    the range's tiers. May be repeated.
    """
    held = {row.pk: queries.as_held(row) for row in locked_tiers(after, upto)}
    bought = queries.bought_by(after, upto, on=on, days=max(plan.window_days, plan.keep_days))
    gone = held.keys() - set(
        Identity.objects.filter(customer__in=list(held)).values_list("customer_id", flat=True)
    )
    becomes: dict[int, Held | None] = dict.fromkeys(gone)
    for customer in (held.keys() | bought.keys()) - gone:
        paid = rules.paid_as_of(bought.get(customer, ()), plan, on)
        becomes[customer] = rules.next_state(held.get(customer), paid, plan, on)
    changed = {pk: new for pk, new in becomes.items() if new != held.get(pk)}
    _write(changed)
    _tell(changed, held, gone, on)
    return len(changed)


def locked_tiers(after: int, upto: int) -> list[TierState]:
    """Lock the tiers of a range of customers until the end of the transaction, by key."""
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101
    rows = TierState.objects.select_for_update().filter(pk__gt=after, pk__lte=upto)
    return list(rows.order_by("pk"))


def _write(changed: Mapping[int, Held | None]) -> None:
    TierState.objects.bulk_create(
        [
            TierState(customer_id=pk, level=h.level, since=h.since, until=h.until, why=h.why)
            for pk, h in sorted(changed.items())
            if h is not None
        ],
        update_conflicts=True,
        unique_fields=["customer"],
        update_fields=["level", "since", "until", "why"],
        batch_size=2000,
    )
    TierState.objects.filter(pk__in=[pk for pk, new in changed.items() if new is None]).delete()


def _tell(
    changed: Mapping[int, Held | None], held: Mapping[int, Held], gone: set[int], on: date
) -> None:
    rows = []
    for pk, new in sorted(changed.items()):
        was, now = held[pk].level if pk in held else 0, new.level if new else 0
        if was != now:
            why = TierReason.LEFT if pk in gone else new.why if new else TierReason.FELL
            rows.append(TierChange(customer_id=pk, on=on, was=was, now=now, why=why))
    TierChange.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["customer", "on"],
        update_fields=["now", "why"],
        batch_size=2000,
    )


def keep_all(*, on: date) -> int:
    """Write everybody's tier as of a day; for commands, tests and who fills a shop."""
    plan = queries.plan_in_force(on)
    ranges = queries.customer_ranges(STEP_CUSTOMERS)
    return sum(keep_range(after, upto, plan=plan, on=on) for after, upto in ranges)


def perform_tiers(run: RunContext) -> dict[str, Any]:
    """Write everybody's tier as of the run's day, a range of customers a step."""
    on = run.business_date or business_date(run.now)
    plan = queries.plan_in_force(on)
    changed = int(run.cursor.get("changed", 0))
    for after, upto in queries.customer_ranges(STEP_CUSTOMERS, int(run.cursor.get("after", 0))):
        with run.step(text=gettext_noop("重算会员等级")) as step:
            changed += keep_range(after, upto, plan=plan, on=on)
            step.cursor = {"after": upto, "changed": changed}
    return {"changed": changed}


def request_tiers(*, now: datetime) -> Run:
    """Ask for everybody's tier to be worked out again today."""
    return work.request_run(kind=KIND, key="again", now=now, again=True)


# --- the plan -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlanValues:
    """A plan of tiers as a person enters it."""

    valid_from: date
    plan: Plan
    note: str = ""


@transaction.atomic
def save_plan(
    *,
    values: PlanValues,
    version: int,
    is_sure: bool,
    overrule_reason: str = "",
    by: User,
    now: datetime,
) -> TierPlan:
    """Write the tiers from a day on, not in the past. Locks the plan of that day.

    :param version: of the plan of that very day that the person saw; 0: there was none
    :param is_sure: that a tier which nobody or everybody meets is meant so
    :raises MemberRefusedError: if it cannot be so, or a benefit pays for praise and nobody overrules it
    :raises StaleMemberError: if a colleague wrote one for that day since
    """
    refuse(values, now=now)
    if not is_sure:
        _refuse_odd(values, now=now)
    row = locked_plan(values.valid_from)
    if (row.version if row else 0) != version:
        raise StaleMemberError(_("会员等级"), seen=version, current=row.version if row else 0)
    old = wording.plan_json(queries.as_plan(row)) if row else {}
    row = row or TierPlan(valid_from=values.valid_from, version=0)
    row.window_days, row.keep_days = values.plan.window_days, values.plan.keep_days
    row.fall, row.note = values.plan.fall, values.note.strip()[:200]
    row.changed_at, row.changed_by = now, by
    row.version += 1
    row.save()
    _write_levels(row, values.plan)
    refuse_words(
        {one.name: f"{one.name}\n{one.benefits}" for one in values.plan.levels},
        overrule_reason=overrule_reason,
        about=("tier_plan", values.valid_from.isoformat()),
        by=by,
        now=now,
    )
    operations.record(
        name=SAVED,
        by=by,
        now=now,
        object_type="tier_plan",
        object_key=values.valid_from.isoformat(),
        old=old,
        new=wording.plan_json(values.plan),
        reason=row.note,
    )
    if values.valid_from <= business_date(now):
        request_tiers(now=now)
    return row


def locked_plan(valid_from: date) -> TierPlan | None:
    """Lock the plan that begins on a day; None if there is none."""
    rows = TierPlan.objects.select_for_update(of=("self",)).filter(valid_from=valid_from)
    return rows.order_by("pk").first()


def _write_levels(row: TierPlan, plan: Plan) -> None:
    row.levels.all().delete()
    TierLevel.objects.bulk_create(
        [
            TierLevel(
                plan=row,
                level=one.level,
                name=one.name,
                one_order_amount=queries.amount(one.one_order_fen),
                window_amount=queries.amount(one.window_fen),
                window_orders=one.window_orders,
                keep_amount=queries.amount(one.keep_fen),
                keep_orders=one.keep_orders,
                discount_rate=one.rate,
                benefits=one.benefits,
            )
            for one in plan.levels
        ]
    )


def refuse(values: PlanValues, *, now: datetime) -> None:
    """Refuse a plan that cannot be so.

    :raises MemberRefusedError: with the field
    """
    if values.valid_from < business_date(now):
        raise MemberRefusedError(
            _("只能改今天和以后的等级，以前的已经算过了。"), field="valid_from"
        )
    names = [one.name for one in values.plan.levels]
    if len(set(names)) != len(names):
        raise MemberRefusedError(_("两个等级同名。"))
    if found := rules.faults(values.plan):
        raise MemberRefusedError(wording.fault(*found[0], values.plan))


def _refuse_odd(values: PlanValues, *, now: datetime) -> None:
    found = odd(values.plan, on=business_date(now))
    if found:
        words = wording.warning(*found[0], values.plan)
        raise MemberRefusedError(_("%(words)s 确定要这样，就勾上「知道了」。") % {"words": words})


def odd(plan: Plan, *, on: date) -> Sequence[tuple[str, int]]:
    """Give the tiers that nobody or everybody meets, by what was paid up to a day; one statement."""
    met = queries.meeting(plan, on=on)
    return rules.warnings(met.by_level, met.everybody)
