from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.rules import (
    START_RULES,
    CalendarGapError,
    DueCode,
    NoShippingDayError,
    OrderFacts,
    PromiseRule,
    WeekdayRule,
    due_reason,
    promise_rules,
    promise_windows,
    ship_due,
    window_for,
)
from tests.orders.rules.calendars import BIG_SALE, SINCE, at, calendar

YEAR = calendar("2025-12-25", "2026-12-31", overrides=[BIG_SALE])
TMALL = promise_windows(promise_rules(START_RULES), "tmall")
TAOBAO = promise_windows(promise_rules(START_RULES), "taobao")


def due(paid, *, windows=TAOBAO, days=YEAR, status="WAIT_SELLER_SEND_GOODS", **facts):
    return ship_due(
        OrderFacts(paid_at=at(paid) if paid else None, status=status, **facts),
        calendar=days,
        windows=windows,
    )


@pytest.mark.parametrize(
    ("paid", "shop_due", "code"),
    [
        ("2026-03-09 00:00:00", "2026-03-09 19:00:00", DueCode.BEFORE_CUTOFF),
        ("2026-03-09 15:59:59", "2026-03-09 19:00:00", DueCode.BEFORE_CUTOFF),
        ("2026-03-09 16:00:00", "2026-03-10 19:00:00", DueCode.AFTER_CUTOFF),
        ("2026-03-09 23:59:59", "2026-03-10 19:00:00", DueCode.AFTER_CUTOFF),
        ("2026-03-14 15:59:59", "2026-03-14 19:00:00", DueCode.BEFORE_CUTOFF),
        ("2026-03-14 20:00:00", "2026-03-16 19:00:00", DueCode.AFTER_CUTOFF),  # Saturday evening
        ("2026-03-15 10:00:00", "2026-03-16 19:00:00", DueCode.NO_SHIPPING_DAY),  # Sunday
        ("2026-03-31 16:00:00", "2026-04-01 19:00:00", DueCode.AFTER_CUTOFF),  # month end
        ("2026-09-30 15:59:59", "2026-09-30 19:00:00", DueCode.BEFORE_CUTOFF),  # holiday eve
        ("2026-09-30 16:00:00", "2026-10-08 19:00:00", DueCode.AFTER_CUTOFF),
        ("2026-10-03 09:00:00", "2026-10-08 19:00:00", DueCode.NO_SHIPPING_DAY),
        ("2026-09-20 15:59:59", "2026-09-20 19:00:00", DueCode.BEFORE_CUTOFF),  # make-up Sunday
        ("2026-09-20 16:00:00", "2026-09-21 19:00:00", DueCode.AFTER_CUTOFF),
        ("2026-09-19 16:00:00", "2026-09-20 19:00:00", DueCode.AFTER_CUTOFF),
        ("2026-01-04 12:00:00", "2026-01-04 19:00:00", DueCode.BEFORE_CUTOFF),  # make-up Sunday
        ("2026-01-02 12:00:00", "2026-01-04 19:00:00", DueCode.NO_SHIPPING_DAY),
        ("2026-11-11 23:58:59", "2026-11-12 12:00:00", DueCode.BEFORE_CUTOFF),  # big sale
        ("2026-11-11 23:59:00", "2026-11-12 19:00:00", DueCode.AFTER_CUTOFF),
    ],
)
def test_the_shop_clock_follows_the_calendar_to_the_second(paid, shop_due, code):
    result = due(paid)

    assert result.shop_due_at == at(shop_due)
    assert result.reason.code == code


def test_the_platform_clock_runs_forty_eight_hours_from_payment():
    result = due("2026-03-08 15:58:01")

    assert result.platform_due_at == at("2026-03-10 15:58:01")


def test_an_order_before_a_long_holiday_is_due_by_the_platform_first():
    result = due("2026-09-30 16:00:00")

    assert result.ship_due_at == at("2026-10-02 16:00:00")
    assert result.reason.as_text() == "after_cutoff|platform|rule|48|16:00"


def test_the_reason_of_a_closed_day_names_it():
    reason = due("2026-10-03 09:00:00").reason

    assert reason.as_text() == "no_shipping_day|platform|rule|48|holiday"
    assert reason.figures == {"clock": "platform", "by": "rule", "hours": 48, "day": "holiday"}


def test_the_payment_date_is_the_one_in_shanghai():
    paid_at = datetime(2026, 11, 10, 16, 0, 30, tzinfo=UTC)  # 00:00:30 on the 11th in Shanghai

    result = ship_due(OrderFacts(paid_at, "WAIT_SELLER_SEND_GOODS"), calendar=YEAR, windows=TAOBAO)

    assert result.shop_due_at == at("2026-11-12 12:00:00")


