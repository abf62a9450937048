"""A month's statement: what the bill says against orders, refunds and settlements; closing; the check; pages."""

import io
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics.actions import profit as acts
from analytics.actions.closing import UnableToCloseError, close_month
from analytics.checks.profit import bill_differs
from analytics.demo.bill import BillCharge, BillOrder, bill_text, charges
from analytics.models import MonthClose, OrderProfit, ProfitMark
from analytics.queries import profit as queries
from analytics.queries.profit_proof import kept_days, profit_differences
from analytics.queries.statement import statement
from orders.models import BillLine, Order, Refund, Shipment
from promotions.models import AffiliateSettlement, ChannelDay, ProfitRule
from shopops.checks.models import CheckResult
from shopops.lib.business_time import SHANGHAI
from shopops.staff.models import Operation
from tests.analytics.test_profit import roll
from tests.clients import browser_of
from tests.factories.goods import SkuFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.factories.staff import PersonFactory, RoleFactory
from tests.orders.cases.test_bill import bring

MONTH, LAST = date(2026, 8, 1), date(2026, 8, 31)
NOW = datetime(2026, 9, 17, 12, tzinfo=SHANGHAI)


def at(day: int, hour: int = 12, month: int = 8) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def order(paid: str, *, day: int, back: str = "0", late: str = "0", code: str = "A") -> BillOrder:
    """Make an order paid on a day of August and over five days later; give what its bill rests on."""
    ended_at, late_at = at(day) + timedelta(days=5), at(day) + timedelta(days=8)
    amount = Decimal(paid)
    row = OrderFactory(
        tid=f"4286738192837465{Order.objects.count():03d}",
        paid_at=at(day), ended_at=ended_at, total_amount=amount, goods_amount=amount - 5,
        postage_amount=Decimal(5), paid_amount=amount, refund_amount=Decimal(back) + Decimal(late),
    )  # fmt: skip
    OrderLineFactory(order=row, sku_code=code, paid_amount=amount - 5)
    Shipment.objects.create(order=row, waybill_no=f"SF{row.pk}")
    for text, moment in ((back, at(day, 13)), (late, late_at)):
        if Decimal(text):
            Refund.objects.create(
                order=row, tid=row.tid, refund_no=f"{row.tid}{moment:%d}", status="SUCCESS",
                type="refund_only", refund_amount=Decimal(text), finished_at=moment,
            )  # fmt: skip
    return BillOrder(
        row.tid, ended_at, amount, Decimal(5), Decimal(back), Decimal(late),
        late_at if Decimal(late) else None,
    )  # fmt: skip


@pytest.fixture
def month(db, shop):
    SkuFactory(code="A", cost_amount=Decimal("33.00"))
    return [
        order("105.00", day=2),
        order("205.00", day=3, back="20.00"),
        order("305.00", day=4, late="50.00"),
        order("88.88", day=5, back="88.88"),
    ]


def bill(
    tmp_path, orders: list[BillOrder], *more: BillCharge, skip: int = 0, until: date = LAST
) -> None:
    """Bring the bill of August in; its first and last day are told by transfers."""
    booked = [line for one in orders[skip:] for line in charges(one)]
    booked += [
        BillCharge(at(1, 0), "", "提现", Decimal(-100), "提现"),
        BillCharge(
            datetime(2026, 8, until.day, 23, tzinfo=SHANGHAI), "", "提现", Decimal(-100), "提现"
        ),
    ]
    text = bill_text([*booked, *more], since=MONTH, until=until)
    bring(tmp_path, text.encode("gb18030"))
    roll()


