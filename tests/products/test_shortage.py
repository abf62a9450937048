"""What is short: by pieces, by days of cover, main products more strictly; and what was done about it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command

from analytics.actions import rollup
from orders.actions.sku_days import write_days
from products import registry
from products.actions import allocation, shortage, stock_rules
from products.actions.errors import StaleGoodsError, StockRefusedError
from products.checks.stock import stock_is_enough, stock_is_proved
from products.choices import AllocateAt, WarningAct
from products.models import SkuDay, StockLevel, StockRule, StockWarning
from products.queries import shortage as shortage_queries
from products.queries import stock
from products.rules.stock import Wanted, cover_days
from shopops.lib.business_time import business_date
from tests.factories.goods import ProductFactory, bundle, stocked
from tests.factories.orders import OrderFactory, OrderLineFactory

pytestmark = pytest.mark.django_db


def sold(code, pieces, now, *, days_ago=1):
    SkuDay.objects.create(
        sku_code=code,
        date=business_date(now) - timedelta(days=days_ago),
        pieces=pieces,
        order_count=1,
    )


def kinds():
    return dict(StockWarning.objects.values_list("sku__code", "kind"))


def test_cover_is_how_long_the_free_pieces_last():
    assert cover_days(free=10, sold=14, days=14) == Decimal("10.0")
    assert cover_days(free=-3, sold=14, days=14) == Decimal("0.0")
    assert cover_days(free=10, sold=0, days=14) is None


def test_each_sku_is_short_for_its_own_reason(now):
    stocked("PLENTY", 100)
    stocked("FEW", 4)
    stocked("GONE", 0)
    stocked("FAST", 50)
    sold("FAST", 140, now)  # ten a day: five days of seven
    sold("PLENTY", 14, now)

    shortage.look(now=now)

    assert kinds() == {"FEW": "threshold", "GONE": "out", "FAST": "cover"}


def test_today_and_what_is_older_than_the_rule_do_not_count(now):
    stocked("A", 50)
    sold("A", 140, now, days_ago=0)
    sold("A", 140, now, days_ago=15)

    shortage.look(now=now)

    assert kinds() == {}


def test_main_products_are_short_earlier(now):
    main = ProductFactory.create(is_main=True)
    stocked("MAIN", 19, product=main)
    stocked("OTHER", 19)

    shortage.look(now=now)

    assert kinds() == {"MAIN": "threshold"}


def test_a_sku_of_its_own_limits_goes_by_them(now, manager):
    sku = stocked("A", 30)
    stock_rules.set_limits(
        sku_id=sku.pk, threshold=40, cover_days=None, safety=0, by=manager, now=now
    )

    shortage.look(now=now)

    assert kinds() == {"A": "threshold"}


def test_what_is_sold_in_bundles_counts_for_the_parts(now):
    part = stocked("A", 50)
    bundle("SET", (part, 2))
    sold("SET", 70, now)

    shortage.look(now=now)

    warning = StockWarning.objects.get()
    assert (warning.kind, warning.sold, warning.cover_days) == ("cover", 140, Decimal("5.0"))
    row = stock.one_row(part, today=business_date(now), sales_days=14)
    assert (row.sold, row.cover_days) == (140, Decimal("5.0"))


def test_a_warning_ends_when_stock_is_enough_and_keeps_its_act_until_it_gets_worse(now, warehouse):
    sku = stocked("A", 4)
    shortage.look(now=now)
    shortage.act_on_warning(sku_id=sku.pk, act=WarningAct.SHELF, by=warehouse, now=now)
    assert shortage_queries.untouched_warnings(size=5)[1] == 0
    shortage.look(now=now + timedelta(hours=1))
    assert StockWarning.objects.get().act == WarningAct.SHELF

    StockLevel.objects.update(on_hand=0)
    shortage.look(now=now + timedelta(hours=2))
    warning = StockWarning.objects.get()
    assert (warning.kind, warning.act, warning.acted_by) == ("out", "", None)
    StockLevel.objects.update(on_hand=99)
    shortage.look(now=now + timedelta(hours=3))

    assert kinds() == {}
    with pytest.raises(StockRefusedError, match="已经不缺"):
        shortage.act_on_warning(sku_id=sku.pk, act=WarningAct.SHELF, by=warehouse, now=now)


def test_the_check_tells_what_is_short_and_is_unknown_without_stock(now):
    assert stock_is_enough(now.date(), now).status == "unknown"
    stocked("A", 0)
    shortage.look(now=now)

    outcome = stock_is_enough(now.date(), now)

    assert outcome.status == "failed"
    assert "断货: A" in outcome.findings[0].title
    assert outcome.findings[0].evidence == "可用 0 件，警戒线 5；没有在途"


def test_main_products_cannot_be_watched_less_closely(now, manager):
    values = stock_rules.RuleValues(AllocateAt.PAYMENT, 5, 4, 7, 14, 14, 3, False, True)

    with pytest.raises(StockRefusedError, match="主推款"):
        stock_rules.set_rule(values=values, version=0, by=manager, now=now)


def test_a_rule_counts_from_its_day_and_a_stale_edit_is_refused(now, manager):
    values = stock_rules.RuleValues(AllocateAt.PAYMENT, 5, 20, 7, 14, 14, 3, False, True)
    stock_rules.set_rule(values=values, version=0, by=manager, now=now)

    with pytest.raises(StaleGoodsError):
        stock_rules.set_rule(values=values, version=0, by=manager, now=now)
    tomorrow = now + timedelta(days=1)
    stock_rules.set_rule(values=values, version=1, by=manager, now=tomorrow)

    assert StockRule.objects.count() == 2


def test_sales_of_a_day_are_written_from_its_paid_orders(now):
    order = OrderFactory.create(paid_at=now)
    OrderLineFactory.create(order=order, sku_code="A", quantity=2)
    OrderLineFactory.create(order=order, sku_code="A", quantity=1)
    unpaid = OrderFactory.create(
        paid_at=None, paid_date=None, created_at=now, stage="awaiting_payment"
    )
    OrderLineFactory.create(order=unpaid, sku_code="A", quantity=9)
    day = business_date(now)

    for _time in range(2):
        write_days([day])

    assert registry.daily_sales(["A", "B"], since=day, until=day) == {"A": {day: 3}}
    order.lines.all().delete()
    write_days([day])
    assert registry.daily_sales(["A"], since=day, until=day) == {}


def test_the_rollup_of_a_dirty_day_writes_its_sales(now):
    order = OrderFactory.create(paid_at=now)
    OrderLineFactory.create(order=order, sku_code="A", quantity=2)
    rollup.mark_days(since=None, until=None, now=now)

    while rollup.roll_some(now=now, limit=4):
        pass

    assert SkuDay.objects.get().pieces == 2


def test_the_proof_holds_what_is_set_aside_against_open_orders(now, capsys):
    stocked("A", 5)
    open_one, gone = OrderFactory.create(), OrderFactory.create(stage="cancelled")
    wanted = [
        Wanted(order.tid, OrderLineFactory.create(order=order, sku_code="A").line_key, "A", 1)
        for order in (open_one, gone)
    ]
    allocation.allocate(wanted, now=now)

    outcome = stock_is_proved(now.date(), now)

    assert [one.evidence for one in outcome.findings] == [
        f"为订单 {gone.tid} 占用 1 件，这单要 0 件"
    ]
    with pytest.raises(SystemExit) as ended:
        call_command("stock_proof", "--json")
    assert ended.value.code == 1
    assert '"which": "open_orders"' in capsys.readouterr().out
    allocation.release([gone.tid], now=now)
    call_command("stock_proof", "--json")
    assert '"differences": []' in capsys.readouterr().out
