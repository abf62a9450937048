"""Laws: the set-based SQL decides as the pure rules do; files may come twice and in any order."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations, product

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.actions.due_times import due_sql, recompute_due_times
from orders.actions.importing import fragments
from orders.choices import STATUS_RANK, PlatformStatus, Stage
from orders.models import Buyer, Order, OrderLine
from orders.models import ShippingDay as ShippingDayRow
from orders.rules import (
    START_RULES,
    CalendarDay,
    DayKind,
    DayOverride,
    OrderFacts,
    due_reason,
    promise_rules,
    promise_windows,
    ship_due,
    shipping_days,
    start_weekday_rules,
)
from orders.rules.stages import stage_after_platform, stage_from_platform
from shopops.intake.models import Batch
from tests.orders.importing.harness import NOW, bring, dicts, state, undo
from tests.orders.importing.test_merging import new_item, order

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2021, 10, 25), date(2021, 11, 25)
SLOW = settings(
    max_examples=settings().max_examples // 2,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def calendar():
    return shipping_days(
        FIRST,
        LAST,
        weekday_rules=start_weekday_rules(date(2020, 1, 1)),
        overrides=[
            DayOverride(date(2021, 11, 11), time(12), time(9), handover_next_day=True, note=""),
            DayOverride(date(2021, 11, 12), None, None, handover_next_day=False, note=""),
        ],
        day_kinds={date(2021, 11, 3): CalendarDay(DayKind.HOLIDAY, is_confirmed=True, name="")},
    )


def store(days):
    ShippingDayRow.objects.bulk_create(
        ShippingDayRow(
            date=day.date, ships=day.ships, cutoff_at=day.cutoff_at, handover_at=day.handover_at,
            next_ship_date=day.next_ship_date, next_handover_at=day.next_handover_at,
            why=str(day.why), is_confirmed=day.is_confirmed,
        )
        for day in days
    )  # fmt: skip


instants = st.one_of(
    st.datetimes(datetime(2021, 10, 26), datetime(2021, 11, 20), timezones=st.just(UTC)).map(  # noqa: DTZ001
        lambda at: at.replace(microsecond=0)
    ),
    st.sampled_from([datetime(2021, 11, d, 8, tzinfo=UTC) for d in range(1, 20)]),
    st.sampled_from([datetime(2021, 11, d, 16, tzinfo=UTC) for d in range(1, 20)]),
)
facts = st.builds(
    OrderFacts,
    paid_at=st.none() | instants,
    status=st.sampled_from([str(one) for one in PlatformStatus]),
    promise_hours=st.none() | st.sampled_from([24, 48, 72, 240]),
    promised_date=st.none() | st.dates(date(2021, 10, 26), date(2021, 11, 24)),
    agreed_at=st.none() | instants,
)


@settings(SLOW, max_examples=settings().max_examples)
@given(st.lists(facts, min_size=1, max_size=40), st.sampled_from(["tmall", "taobao"]))
def test_the_database_finds_the_same_due_times_as_the_rule(cases, platform):
    days = {day.date: day for day in calendar()}
    if not ShippingDayRow.objects.filter(date=FIRST).exists():
        store(days.values())
    windows = promise_windows(promise_rules(START_RULES), platform)
    values = [
        (n, one.paid_at, one.status, one.promise_hours, one.promised_date, one.agreed_at)
        for n, one in enumerate(cases)
    ]
    row = "(%s::int, %s::timestamptz, %s::text, %s::int, %s::date, %s::timestamptz)"
    source = (
        "SELECT v.*, (v.paid_at AT TIME ZONE 'Asia/Shanghai')::date AS paid_date FROM (VALUES "
        + ", ".join([row] * len(values))
        + ") AS v (n, paid_at, status, promise_hours, promised_date, agreed_ship_at)"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shop_due_at, platform_due_at, ship_due_at, due_reason, ship_by_rule_id"
            f" FROM ({due_sql(source, windows)}) d ORDER BY n",
            [cell for one in values for cell in one],
        )
        found = cursor.fetchall()

    wanted = [ship_due(one, calendar=days, windows=windows) for one in cases]
    assert found == [
        (one.shop_due_at, one.platform_due_at, one.ship_due_at, one.reason.as_text(), one.rule_id)
        for one in wanted
    ]
    for one in wanted:
        assert due_reason(one.reason.as_text()) == one.reason


def test_every_stage_follows_every_report_as_the_rule_says():
    cases = list(
        product([None, *Stage], PlatformStatus, [True, False], [True, False], [True, False])
    )
    said = fragments.said_stage(
        "c.status",
        paid_at="(CASE WHEN c.paid THEN now() END)",
        consigned_at="(CASE WHEN c.consigned THEN now() END)",
        has_waybill="c.waybill",
    )
    rows = ", ".join(["(%s::text, %s::text, %s::bool, %s::bool, %s::bool)"] * len(cases))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT x.said, {fragments.next_stage('c.stage', 'x.said')} FROM (VALUES {rows})"
            f" AS c (stage, status, paid, consigned, waybill), LATERAL (SELECT {said} AS said) x",
            [cell for case in cases for cell in case],
        )
        found = cursor.fetchall()

    for (stage, status, paid, consigned, waybill), (says, becomes) in zip(
        cases, found, strict=True
    ):
        wanted = stage_from_platform(
            status, is_paid=paid, is_consigned=consigned, has_waybill=waybill
        )
        if not paid and wanted != Stage.CANCELLED:
            wanted = Stage.AWAITING_PAYMENT  # nothing else can be stored without a payment
        assert says == wanted
        assert becomes == (stage_after_platform(stage, wanted) if stage else wanted)


def test_a_further_status_wins_and_at_equal_rank_the_newer_file():
    cases = [(a, b, n) for a, b in product(PlatformStatus, PlatformStatus) for n in (True, False)]
    rows = ", ".join(["(%s, %s, %s)"] * len(cases))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {fragments.furthest('c.a', 'c.b', newer='c.n')}"
            f" FROM (VALUES {rows}) AS c (a, b, n)",
            [cell for case in cases for cell in case],
        )
        found = [row[0] for row in cursor.fetchall()]

    forbidden = {"PAID_FORBID_CONSIGN", "WAIT_SELLER_SEND_GOODS"}
    for (a, b, newer), status in zip(cases, found, strict=True):
        if {a, b} == forbidden:
            assert status == (b if newer else a)
        else:
            assert STATUS_RANK[status] == max(STATUS_RANK[a], STATUS_RANK[b])


STATUSES = [
    ("等待买家付款", False),
    ("买家已付款，等待卖家发货", True),
    ("卖家部分发货", True),
    ("卖家已发货，等待买家确认", True),
    ("交易成功", True),
    ("交易关闭", True),
]
rows = st.builds(
    lambda tid, step, memo, refund, waybill: order(
        tid,
        订单状态=STATUSES[step][0],
        订单备注=memo,
        退款金额=refund,
        **{
            "订单付款时间 ": "2017-07-08 00:42:39" if STATUSES[step][1] else None,
            "物流单号 ": waybill,
        },
    ),
    tid=st.sampled_from("1234"),
    step=st.integers(0, len(STATUSES) - 1),
    memo=st.sampled_from([None, "甲", "乙"]),
    refund=st.sampled_from(["0.00", "10.00"]),
    waybill=st.sampled_from([None, "YT1", "YT1,YT2"]),
)
files = st.lists(rows, min_size=1, max_size=5)


def wipe():
    Order.objects.all().delete()
    Batch.objects.all().delete()
    Buyer.objects.all().delete()


@SLOW
@given(files)
def test_importing_twice_equals_once(rows):
    wipe()
    bring(dicts(rows))
    once = state()

    _, _, counts = bring(dicts(rows))

    assert (counts.created, counts.updated) == (0, 0)
    assert state() == once


@settings(SLOW, max_examples=settings().max_examples // 5)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("12"),
            st.integers(0, 3),
            st.sampled_from([None, "甲", "乙"]),
            st.sampled_from(["0.00", "10.00"]),
        ),
        min_size=3,
        max_size=3,
    )
)
def test_overlapping_files_end_the_same_in_every_order(drawn):
    ends = []
    reached = 0
    exports = []
    for n, (tid, step, memo, refund) in enumerate(drawn):
        reached = max(reached, step)
        table = dicts(
            [
                order(
                    one,
                    订单状态=STATUSES[reached][0],
                    订单备注=memo,
                    退款金额=refund,
                    **{"订单付款时间 ": "2017-07-08 00:42:39" if STATUSES[reached][1] else None},
                )
                for one in {tid, "1"}
            ]
        )
        exports.append((table, NOW + timedelta(hours=n)))
    for turn in permutations(exports):
        wipe()
        for table, exported_at in turn:
            bring(table, exported_at=exported_at)
        ends.append(state())

    assert all(end == ends[0] for end in ends)


@SLOW
@given(files, files, st.lists(st.sampled_from("12345"), max_size=3, unique=True))
def test_undo_restores_exactly(first, second, lines):
    wipe()
    bring(dicts(first))
    before = state()
    later = NOW + timedelta(hours=1)

    batches = [bring(dicts(second), exported_at=later)[0]]
    if lines:
        items = dicts([new_item(f"9{tid}", tid) for tid in lines])
        batches.append(bring(items, exported_at=later)[0])
    for batch in reversed(batches):
        undo(batch)

    assert state() == before
    assert not OrderLine.objects.exists()


def test_a_new_calendar_moves_the_due_times_of_open_orders_only():
    store(calendar())
    paid = {"订单创建时间": "2021-11-02 15:00:00", "订单付款时间 ": "2021-11-02 15:59:59"}
    bring(dicts([order(**paid), order("2", **paid, 订单状态="交易成功")]))
    stored = Order.objects.get(tid="1")
    assert stored.ship_due_at == datetime(2021, 11, 2, 11, tzinfo=UTC)
    assert stored.due_reason == "before_cutoff|shop|event|48|16:00"
    ShippingDayRow.objects.filter(date=date(2021, 11, 2)).update(
        cutoff_at=datetime(2021, 11, 2, 7, tzinfo=UTC)
    )

    assert recompute_due_times() == 1
    assert recompute_due_times() == 0
    moved = Order.objects.get(tid="1")
    assert moved.ship_due_at == datetime(2021, 11, 4, 7, 59, 59, tzinfo=UTC)
    assert moved.due_reason == "after_cutoff|platform|event|48|15:00"