@pytest.mark.django_db(transaction=True)
class TestReconciled:
    """The generator's own month, through the importer."""

    def test_a_month_of_orders_and_its_bill_agree_to_the_fen(self, tmp_path, month):
        bill(tmp_path, month)

        found = statement(month=MONTH)

        assert found.agrees is True
        assert (found.agreed_orders, found.gap_orders, found.unknown_orders) == (3, 0, 0)
        by_kind = {row.kind: row for row in found.bill}
        assert by_kind["payment"].income == 10500 + 18500 + 30500
        assert by_kind["refund"].expense == 5000
        assert [row.verdict for row in found.bill] == [
            "agreed", "agreed", "told", "told", "told", "left_out",
        ]  # fmt: skip
        # What was billed is what was foretold, but for what went back after the payment.
        assert found.lines["commission"].fen == -(500 + 900 + 1500)
        assert found.lines["commission"].difference == -250
        assert found.profit == sum(line.fen or 0 for line in found.lines.values())
        assert found.profit == sum(row.profit_fen or 0 for row in OrderProfit.objects.all())
        assert found.period.net == 10500 + 18500 + 25500

    def test_each_kind_of_difference_is_shown_with_its_order(self, tmp_path, month):
        short = replace(month[1], paid=month[1].paid - Decimal("1.20"))
        unseen = replace(month[2], late_refund=Decimal(0))
        loose = BillCharge(at(20), "4286738192837465999", "交易付款", Decimal("9.90"), "交易货款")

        bill(tmp_path, [short, unseen], loose)

        found = statement(month=MONTH)
        assert [(gap.tid, gap.state, gap.gap, gap.is_known) for gap in found.gaps] == [
            (month[0].tid, "missing", -10500, True),
            (month[2].tid, "refund", 5000, True),
            ("4286738192837465999", "loose_payment", 990, False),
            (month[1].tid, "payment", -120, True),
        ]
        by_kind = {row.kind: row for row in found.bill}
        assert (by_kind["payment"].gap, by_kind["payment"].orders) == (-10500 - 120 + 990, 3)
        assert (by_kind["refund"].gap, by_kind["refund"].verdict) == (5000, "differs")
        assert found.agrees is False

    def test_a_day_without_a_bill_is_unknown_and_no_difference(self, tmp_path, month):
        # The late refund was on the 12th, the bill ends on the 10th.
        bill(tmp_path, month, until=date(2026, 8, 10))

        found = statement(month=MONTH)

        assert (len(found.covered), found.unknown_orders, found.gap_orders) == (10, 1, 0)
        assert found.agrees is True
        assert found.gaps == []

    def test_lines_of_no_order_count_in_the_month_in_which_they_were_booked(self, tmp_path, month):
        insurance = BillCharge(at(9), "", "收费", Decimal("-86.40"), "消费者体验提升计划服务费")
        strange = BillCharge(at(9), "", "其它", Decimal("-3.20"), "谁也不认识")

        bill(tmp_path, month, insurance, strange)

        found = statement(month=MONTH)
        assert (found.lines["freight_insurance"].fen, found.lines["freight_insurance"].shop) == (
            -8640,
            -8640,
        )
        assert found.lines["unclassified"].fen == -320
        assert next(row for row in found.bill if row.kind == "other").verdict == "unclassified"

    def test_commissions_are_held_against_settlements(self, tmp_path, month):
        AffiliateSettlement.objects.create(
            batch_id=1, exported_at=NOW, settled_at=at(8), paid_date=date(2026, 8, 8), is_current=True,
            deal_amount=100, commission_amount=Decimal("10.00"), service_amount=Decimal("1.00"),
            tid=month[0].tid, line_key="1",
        )  # fmt: skip
        booked = BillCharge(at(8), month[0].tid, "代扣款", Decimal("-12.50"), "淘宝客佣金代扣款")

        bill(tmp_path, month, booked)

        found = statement(month=MONTH)
        row = next(row for row in found.bill if row.kind == "affiliate")
        assert (row.net, row.books, row.gap, row.verdict) == (-1250, -1100, -150, "differs")
        assert found.lines["affiliate"].fen == -1250
        assert found.lines["affiliate"].difference == -150

    def test_the_check_fires_while_a_month_differs_and_closes_when_the_bill_comes(
        self, tmp_path, month
    ):
        assert bill_differs(date(2026, 9, 2), NOW).status == CheckResult.Status.UNKNOWN
        bill(tmp_path, month, skip=1)

        fired = bill_differs(date(2026, 9, 2), NOW)
        assert fired.status == CheckResult.Status.FAILED
        assert "2026-08" in fired.findings[0].title

        text = bill_text(charges(month[0]), since=MONTH, until=LAST).replace("7000000", "8000000")
        bring(tmp_path, text.encode("gb18030"), "more.csv")
        roll()
        assert bill_differs(date(2026, 9, 2), NOW).status == CheckResult.Status.PASSED

    def test_a_bill_taken_back_leaves_estimates(self, tmp_path, month):
        bill(tmp_path, month)
        BillLine.objects.all().delete()
        acts.work_out_now()

        found = statement(month=MONTH)

        assert found.lines["commission"].billed_orders == 0
        assert found.lines["commission"].fen == -(500 + 900 + 1250)


