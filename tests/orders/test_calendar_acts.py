"""Changing the calendar: what moves, what is refused, and that a rehearsal changes nothing."""

from datetime import date, datetime, time, timedelta

import pytest

from orders.actions import calendar
from orders.actions.calendar import DayTimes
from orders.actions.due_times import recompute_due_times
from orders.actions.errors import CalendarRefusedError
from orders.models import CutoffOverride, CutoffRule, RuleRow, ShippingDay
from shopops.lib.business_time import SHANGHAI
from shopops.staff.models import Operation
from tests.factories.orders import OrderFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

WEEK = {n: DayTimes(time(17), time(20)) for n in range(6)} | {6: DayTimes(None, None)}
THURSDAY = date(2026, 9, 17)


def at(hour: int, minute: int = 0, *, day: int = 17) -> datetime:
    return datetime(2026, 9, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def late_payer(shop):
    order = OrderFactory.create(paid_at=at(16, 30))
    recompute_due_times()
    order.refresh_from_db()
    assert order.ship_due_at == at(19, day=18)
    return order


def test_a_later_cutoff_moves_the_orders_paid_between_to_the_same_day(late_payer, manager, now):
    moved = calendar.set_weekdays(times=WEEK, valid_from=THURSDAY, by=manager, now=now)

    late_payer.refresh_from_db()
    assert (moved, late_payer.ship_due_at) == (1, at(20))
    log = Operation.objects.get(name="orders.calendar.weekdays_set")
    assert (log.actor, log.new["moved"], log.new["0"]) == (manager, 1, "17:00-20:00")


def test_a_rehearsal_says_how_many_would_move_and_changes_nothing(late_payer, manager, now):
    rules = CutoffRule.objects.count()

    moved = calendar.rehearse(
        lambda: calendar.set_weekdays(times=WEEK, valid_from=THURSDAY, by=manager, now=now)
    )

    late_payer.refresh_from_db()
    assert (moved.moved_count, moved.earlier_count, moved.later_count) == (1, 1, 0)
    assert (moved.open_count, late_payer.ship_due_at) == (1, at(19, day=18))
    assert CutoffRule.objects.count() == rules
    assert ShippingDay.objects.get(date=THURSDAY).cutoff_at == at(16)


def test_a_hand_over_before_its_cutoff_is_refused(shop, manager, now):
    times = WEEK | {2: DayTimes(time(17), time(16))}

    with pytest.raises(CalendarRefusedError) as refusal:
        calendar.set_weekdays(times=times, valid_from=THURSDAY, by=manager, now=now)

    assert list(refusal.value.errors) == ["handover_2"]


def test_a_week_without_any_shipping_day_is_refused_and_nothing_changes(shop, manager, now):
    never = {n: DayTimes(None, None) for n in range(7)}

    with pytest.raises(CalendarRefusedError, match="找不到能发货的日子"):
        calendar.set_weekdays(times=never, valid_from=THURSDAY, by=manager, now=now)

    assert ShippingDay.objects.get(date=THURSDAY).ships


def test_an_override_closes_one_date_and_removing_it_opens_it_again(shop, manager, now):
    order = OrderFactory.create(paid_at=at(10))
    calendar.set_override(
        day=THURSDAY, times=DayTimes(None, None), note="盘点", by=manager, now=now
    )
    order.refresh_from_db()
    assert order.ship_due_at == at(19, day=18)

    calendar.remove_override(day=THURSDAY, by=manager, now=now)

    order.refresh_from_db()
    assert order.ship_due_at == at(19)
    assert not CutoffOverride.objects.exists()


def test_a_past_date_cannot_be_overridden(shop, manager, now):
    with pytest.raises(CalendarRefusedError, match="已经过去"):
        calendar.set_override(
            day=THURSDAY - timedelta(days=1),
            times=DayTimes(None, None),
            note="",
            by=manager,
            now=now,
        )


def test_a_new_promise_row_ends_the_old_one_and_moves_the_orders_it_judges(shop, manager, now):
    order = OrderFactory.create(paid_at=at(16, 30))
    recompute_due_times()
    row = RuleRow(code="ship_by", platform="tmall", valid_from=THURSDAY, parameters={"hours": 24})

    calendar.add_rule_row(row=row, by=manager, now=now)

    order.refresh_from_db()
    assert order.platform_due_at == at(16, 30, day=18)
    assert (order.ship_due_at, order.ship_by_rule) == (at(16, 30, day=18), row)
    old = RuleRow.objects.get(code="ship_by", platform="tmall", valid_from=date(2017, 5, 31))
    assert old.valid_to == THURSDAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"code": "ship_by", "parameters": {"hours": "soon"}}, "parameters"),
        ({"code": "late", "parameters": {"rat": "0.05"}}, "parameters"),
        ({"code": "unheard_of", "parameters": {}}, "code"),
        ({"code": "ship_by", "parameters": {"hours": 24}, "valid_from": None}, "valid_from"),
        (
            {"code": "ship_by", "parameters": {"hours": 24}, "valid_from": date(2017, 5, 30)},
            "valid_from",
        ),
    ],
)
def test_a_rule_row_that_cannot_judge_is_refused_by_its_field(row, field, shop, manager, now):
    wanted = RuleRow(**{"platform": "tmall", "valid_from": THURSDAY, **row})

    with pytest.raises(CalendarRefusedError) as refusal:
        calendar.add_rule_row(row=wanted, by=manager, now=now)

    assert list(refusal.value.errors) == [field]
