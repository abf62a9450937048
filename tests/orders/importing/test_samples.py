"""Real exports come in: what they hold, to the fen. Needs `SHOPOPS_SAMPLES`."""

import os
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from orders.models import Order, OrderLine
from tests.orders.importing.harness import bring, read_file

pytestmark = pytest.mark.django_db
SAMPLES = os.environ.get("SHOPOPS_SAMPLES")
needs_samples = pytest.mark.skipif(not SAMPLES, reason="SHOPOPS_SAMPLES is not set")


def sample(name):
    return read_file(Path(SAMPLES or "") / "orders" / name)


@needs_samples
@pytest.mark.parametrize("turned", [False, True])
def test_the_pair_of_2017_gives_five_orders_to_audit(turned):
    files = [
        "qianniu_2017_ExportOrderList.anon.gbk.csv",
        "qianniu_2017_ExportOrderDetailList.gbk.csv",
    ]

    for name in sorted(files, reverse=turned):
        bring(sample(name))
    again = [bring(sample(name))[2] for name in files]

    assert (Order.objects.count(), OrderLine.objects.count()) == (5, 5)
    assert set(Order.objects.values_list("stage", flat=True)) == {"awaiting_audit"}
    assert [(one.created, one.updated, one.unchanged) for one in again] == [(0, 0, 5), (0, 0, 5)]


@needs_samples
@pytest.mark.parametrize(
    "name",
    [
        "qianniu_2012_ExportOrderList.excel_resaved.anon.gb18030.csv",
        "qianniu_2012_ExportOrderDetailList.excel_resaved.gb18030.csv",
    ],
)
def test_what_excel_destroyed_in_2012_stores_nothing(name):
    batch, _, counts = bring(sample(name))

    assert (Order.objects.count(), OrderLine.objects.count(), counts.created) == (0, 0, 0)
    assert batch.rejected_count in (2, 5)


@needs_samples
def test_a_month_of_2020_adds_up_to_the_fen():
    _, preview, counts = bring(sample("tmall_order_report.utf8.csv"))

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(paid_at), sum(paid_amount), sum(refund_amount),"
            " sum(paid_amount - refund_amount) FILTER (WHERE paid_at IS NOT NULL) FROM orders_order"
        )
        orders, paid, gross, back, net = cursor.fetchone()
    assert (counts.created, orders, paid) == (28_010, 28_010, 24_087)
    assert preview.sums == {
        "总金额": "2995760.61", "买家实际支付金额": "1902487.15", "退款金额": "572335.92",
    }  # fmt: skip
    assert (back, net) == (Decimal("572335.92"), Decimal("1902487.15"))
    assert gross == back + net
    _, _, counts = bring(sample("tmall_order_report.utf8.csv"))
    assert (counts.created, counts.updated, counts.unchanged) == (0, 0, 28_010)
