"""The written files, read back by an independent reader, against the truth beside them."""

import csv
import json
from collections import defaultdict
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from orders.demo import bench_day_file, bench_files, layouts, write_export

END = datetime(2026, 9, 17, 15, 18)  # noqa: DTZ001 - the Shanghai wall clock
SHOP: dict[str, Any] = {"days": 45, "orders_per_day": 12, "seed": 5, "end": END}


def read(path, encoding):
    if encoding == "xlsx":
        with closing(openpyxl.load_workbook(path, read_only=True)) as book:
            sheet = book["export"]
            rows = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    else:
        with path.open(encoding=encoding, newline="") as file:
            rows = list(csv.reader(file))
    headers = [header.strip() for header in rows[0]]
    return [dict(zip(headers, map(plain, row), strict=False)) for row in rows[1:]]


def plain(cell):
    return cell.removeprefix("=").strip('"').strip("\t").removeprefix("'")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    directory = tmp_path_factory.mktemp("shop")
    truth = write_export(directory, **SHOP)
    tables = defaultdict(list)
    for file in truth.files:
        tables[file.kind].append(read(directory / file.name, file.encoding))
    return directory, truth, tables


def newest(tables, key):
    return {row[key]: row for table in tables for row in table}


def amounts(rows, column):
    return sum((Decimal(row[column]) for row in rows), Decimal())


def test_the_last_status_of_every_order_sums_to_the_truth(shop):
    _, truth, tables = shop

    orders = newest(tables["orders"], "订单编号").values()
    paid = [row for row in orders if row["订单付款时间"]]

    assert truth.document["totals"] == {
        "orders": len(orders),
        "paid_orders": len(paid),
        "buyers": len({row["买家会员名"] for row in paid if "*" not in row["买家会员名"]}),
        "gross_amount": str(amounts(paid, "总金额")),
        "refund_amount": str(amounts(paid, "退款金额")),
        "net_amount": str(amounts(paid, "买家实际支付金额")),
        "refunded_orders": sum(Decimal(row["退款金额"]) > 0 for row in paid),
        "unpaid_orders": len(orders) - len(paid),
        "pieces": sum(int(row["宝贝总数量"]) for row in paid),
    }


@pytest.mark.parametrize(
    ("basis", "column"), [("created", "订单创建时间"), ("paid", "订单付款时间")]
)
def test_each_day_sums_to_the_truth_by_creation_and_by_payment(shop, basis, column):
    _, truth, tables = shop

    days = defaultdict(list)
    for row in newest(tables["orders"], "订单编号").values():
        if row[column]:
            days[row[column][:10]].append(row)
    found = {
        day: (len(rows), str(amounts((r for r in rows if r["订单付款时间"]), "总金额")))
        for day, rows in days.items()
    }

    told = truth.document[basis]["day"]
    assert found == {row["key"]: (row["orders"], row["gross_amount"]) for row in told}


def test_lines_and_postage_sum_to_the_order_before_and_after_refunds(shop):
    _, _, tables = shop
    orders = newest(tables["orders"], "订单编号")
    due, paid = defaultdict(Decimal), defaultdict(Decimal)

    for row in newest(tables["items"], "子订单编号").values():
        due[row["主订单编号"]] += Decimal(row["买家应付货款"])
        paid[row["主订单编号"]] += Decimal(row.get("买家实付金额") or row["买家实际支付金额"])

    for tid, row in orders.items():
        postage = Decimal(row["买家应付邮费"])
        assert due[tid] + postage == Decimal(row["总金额"])
        if row["订单付款时间"]:
            assert paid[tid] + postage == Decimal(row["买家实际支付金额"])
    assert due.keys() == orders.keys()


def test_the_order_list_and_the_refund_list_agree_on_every_order(shop):
    _, _, tables = shop
    refunds = defaultdict(Decimal)

    for row in newest(tables["refunds"], "退款编号").values():
        if row["退款状态"] == "退款成功":
            refunds[row["订单编号"]] += Decimal(row["退款总额"])
    told = {
        tid: Decimal(row["退款金额"])
        for tid, row in newest(tables["orders"], "订单编号").items()
        if Decimal(row["退款金额"])
    }

    assert {tid: amount for tid, amount in refunds.items() if amount} == told


