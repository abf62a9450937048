"""What an order leaves: line by line, kept by day, the same by rule and by statement, to the fen."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.actions import profit as acts
from analytics.actions import rollup
from analytics.models import OrderProfit
from analytics.queries import profit as queries
from analytics.rules import profit as rules
from analytics.rules.profit import Entry, OrderFacts, Rates, allot, order_entries, profit
from analytics.rules.reconcile import Cash, CashFacts, CashState, judge
from analytics.wording.profit import GROUPS, LINES
from orders.choices import BillKind
from orders.models import BillLine, DirtyDay, GiftLine, Order, Refund, Shipment
from promotions.models import AffiliateSettlement
from tests.factories.goods import SkuFactory
from tests.factories.orders import BuyerFactory, OrderFactory, OrderLineFactory
from tests.times import NOW

RATES = Rates(
    commission_rate=Decimal("0.05"),
    points_rate=Decimal("0.005"),
    service_rate=Decimal("0.006"),
    postage_amount=Decimal("4.20"),
    packing_amount=Decimal("1.10"),
    return_rate=Decimal("0.06"),
    return_amount=Decimal("9.00"),
)
DAY = date(2026, 9, 17)


def facts(**given: Any) -> OrderFacts:
    plain = {
        "paid_fen": 15800,
        "postage_fen": 800,
        "refund_fen": 0,
        "goods_fen": 6000,
        "kept_pieces": 1,
    }
    return OrderFacts(**(plain | given))


def by_code(entries):
    return {entry.code: entry for entry in entries}


class TestRules:
    """Pure."""

    def test_an_order_is_what_is_paid_less_everything_it_costs(self):
        entries = order_entries(facts(parcels=[(0, 1)], is_ended=True, gifts_fen=300), RATES)

        assert {entry.code: entry.fen for entry in entries} == {
            "sold": 15000, "postage": 800, "goods": -6000, "gifts": -300, "packing": -110,
            "carrier": -420, "commission": -750, "points": -75, "service_fee": -90,
        }  # fmt: skip
        assert profit(entries) == 8055

    def test_a_billed_fee_counts_and_stands_beside_its_estimate(self):
        entries = by_code(order_entries(facts(billed={"commission": 600}), RATES))

        assert entries["commission"] == Entry("commission", -600, -750, -600)
        assert entries["commission"].difference == 150
        assert entries["points"].fen == -75, "no bill paid the order out: what is missing may come"

    def test_a_bill_that_paid_out_and_charged_one_fee_has_said_all_of_them(self):
        told = facts(billed={"service_fee": 95, "payment": -15800}, is_paid_out=True)

        entries = by_code(order_entries(told, RATES))

        assert (entries["commission"].fen, entries["commission"].estimated) == (0, -750)
        assert entries["service_fee"].fen == -95

    @pytest.mark.parametrize("given", [{"unknown_pieces": 1}, {"unknown_gifts": 1}])
    def test_a_cost_that_nobody_entered_makes_the_profit_unknown_and_not_high(self, given):
        assert profit(order_entries(facts(**given), RATES)) is None

    def test_nothing_is_sent_where_all_went_back_before_a_parcel_left(self):
        back = facts(refund_fen=15800, goods_fen=0, kept_pieces=0, gifts_fen=300, is_ended=True)

        assert profit(order_entries(back, RATES)) == 0

    def test_a_parcel_of_three_orders_costs_them_what_it_costs_once(self):
        shares = [
            by_code(order_entries(facts(parcels=[(place, 3)]), RATES))["packing"].fen
            for place in range(3)
        ]

        assert shares == [-37, -37, -36]

    def test_a_settled_commission_counts_until_the_bill_tells(self):
        assert by_code(order_entries(facts(settled_fen=790), RATES))["affiliate"].fen == -790
        told = by_code(order_entries(facts(settled_fen=790, billed={"affiliate": 800}), RATES))
        assert (told["affiliate"].fen, told["affiliate"].difference) == (-800, -10)

    @given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
    def test_parts_sum_to_what_is_divided(self, total, weights):
        parts = allot(total, weights)

        assert sum(parts) == total
        assert all(part * (1 if total >= 0 else -1) >= 0 for part in parts)

    def test_nothing_can_be_allotted_to_nobody(self):
        with pytest.raises(ValueError, match="nobody"):
            allot(1, [])

    def test_lines_that_the_page_names_are_all_lines(self):
        assert set(LINES) == set(rules.LINES)
        assert sorted(code for _label, codes in GROUPS for code in codes) == sorted(rules.LINES)


class TestJudge:
    """What a bill says of an order."""

    @pytest.mark.parametrize(
        ("given", "state", "gap"),
        [
            ({}, CashState.NONE, 0),
            ({"ended_on": DAY}, CashState.MISSING, -1000),
            ({"ended_on": DAY, "refund_fen": 1000}, CashState.NONE, 0),
            ({"paid_out_fen": 1000, "booked_on": DAY}, CashState.AGREED, 0),
            # Gone back before it was paid out: never came.
            ({"paid_out_fen": 700, "refund_fen": 300, "booked_on": DAY}, CashState.AGREED, 0),
            ({"paid_out_fen": 1000, "taken_back_fen": 300, "refund_fen": 300, "booked_on": DAY},
             CashState.AGREED, 0),
            ({"paid_out_fen": 990, "booked_on": DAY}, CashState.PAYMENT, -10),
            ({"paid_out_fen": 1000, "refund_fen": 300, "refunded_on": DAY, "booked_on": DAY},
             CashState.REFUND, 300),
            ({"paid_out_fen": 1000, "taken_back_fen": 300, "booked_on": DAY}, CashState.REFUND, -300),
        ],
    )  # fmt: skip
    def test_bill_and_order_agree_or_differ_by_so_much(self, given, state, gap):
        plain = {
            "paid_fen": 1000, "refund_fen": 0, "ended_on": None, "refunded_on": None,
            "paid_out_fen": 0, "taken_back_fen": 0, "booked_on": None,
        }  # fmt: skip

        word = judge(CashFacts(**(plain | given)))

        assert (word.state, word.gap_fen) == (state, gap)

    def test_a_refund_is_missing_in_a_bill_only_once_its_own_day_is_covered(self):
        later = DAY + timedelta(days=20)
        word = judge(CashFacts(1000, 300, DAY, later, 1000, 0, DAY))

        assert word == Cash(CashState.REFUND, later, 300)


# --- the statement that works many out is the rule ------------------------------------------------

fens = st.integers(1, 90_000)
bills = st.lists(
    st.tuples(
        st.sampled_from([kind for kind in BillKind if kind != BillKind.TRANSFER]),
        st.integers(0, 20_000),
        st.booleans(),
    ),
    max_size=6,
)
orders = st.lists(
    st.fixed_dictionaries(
        {
            "goods": fens,
            "postage": st.sampled_from([0, 0, 800]),
            "back": st.sampled_from([0, 0, 0, 37, 100]),
            "lines": st.lists(
                st.tuples(st.sampled_from(["A", "B", "NONE"]), st.integers(1, 3)), max_size=3
            ),
            "bills": bills,
            "waybills": st.lists(st.integers(1, 3), max_size=2, unique=True),
            "gift": st.sampled_from(["", "", "A", "NONE"]),
            "is_ended": st.booleans(),
            "is_return": st.booleans(),
            "settled": st.sampled_from([None, None, 0, 790]),
            "compensation": st.sampled_from([0, 0, 500]),
            "day": st.integers(0, 1),
        }
    ),
    min_size=1,
    max_size=4,
)


def build(number: int, given: dict[str, Any]) -> Order:
    amount = Decimal(given["goods"] + given["postage"]) / 100
    paid_at = NOW.replace(month=9, day=17, hour=4) + timedelta(days=given["day"])
    order = OrderFactory(
        buyer=BuyerFactory(),
        paid_at=paid_at,
        total_amount=amount,
        goods_amount=Decimal(given["goods"]) / 100,
        postage_amount=Decimal(given["postage"]) / 100,
        paid_amount=amount,
        refund_amount=(amount * given["back"] / 100).quantize(Decimal("0.01")),
        piece_count=sum(pieces for _code, pieces in given["lines"]) or 1,
        ended_at=paid_at + timedelta(days=9) if given["is_ended"] else None,
    )
    for place, (code, pieces) in enumerate(given["lines"], 1):
        OrderLineFactory(
            order=order, position=place, sku_code=code, quantity=pieces, paid_amount=None,
            list_price_amount=Decimal(10),
        )  # fmt: skip
    for place, (kind, fen, is_income) in enumerate(given["bills"]):
        BillLine.objects.create(
            order=order, tid=order.tid, flow_no=f"{order.tid}-{place}", kind=kind,
            booked_at=paid_at + timedelta(days=10), booked_date=(paid_at + timedelta(days=10)).date(),
            income_amount=Decimal(fen) / 100 if is_income else 0,
            expense_amount=0 if is_income else Decimal(fen) / 100,
        )  # fmt: skip
    for waybill in given["waybills"]:
        Shipment.objects.create(order=order, waybill_no=f"W{waybill}")
    if given["gift"]:
        GiftLine.objects.create(
            order=order, sku_code=given["gift"], quantity=2, added_at=paid_at, source="x"
        )
    if given["back"]:
        Refund.objects.create(
            order=order, tid=order.tid, refund_no=f"R{order.tid}", status="SUCCESS",
            type="return_and_refund" if given["is_return"] else "refund_only",
            refund_amount=order.refund_amount, finished_at=paid_at + timedelta(days=12),
        )  # fmt: skip
    if given["settled"] is not None:
        AffiliateSettlement.objects.create(
            batch_id=1, exported_at=paid_at, settled_at=paid_at, paid_date=paid_at.date(),
            is_current=True, deal_amount=amount, commission_amount=Decimal(given["settled"]) / 100,
            tid=order.tid, line_key=f"L{order.tid}",
        )  # fmt: skip
    if given["compensation"]:
        case = order.cases.create(
            opened_at=paid_at, answer_due_at=paid_at, solve_due_at=paid_at, turn_at=paid_at,
            due_at=paid_at, owner_role="service", type="quality",
        )  # fmt: skip
        case.compensations.create(
            amount=Decimal(given["compensation"]) / 100, kind="cash", state="paid", reason="x",
            asked_at=paid_at,
        )  # fmt: skip
    return order


def _days() -> set[date]:
    days = Order.objects.values_list("paid_date", flat=True)
    return {day for day in days if day is not None}


def roll() -> None:
    """Bring days up to date as the runs do."""
    DirtyDay.objects.bulk_create(
        [
            DirtyDay(basis="paid", date=day, marked_at=NOW)
            for day in {DAY, DAY + timedelta(days=1), *_days()}
        ],
        ignore_conflicts=True,
    )
    while rollup.roll_some(now=NOW, limit=31):
        pass
    acts.work_out_now()


@pytest.fixture
def costs(db, shop):
    SkuFactory(code="A", cost_amount=Decimal("3.33"))
    SkuFactory(code="B", cost_amount=Decimal("7.00"))


@pytest.mark.django_db
class TestKept:
    """Kept by day."""

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(orders)
    def test_statement_and_rule_say_the_same_and_lines_sum_to_orders_and_orders_to_days(
        self, costs, given
    ):
        Order.objects.all().delete()
        BillLine.objects.all().delete()
        AffiliateSettlement.objects.all().delete()
        made = [build(n, one) for n, one in enumerate(given)]
        roll()

        sums: dict[str, int] = {}
        for order in made:
            card = queries.order_card(order)
            kept = OrderProfit.objects.get(pk=order.pk)
            assert kept.profit_fen == card.profit
            word = card.cash
            state = "" if word.state in {CashState.NONE, CashState.AGREED} else str(word.state)
            assert (kept.cash_state, kept.cash_gap_fen) == (state, word.gap_fen)
            assert kept.cash_date == (word.on if state else None)
            for entry in card.entries:
                sums[entry.code] = sums.get(entry.code, 0) + entry.fen
        period = queries.period_profit(since=DAY, until=DAY + timedelta(days=1))
        assert {code: line.fen for code, line in period.lines.items()} == sums
        assert period.net == sum(
            period.lines[code].fen for code in rules.REVENUE if code in period.lines
        )
        known = [row.profit_fen for row in OrderProfit.objects.all() if row.profit_fen is not None]
        assert (period.known_profit, period.known_orders) == (sum(known), len(known))
        rows, rest = queries.sku_rows(period, since=DAY, until=DAY + timedelta(days=1), extra=-777)
        whole = [
            row.net - (row.cost or 0) + row.shared for row in [*rows, *([rest] if rest else [])]
        ]
        unknown = sum(1 for row in rows if row.cost is None)
        if not unknown:
            assert sum(whole) == period.total - 777

    def test_a_span_that_makes_no_sense_is_said_and_thirty_days_shown(self, db, as_manager):
        page = as_manager.get("/analytics/profit/?since=2026-08-09&until=2026-08-01")

        assert "先给你最近 30 天" in page.content.decode()
