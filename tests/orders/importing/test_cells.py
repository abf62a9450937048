from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from shopops.intake import cells


def texts(*values):
    return pa.array(values, pa.string())


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('="35153131473293579"', "35153131473293579"),
        ('=""', None),
        ("\t123\t", "123"),
        ("  ", None),
        ("null", None),
        ("#NULL!", None),
        ("None", None),
        ("--", None),
        ("-", None),
        ("0", "0"),
        ("a\x00b", "ab"),
    ],
)
def test_tidying_unwraps_formulas_and_empties_null_markers(cell, value):
    assert cells.tidy(texts(cell)).to_pylist() == [value]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("35153131473293579", "35153131473293579"),
        ("'35153131473293579", "35153131473293579"),
        ("No:35153131473293579", "35153131473293579"),
        ("１２３", "123"),
        ("4214.0", "4214"),
    ],
)
def test_an_order_number_is_text_without_excel_markers(cell, value):
    read = cells.ids(texts(cell), name="订单编号")

    assert (read.values.to_pylist(), read.bad) == ([value], [])


@pytest.mark.parametrize("cell", ["1.37359E+14", "1.37e14", "3.5E15"])
def test_a_number_that_excel_destroyed_is_refused_with_the_way_out(cell):
    read = cells.ids(texts(cell), name="订单编号")

    assert read.values.to_pylist() == [None]
    assert read.bad == [
        (0, f"订单编号被 Excel 改成了 {cell}，原号已丢失，请从千牛重新导出、不要用 Excel 另存")
    ]


@pytest.mark.parametrize("cell", ["12a", "-5", "3515313147329357.0", "1" * 33, "12 34"])
def test_what_is_no_order_number_is_refused(cell):
    assert cells.ids(texts(cell), name="订单编号").bad


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("35", "35.00"),
        ("35.5", "35.50"),
        ("1,234.00", "1234.00"),
        ("0元", "0.00"),
        ("１２.５", "12.50"),
        ("999999999.99", "999999999.99"),
    ],
)
def test_amounts_are_exact(cell, value):
    read = cells.amounts(texts(cell, "1.00"))

    assert (read.values.to_pylist()[0], read.bad) == (Decimal(value), [])


@pytest.mark.parametrize(
    "cell",
    ["1_000", "NaN", "Infinity", "1E+3", "12.345", "-1", "", "٣", "1234567890", "abc", "1.2.3"],
)
def test_what_is_no_amount_is_refused(cell):
    read = cells.amounts(texts(cell, "1.00"))

    assert read.values.to_pylist() == [None, Decimal("1.00")]
    assert [row for row, _ in read.bad] == [0]


@pytest.mark.parametrize(
    ("cell", "utc", "rough"),
    [
        ("2017-07-08 00:42:32", "2017-07-07 16:42:32", False),
        ("2012-5-23 23:34", "2012-05-23 15:34:00", True),
        ("2020/2/21 0:00", "2020-02-20 16:00:00", True),
        ("2020/2/21", "2020-02-20 16:00:00", True),
        ("2025-11-11 00:00:30", "2025-11-10 16:00:30", False),
        ("2020-02-21 00:00:00.0", "2020-02-20 16:00:00", False),
    ],
)
def test_times_are_shanghai_and_tell_when_excel_took_the_seconds(cell, utc, rough):
    read = cells.times(texts(cell, None))

    assert pc.cast(read.values, pa.string()).to_pylist() == [utc, None]
    assert read.rough.to_pylist()[0] is rough
    assert not read.bad


@pytest.mark.parametrize(
    "cell", ["2020-02-30 10:00:00", "昨天", "1999-01-01 00:00:00", "43882.5", "2020-01-01 25:00:00"]
)
def test_what_is_no_time_is_refused_and_spoils_no_other_row(cell):
    read = cells.times(texts("2017-07-08 00:42:32", cell))

    assert [row for row, _ in read.bad] == [1]
    assert read.values.is_valid().to_pylist() == [True, False]


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        (
            "广东省 广州市 越秀区 测试路1号 101室(510180)",
            ("广东省", "广州市", "越秀区", "测试路1号 101室"),
        ),
        ("广东省 东莞市  示例路1號(523920)", ("广东省", "东莞市", "", "示例路1號")),
        ("上海 上海市 浦东新区 示例路2号(200000)", ("上海", "上海市", "浦东新区", "示例路2号")),
        ("上海市 上海市 浦东新区 示例路2号", ("上海", "上海市", "浦东新区", "示例路2号")),
        ("江苏省 苏州市 其它区 示例路(3)", ("江苏省", "苏州市", "其它区", "示例路(3)")),
        ("内蒙古自治区", ("内蒙古自治区", "", "", "")),
        (None, ("", "", "", "")),
    ],
)
def test_an_address_is_taken_apart(cell, parts):
    address = cells.addresses(texts(cell))

    found = (address.province, address.city, address.district, address.street)
    assert tuple(one.to_pylist()[0] for one in found) == parts


@pytest.mark.parametrize(
    ("cell", "joined"),
    [
        ("YT123", "YT123"),
        ("No:YT123", "YT123"),
        ("YT1,YT2;YT3，YT4", "YT1,YT2,YT3,YT4"),
        ("YT1；", "YT1"),
        (None, None),
    ],
)
def test_split_parcels_are_a_list(cell, joined):
    assert cells.parcels(texts(cell)).to_pylist() == [joined]


def test_plain_contacts_are_masked_and_masked_ones_stay():
    assert cells.masked_name(texts("张三丰", "张**")).to_pylist() == ["张**", "张**"]
    assert cells.masked_phone(texts("13800000001", "*******5552")).to_pylist() == [
        "*******0001",
        "*******5552",
    ]
    street = cells.masked_street(texts("示例路12号3栋")).to_pylist()[0]
    assert not any(character.isdigit() for character in street)
    assert street.count("*") >= 4


def test_a_virtual_number_is_no_lasting_phone():
    numbers = texts("18877771111-123", "+86 138-0000-0001", "*******5552", None)

    assert cells.lasting_phone(numbers).to_pylist() == [None, "13800000001", None, None]


def test_a_hash_tells_null_from_blank_and_one_column_from_the_next():
    def hashed(*columns):
        return cells.row_hash([pa.array([one]) for one in columns]).to_pylist()[0]

    assert hashed("a", "") != hashed("a", "x")
    assert hashed("ab", "c") != hashed("a", "bc")
    assert (
        cells.row_hash([texts("a"), texts("")]).to_pylist()
        != cells.row_hash([texts("a"), texts(None)]).to_pylist()
    )
    zero, nothing = pa.array([Decimal("0.00")], cells.MONEY), pa.array([None], cells.MONEY)
    assert cells.row_hash([texts("a"), zero]) != cells.row_hash([texts("a"), nothing])
