"""Rollups: what a cell means, that increments equal a rebuild, and that no change is lost."""

import threading
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.actions import rollup
from analytics.actions.fresh import roll_now
from analytics.choices import BASES
from analytics.models import DayRollup, RolledDay
from analytics.queries import metrics
from orders.models import Buyer, DirtyDay, Order
from shopops.lib.business_time import SHANGHAI, business_date
from tests.factories.orders import BuyerFactory, OrderFactory, OrderLineFactory
from tests.times import NOW

DAY = date(2026, 9, 16)
AT = datetime(2026, 9, 16, 10, 30, tzinfo=SHANGHAI)


def mark(*days: date) -> None:
    for basis in BASES:
        for day in days:
            DirtyDay.objects.update_or_create(basis=basis, date=day, defaults={"marked_at": NOW})


def roll(*days: date) -> None:
    mark(*days)
    while rollup.roll_some(now=NOW, limit=7):
        pass


def cell(dim: str, key: str = "", *, day: date = DAY, basis: str = "paid") -> DayRollup:
    return DayRollup.objects.get(basis=basis, dim=dim, key=key, date=day)


def keys(dim: str, *, basis: str = "paid") -> set[str]:
    return set(DayRollup.objects.filter(basis=basis, dim=dim).values_list("key", flat=True))


def all_differences() -> list[metrics.Difference]:
    return [
        one
        for basis in BASES
        for one in metrics.differences(
            basis=basis, days=metrics.days_with_anything(basis=basis, since=None, until=None)
        )
    ]


# --- meaning ---


def test_the_total_of_a_day_adds_paid_orders_and_counts_a_buyer_once(db: None) -> None:
    buyer = BuyerFactory()
    OrderFactory(buyer=buyer, paid_at=AT, paid_amount="100.00", piece_count=2)
    OrderFactory(buyer=buyer, paid_at=AT, paid_amount="50.10", refund_amount="50.10")
    OrderFactory(buyer=None, paid_at=AT, paid_amount="9.90")

    roll(DAY)

    total = cell("total")
    assert (total.orders, total.paid_orders, total.unpaid_orders) == (3, 3, 0)
    assert (total.buyers, total.pieces, total.refunded_orders) == (1, 4, 1)
    assert (total.gross_fen, total.refund_fen) == (16_000, 5_010)


def test_an_unpaid_order_counts_by_creation_only_and_brings_no_money(db: None) -> None:
    OrderFactory(
        paid_at=None, created_at=AT, stage="awaiting_payment", paid_amount="0", piece_count=3
    )

    roll(DAY)

    total = cell("total", basis="created")
    assert (total.orders, total.paid_orders, total.unpaid_orders) == (1, 0, 1)
    assert (total.gross_fen, total.pieces, total.buyers) == (0, 0, 0)
    assert keys("amount_tier", basis="created") == {"unpaid"}
    assert not DayRollup.objects.filter(basis="paid").exists()


def test_the_two_bases_put_an_order_paid_after_midnight_on_two_days(db: None) -> None:
    OrderFactory(
        created_at=datetime(2026, 9, 16, 23, 59, 54, tzinfo=SHANGHAI),
        paid_at=datetime(2026, 9, 17, 0, 0, 2, tzinfo=SHANGHAI),
    )

    roll(DAY, DAY + timedelta(days=1))

    assert cell("hour", "23", basis="created").paid_orders == 1
    assert cell("hour", "00", day=DAY + timedelta(days=1)).paid_orders == 1


@pytest.mark.parametrize(
    ("paid", "refund", "tier"),
    [
        ("0.01", "0", "(0,50]"),
        ("50.00", "0", "(0,50]"),
        ("50.01", "0", "(50,200]"),
        ("200.00", "0", "(50,200]"),
        ("200.01", "0", "(200,500]"),
        ("500.00", "0", "(200,500]"),
        ("500.01", "0", "(500,∞)"),
        ("500.01", "0.01", "(200,500]"),
        ("80.00", "80.00", "≤0"),
        ("0.00", "0", "≤0"),
    ],
)
def test_a_tier_holds_its_upper_bound_and_goes_by_what_is_left(
    db: None, paid: str, refund: str, tier: str
) -> None:
    OrderFactory(paid_at=AT, paid_amount=paid, refund_amount=refund)

    roll(DAY)

    assert keys("amount_tier") == {tier}


