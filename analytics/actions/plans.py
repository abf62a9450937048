"""Plans for a score: the target, by when, and what is done by each of the three levers."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from analytics.actions.dsr import ScoreRefusedError, lock_topic
from analytics.models import PlanLever, ScorePlan
from analytics.score_choices import Score
from products.actions.errors import StaleGoodsError
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User


def locked_plan(score: str) -> ScorePlan | None:
    """Lock a score's plan, if it has one; whoever makes the first one waits for the others."""
    lock_topic(f"score_plan.{score}")
    return ScorePlan.objects.select_for_update(of=("self",)).filter(score=score).first()


@transaction.atomic
def save_plan(  # noqa: PLR0913
    *,
    score: Score,
    target: Decimal,
    due_on: date,
    owner: User | None,
    version: int,
    by: User,
    now: datetime,
) -> ScorePlan:
    """Set what a score is to be and by when.

    :param version: of the plan as the person saw it, 0 where there was none
    :raises ScoreRefusedError: for a day that has passed, or a target that is none
    :raises StaleGoodsError: if a colleague changed it since
    """
    if due_on < business_date(now):
        raise ScoreRefusedError(_("这一天已经过了。"), field="due_on")
    if not 1 <= target <= 5:
        raise ScoreRefusedError(_("目标在 1 到 5 之间。"), field="target")
    plan = locked_plan(score)
    current = plan.version if plan else 0
    if current != version:
        raise StaleGoodsError(_plan_name(score), seen=version, current=current)
    old = {"target": str(plan.target), "due_on": plan.due_on.isoformat()} if plan else {}
    plan = plan or ScorePlan(score=score, version=0)
    plan.target, plan.due_on, plan.owner = target, due_on, owner
    plan.changed_at, plan.changed_by, plan.version = now, by, plan.version + 1
    plan.save()
    operations.record(
        name="analytics.score_plan.changed",
        by=by,
        now=now,
        object_type="score_plan",
        object_key=score,
        old=old,
        new={
            "target": str(target),
            "due_on": due_on.isoformat(),
            "owner": owner.name if owner else "",
        },
    )
    return plan


def _plan_name(score: str) -> str:
    return _("「%(name)s」的计划") % {"name": Score(score).label}


@transaction.atomic
def save_lever(  # noqa: PLR0913
    *,
    score: Score,
    lever: Score,
    text: str,
    owner: User | None,
    due_on: date | None,
    is_done: bool,
    version: int,
    by: User,
    now: datetime,
) -> PlanLever:
    """Say what is done by a lever, by whom and when, or that it is done.

    :param version: of the lever as the person saw it, 0 where there was none
    :raises ScoreRefusedError: without a plan, or without words
    :raises StaleGoodsError: if a colleague changed it since
    """
    if not text.strip():
        raise ScoreRefusedError(_("写上要做什么。"), field="text")
    plan = locked_plan(score)
    if plan is None:
        raise ScoreRefusedError(_("先定目标，再写做什么。"))
    row = PlanLever.objects.filter(plan=plan, lever=lever).first()
    current = row.version if row else 0
    if current != version:
        raise StaleGoodsError(
            _("%(plan)s里的「%(lever)s」") % {"plan": _plan_name(score), "lever": lever.label},
            seen=version,
            current=current,
        )
    old = {"text": row.text, "is_done": row.done_at is not None} if row else {}
    row = row or PlanLever(plan=plan, lever=lever, version=0)
    row.text, row.owner, row.due_on = text.strip(), owner, due_on
    row.done_at = (row.done_at or now) if is_done else None
    row.version += 1
    row.save()
    operations.record(
        name="analytics.score_lever.changed",
        by=by,
        now=now,
        object_type="score_plan",
        object_key=f"{score} {lever}",
        old=old,
        new={"text": row.text, "is_done": is_done, "owner": owner.name if owner else ""},
    )
    return row
