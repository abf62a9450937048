"""The figures of a real month, against its raw file added up by hand. Needs `SHOPOPS_SAMPLES`."""

import csv
import io
import json
import os
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.orders.importing.harness import bring, read_file

SAMPLES = os.environ.get("SHOPOPS_SAMPLES")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not SAMPLES, reason="SHOPOPS_SAMPLES is not set"),
]
MONTH = Path(SAMPLES or "") / "orders/tmall_order_report.utf8.csv"
ORDERS = 28_010
FIGURES = (
    "orders",
    "paid_orders",
    "unpaid_orders",
    "refunded_orders",
    "gross_amount",
    "refund_amount",
    "net_amount",
)
type Row = dict[str, str]


def raw_rows() -> list[Row]:
    with MONTH.open(encoding="utf-8-sig", newline="") as file:
        return [
            {(name or "").strip(): value.strip() for name, value in row.items()}
            for row in csv.DictReader(file)
        ]


def by_hand(key: Callable[[Row], str]) -> dict[str, dict[str, Any]]:
    """Add the file up: paid is what has a time of payment, gross its whole amount, net what was kept."""
    found: dict[str, dict[str, Any]] = defaultdict(
        lambda: dict.fromkeys(FIGURES[:4], 0) | dict.fromkeys(FIGURES[4:], Decimal("0.00"))
    )
    for row in raw_rows():
        cell = found[key(row)]
        is_paid = bool(row["订单付款时间"])
        cell["orders"] += 1
        cell["paid_orders" if is_paid else "unpaid_orders"] += 1
        if is_paid:
            back = Decimal(row["退款金额"])
            cell["gross_amount"] += Decimal(row["总金额"])
            cell["refund_amount"] += back
            cell["net_amount"] += Decimal(row["总金额"]) - back
            cell["refunded_orders"] += back > 0
    return {
        key: {n: str(v) if n in FIGURES[4:] else v for n, v in cell.items()}
        for key, cell in found.items()
    }


def by_command(by: str, *options: str) -> dict[str, dict[str, Any]]:
    out = io.StringIO()
    call_command("metrics", f"--by={by}", "--basis=created", "--json", *options, stdout=out)
    rows = json.loads(out.getvalue())["rows"]
    return {row["key"]: {name: row[name] for name in FIGURES} for row in rows}


def hour(row: Row) -> str:
    return row["订单创建时间"].split(" ")[1].split(":")[0].zfill(2)


def province(row: Row) -> str:
    return row["收货地址"]


def test_hours_and_provinces_of_a_real_month_equal_its_raw_file_to_the_cent() -> None:
    _batch, _preview, counts = bring(read_file(MONTH))
    assert counts.created == len(raw_rows()) == ORDERS

    assert by_command("hour") == by_hand(hour)
    assert by_command("province") == by_hand(province)

    whole = by_hand(lambda _row: "total")["total"]
    assert by_command("total")["total"] == whole
    assert whole["net_amount"] == "1902487.15"
    out = io.StringIO()
    call_command("rollup", "--verify", "--json", stdout=out)
    assert json.loads(out.getvalue())["differences"] == 0