@pytest.mark.django_db
class TestMarks:
    """Whatever a profit rests on marks its day."""

    def test_every_source_marks_the_day_of_payment(self, month):
        roll()
        row = Order.objects.get(tid=month[0].tid)
        changes = [
            lambda: BillLine.objects.create(
                order=row, flow_no="1", booked_at=NOW, booked_date=NOW.date()
            ),
            lambda: BillLine.objects.update(expense_amount=3),
            lambda: BillLine.objects.all().delete(),
            lambda: Shipment.objects.create(order=row, waybill_no="X1"),
            lambda: row.gifts.create(sku_code="A", added_at=NOW, source="x"),
        ]
        for change in changes:
            assert not ProfitMark.objects.exists()
            change()
            assert set(ProfitMark.objects.values_list("date", flat=True)) == {date(2026, 8, 2)}
            acts.work_out_now()

    def test_a_trace_of_a_parcel_marks_nothing(self, month):
        roll()

        Shipment.objects.update(last_trace_at=NOW)

        assert not ProfitMark.objects.exists()

    def test_new_rates_mark_the_days_from_which_they_count(self, month):
        roll()

        ProfitRule.objects.create(
            valid_from=date(2026, 8, 4), changed_at=NOW, parameters={"commission_rate": "0.02"}
        )

        assert set(ProfitMark.objects.values_list("date", flat=True)) == {
            date(2026, 8, 4), date(2026, 8, 5),
        }  # fmt: skip
        acts.work_out_now()
        assert queries.period_profit(since=MONTH, until=LAST).lines["commission"].fen == -(
            500 + 900 + 500
        )

    def test_what_is_kept_is_proved_against_the_facts(self, month):
        roll()
        days = kept_days(since=None, until=None)
        assert [day.day for day in days] == [2, 3, 4, 5]
        assert profit_differences(days) == []

        OrderProfit.objects.filter(date=date(2026, 8, 3)).update(profit_fen=1)

        assert [(one.date.day, one.table) for one in profit_differences(days)] == [
            (3, "analytics_orderprofit")
        ]

    def test_working_a_day_out_twice_changes_nothing(self, month):
        roll()
        acts.mark([date(2026, 8, 2)])

        done = acts.work_out_some(limit=5)

        assert done is not None
        assert (done.days, done.changed_rows) == ((date(2026, 8, 2),), 0)


@pytest.mark.django_db
class TestClosing:
    """A month that a person closed."""

    def close(self, by, seen=0, note="账单还没来"):
        return close_month(month=MONTH, seen=seen, note=note, by=by, now=NOW)

    def test_figures_are_frozen_and_late_data_shows_as_a_correction(
        self, month, manager, as_manager
    ):
        roll()
        before = statement(month=MONTH).total
        self.close(manager)
        case = Order.objects.get(tid=month[0].tid)
        BillLine.objects.create(
            order=case, tid=case.tid, flow_no="1", booked_at=NOW, booked_date=NOW.date(),
            expense_amount=Decimal("7.50"), kind="late_penalty",
        )  # fmt: skip
        acts.work_out_now()

        found = statement(month=MONTH)

        assert found.close.figures["total"] == before
        assert (found.correction, found.lines["penalty"].correction) == (-750, -750)
        assert Operation.objects.filter(name="analytics.month.closed").count() == 1
        assert (
            "关账以后又来了数据"
            in as_manager.get("/analytics/statement/?month=2026-08").content.decode()
        )
        outcome = bill_differs(date(2026, 9, 2), NOW)
        assert any("关账以后" in finding.title for finding in outcome.findings)

        self.close(manager, seen=1)
        assert statement(month=MONTH).correction == 0
        assert MonthClose.objects.count() == 2

    def test_a_month_that_is_not_over_stays_open(self, month, manager):
        with pytest.raises(UnableToCloseError, match="还没过完"):
            close_month(month=MONTH, seen=0, note="x", by=manager, now=at(31))

    def test_a_month_without_orders_has_nothing_to_close(self, db, manager):
        with pytest.raises(UnableToCloseError, match="没有付款的订单"):
            self.close(manager)

    def test_what_is_unknown_needs_a_word_why_it_is_closed(self, month, manager):
        roll()
        with pytest.raises(UnableToCloseError, match="写一句"):
            self.close(manager, note=" ")

    def test_a_colleague_who_closed_first_is_not_overwritten(self, month, manager):
        roll()
        self.close(manager)
        with pytest.raises(UnableToCloseError, match="同事"):
            self.close(manager)

    def test_an_unchanged_month_is_not_closed_again(self, month, manager):
        roll()
        self.close(manager)
        with pytest.raises(UnableToCloseError, match="没有变化"):
            self.close(manager, seen=1)

    def test_a_month_that_waits_is_not_closed(self, month, manager):
        roll()
        acts.mark([MONTH])
        with pytest.raises(UnableToCloseError, match="重算"):
            self.close(manager)


