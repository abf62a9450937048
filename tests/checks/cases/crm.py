"""Customers: campaigns, figures, reviews, follow-ups, points, tiers, draws, the service desk."""

from datetime import timedelta
from decimal import Decimal

from crm.actions import follow, recompute
from crm.models import (
    AgentDay,
    AgentName,
    BonusLine,
    BonusSheet,
    Campaign,
    CampaignMember,
    Customer,
    CustomerStat,
    Draw,
    Exam,
    FollowTask,
    Occasion,
    OptOut,
    PointBalance,
    PointEntry,
    Review,
    ReviewCase,
    RfmRun,
    ServiceTarget,
    TierLevel,
    TierPlan,
)
from shopops.staff.models import User
from tests.checks.cases.case import Case, World
from tests.factories import campaigns as made
from tests.factories.orders import OrderFactory
from tests.factories.staff import PersonFactory


def _campaign(w: World) -> Campaign:
    made.rule()
    return made.campaign(w.manager, now=w.now)


def _stuck(w: World) -> None:
    _campaign(w)
    Campaign.objects.update(state="prepared", starts_at=w.now - timedelta(days=2))


def _member(w: World, state: str) -> CampaignMember:
    row = _campaign(w)
    return CampaignMember.objects.create(
        campaign=row,
        customer=made.customer("小鹿"),
        state=state,
        arm=row.arms.get(),
        claimed_at=w.now - timedelta(hours=2),
    )


def _refused(w: World) -> None:
    member = _member(w, "sent")
    OptOut.objects.create(
        customer=member.customer,
        at=w.now - timedelta(hours=3),
        recorded_at=w.now - timedelta(hours=3),
        channel="sms",
        words="T",
        source="reply",
    )


def _shop(w: World) -> None:
    OrderFactory()
    follow.mark_everybody()
    recompute.recompute_all_marked(now=w.now)


def _wrong(w: World) -> None:
    _shop(w)
    CustomerStat.objects.update(paid_fen=1)


def _recompute(w: World) -> None:
    follow.mark_everybody()
    recompute.recompute_all_marked(now=w.now)


def _valued(w: World) -> None:
    RfmRun.objects.create(
        as_of=w.day - timedelta(days=1),
        window_days=365,
        buyers=1,
        changed=0,
        method="fifths",
        cuts={},
        segments={},
        stages={},
        limits={},
        grid={},
        computed_at=w.now,
    )


def _review(w: World) -> None:
    at = w.now - timedelta(days=2)
    review = Review.objects.create(rated_at=at, first_seen_at=at, rating="bad", key="a")
    ReviewCase.objects.create(review=review, opened_at=at, due_at=at + timedelta(days=1))


def _task(w: World) -> None:
    FollowTask.objects.create(
        opened_at=w.now, due_on=w.day - timedelta(days=1), kind="arrival", order=OrderFactory()
    )


def _unbalanced(w: World) -> None:
    PointBalance.objects.create(customer=made.customer("小鹿"), balance=50)


def _ending_points(w: World) -> None:
    customer = made.customer("小鹿")
    PointBalance.objects.create(customer=customer, balance=50)
    PointEntry.objects.create(
        customer=customer,
        at=w.now - timedelta(days=300),
        points=50,
        balance_after=50,
        expires_on=w.day + timedelta(days=5),
        kind="earn",
        key="a",
    )


def _tell_of_points(w: World) -> None:
    Occasion.objects.create(changed_at=w.now, kind="points_end", name="积分到期", what="提醒")


def _tier(w: World) -> None:
    _shop(w)
    plan = TierPlan.objects.create(valid_from=w.day - timedelta(days=9), changed_at=w.now)
    TierLevel.objects.create(plan=plan, level=1, name="金", window_orders=50)


def _another_buyer(w: World) -> None:
    TierLevel.objects.update(window_orders=None, one_order_amount=Decimal(200))
    OrderFactory(paid_amount=Decimal(300))
    _recompute(w)


def _draw(w: World) -> None:
    Draw.objects.create(
        made_at=w.now,
        made_by=w.manager,
        starts_at=w.now - timedelta(days=9),
        ends_at=w.now - timedelta(days=2),
        winners=1,
        kind="raffle",
        seed="a",
        seed_hash="b",
        name="中秋抽奖",
        prize="枕套",
        rules="一人一次",
    )


def _agent() -> User:
    return PersonFactory.create(name="小禾", role_codes=["service"])


def _unmapped(w: World) -> None:
    yesterday = w.day - timedelta(days=1)
    AgentDay.objects.create(agent=_agent(), said_at=w.now, date=yesterday, asked=9, is_current=True)
    AgentName.objects.create(seen_at=w.now, name="棉语:新来的")


def _slow(w: World) -> None:
    agent = _agent()
    for back in (1, 2, 3):
        AgentDay.objects.create(
            agent=agent,
            said_at=w.now,
            date=w.day - timedelta(days=back),
            inquired=100,
            paid=10,
            is_current=True,
        )
    ServiceTarget.objects.all().delete()
    ServiceTarget.objects.create(
        valid_from=w.day - timedelta(days=90),
        changed_at=w.now,
        measure="pay_rate",
        value=Decimal("0.5"),
        missed_days=3,
    )


def _appeal(w: World) -> None:
    sheet = BonusSheet.objects.create(agent=_agent(), month=w.day.replace(day=1))
    BonusLine.objects.create(
        sheet=sheet,
        unit_fen=-500,
        amount_fen=-500,
        kind="bad",
        key="a",
        appeal_state="open",
        appealed_at=w.now,
        appeal_words="不是我的",
    )


def _left_customer(w: World) -> None:
    made.customer("小鹿", agent=PersonFactory(is_active=False))


def _exam(w: World) -> None:
    _agent()
    Exam.objects.create(changed_at=w.now, title="规则", text="1. …")


CASES = {
    "crm.campaigns_move": Case(_stuck, lambda w: Campaign.objects.update(state="stopped")),
    "crm.messages_are_settled": Case(
        lambda w: _member(w, "unknown"),
        lambda w: CampaignMember.objects.update(state="sent", settled_at=w.now),
    ),
    "crm.refusals_are_honoured": Case(
        _refused, lambda w: CampaignMember.objects.update(state="failed")
    ),
    "crm.customers_are_right": Case(_wrong, _recompute),
    "crm.value_is_of_yesterday": Case(_shop, _valued),
    "crm.reviews_answered": Case(
        _review,
        lambda w: ReviewCase.objects.update(
            state="closed", outcome="explained", answered_at=w.now, closed_at=w.now
        ),
    ),
    "crm.follow_ups": Case(_task, lambda w: FollowTask.objects.update(due_on=w.day)),
    "crm.points_add_up": Case(_unbalanced, lambda w: PointBalance.objects.update(balance=0)),
    "crm.points_end_told": Case(_ending_points, _tell_of_points),
    "crm.tiers_make_sense": Case(_tier, _another_buyer),
    "crm.draws_are_fair": Case(_draw, lambda w: Draw.objects.all().delete()),
    "crm.service_figures": Case(_unmapped, lambda w: AgentName.objects.update(is_nobody=True)),
    "crm.service_targets": Case(
        _slow, lambda w: ServiceTarget.objects.update(value=Decimal("0.05"))
    ),
    "crm.bonus_appeals": Case(
        _appeal,
        lambda w: BonusLine.objects.update(appeal_state="none"),
    ),
    "crm.kept_customers": Case(_left_customer, lambda w: Customer.objects.update(agent=None)),
    "crm.exams": Case(_exam, lambda w: Exam.objects.all().delete()),
}
