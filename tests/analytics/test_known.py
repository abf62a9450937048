"""Figures of days: what is known, whom we believe, and that unknown is never zero."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from analytics.actions import rollup
from analytics.models import StatRow
from analytics.queries import known
from orders.models import DirtyDay
from shopops.lib.business_time import SHANGHAI
from tests.factories.orders import BuyerFactory, OrderFactory
from tests.times import NOW

DAY = date(2026, 9, 16)
NEXT = date(2026, 9, 17)
AT = datetime(2026, 9, 16, 10, 30, tzinfo=SHANGHAI)


def says(source: str, day: date = DAY, *, said_at: datetime = NOW, **figures: str) -> StatRow:
    return StatRow.objects.create(
        source=source, scope="shop", date=day, figures=figures, said_at=said_at, is_current=True
    )


def sold(amount: str, *, buyers: int = 1) -> None:
    for _n in range(buyers):
        OrderFactory(
            buyer=BuyerFactory(),
            created_at=AT,
            paid_at=AT,
            paid_amount=Decimal(amount),
        )
    DirtyDay.objects.update_or_create(basis="paid", date=DAY, defaults={"marked_at": NOW})
    while rollup.roll_some(now=NOW, limit=7):
        pass


def test_a_figure_without_any_source_is_unknown_and_not_zero(db: None) -> None:
    found = known.figures_of(["visitors", "paid_amount", "pay_rate"], since=DAY, until=NEXT)

    values = {code: [one.value for one in days.values()] for code, days in found.items()}
    assert values == {code: [None, None] for code in values}


def test_our_own_orders_come_before_what_files_say(db: None) -> None:
    sold("100.00", buyers=2)
    says("shop_day", paid_amount="999.00", visitors="80", paid_buyers="9")

    found = known.figures_of(["paid_amount", "visitors", "pay_rate"], since=DAY, until=DAY)

    assert found["paid_amount"][DAY].value == 200
    assert found["paid_amount"][DAY].source == "orders"
    assert found["visitors"][DAY].value == 80
    assert found["visitors"][DAY].source == "shop_day"
    assert found["pay_rate"][DAY].value == Decimal(2) / 80
    assert found["pay_rate"][DAY].source == "orders+shop_day"


def test_what_a_person_typed_counts_only_where_no_file_says_it(db: None) -> None:
    says("hand", visitors="70", cart_buyers="5")
    says("shop_day", visitors="80")

    found = known.figures_of(["visitors", "cart_buyers"], since=DAY, until=DAY)

    assert found["visitors"][DAY].value == 80
    assert found["visitors"][DAY].source == "shop_day"
    assert found["cart_buyers"][DAY].value == 5
    assert found["cart_buyers"][DAY].source == "hand"


def test_the_later_word_counts_figure_by_figure(db: None) -> None:
    says("shop_day", visitors="80", page_views="300")
    says("shop_day", visitors="81", said_at=NOW + timedelta(hours=1))

    found = known.figures_of(["visitors", "page_views"], since=DAY, until=DAY)

    assert found["visitors"][DAY].value == 81
    assert found["page_views"][DAY].value == 300


def test_a_row_that_counts_no_more_and_rows_of_an_hour_or_a_device_are_left_out(db: None) -> None:
    old = says("shop_day", visitors="80")
    StatRow.objects.filter(pk=old.pk).update(is_current=False)
    for left_out in ({"hour": 9}, {"device": "pc"}, {"scope": "flow", "key": "手淘搜索"}):
        row = says("shop_day", visitors="5")
        StatRow.objects.filter(pk=row.pk).update(**left_out)

    assert known.figures_of(["visitors"], since=DAY, until=DAY)["visitors"][DAY].value is None


def test_a_period_sums_first_and_derives_then_over_the_days_that_know_both(db: None) -> None:
    says("shop_day", visitors="100", paid_buyers="10")
    says("shop_day", NEXT, visitors="300", paid_buyers="60")
    says("shop_day", date(2026, 9, 18), visitors="999")

    found = known.over(["pay_rate", "visitors"], since=DAY, until=date(2026, 9, 19))

    assert found["pay_rate"].value == Decimal(70) / 400
    assert (found["pay_rate"].known_days, found["pay_rate"].days) == (2, 4)
    assert found["visitors"].value == 1399
    assert found["visitors"].is_visits is True


def test_a_ratio_without_a_denominator_is_unknown(db: None) -> None:
    says("shop_day", visitors="0", paid_buyers="0")

    assert known.figures_of(["pay_rate"], since=DAY, until=DAY)["pay_rate"][DAY].value is None


def test_there_is_no_figure_by_an_unknown_code(db: None) -> None:
    with pytest.raises(LookupError):
        known.figures_of(["likes"], since=DAY, until=DAY)
