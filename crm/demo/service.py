"""The demo shop's service desk: weeks of figures, targets, a closed month, exams; everything is invented."""

import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from crm.actions import agents, bonus, training
from crm.actions.training import Sheet
from crm.models import AgentDay, BonusLine, BonusSheet
from crm.queries.agents import last_word
from crm.queries.bonus import month_of
from crm.rules.bonus import Rule
from crm.service_choices import Measure, SheetState
from shopops.lib.business_time import business_date
from shopops.staff.models import User

SEED = 20261122
DAYS = 62
_TARGETS = (
    (Measure.FIRST_RESPONSE, "30"),
    (Measure.THREE_MINUTES, "0.9"),
    (Measure.PAY_RATE, "0.42"),
    (Measure.SATISFACTION, "0.92"),
)
_EXAM = """1. 客人问什么时候发货，先看哪里？
* 订单的截单和承诺时间
- 猜一个时间
- 让客人自己看物流

2. 哪些话不能说？
* 好评返现
* 给个五星送您红包
- 收到有问题随时找我

3. 少发了一件，要在多久内告诉客人？
- 一周内
* 24 小时内
- 等客人来问
"""


@transaction.atomic
def fill(*, by_name: Mapping[str, User], now: datetime) -> bool:
    """Give the demo shop its service desk; False where it has it already."""
    if AgentDay.objects.exists():
        return False
    lead, agent = by_name["cen"], by_name["he"]
    _targets(lead, now)
    _days((agent, lead), lead, now)
    _bonus(agent, lead, by_name["ning"], now)
    _exam(agent, lead, now)
    return True


def _targets(lead: User, now: datetime) -> None:
    began = now - timedelta(days=DAYS)
    for measure, value in _TARGETS:
        agents.set_target(
            measure=measure,
            value=Decimal(value),
            missed_days=3,
            valid_from=business_date(began),
            version="0",
            by=lead,
            now=began,
        )
    ends = [business_date(now).replace(day=1) - timedelta(days=1)]
    ends.append(ends[0].replace(day=1) - timedelta(days=1))
    for day, score in zip((*ends, business_date(now)), ("4.81", "4.70", "4.79"), strict=True):
        agents.note_score(day=day, score=Decimal(score), version=0, by=lead, now=now)


def _days(people: tuple[User, ...], lead: User, now: datetime) -> None:
    chance = random.Random(SEED)  # noqa: S311 - invented figures
    today = business_date(now)
    for back in range(DAYS, 0, -1):
        day = today - timedelta(days=back)
        for place, person in enumerate(people):
            # One day off a week, and one that nobody entered.
            if (day.weekday() == place + 1) or back == 9:
                continue
            agents.enter_day(
                agent=person,
                day=day,
                figures=_figures(chance, place, day),
                seen=last_word(person.pk, day),
                by=lead,
                now=now - timedelta(days=back - 1),
            )


def _figures(chance: random.Random, place: int, day: date) -> dict[str, int | Decimal]:
    asked = chance.randint(34, 70) + (18 if day.weekday() >= 5 else 0)
    inquired = int(asked * chance.uniform(0.62, 0.8))
    ordered = int(inquired * chance.uniform(0.45, 0.62))
    paid = int(ordered * chance.uniform(0.82, 0.97))
    rated = chance.randint(8, 20)
    amount = Decimal(paid * chance.randint(11_800, 16_900)) / 100
    return {
        "asked": asked,
        "received": asked - chance.randint(0, 3),
        "in_three_minutes": int(asked * chance.uniform(0.85, 0.99)),
        "answers": asked * chance.randint(6, 10),
        "inquired": inquired,
        "ordered": ordered,
        "paid": paid,
        "paid_amount": amount,
        "refunds": chance.randint(0, 3),
        "refund_amount": (amount * Decimal(str(round(chance.uniform(0.01, 0.07), 3)))).quantize(
            Decimal("0.01")
        ),
        "rated": rated,
        "satisfied": rated - chance.randint(0, 2),
        "reviews_good": chance.randint(2, 9),
        "reviews_neutral": int(chance.random() < 0.04),
        "reviews_bad": int(chance.random() < 0.02),
        "first_seconds": Decimal(chance.randint(16, 36) + 4 * place),
        "response_seconds": Decimal(chance.randint(28, 55)),
    }


def _bonus(agent: User, lead: User, manager: User, now: datetime) -> None:
    """Close the month before last, publish the last one with an appeal, work this one out."""
    this = month_of(business_date(now))
    last = month_of(this - timedelta(days=1))
    before = month_of(last - timedelta(days=1))
    bonus.change_rule(
        month=before, rule=Rule(base=80_000), version="0", by=manager, now=now - timedelta(days=1)
    )
    for month in (before, last, this):
        bonus.compute_month(month=month, by=lead, now=now)
    for month, steps in (
        (before, (SheetState.PUBLISHED, SheetState.CLOSED)),
        (last, (SheetState.PUBLISHED,)),
    ):
        for sheet in BonusSheet.objects.filter(month=month).order_by("pk"):
            for to in steps:
                sheet = bonus.move_sheet(
                    sheet_id=sheet.pk, to=to, version=sheet.version, by=manager, now=now
                )
    line = BonusLine.objects.filter(sheet__agent=agent, sheet__month=last, amount_fen__lt=0).first()
    if line is not None:
        bonus.appeal(
            line_id=line.pk,
            words="这条是快递压坏的，聊天里客人也说了和我没关系。",
            version=line.version,
            by=agent,
            now=now - timedelta(hours=20),
        )


def _exam(agent: User, lead: User, now: datetime) -> None:
    exam = training.add_exam(
        sheet=Sheet(title="售前与平台规则", text=_EXAM, pass_mark=80, valid_days=180),
        by=lead,
        now=now - timedelta(days=30),
    )
    first = {0: frozenset({0}), 1: frozenset({0}), 2: frozenset({1})}
    for chosen, back in ((first, 20), ({**first, 1: frozenset({0, 1})}, 18)):
        training.take_exam(
            exam_id=exam.pk,
            chosen=chosen,
            version=exam.version,
            by=agent,
            now=now - timedelta(days=back),
        )
