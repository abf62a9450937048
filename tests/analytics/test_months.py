"""Whole months added up: the same as their days, never of yesterday, and read instead of them."""

import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from analytics.actions import months, rollup
from analytics.models import MonthRollup, RolledMonth
from analytics.queries.month_proof import month_differences
from analytics.queries.spans_sql import span_cells
from analytics.queries.sums import by_day, sums
from orders.models import DirtyDay, Order
from shopops.lib.business_time import SHANGHAI
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.times import NOW

SINCE, UNTIL = date(2026, 6, 20), date(2026, 9, 15)
JULY = date(2026, 7, 1)


def order(day: date, sku: str, fen: int) -> Order:
    at = datetime.combine(day, datetime.min.time(), SHANGHAI) + timedelta(hours=10)
    row = OrderFactory(paid_at=at, created_at=at, paid_amount=fen / 100, total_amount=fen / 100)
    OrderLineFactory(order=row, sku_code=sku, paid_amount=fen / 100, title=f"货 {sku}")
    return row


def roll(*days: date) -> None:
    for basis in ("created", "paid"):
        for day in days:
            DirtyDay.objects.update_or_create(basis=basis, date=day, defaults={"marked_at": NOW})
    while rollup.roll_some(now=NOW, limit=7):
        pass


@pytest.fixture
def shop(db: None) -> list[Order]:
    days = [SINCE + timedelta(days=n) for n in range(0, (UNTIL - SINCE).days + 1, 3)]
    rows = [order(day, f"S-{n % 4}", 1_000 + n) for n, day in enumerate(days)]
    roll(*days)
    return rows


def added(since: date = SINCE, until: date = UNTIL) -> dict[str, tuple[int, int]]:
    cells = sums(basis="paid", dim="sku", since=since, until=until, with_buyers=False)
    return {cell.key: (cell.pieces, cell.gross_fen) for cell in cells}


def by_hand(since: date = SINCE, until: date = UNTIL) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for cells in by_day(basis="paid", dim="sku", since=since, until=until).values():
        for key, cell in cells.items():
            pieces, fen = found.get(key, (0, 0))
            found[key] = pieces + cell.pieces, fen + cell.gross_fen
    return found


def read_months(since: date, until: date) -> list[date]:
    values = span_cells(basis="paid", dim="sku", since=since, until=until, columns="pieces").values
    return list(values.get("months", []))


def test_a_span_is_read_from_whole_months_and_is_the_same_as_by_day(shop: list[Order]) -> None:
    assert read_months(SINCE, UNTIL) == [JULY, date(2026, 8, 1)]
    assert added() == by_hand()
    for since, until in (
        (JULY, date(2026, 7, 31)),
        (date(2026, 7, 2), date(2026, 8, 31)),
        (JULY, date(2026, 8, 30)),
        (date(2026, 7, 5), date(2026, 7, 20)),
    ):
        assert added(since, until) == by_hand(since, until), (since, until)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (date(2026, 7, 2), date(2026, 8, 31), [date(2026, 8, 1)]),
        (JULY, date(2026, 8, 30), [JULY]),
        (date(2026, 7, 2), date(2026, 8, 30), []),
        (JULY, date(2026, 7, 31), [JULY]),
    ],
)
def test_only_months_that_lie_inside_are_read_as_such(
    shop: list[Order], since: date, until: date, expected: list[date]
) -> None:
    assert read_months(since, until) == expected


def test_months_are_really_read_and_the_proof_finds_one_that_is_wrong(shop: list[Order]) -> None:
    assert month_differences(since=None, until=None) == []
    cell = MonthRollup.objects.get(basis="paid", dim="sku", month=JULY, key="S-1")
    cell.gross_fen += 1
    cell.save()

    assert added() != by_hand()
    (found,) = month_differences(since=None, until=None)
    assert (found.basis, found.month, found.dim, found.key) == ("paid", JULY, "sku", "S-1")
    assert month_differences(since=date(2026, 8, 1), until=None) == []
    with pytest.raises(SystemExit):
        call_command("rollup", "--verify", "--json")

    MonthRollup.objects.filter(pk=cell.pk).delete()
    assert [one.key for one in month_differences(since=None, until=None)] == ["S-1"]


def test_a_changed_day_leaves_its_month_until_it_is_added_up_again(shop: list[Order]) -> None:
    days = [row.paid_date for row in shop if row.paid_date and row.paid_date.month == 7]
    Order.objects.filter(paid_date=days[0]).update(refund_amount=5)
    DirtyDay.objects.create(basis="paid", date=days[0], marked_at=NOW)

    assert rollup.roll_marked(now=NOW, limit=1) is not None
    assert read_months(SINCE, UNTIL) == [date(2026, 8, 1)]
    assert months.is_waiting(NOW)
    assert added() == by_hand()

    assert months.sum_all(now=NOW) == 1
    assert read_months(SINCE, UNTIL) == [JULY, date(2026, 8, 1)]
    assert not months.is_waiting(NOW)
    assert added() == by_hand()


def test_a_month_that_runs_is_not_added_up_and_one_that_became_empty_holds_nothing(
    shop: list[Order],
) -> None:
    assert not RolledMonth.objects.filter(month=date(2026, 9, 1), is_current=True).exists()
    days = [day for row in shop if (day := row.paid_date) and day.month == 7]
    for row in shop:
        if row.paid_date in days:
            row.lines.all().delete()
            row.delete()
    roll(*days)

    assert not MonthRollup.objects.filter(month=JULY).exists()
    assert read_months(SINCE, UNTIL) == [JULY, date(2026, 8, 1)]
    assert added() == by_hand()


def test_when_a_month_ends_the_beat_asks_for_it(shop: list[Order]) -> None:
    from shopops.work.models import Run

    Run.objects.all().delete()
    rollup.request_if_needed(NOW)
    assert not Run.objects.filter(kind=rollup.KIND).exists()

    rollup.request_if_needed(NOW + timedelta(days=20))
    assert Run.objects.filter(kind=rollup.KIND).exists()


@pytest.mark.django_db(transaction=True)
def test_a_month_whose_day_is_being_worked_out_is_passed_over_and_comes_later() -> None:
    row = order(JULY, "S-1", 1_000)
    roll(JULY)
    assert added(JULY, date(2026, 7, 31)) == {"S-1": (1, 1_000)}
    began, go_on = threading.Event(), threading.Event()
    Order.objects.filter(pk=row.pk).update(refund_amount=5)
    row.lines.update(refund_amount=5, paid_amount=20)
    DirtyDay.objects.create(basis="paid", date=JULY, marked_at=NOW)
    RolledMonth.objects.update(is_current=False)

    def worker() -> None:
        try:
            with transaction.atomic():
                rollup.roll_marked(now=NOW, limit=1)
                began.set()
                go_on.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=worker)
    thread.start()
    began.wait(10)
    summed = months.sum_all(now=NOW)
    left: Any = set(RolledMonth.objects.filter(is_current=False).values_list("basis", flat=True))
    go_on.set()
    thread.join(10)

    assert (summed, left) == (1, {"paid"})
    assert months.sum_all(now=NOW) == 1
    assert added(JULY, date(2026, 7, 31)) == by_hand(JULY, date(2026, 7, 31)) == {"S-1": (1, 2_000)}
    assert month_differences(since=None, until=None) == []