def test_lines_take_their_own_share_and_an_order_counts_once_per_product(db: None) -> None:
    order = OrderFactory(paid_at=AT, paid_amount="105.00", postage_amount="5.00")
    for position, (sku, paid) in enumerate([("A", "30.00"), ("A", "20.00"), ("B", "50.00")]):
        OrderLineFactory(
            order=order, position=position, sku_code=sku, item_no="777", paid_amount=paid
        )

    roll(DAY)

    assert (cell("sku", "A").orders, cell("sku", "A").gross_fen) == (1, 5_000)
    assert (cell("product", "777").orders, cell("product", "777").pieces) == (1, 3)
    assert cell("product", "777").gross_fen == 10_000
    assert cell("product", "777").buyers == 1


def test_lines_without_a_share_divide_the_goods_to_the_fen(db: None) -> None:
    order = OrderFactory(paid_at=AT, paid_amount="10.00", postage_amount="0.00")
    for position, sku in enumerate("ABC"):
        OrderLineFactory(
            order=order, position=position, sku_code=sku, paid_amount=None, list_price_amount="9.00"
        )

    roll(DAY)

    assert [cell("sku", sku).gross_fen for sku in "ABC"] == [334, 333, 333]


def test_a_line_without_a_share_takes_what_the_others_leave(db: None) -> None:
    order = OrderFactory(paid_at=AT, paid_amount="100.00")
    OrderLineFactory(order=order, position=0, sku_code="A", paid_amount="70.00")
    OrderLineFactory(order=order, position=1, sku_code="B", paid_amount=None)

    roll(DAY)

    assert cell("sku", "B").gross_fen == 3_000


def test_a_refund_that_no_line_knows_follows_the_shares(db: None) -> None:
    order = OrderFactory(paid_at=AT, paid_amount="100.00", refund_amount="10.00")
    OrderLineFactory(order=order, position=0, sku_code="A", paid_amount="75.00")
    OrderLineFactory(order=order, position=1, sku_code="B", paid_amount="25.00")

    roll(DAY)

    assert (cell("sku", "A").refund_fen, cell("sku", "B").refund_fen) == (750, 250)


def test_a_line_without_an_item_number_is_known_by_its_title(db: None) -> None:
    OrderLineFactory(order=OrderFactory(paid_at=AT), item_no="", title="枕套 一对", sku_code="")

    roll(DAY)

    assert keys("product") == {"枕套 一对"}
    assert keys("sku") == {""}


# --- increments ---


def test_a_refund_weeks_later_reopens_the_day_of_payment(db: None) -> None:
    order = OrderFactory(paid_at=AT, paid_amount="150.00")
    roll(DAY)
    assert cell("total").refund_fen == 0

    Order.objects.filter(pk=order.pk).update(refund_amount="150.00")
    roll(DAY)

    assert cell("total").refund_fen == 15_000
    assert keys("amount_tier") == {"≤0"}


def test_only_marked_days_are_recomputed(db: None) -> None:
    OrderFactory(paid_at=AT)
    OrderFactory(paid_at=AT - timedelta(days=1))
    roll(DAY, DAY - timedelta(days=1))
    Order.objects.update(paid_amount="1.00")

    roll(DAY)

    assert cell("total").gross_fen == 100
    assert cell("total", day=DAY - timedelta(days=1)).gross_fen == 15_000


def test_a_cell_that_did_not_change_is_not_written(db: None) -> None:
    OrderFactory(paid_at=AT)
    mark(DAY)
    first = rollup.roll_some(now=NOW, limit=1)
    while rollup.roll_some(now=NOW, limit=1):
        pass

    mark(DAY)
    again = rollup.roll_some(now=NOW, limit=1)

    assert first is not None
    assert first.changed_cells > 0
    assert again is not None
    assert again.changed_cells == 0


def test_a_day_whose_last_order_went_is_unknown_again(db: None) -> None:
    order = OrderFactory(paid_at=AT)
    roll(DAY)
    assert RolledDay.objects.filter(date=DAY).count() == 2

    order.delete()
    roll(DAY)

    assert not RolledDay.objects.exists()
    assert not DayRollup.objects.exists()


orders_drawn = st.lists(
    st.tuples(
        st.integers(0, 2),  # day of creation
        st.sampled_from([None, 0, 1]),  # days until payment
        st.integers(0, 3),  # buyer, 0: nobody
        st.integers(0, 60_000),  # paid fen
        st.integers(0, 100),  # per cent refunded
        st.lists(
            st.tuples(
                st.sampled_from(["A", "B", ""]),
                st.sampled_from(["1", "2", ""]),
                st.sampled_from([None, 500, 1_234]),
                st.integers(0, 9_999),
                st.integers(1, 3),
            ),
            max_size=4,
        ),
    ),
    max_size=8,
)