@pytest.mark.django_db
class TestPages:
    """What people see."""

    def test_an_unknown_cost_is_said_and_never_taken_for_zero(self, month, as_manager):
        strange = order("55.00", day=6, code="NOBODY")
        roll()

        page = as_manager.get("/analytics/statement/?month=2026-08").content.decode()
        found = statement(month=MONTH)

        assert found.profit is None
        assert "不高于" in page
        assert found.lines["goods"].fen == -3 * 3300, "what went back entirely was not kept"
        row = as_manager.get(
            "/analytics/profit/?since=2026-08-01&until=2026-08-31&by=order&only=unknown"
        )
        assert strange.tid in row.content.decode().replace(" ", "")
        assert month[0].tid not in row.content.decode()

    def test_an_order_is_not_called_missing_before_a_bill_covers_its_day(self, month, as_manager):
        roll()
        span = "since=2026-08-01&until=2026-08-31&by=order"

        everything = as_manager.get(f"/analytics/profit/?{span}").content.decode()
        differing = as_manager.get(f"/analytics/profit/?{span}&only=gap").content.decode()
        card = as_manager.get(f"/analytics/profit/o/{month[0].tid}/").content.decode()

        assert "还没有账单" in everything
        assert "账单没有到账" not in everything + card
        assert "没有这样的订单" in differing

    def test_orders_are_paged_without_gap_or_double(self, month, monkeypatch):
        for day in range(7, 12):
            order(f"{40 + day}.00", day=day, code="NOBODY" if day > 9 else "A")
        roll()
        monkeypatch.setattr(queries, "PAGE", 2)
        for sort in ("profit", "-profit", "-net"):
            seen, after = [], ""
            while True:
                page = queries.order_page(since=MONTH, until=LAST, sort=sort, after=after)
                seen += [row.tid for row in page.rows]
                after = page.after
                if not after:
                    break
            assert len(seen) == len(set(seen)) == 9

    def test_the_page_of_an_order_tells_each_line_and_is_linked_from_the_order(
        self, month, as_manager
    ):
        roll()
        page = as_manager.get(f"/analytics/profit/o/{month[0].tid}/").content.decode()
        linked = as_manager.get(reverse("orders:order", args=[month[0].tid])).content.decode()

        assert "天猫佣金" in page
        assert "33.00 × 1" in page.replace("¥", "")
        assert f"/analytics/profit/o/{month[0].tid}/" in linked

    def test_who_may_not_see_costs_sees_no_profit(self, month, outsider, service):
        RoleFactory(code="halfway", rights=["analytics.view_profit", "analytics.view"])
        client = browser_of(PersonFactory(role_codes=["halfway"]))
        for path in ("profit/", "statement/", f"profit/o/{month[0].tid}/"):
            assert client.get(f"/analytics/{path}").status_code == 403
        assert client.get("/api/analytics/statement/").status_code == 403

    def test_files_and_the_api_say_what_the_page_says(self, month, as_manager):
        ChannelDay.objects.create(
            date=MONTH, exported_at=NOW, row_count=1, serves_total=True, channel="wxt", level="plan",
            spend_amount=Decimal("12.34"),
        )  # fmt: skip
        roll()
        found = statement(month=MONTH)

        answer = as_manager.get("/api/analytics/statement/?month=2026-08").json()
        csv = b"".join(
            as_manager.get("/analytics/statement/file/csv/?month=2026-08").streaming_content
        ).decode("utf-8-sig")
        book = as_manager.get("/analytics/statement/file/xlsx/?month=2026-08").content

        assert Decimal(answer["profit"]) * 100 == found.profit
        assert {row["code"]: row["amount"] for row in answer["lines"]}["advertising"] == "-12.34"
        assert found.profit is not None
        assert f'"{Decimal(found.profit) / 100:.2f}"' in csv
        assert "xl/workbook.xml" in ZipFile(io.BytesIO(book)).namelist()
        assert as_manager.get("/api/analytics/statement/?month=nine").status_code == 400
        assert as_manager.get("/analytics/statement/file/pdf/").status_code == 404
        skus = b"".join(
            as_manager.get(
                "/analytics/profit/skus.csv?since=2026-08-01&until=2026-08-31"
            ).streaming_content
        ).decode("utf-8-sig")
        assert skus.count("\r\n") == 3

    @pytest.mark.parametrize(
        "path",
        ["statement/?month=2026-08", "profit/?since=2026-08-01&until=2026-08-31",
         "profit/?by=order&since=2026-08-01&until=2026-08-31"],
    )  # fmt: skip
    def test_a_page_asks_as_much_for_few_orders_as_for_many(self, month, as_manager, path):
        counts = []
        for more in (0, 6):
            for day in range(10, 10 + more):
                order("60.00", day=day, code=f"S{day}")
            roll()
            as_manager.get(f"/analytics/{path}")
            with CaptureQueriesContext(
                connection,
            ) as asked:
                as_manager.get(f"/analytics/{path}")
            counts.append(len(asked))

        assert counts[0] == counts[1] <= 26
