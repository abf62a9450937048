"""Counting: scan, type, paste, import; the differences side by side; booking writes them into the ledger."""

import json

import pytest
from django.core.management import call_command

from products.actions import allocation, counts, stock
from products.actions.errors import CountRefusedError, StaleGoodsError
from products.models import CountLine, StockCount, StockLevel, StockMove
from products.rules.stock import Wanted, read_code, read_pieces
from shopops.staff.models import Operation
from tests.factories.goods import SkuFactory, bundle, stocked

pytestmark = pytest.mark.django_db


@pytest.fixture
def count(now, warehouse):
    return counts.open_count(note="A 区", by=warehouse, now=now)


def on_hand(code):
    return StockLevel.objects.get(sku__code=code).on_hand


@pytest.mark.parametrize(
    ("text", "pieces"),
    [("4214", 4214), ("4214.0", 4214), (" 1,200 ", 1200), ("0", 0), (4214.0, 4214)],
)
def test_pieces_are_read_as_people_and_spreadsheets_write_them(text, pieces):
    assert read_pieces(text) == pieces


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("-1", "negative"),
        ("1.5", "not_whole"),
        ("三", "not_a_number"),
        ("", "not_a_number"),
        ("nan", "not_whole"),
        ("1e9", "too_many"),
    ],
)
def test_what_is_no_number_of_pieces_is_refused(text, why):
    with pytest.raises(ValueError, match=why):
        read_pieces(text)


def test_a_code_that_a_spreadsheet_made_a_number_of_is_the_code():
    assert read_code("4214.0") == "4214"
    assert read_code("MY-1.0") == "MY-1.0"


def test_each_scan_counts_one_more(count, now, warehouse):
    stocked("A", 5, barcode="6901234567892")

    for _piece in range(3):
        counts.scan(count_id=count.pk, code="6901234567892", by=warehouse, now=now)

    line = count.lines.get()
    assert (line.counted, line.on_hand) == (3, 5)


def test_an_unknown_barcode_is_said_so(count, now, warehouse):
    with pytest.raises(CountRefusedError, match="没有商家编码或条码是「999」"):
        counts.scan(count_id=count.pk, code="999", by=warehouse, now=now)


def test_of_pasted_lines_the_good_ones_are_taken_and_the_others_given_back(count, now, warehouse):
    stocked("A", 5)
    stocked("4214", 1)
    lines = ["A\t4", "4214.0 7.0", "", "B 3", "A -2", "A", "A x"]

    done = counts.enter(count_id=count.pk, lines=lines, by=warehouse, now=now)

    assert done.taken == 2
    assert [(one.line, one.reason) for one in done.refused] == [
        (4, "没有这个商家编码或条码"),
        (5, "盘点数量不能是负数"),
        (6, "一行写编码和数量"),
        (7, "数量不是数字"),
    ]
    stored = dict(CountLine.objects.values_list("sku__code", "counted"))
    assert stored == {"A": 4, "4214": 7}


def test_booking_writes_the_differences_and_begins_to_keep_what_was_not_kept(count, now, warehouse):
    stocked("A", 5)
    stocked("SAME", 3)
    SkuFactory.create(code="NEW")
    lines = ["A 4", "SAME 3", "NEW 9"]
    counts.enter(count_id=count.pk, lines=lines, by=warehouse, now=now)
    count.refresh_from_db()

    counts.book_count(count_id=count.pk, version=count.version, by=warehouse, now=now)

    assert (on_hand("A"), on_hand("SAME"), on_hand("NEW")) == (4, 3, 9)
    moves = StockMove.objects.filter(kind="count").order_by("sku__code")
    assert [(m.sku.code, m.quantity, m.reference) for m in moves] == [
        ("A", -1, f"count {count.pk}"),
        ("NEW", 9, f"count {count.pk}"),
    ]
    log = Operation.objects.get(name="products.count.booked")
    assert log.new == {"lines": 3, "differences": 2, "pieces": 8}


def test_what_moved_since_it_was_counted_stays_moved(count, now, warehouse):
    sku = stocked("A", 5)
    counts.enter(count_id=count.pk, lines=["A 4"], by=warehouse, now=now)
    stock.receive(sku_id=sku.pk, quantity=10, by=warehouse, now=now)
    count.refresh_from_db()

    counts.book_count(count_id=count.pk, version=count.version, by=warehouse, now=now)

    assert on_hand("A") == 14


def test_a_shelf_that_holds_less_than_is_set_aside_is_booked_all_the_same(count, now, warehouse):
    stocked("A", 5)
    allocation.allocate([Wanted("T1", "L1", "A", 4)], now=now)
    counts.enter(count_id=count.pk, lines=["A 1"], by=warehouse, now=now)
    count.refresh_from_db()

    counts.book_count(count_id=count.pk, version=count.version, by=warehouse, now=now)

    level = StockLevel.objects.get()
    assert (level.on_hand, level.allocated, level.may_be_negative) == (1, 4, True)


def test_a_count_is_booked_once_and_only_as_it_was_seen(count, now, warehouse):
    stocked("A", 5)
    counts.enter(count_id=count.pk, lines=["A 4"], by=warehouse, now=now)
    seen = StockCount.objects.get().version
    counts.scan(count_id=count.pk, code="A", by=warehouse, now=now)

    with pytest.raises(StaleGoodsError):
        counts.book_count(count_id=count.pk, version=seen, by=warehouse, now=now)
    counts.book_count(count_id=count.pk, version=seen + 1, by=warehouse, now=now)
    with pytest.raises(CountRefusedError, match="已入账"):
        counts.book_count(count_id=count.pk, version=seen + 2, by=warehouse, now=now)

    assert on_hand("A") == 5


def test_an_empty_count_is_not_booked_and_a_cancelled_one_writes_nothing(count, now, warehouse):
    stocked("A", 5)

    with pytest.raises(CountRefusedError):
        counts.book_count(count_id=count.pk, version=count.version, by=warehouse, now=now)
    counts.scan(count_id=count.pk, code="A", by=warehouse, now=now)
    counts.cancel_count(count_id=count.pk, by=warehouse, now=now)

    assert on_hand("A") == 5
    assert not StockMove.objects.filter(kind="count").exists()


def test_a_bundle_is_not_counted(count, now, warehouse):
    bundle("SET", (stocked("A", 5), 1))

    done = counts.enter(count_id=count.pk, lines=["SET 3"], by=warehouse, now=now)

    assert [one.reason for one in done.refused] == ["没有这个商家编码或条码"]


@pytest.mark.django_db(transaction=True)
def test_a_counted_list_comes_in_as_a_file_and_waits_to_be_booked(tmp_path, capsys, manager):
    stocked("A", 5)
    stocked("4214", 1)
    path = tmp_path / "pandian.csv"
    path.write_text(
        "商家编码,盘点数量\nA,4\n4214.0,7.0\nA,1\n没有的,3\nA,-2\n", encoding="utf-8-sig"
    )

    call_command("import_files", str(path), "--json")

    file = json.loads(capsys.readouterr().out)["files"][0]
    assert (file["kind"], file["rejected"]) == ("products.stock_count", 2)
    assert sorted((one["line"], one["value"]) for one in file["errors"]) == [
        (5, "没有的"),
        (6, "-2"),
    ]
    count = StockCount.objects.get()
    stored = dict(count.lines.values_list("sku__code", "counted"))
    assert (count.state, stored) == ("open", {"A": 5, "4214": 7})
    assert on_hand("4214") == 1
