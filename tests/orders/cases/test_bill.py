"""The Alipay bill: read with its notes, merged once, undone, set against what was predicted."""

import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import pytest

from orders.choices import BillKind, Stage
from orders.importers import alipay_bill
from orders.models import BillLine, SweepItem
from orders.queries.bill import bill_month
from orders.rules.bill_words import bill_kind, tid_of
from shopops.intake.actions import request_undo
from shopops.intake.models import Batch, RowError
from shopops.work.engine import perform_inline
from shopops.work.models import Run
from tests.factories.orders import OrderFactory
from tests.orders.importing.whole import receive
from tests.times import NOW

TID = "4286738192837465123"
HEADER = (
    "序号,入账时间,支付宝交易号,支付宝流水号,商户订单号,账务类型,收入（+元）,支出（-元）,账户余额（元）,"
    "服务费（元）,支付渠道,签约产品,对方账户,对方名称,银行订单号,商品名称,备注,业务基础订单号,业务订单号,"
    "业务账单来源,业务描述,付款备注"
)


def line(at, flow, number, kind, income="", expense="", remark=""):
    return (
        f"1,{at},2026091722001\t,{flow}\t,{number}\t,{kind},{income},{expense},1000.00,"
        f",,,,,,,{remark},,,,,"
    )


LINES = [
    line("2026-09-10 10:00:00", "20260910001", f"T200P{TID}", "交易付款", "+150.00"),
    line("2026-09-12 10:00:00", "20260912001", f"T200P{TID}", "其它", "", "-7.50",
         "卖家延迟发货赔付红包"),
    line("2026-09-12 11:00:00", "20260912002", "T200P4000000000000000001", "其它", "", "5.00",
         "淘宝缺货赔付红包"),
    line("2026-09-13 09:00:00", "", "", "其它", "", "3.20", "谁也不认识"),
    line("2026-09-13 09:00:00", "", "", "其它", "", "3.20", "谁也不认识"),
]  # fmt: skip
NOTES = ["#支付宝账务明细查询", "#账号：[2088,1]", "#-----账务明细列表-----"]
FOOT = ["#-----账务明细列表结束-----", "#支出合计：3笔，共12.70元", "#导出时间：[2026年09月17日]"]


def text(lines=LINES):
    return "\r\n".join([*NOTES, HEADER, *lines, *FOOT]) + "\r\n"


def bring(tmp_path, data, name="bill.csv"):
    path = tmp_path / name
    path.write_bytes(data)
    received = receive(path)
    perform_inline(received.run)
    batch = Batch.objects.get(pk=received.batch.pk)
    run = Run.objects.filter(kind="intake.merge", key=str(batch.pk)).first()
    if run is not None:
        perform_inline(run)
    batch.refresh_from_db()
    return batch


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("卖家延迟发货赔付红包", BillKind.LATE_PENALTY),
        ("虚假发货赔付红包", BillKind.FAKE_PENALTY),
        ("淘宝缺货赔付红包", BillKind.STOCK_PENALTY),
        ("物流轨迹异常", BillKind.TRACE_PENALTY),
        ("基础软件服务费", BillKind.SERVICE_FEE),
        ("先用后付技术服务费", BillKind.CREDIT_PAY),
        ("百亿补贴软件服务费", BillKind.PROMOTION),
        ("淘宝客佣金代扣款", BillKind.AFFILIATE),
        ("公益宝贝捐赠", BillKind.CHARITY),
        ("消费者体验提升计划服务费", BillKind.FREIGHT_INSURANCE),
        ("谁也不认识", BillKind.OTHER),
    ],
)
def test_a_line_is_classified_by_its_words_and_never_guessed(words, kind):
    found = bill_kind(
        type_text="其它", title="", remark=words, income=Decimal(0), expense=Decimal(1), tid=""
    )

    assert found == kind


@pytest.mark.parametrize(
    ("number", "tid"),
    [
        (f"T200P{TID}", TID),
        (f"T200P{TID}_1", TID),
        (TID, TID),
        ("T200P123", ""),
        ("2026091022001", "2026091022001"),
        ("abc", ""),
        (f"X{TID}", ""),
    ],
)
def test_an_order_number_is_read_from_the_merchants_number(number, tid):
    assert tid_of(number) == tid


