"""Figures: scores against the day before, gaps and disagreeing files, what is unlike its weekday."""

from datetime import timedelta
from decimal import Decimal

from analytics.models import DayRollup, StatRow
from products.models import ProductDay
from tests.analytics.test_breaks import WEEK, paid, shop_day
from tests.analytics.test_dsr import enter, said
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
}
