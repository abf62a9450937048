"""The daily checks of membership: points add up, tiers make sense, draws come out again and are drawn."""

from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.actions.tiers import odd
from crm.models import Draw, Occasion
from crm.queries import draws, points
from crm.queries.tiers import plan_in_force
from crm.tier_choices import OccasionKind
from crm.wording import tiers as wording
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check

ENDING, ENDING_DAYS = "crm.points_end_told", 14
POINTS, TIERS, DRAWS = "crm.points_add_up", "crm.tiers_make_sense", "crm.draws_are_fair"
MOST_FINDINGS = 20


def points_add_up(_day: date, _now: datetime) -> CheckOutcome:
    """Fail where a balance is not the sum of its ledger."""
    return outcome_of(
        [
            Finding(
                title=_("积分对不上：客户 %(customer)s") % {"customer": one.customer_id},
                evidence=_(
                    "余额 %(balance)s，流水合计 %(ledger)s；欠 %(owed)s，流水 %(ledger_owed)s"
                )
                % {
                    "balance": one.balance,
                    "ledger": one.ledger,
                    "owed": one.owed,
                    "ledger_owed": one.ledger_owed,
                },
                severity="late",
                owner_role="manager",
                key=str(one.customer_id),
                url=f"{reverse('crm:points')}?customer={one.customer_id}",
            )
            for one in points.prove().differences
        ],
        most=MOST_FINDINGS,
    )


def points_end_told(day: date, _now: datetime) -> CheckOutcome:
    """Warn of points that end within days while no occasion tells their owners."""
    people, ending = points.ending_totals(day, day + timedelta(days=ENDING_DAYS))
    told = Occasion.objects.filter(kind=OccasionKind.POINTS_END, is_on=True).exists()
    if told or not ending:
        return outcome_of([])
    return outcome_of(
        [
            Finding(
                title=_("%(people)s 人的 %(points)s 分 %(days)s 天里到期，没有人告诉他们")
                % {"people": f"{people:,}", "points": f"{ending:,}", "days": ENDING_DAYS},
                evidence=_("在「生日与节点」加一个「积分到期」的节点，或者按名单联系"),
                severity="soon",
                owner_role="manager",
                url=f"{reverse('crm:points')}?show=ending",
            )
        ]
    )


def tiers_make_sense(day: date, _now: datetime) -> CheckOutcome:
    """Fail while nobody or everybody who bought meets a tier."""
    plan = plan_in_force(day)
    return outcome_of(
        [
            Finding(
                title=wording.warning(code, level, plan),
                evidence=_("在会员等级页试算，再改门槛"),
                severity="soon",
                owner_role="manager",
                key=f"{code}:{level}",
                url=reverse("crm:tiers"),
            )
            for code, level in odd(plan, on=day)
        ]
        if plan.levels and points.anybody_bought()
        else []
    )


def draws_are_fair(_day: date, now: datetime) -> CheckOutcome:
    """Fail where a draw does not come out again, or one that ended waits for over a day."""
    found = [
        Finding(
            title=_("抽奖重算不一样：%(name)s") % {"name": one.draw.name},
            evidence=_("名单、种子或中奖者在抽完以后被改过"),
            severity="late",
            owner_role="manager",
            key=f"wrong:{one.draw.pk}",
            url=reverse("crm:draw", args=[one.draw.pk]),
        )
        for one in draws.wrong_draws()
    ]
    waiting = Draw.objects.filter(drawn_at__isnull=True, ends_at__lt=now - timedelta(days=1))
    found += [
        Finding(
            title=_("活动结束了还没抽：%(name)s") % {"name": row.name},
            evidence=_("说好了开奖就要开"),
            severity="soon",
            owner_role="manager",
            due_at=row.ends_at,
            key=f"waiting:{row.pk}",
            url=reverse("crm:draw", args=[row.pk]),
        )
        for row in waiting.order_by("ends_at", "pk")
    ]
    return outcome_of(found, most=MOST_FINDINGS)


def register() -> None:
    """Register them; called once, when the apps are ready."""
    register_check(POINTS, gettext_lazy("积分余额等于流水"), "manager", points_add_up)
    register_check(ENDING, gettext_lazy("积分到期前有人告诉客户"), "manager", points_end_told)
    register_check(
        TIERS, gettext_lazy("会员等级有人够得上，也不是人人够得上"), "manager", tiers_make_sense
    )
    register_check(DRAWS, gettext_lazy("客户活动按时抽，抽得公道"), "manager", draws_are_fair)