def _store(drawn: list[Any]) -> None:
    buyers = [None, *(BuyerFactory() for _ in range(3))]
    for day, delay, buyer, fen, share, lines in drawn:
        created_at = AT - timedelta(days=day)
        paid_at = None if delay is None else created_at + timedelta(days=delay, minutes=3)
        paid = Decimal(fen) / 100 if paid_at else Decimal(0)
        order = OrderFactory(
            created_at=created_at,
            created_date=business_date(created_at),
            paid_at=paid_at,
            stage="awaiting_audit" if paid_at else "awaiting_payment",
            buyer=buyers[buyer],
            paid_amount=paid,
            postage_amount=Decimal(min(fen, 600)) / 100,
            refund_amount=(paid * share / 100).quantize(Decimal("0.01")),
            receiver_province=["浙江省", "上海", ""][day],
        )
        for position, (sku, item, known, price, quantity) in enumerate(lines):
            OrderLineFactory(
                order=order,
                position=position,
                sku_code=sku,
                item_no=item,
                title=f"商品 {item}",
                quantity=quantity,
                paid_amount=None if known is None else Decimal(known) / 100,
                list_price_amount=Decimal(price) / 100,
            )


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(first=orders_drawn, second=orders_drawn, gone=st.integers(0, 7))
def test_increments_after_random_changes_equal_a_rebuild(
    db: None, first: list[Any], second: list[Any], gone: int
) -> None:
    with transaction.atomic():
        days = [DAY + timedelta(days=n) for n in (-2, -1, 0, 1)]
        _store(first)
        roll(*days)
        _store(second)
        for order in Order.objects.order_by("pk")[gone : gone + 1]:
            order.delete()
        Order.objects.filter(paid_at__isnull=False).update(refund_amount="1.00")
        roll(*days)

        assert all_differences() == []
        _check_by_hand()
        transaction.set_rollback(True)


def _check_by_hand() -> None:
    """Add up in Python what the rollup adds up in SQL."""
    for basis in BASES:
        rows = [o for o in Order.objects.all() if getattr(o, f"{basis}_date") is not None]
        for row in metrics.metrics(by="total", basis=basis):
            paid = [o for o in rows if o.paid_at]
            assert row.orders == len(rows)
            assert row.gross_amount == sum(o.paid_amount for o in paid)
            assert row.buyers == len({o.buyer_id for o in paid} - {None})
        for by in ("province", "amount_tier", "hour", "day", "weekday"):
            parts = metrics.metrics(by=by, basis=basis)
            assert sum(part.orders for part in parts) == len(rows)
        lines = sum(order.lines.count() > 0 for order in rows)
        assert sum(r.orders for r in metrics.metrics(by="product", basis=basis)) >= lines


def test_verify_finds_a_cell_that_somebody_changed(db: None) -> None:
    OrderFactory(paid_at=AT)
    roll(DAY)
    DayRollup.objects.filter(basis="paid", dim="hour").update(gross_fen=1)

    (found,) = all_differences()

    assert (found.basis, found.dim, found.key) == ("paid", "hour", "10")


# --- workers ---


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_take_different_days_and_leave_none() -> None:
    for back in range(12):
        OrderFactory(paid_at=AT - timedelta(days=back))
    mark(*(DAY - timedelta(days=back) for back in range(12)))
    taken: list[tuple[str, date]] = []

    def work() -> None:
        try:
            while done := rollup.roll_some(now=NOW, limit=2):
                taken.extend((done.basis, day) for day in done.days)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)

    assert len(taken) == len(set(taken)) == 24
    assert not DirtyDay.objects.exists()
    assert all_differences() == []


@pytest.mark.django_db(transaction=True)
def test_a_day_marked_during_its_recomputation_stays_marked() -> None:
    OrderFactory(paid_at=AT)
    mark(DAY)
    began, go_on = threading.Event(), threading.Event()

    def worker() -> None:
        try:
            with transaction.atomic():
                rollup.roll_some(now=NOW, limit=1)
                began.set()
                go_on.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=worker)
    thread.start()
    began.wait(10)
    threading.Timer(0.3, go_on.set).start()
    mark_by_import(DAY)  # waits for the worker's commit
    thread.join(10)

    assert DirtyDay.objects.filter(basis="created", date=DAY).exists()


def mark_by_import(day: date) -> None:
    """Mark as a merge does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO orders_dirtyday (basis, date, marked_at)"
            " VALUES ('created', %s, clock_timestamp())"
            " ON CONFLICT (basis, date) DO UPDATE SET marked_at = excluded.marked_at",
            [day],
        )


@pytest.mark.django_db(transaction=True)
def test_a_run_works_through_all_marked_days() -> None:
    for back in range(40):
        OrderFactory(paid_at=AT - timedelta(days=back), buyer=None)
    rollup.mark_days(since=None, until=None, now=NOW)

    assert roll_now() == 80
    assert roll_now() == 0
    assert not Buyer.objects.exists()
