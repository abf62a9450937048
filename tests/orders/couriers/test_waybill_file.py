import pytest

from orders.actions import waybills
from orders.actions.parcels import parcels_of
from orders.choices import ParcelState, Stage
from orders.importers.waybill_list import match
from orders.models import Hold, Parcel
from tests.factories.orders import NOON, OrderFactory, OrderLineFactory
from tests.orders.importing.harness import bring, dicts, stage, undo

pytestmark = pytest.mark.django_db


def approved(now):
    order = OrderFactory(stage=Stage.APPROVED, approved_at=now)
    OrderLineFactory(order=order)
    return order


def row(order, number="78123450917001", carrier="中通快递", **more):
    return {"订单编号": order.tid, "物流公司": carrier, "物流单号": number, **more}


def test_the_list_is_known_by_its_headers_and_others_are_not_taken_for_it():
    assert match(["订单编号", "物流公司", "物流单号"]).layout == "order"
    assert match(["包裹号", "运单号"]).layout == "parcel"
    assert match(["订单编号", "物流公司"]).missing == ("物流单号",)
    assert match(["订单编号", "物流单号", "订单状态"]) is None
    assert match(["运单号", "签收时间"]) is None


def test_a_list_labels_parcels_and_makes_those_that_are_missing(now):
    first, second = approved(now), approved(now)
    parcel = parcels_of([second], now=now)[second.pk][0]
    table = dicts(
        [
            {**row(first), "包裹号": ""},
            {
                "订单编号": "",
                "物流公司": "申通",
                "物流单号": "\t77000000000002",
                "包裹号": parcel.number,
            },
        ]
    )

    _, preview, counts = bring(table)

    assert (preview.updated, counts.updated, preview.extra_errors) == (2, 2, [])
    parcel.refresh_from_db()
    assert (parcel.carrier, parcel.waybill_no) == ("申通快递", "77000000000002")
    assert parcel.carrier_reason == "file|x.csv"
    assert Parcel.objects.get(order=first).waybill_no == "78123450917001"


def test_the_same_list_again_changes_nothing(now):
    order = approved(now)
    bring(dicts([row(order)]))
    version = Parcel.objects.get().version

    _, preview, counts = bring(dicts([row(order)]))

    assert (preview.updated, counts.updated, preview.unchanged) == (0, 0, 1)
    assert Parcel.objects.get().version == version


def test_each_row_that_cannot_be_is_told_with_its_reason(now, warehouse):
    used, other, left, split = (approved(now) for _ in range(4))
    waybills.set_waybill(
        code=used.tid, waybill_no="78123450917001", carrier="中通", by=warehouse, now=now
    )
    parcels_of([left], now=now)
    Parcel.objects.filter(order=left).update(state=ParcelState.HANDED_OVER)
    parcels_of([split], now=now)
    Parcel.objects.create(order=split, created_at=now)
    split_again = Parcel.objects.filter(order=split).last()
    split.lines.first().parcel_lines.create(parcel=split_again, order=split, quantity=1)
    rows = [
        row(other, "78123450917001"),
        row(left, "78123450917003"),
        row(split, "78123450917004"),
        {"订单编号": "999", "物流公司": "中通", "物流单号": "78123450917005"},
        row(approved(now), "78123450917006", carrier="火箭快递"),
        row(approved(now), "78123450917007", carrier=""),
        row(approved(now), "78123450917008"),
        row(approved(now), "78123450917008"),
    ]

    _, preview, counts = bring(dicts(rows))

    words = [error.reason for error in preview.extra_errors]
    assert [error.line for error in preview.extra_errors] == [2, 3, 4, 5, 6, 7, 8, 9]
    for said, expected in zip(
        words,
        [
            "已经贴在包裹",
            "不能再改运单",
            "拆成了 2 个",
            "没有这个订单",
            "不在用",
            "没写物流公司",
            "两个包裹",
            "两个包裹",
        ],
        strict=True,
    ):
        assert expected in said
    assert counts.updated == 0


def test_a_failed_label_in_the_list_holds_its_order_and_a_later_number_frees_it(now):
    order = approved(now)
    table = dicts([row(order, number="", 失败原因="余额不足")])

    batch, preview, _ = bring(table)

    order.refresh_from_db()
    assert (order.stage, preview.facts["failed_labels"]) == (Stage.HELD, 1)
    bring(dicts([row(order)]))
    order.refresh_from_db()
    assert order.stage == Stage.APPROVED
    assert Hold.objects.get().closed_at is not None
    assert undo(batch).updated == 0


def test_undo_takes_labels_off_and_ends_the_holds_of_the_list(now, warehouse):
    kept, gone, failed = (approved(now) for _ in range(3))
    batch, _, _ = bring(
        dicts(
            [
                row(kept, "78123450917001", 失败原因=""),
                row(gone, "78123450917002", 失败原因=""),
                row(failed, "", 失败原因="超区"),
            ]
        )
    )
    waybills.set_waybill(code=kept.tid, waybill_no="78123450917009", by=warehouse, now=now)

    counts = undo(batch)

    assert (counts.updated, counts.unchanged) == (1, 1)
    assert Parcel.objects.get(order=kept).waybill_no == "78123450917009"
    assert Parcel.objects.get(order=gone).waybill_no == ""
    failed.refresh_from_db()
    assert failed.stage == Stage.APPROVED


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"订单编号": ""}, "订单编号"),
        ({"物流单号": "?"}, "物流单号"),
        ({"物流单号": ""}, "物流单号"),
    ],
)
def test_a_broken_cell_rejects_its_row_alone(values, column):
    good = {"订单编号": "123456789", "物流公司": "中通", "物流单号": "78123450917001"}

    _, _, cleaned = stage(dicts([{**good, **values}, good]), exported_at=NOON)

    assert [error.column for error in cleaned.errors] == [column]
    assert len(cleaned.rows) == 1