def test_summer_time_of_1988_shifts_the_instant_but_not_the_clock():
    days = calendar("1988-04-16", "1988-09-30")

    summer = due("1988-07-04 15:59:59", days=days)
    start = due("1988-04-16 10:00:00", days=days)  # clocks went forward on the 17th at 02:00

    assert summer.shop_due_at == datetime(1988, 7, 4, 10, tzinfo=UTC)
    assert summer.shop_due_at == at("1988-07-04 19:00:00")
    assert start.platform_due_at == at("1988-04-18 11:00:00")  # 48 real hours


@pytest.mark.parametrize(
    ("paid", "windows", "platform_due"),
    [
        ("2017-05-30 23:59:59", TMALL, "2017-06-02 23:59:59"),  # 72 hours
        ("2017-05-31 00:00:00", TMALL, "2017-06-02 00:00:00"),  # 48 hours
        ("2021-11-10 23:59:59", TMALL, "2021-11-12 23:59:59"),
        ("2021-11-11 00:00:00", TMALL, "2021-11-16 23:59:59"),
        ("2021-11-14 23:59:59", TMALL, "2021-11-16 23:59:59"),
        ("2021-11-15 00:00:00", TMALL, "2021-11-17 00:00:00"),
        ("2021-11-11 00:00:00", TAOBAO, "2021-11-13 00:00:00"),
    ],
)
def test_the_promise_in_force_at_payment_counts(paid, windows, platform_due):
    days = calendar("2017-05-01", "2017-06-30") | calendar("2021-11-01", "2021-11-30")

    assert due(paid, windows=windows, days=days).platform_due_at == at(platform_due)


def test_an_event_overrides_the_promise_of_a_listing():
    days = calendar("2021-11-01", "2021-11-30")

    event = due("2021-11-12 10:00:00", windows=TMALL, days=days, promise_hours=24)
    usual = due("2021-11-08 10:00:00", windows=TMALL, days=days, promise_hours=24)

    assert event.platform_due_at == at("2021-11-16 23:59:59")
    assert event.reason.by == "event"
    assert usual.platform_due_at == at("2021-11-09 10:00:00")
    assert usual.reason.by == "listing"


def test_an_agreement_with_the_buyer_overrides_everything():
    result = due("2026-03-09 10:00:00", agreed_at=at("2026-03-20 12:00:00"), promise_hours=24)

    assert result.platform_due_at == at("2026-03-20 12:00:00")
    assert result.reason.by == "agreement"
    assert result.ship_due_at == at("2026-03-09 19:00:00")


def test_a_presale_is_not_due_before_its_promised_date():
    result = due("2026-03-02 10:00:00", promised_date=date(2026, 3, 10))

    assert result.shop_due_at == at("2026-03-10 19:00:00")
    assert result.platform_due_at == at("2026-03-10 23:59:59")
    assert result.ship_due_at == at("2026-03-10 19:00:00")
    assert result.reason.code == DueCode.PRESALE


def test_a_presale_promised_for_a_closed_day_falls_due_with_the_platform():
    result = due("2026-03-02 10:00:00", promised_date=date(2026, 3, 15))

    assert result.shop_due_at == at("2026-03-16 19:00:00")
    assert result.ship_due_at == at("2026-03-15 23:59:59")


def test_a_balance_paid_after_the_promised_date_follows_the_usual_clocks():
    result = due("2026-03-12 10:00:00", promised_date=date(2026, 3, 10))

    assert result.shop_due_at == at("2026-03-12 19:00:00")
    assert result.platform_due_at == at("2026-03-14 10:00:00")
    assert result.reason.code == DueCode.BEFORE_CUTOFF


@pytest.mark.parametrize(
    ("paid", "status", "code"),
    [
        (None, "WAIT_BUYER_PAY", DueCode.UNPAID),
        ("2026-03-09 10:00:00", "TRADE_CLOSED", DueCode.NOT_SHIPPABLE),
        ("2026-03-09 10:00:00", "TRADE_CLOSED_BY_TAOBAO", DueCode.NOT_SHIPPABLE),
        ("2026-03-09 10:00:00", "PAID_FORBID_CONSIGN", DueCode.NOT_SHIPPABLE),
    ],
)
def test_what_may_not_ship_is_not_due(paid, status, code):
    result = due(paid, status=status)

    assert result.ship_due_at is None
    assert result.platform_due_at is None
    assert result.reason.as_text() == code


def test_without_any_promise_the_shop_clock_alone_counts():
    result = due("2026-03-09 10:00:00", windows=promise_windows([], "taobao"))

    assert result.platform_due_at is None
    assert result.ship_due_at == result.shop_due_at


def test_a_calendar_without_the_payment_date_is_named():
    with pytest.raises(CalendarGapError, match="2030-01-01"):
        due("2030-01-01 10:00:00")


def test_a_shop_that_never_ships_is_told_so():
    days = calendar("2026-03-09", "2026-03-09", rules=[WeekdayRule(0, None, None, SINCE)])

    with pytest.raises(NoShippingDayError, match="2026-03-09"):
        due("2026-03-09 10:00:00", days=days)


# Laws

