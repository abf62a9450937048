"""Give old customers to agents, or hand over those of somebody who leaves."""

import hashlib
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from crm.actions import agent_locks
from crm.actions.keeping import note_keepers
from crm.actions.service_errors import ServiceRefusedError
from crm.models import Customer
from crm.queries import agents, handing
from crm.queries.handing import Plan, Wanted
from products.actions.errors import StaleGoodsError
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User

_BATCH = 2000


def check(wanted: Wanted) -> Wanted:
    """Refuse what makes no sense; give the agents in a fixed order.

    :raises ServiceRefusedError: without agents, to one who is not at the desk, or to the same one
    """
    here = set(agents.agents().values_list("pk", flat=True))
    if not wanted.to:
        raise ServiceRefusedError(_("选至少一个客服。"), field="to")
    if not set(wanted.to) <= here:
        raise ServiceRefusedError(_("选了不在岗的客服。"), field="to")
    if wanted.of_agent in wanted.to:
        raise ServiceRefusedError(_("不能交给原来的客服自己。"), field="to")
    return replace(wanted, to=tuple(sorted(set(wanted.to))))


def mark_of(plan: Plan) -> str:
    """Name a plan, so that what is done is what was looked at."""
    text = ",".join(f"{one.customer_id}>{one.agent_id}" for one in plan.given)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


@transaction.atomic
def give_customers(*, wanted: Wanted, mark: str, by: User, now: datetime) -> int:
    """Do what a preview showed; give how many customers. Locks them by key.

    :param mark: `mark_of` the plan that the person saw
    :raises ServiceRefusedError: as `check`, or if there is nobody to give
    :raises StaleGoodsError: if it would do something else by now
    """
    agent_locks.lock_rules("handing")
    wanted = check(wanted)
    plan = handing.plan(wanted, today=business_date(now))
    if not plan.given:
        raise ServiceRefusedError(_("没有符合条件的客户。"))
    if mark_of(plan) != mark:
        raise StaleGoodsError(_("要分配的客户"))
    rows = locked_customers([one.customer_id for one in plan.given])
    if any(one.agent_id != wanted.of_agent for one in rows.values()) or len(rows) != len(
        plan.given
    ):
        raise StaleGoodsError(_("要分配的客户"))
    for one in plan.given:
        rows[one.customer_id].agent_id = one.agent_id
        rows[one.customer_id].version += 1
    Customer.objects.bulk_update(rows.values(), ["agent", "version"], batch_size=_BATCH)
    note_keepers({one.customer_id: one.agent_id for one in plan.given}, by=by, now=now)
    _log(wanted, plan, by=by, now=now)
    return len(plan.given)


def locked_customers(keys: list[int]) -> dict[int, Customer]:
    """Lock customers by key."""
    rows = Customer.objects.select_for_update(of=("self",)).filter(
        pk__in=keys, merged_into__isnull=True
    )
    return {one.pk: one for one in rows.order_by("pk")}


def _log(wanted: Wanted, plan: Plan, *, by: User, now: datetime) -> None:
    """Write one operation for each agent who gets customers."""
    people = agents.people([*plan.by_agent(), *([wanted.of_agent] if wanted.of_agent else [])])
    for agent_id, count in sorted(plan.by_agent().items()):
        operations.record(
            name="crm.customers.handed_out",
            by=by,
            now=now,
            object_type="agent_customers",
            object_key=people[agent_id].username,
            old={"from_agent": people[wanted.of_agent].name if wanted.of_agent else None},
            new={
                "agent": people[agent_id].name,
                "customers": count,
                "hand_out_rule": wanted.rule,
            },
        )
