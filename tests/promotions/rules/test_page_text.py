"""What a shop page says beside what was planned."""

from datetime import datetime
from decimal import Decimal

import pytest

from promotions.importers.item_list import read_items
from promotions.rules.page_text import Planned, differences
from shopops.lib.business_time import SHANGHAI

PLANNED = Planned(
    "满 199 减 20 元",
    datetime(2026, 9, 22, tzinfo=SHANGHAI),
    datetime(2026, 9, 26, tzinfo=SHANGHAI),
)


@pytest.mark.parametrize(
    "times",
    [
        "9月22日 00:00 至 9月25日 23:59",
        "2026-09-22 00:00 – 2026-09-25 24:00",
        "9月22日-9月25日",
        "2026年9月22日0点 到 2026年9月26日 00:00",
    ],
)
def test_the_same_time_is_read_however_it_is_written(times):
    assert differences(PLANNED, f"{times}\n满199减20元") == []


@pytest.mark.parametrize(
    ("times", "kind"),
    [
        ("9月21日 00:00 至 9月25日 23:59", "start"),
        ("9月22日 10:00 至 9月25日 23:59", "start"),
        ("9月22日 00:00 至 9月24日 23:59", "end"),
        ("2025-09-22 00:00 至 2026-09-25 24:00", "start"),
    ],
)
def test_another_time_is_named(times, kind):
    assert [one.kind for one in differences(PLANNED, f"{times}\n满199减20元")] == [kind]


def test_a_text_without_times_lacks_both():
    assert [one.kind for one in differences(PLANNED, "满199减20元")] == ["start", "end"]


def test_another_amount_is_named_from_both_sides():
    found = differences(PLANNED, "9月22日-9月25日\n满199减20元 另减 5 元")

    assert [(one.kind, one.planned, one.seen) for one in found] == [("amount", "", "5.00")]


def test_nothing_pasted_is_no_difference():
    assert differences(PLANNED, "  ") == []


def test_an_item_list_is_read_with_a_head_row_in_any_order():
    found = read_items("划线价,商家编码,活动价\n139,A,98.5\n,B,\n")

    assert [(one.code, str(one.price), str(one.was)) for one in found.items] == [
        ("A", "98.50", "139.00"),
        ("B", "None", "None"),
    ]


def test_cells_that_cannot_be_read_are_errors_by_line():
    found = read_items("A\tabc\nB\t9.5\t2.5\nC\t1\t2\t3\t4")

    assert [(one.line, one.reason) for one in found.errors] == [
        (1, "bad_price"),
        (2, "bad_pieces"),
        (3, "too_many_cells"),
    ]


def test_single_spaces_part_a_code_from_its_figures_and_nothing_else():
    found = read_items("商家编码 活动价 报名件数\nMY-A 98.50 20\nMY B ¥9\nMY C D\nE １２ ３件")

    assert not found.errors
    assert [(one.code, one.price, one.promised) for one in found.items] == [
        ("MY-A", Decimal("98.50"), 20),
        ("MY B", Decimal(9), None),
        ("MY C D", None, None),
        ("E", Decimal(12), 3),
    ]