@pytest.mark.django_db(transaction=True)
class TestFiles:
    """Whole files through the intake, as people bring them."""

    @pytest.mark.parametrize("how", ["gbk", "utf-8", "zip"])
    def test_a_bill_is_read_with_its_notes_left_out(self, tmp_path, shop, how):
        order = OrderFactory(tid=TID)
        data = text().encode("utf-8-sig" if how == "utf-8" else "gb18030")
        if how == "zip":
            book = io.BytesIO()
            with zipfile.ZipFile(book, "w") as target:
                target.writestr("20880_账务汇总.csv", "#汇总\r\n类型,笔数\r\n".encode("gbk"))
                target.writestr("20880_账务明细.csv", data)
            data = book.getvalue()

        batch = bring(tmp_path, data, "bill.zip" if how == "zip" else "bill.csv")

        assert (batch.state, batch.kind) == ("done", alipay_bill.KIND), batch.refusal
        assert not RowError.objects.exists()
        assert BillLine.objects.count() == 5
        penalty = BillLine.objects.get(kind=BillKind.LATE_PENALTY)
        assert (penalty.order, penalty.expense_amount) == (order, Decimal("7.50"))
        assert BillLine.objects.filter(kind=BillKind.OTHER).count() == 2
        assert batch.facts["lines_without_order"] == 1

    def test_the_same_lines_again_change_nothing_and_undo_takes_them_away(self, tmp_path, shop):
        OrderFactory(tid=TID)
        bring(tmp_path, text(LINES[:3]).encode("gbk"), "a.csv")

        second = bring(tmp_path, text().encode("gbk"), "b.csv")

        assert BillLine.objects.count() == 5
        assert (second.created_count, second.updated_count, second.unchanged_count) == (2, 0, 3)
        perform_inline(request_undo(batch_id=second.pk, by=None, now=NOW, ring=False))
        assert BillLine.objects.count() == 3

    def test_a_broken_row_is_rejected_with_its_reason_and_the_rest_goes_in(self, tmp_path, shop):
        bad = line("昨天", "20260912009", "", "其它", "", "5.00")
        worse = line("2026-09-12 10:00:00", "2.02E+15", "", "其它", "", "很多")

        bring(tmp_path, text([LINES[0], bad, worse]).encode("gbk"))

        reasons = dict(RowError.objects.values_list("line", "column"))
        assert reasons == {6: "入账时间", 7: "支付宝流水号"}
        assert BillLine.objects.count() == 1

    def test_a_line_before_its_order_finds_it_and_an_undone_order_lets_it_go(self, tmp_path, shop):
        bring(tmp_path, text(LINES[:1]).encode("gbk"))
        assert BillLine.objects.get().order is None


@pytest.mark.django_db
class TestPage:
    """Predicted against billed."""

    def test_before_the_first_bill_figures_are_unknown_and_not_zero(self, as_manager):
        page = as_manager.get("/bill/").content.decode()

        assert "未知" in page
        assert "还没有导入过支付宝账单" in page
        month = bill_month(first=date(2026, 9, 1), today=NOW.date())
        assert (month.predicted, month.billed, month.difference) == (None, None, None)

    def test_predicted_and_billed_stand_side_by_side_by_order(self, as_manager, shop):
        order = OrderFactory(tid=TID, stage=Stage.SIGNED)
        SweepItem.objects.create(
            order=order, date=date(2026, 9, 9), found_at=NOW, follow_up_on=NOW.date(),
            predicted_amount=Decimal("7.50"), kind="missed", cause="held", owner_role="service",
        )  # fmt: skip
        self._bill(order, "1", "12.50")
        self._bill(None, "2", "5.00")

        month = bill_month(first=date(2026, 9, 1), today=NOW.date())

        row = month.orders[0]
        assert (row.tid, row.predicted, row.billed, row.difference) == (
            TID, Decimal("7.50"), Decimal("12.50"), Decimal("5.00"))  # fmt: skip
        assert month.billed == Decimal("17.50")
        assert [one.flow_no for one in month.unmatched] == ["2"]
        days = {day.date.day: day for day in month.days}
        assert days[8].predicted is None, "the sweep had not begun"
        assert days[10].predicted == 0
        assert days[30].billed is None, "no bill reaches there"
        csv = b"".join(as_manager.get("/bill/csv/?month=2026-09").streaming_content).decode()
        assert f'"{TID}","7.50","12.50","5.00"' in csv

    def _bill(self, order, flow, amount):
        Batch.objects.get_or_create(
            kind=alipay_bill.KIND,
            defaults={
                "file_name": "b.csv", "sha256": "0" * 64, "size_bytes": 1, "source": "command",
                "state": "done", "exported_at": NOW, "created_at": NOW,
                "period_from": NOW - timedelta(days=14), "period_to": NOW,
            },
        )  # fmt: skip
        BillLine.objects.create(
            order=order, flow_no=flow, booked_at=NOW, booked_date=NOW.date(),
            expense_amount=Decimal(amount), kind=BillKind.LATE_PENALTY,
        )  # fmt: skip
