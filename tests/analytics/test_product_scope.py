"""The product file, as exported (.xls) and as pasted (.xlsx), answers for figures of a product."""

from datetime import date
from decimal import Decimal

import pytest

from analytics.queries import known
from products.models import ProductDay
from shopops.intake.models import RowError
from tests.products.harness import book, bring
from tests.products.old_book import old_book

DAY = date(2026, 3, 8)
HEAD = ["统计日期", "商品ID", "商品名称", "主商品ID", "货号", "商品状态", "商品访客数", "商品浏览量",
        "平均停留时长", "商品详情页跳出率", "商品加购人数", "下单买家数", "支付买家数", "支付件数", "支付金额",
        "商品支付转化率", "成功退款金额"]  # fmt: skip
ROW = ["2026-03-08", "969123456789", "四件套", "'969123456789", "-", "当前在线", "11,269", "22,000",
       "12.3", "78.15%", "812", "60", "55", "61", "1,669,761.00", "0.49%", "-"]  # fmt: skip

pytestmark = pytest.mark.django_db(transaction=True)


def of_item(*codes):
    found = known.figures_of(codes, since=DAY, until=DAY, scope="product", key="969123456789")
    return {code: (days[DAY].value, days[DAY].source) for code, days in found.items()}


def test_the_exported_workbook_with_its_header_in_row_5_and_numbers_as_text():
    above = [["【生意参谋平台】商品_全部"], ["统计时间", "2026-03-08"], ["说明"], [], HEAD]

    batch = bring(
        old_book([*above, ROW], sheet="【生意参谋平台】1"),
        "【生意参谋平台】商品_全部_2026-03-08_2026-03-08.xls",
    )

    assert (batch.kind, batch.container, batch.rejected_count) == (
        "products.product_days",
        "xls",
        0,
    )
    assert of_item("visitors", "paid_amount", "pay_rate", "refund_amount") == {
        "visitors": (11269, "product_days"),
        "paid_amount": (Decimal("1669761.00"), "product_days"),
        "pay_rate": (Decimal(55) / 11269, "product_days"),
        "refund_amount": (None, ""),
    }


def test_the_pasted_workbook_with_real_numbers_and_fractions_says_the_same():
    row = ["2026-03-08", "'969123456789", "四件套", "'969123456789", "-", "当前在线", 11269, 22000, 12.3,
           0.7815, 812, 60, 55, 61, 1669761, 0.0049, "-"]  # fmt: skip

    batch = bring(book([HEAD, row]), "粘贴.xlsx")

    assert (batch.kind, batch.rejected_count) == ("products.product_days", 0)
    assert of_item("visitors", "cart_buyers")["visitors"] == (11269, "product_days")
    assert ProductDay.objects.get().bounce_rate == Decimal("0.781500")


@pytest.mark.parametrize("over", ["120%", 1.2])
def test_a_rate_over_one_rejects_its_row_with_the_reason_and_no_other(over):
    whole = ["2026-03-08", "969123456780", *ROW[2:]]
    row = [*ROW[:9], over, *ROW[10:]]
    edge = ["2026-03-08", "969123456781", *ROW[2:9], "100%", *ROW[10:]]

    batch = bring(book([HEAD, whole, row, edge]), "粘贴.xlsx")

    error = RowError.objects.get(batch=batch)
    assert (error.line, error.column) == (3, "商品详情页跳出率")
    assert error.reason == "商品详情页跳出率超过了 100%"
    assert (batch.state, batch.created_count, batch.rejected_count) == ("done", 2, 1)
    kept = ProductDay.objects.order_by("product__item_no")
    assert [(one.product.item_no, one.visitors, one.paid_amount) for one in kept] == [
        ("969123456780", 11269, Decimal("1669761.00")),
        ("969123456781", 11269, Decimal("1669761.00")),
    ]