seconds = st.integers(min_value=0, max_value=360 * 86400)
FIRST = at("2026-01-01 00:00:00")


@given(seconds, seconds)
def test_a_later_payment_is_never_due_earlier_under_one_promise(one, other):
    early, late = sorted([one, other])

    first, second = (
        ship_due(
            OrderFacts(FIRST + timedelta(seconds=n), "WAIT_SELLER_SEND_GOODS"),
            calendar=YEAR,
            windows=TAOBAO,
        )
        for n in (early, late)
    )

    assert first.ship_due_at <= second.ship_due_at
    assert first.shop_due_at <= second.shop_due_at


@given(seconds, st.none() | st.integers(1, 400), st.none() | st.integers(0, 300))
def test_the_due_time_is_the_earlier_clock_and_after_payment(paid, hours, presale):
    paid_at = FIRST + timedelta(seconds=paid)
    promised = None if presale is None else date(2026, 1, 1) + timedelta(days=presale)

    result = ship_due(
        OrderFacts(paid_at, "WAIT_SELLER_SEND_GOODS", hours, promised),
        calendar=YEAR,
        windows=TMALL,
    )

    assert result.ship_due_at == min(result.shop_due_at, result.platform_due_at)
    assert result.ship_due_at > paid_at
    assert due_reason(result.reason.as_text()) == result.reason
    assert len(result.reason.as_text()) <= 120


@st.composite
def rules(draw):
    first = draw(st.integers(0, 60))
    length = draw(st.integers(0, 20))
    valid_from = date(2026, 1, 1) + timedelta(days=first)
    valid_to = valid_from + timedelta(days=length)
    is_event = draw(st.booleans())
    ends_at = datetime.combine(valid_to, time(23, 59, 59), tzinfo=at("2026-01-01").tzinfo)
    until = ends_at + timedelta(hours=draw(st.integers(0, 200)))
    is_fixed = is_event and draw(st.booleans())
    return PromiseRule(
        code="ship_by_event" if is_event else "ship_by",
        platform="tmall",
        valid_from=valid_from if draw(st.booleans()) else None,
        valid_to=valid_to if is_event or draw(st.booleans()) else None,
        hours=None if is_fixed else draw(st.integers(1, 200)),
        until=until if is_fixed else None,
        paid_from=None,
        paid_to=None,
        id=draw(st.integers(1, 1000)),
    )


@given(st.lists(rules(), max_size=6))
def test_windows_cover_all_time_once(promises):
    windows = promise_windows(promises, "tmall")

    assert windows[0].paid_from is None
    assert windows[-1].paid_to is None
    for one, following in pairwise(windows):
        assert one.paid_to == following.paid_from
        assert one.paid_from is None or one.paid_from < one.paid_to
    assert all(w.hours is None or w.until is None for w in windows)


@given(st.lists(rules(), max_size=6), st.integers(-5, 90), st.integers(0, 86399))
def test_of_events_in_force_together_the_shortest_counts(promises, day, second):
    paid_at = at("2026-01-01 00:00:00") + timedelta(days=day, seconds=second)
    paid_date = paid_at.date()
    events = [
        rule
        for rule in promises
        if rule.is_event and (rule.valid_from or date.min) <= paid_date <= rule.valid_to
    ]
    dues = [r.until or paid_at + timedelta(hours=r.hours) for r in events]

    window = window_for(promise_windows(promises, "tmall"), paid_at)

    assert window.is_event is bool(events)
    if events:
        assert (window.until or paid_at + timedelta(hours=window.hours or 0)) == min(dues)


def test_a_new_standing_promise_replaces_the_one_that_began_before():
    def standing(hours, since):
        return PromiseRule("ship_by", "taobao", since, None, hours, None, None, None, hours)

    windows = promise_windows([standing(48, None), standing(72, date(2026, 1, 1))], "taobao")

    assert [(w.hours, w.rule_id) for w in windows] == [(48, 48), (72, 72)]
    assert windows[1].paid_from == at("2026-01-01 00:00:00")


def test_a_promise_that_ends_before_the_payments_it_covers_is_refused():
    with pytest.raises(ValueError, match="until"):
        PromiseRule(
            "ship_by_event", "tmall", date(2026, 1, 1), date(2026, 1, 3), None,
            at("2026-01-02 12:00:00"), None, None, 1,
        )  # fmt: skip


def test_a_window_is_split_where_another_event_becomes_the_shorter():
    def event(hours, until, row):
        since, last = date(2026, 11, 1), date(2026, 11, 5)
        return PromiseRule("ship_by_event", "both", since, last, hours, until, None, None, row)

    until = at("2026-11-06 12:00:00")

    windows = promise_windows([event(48, None, 1), event(None, until, 2)], "tmall")

    assert [(w.paid_to, w.rule_id) for w in windows] == [
        (at("2026-11-01 00:00:00"), None),
        (at("2026-11-04 12:00:00"), 1),
        (at("2026-11-06 00:00:00"), 2),
        (None, None),
    ]