def test_a_later_export_holds_newer_statuses_of_the_same_orders(shop):
    _, _, tables = shop
    ranks = {"等待买家付款": 0, "买家已付款,等待卖家发货": 1, "卖家部分发货": 2,
             "卖家已发货,等待买家确认": 3, "交易成功": 4, "交易关闭": 4}  # fmt: skip

    first, *_, last = tables["orders"]
    earlier = {row["订单编号"]: row["订单状态"].replace("，", ",") for row in first}
    later = {row["订单编号"]: row["订单状态"].replace("，", ",") for row in last}
    both = earlier.keys() & later.keys()

    assert any(ranks[earlier[tid]] < ranks[later[tid]] for tid in both)
    assert all(ranks[earlier[tid]] <= ranks[later[tid]] for tid in both)


def test_the_same_seed_writes_the_same_bytes_and_another_seed_does_not(shop, tmp_path):
    directory, truth, _ = shop

    write_export(tmp_path / "same", **SHOP)
    write_export(tmp_path / "other", **(SHOP | {"seed": 6}))

    for file in truth.files:
        assert (tmp_path / "same" / file.name).read_bytes() == (directory / file.name).read_bytes()
    last = truth.files[-3].name
    assert (tmp_path / "other" / last).read_bytes() != (directory / last).read_bytes()


def test_the_files_carry_the_quirks_of_real_exports(shop):
    directory, truth, _ = shop
    raw = {file.name: (directory / file.name).read_bytes() for file in truth.files}
    orders = b"".join(raw[file.name] for file in truth.files if file.kind == "orders").decode(
        "gb18030"
    )
    items = b"".join(raw[file.name] for file in truth.files if file.layout == "items_2021").decode(
        "gb18030"
    )

    assert not orders.startswith("\ufeff")
    assert '\r\n="42' in orders
    assert '="",' in orders
    assert "\"'*******" in orders
    assert "18877771111-" in orders
    assert '"0元"' in orders
    assert '"null"' in orders
    assert "买家已付款，等待卖家发货" in orders
    assert "卖家已发货,等待买家确认" in orders
    assert '"",\r\n' in items
    assert '"No:' in items
    assert any(
        name.startswith("ExportItemlList") and data.startswith(b"\xef\xbb\xbf")
        for name, data in raw.items()
    )
    saved = json.loads((directory / "truth.json").read_text(encoding="utf-8"))
    assert saved == truth.document
    assert [file["rows"] for file in saved["files"]] == [file.rows for file in truth.files]


@pytest.mark.parametrize(
    ("layout", "headers"),
    [
        ("old2017", layouts.ORDERS_2017),
        ("2022", layouts.ORDERS_2022),
        ("items_old", layouts.ITEMS_OLD),
        ("items_2021", layouts.ITEMS_2021),
        ("items_2024", layouts.ITEMS_2024),
        ("refunds2019", layouts.REFUNDS_2019),
    ],
)
def test_each_layout_has_its_headers_to_the_blank(tmp_path, layout, headers):
    truth = write_export(tmp_path, days=12, orders_per_day=20, seed=2, end=END, layouts=[layout])

    file = truth.files[-1]
    first, *rest = (tmp_path / file.name).read_text(encoding=file.encoding).splitlines()

    assert first == ",".join(f'"{header}"' for header in headers)
    assert len(rest) == file.rows > 0


def test_an_unknown_layout_is_refused_by_name(tmp_path):
    with pytest.raises(ValueError, match="1999"):
        write_export(tmp_path, days=2, orders_per_day=2, seed=1, end=END, layouts=["1999"])


def test_a_bench_has_exactly_its_lines_and_the_next_day_no_number_of_it(tmp_path):
    base = bench_files(tmp_path / "base", lines=3_000, seed=1, days=9)
    day = bench_day_file(tmp_path / "day", lines=500, seed=2, after_tid=base.last_tid)

    lines = read(base.items_path, "gb18030")
    orders = read(base.orders_path, "gb18030")
    assert len(lines) == base.lines == 3_000
    assert {row["主订单编号"] for row in lines} == {row["订单编号"] for row in orders}
    assert len({row["子订单编号"] for row in lines}) == 3_000
    assert day.lines == 500
    assert min(int(row["订单编号"]) for row in read(day.orders_path, "gb18030")) > base.last_tid
