"""Figures: scores, gaps and disagreeing files, what is unlike its weekday, targets and plans."""

from datetime import timedelta
from decimal import Decimal

from analytics.models import DayRollup, PlanLever, ScorePlan, StatRow, Target
from products.models import ProductDay
from tests.analytics.dsr_kit import enter, said
from tests.analytics.test_breaks import WEEK, paid, shop_day
from tests.checks.cases.case import Case, World
from tests.factories.goods import ProductFactory


def _fallen(w: World) -> None:
    enter(w.day - timedelta(days=1), w.manager, w.now, goods="4.82", service="4.80")
    enter(w.day, w.manager, w.now, goods="4.82", service="4.79")


def _rise(w: World) -> None:
    enter(w.day, w.manager, w.now + timedelta(hours=1), goods="4.82", service="4.80")


def _worse(w: World) -> None:
    said(w.day - timedelta(days=1), w.manager, w.now, refund_rate="0.03")
    said(w.day, w.manager, w.now, refund_rate="0.04")


def _mended(w: World) -> None:
    said(w.day, w.manager, w.now + timedelta(hours=1), refund_rate="0.03")


def _gap(w: World) -> None:
    for back in (9, 2):
        shop_day(w.day - timedelta(days=back), now=w.now, visitors=5)


def _gap_filled(w: World) -> None:
    for back in range(3, 9):
        shop_day(w.day - timedelta(days=back), now=w.now, visitors=5)


def _excess(w: World) -> None:
    yesterday = w.day - timedelta(days=1)
    shop_day(yesterday, now=w.now, paid_amount="100.00", visitors=50)
    ProductDay.objects.create(
        product=ProductFactory(), date=yesterday, paid_amount=Decimal(110), visitors=5
    )


def _said_twice(w: World) -> None:
    yesterday = w.day - timedelta(days=1)
    shop_day(yesterday, now=w.now, visitors=80)
    StatRow.objects.update(batch_id=1, is_current=False)
    shop_day(yesterday, now=w.now, visitors=81)
    StatRow.objects.filter(batch_id=None).update(batch_id=2)


def _bad_day(w: World) -> None:
    yesterday = w.day - timedelta(days=1)
    for number in range(12, 0, -1):
        day = yesterday - WEEK * number
        shop_day(day, now=w.now, visitors=11_000 + number * 10)
        paid(day, buyers=400 + number, fen=4_500_000 + number * 1_000)
    shop_day(yesterday, now=w.now, visitors=11_050)
    paid(yesterday, buyers=300, fen=3_400_000)


def _usual_day(w: World) -> None:
    rows = DayRollup.objects.filter(date=w.day - timedelta(days=1))
    rows.update(buyers=405, orders=405, paid_orders=405, pieces=405, gross_fen=4_506_000)


def _weak_main(w: World) -> None:
    main, yesterday = ProductFactory(is_main=True), w.day - timedelta(days=1)
    for number in range(13):
        buyers = 40 + number % 3 if number else 20
        ProductDay.objects.create(
            product=main, date=yesterday - WEEK * number, visitors=1_000, paid_buyers=buyers
        )


def _strong_main(w: World) -> None:
    ProductDay.objects.filter(date=w.day - timedelta(days=1)).update(paid_buyers=41)


def _forgotten_plan(w: World) -> None:
    enter(w.day - timedelta(days=1), w.manager, w.now, goods="4.80")
    plan = ScorePlan.objects.create(
        score="goods", target=Decimal("4.85"), due_on=w.day - timedelta(days=2), changed_at=w.now
    )
    PlanLever.objects.create(
        plan=plan, lever="service", text="缺件当天补发", due_on=w.day - timedelta(days=1)
    )


def _plan_done(w: World) -> None:
    enter(w.day, w.manager, w.now + timedelta(hours=1), goods="4.86")
    PlanLever.objects.update(done_at=w.now)


def _behind(w: World) -> None:
    Target.objects.create(
        figure="paid_amount",
        month=w.day.replace(day=1),
        version=1,
        value=Decimal(2_000_000),
        set_at=w.now,
        set_by=w.manager,
    )
    for number in range(1, w.day.day):
        paid(w.day - timedelta(days=number), buyers=400, fen=5_000_000)


CASES = {
    "analytics.dsr_against_yesterday": Case(_fallen, _rise),
    "analytics.after_sales_against_yesterday": Case(_worse, _mended),
    "analytics.no_missing_days": Case(_gap, _gap_filled),
    "analytics.products_within_shop": Case(
        _excess, lambda w: ProductDay.objects.update(paid_amount=Decimal(90))
    ),
    "analytics.files_agree": Case(
        _said_twice, lambda w: StatRow.objects.filter(is_current=False).delete()
    ),
    "analytics.breaks": Case(_bad_day, _usual_day),
    "analytics.mains_convert": Case(_weak_main, _strong_main),
    "analytics.score_plan_on_time": Case(_forgotten_plan, _plan_done),
    "analytics.targets_on_pace": Case(
        _behind, lambda w: DayRollup.objects.update(gross_fen=7_000_000)
    ),
}
