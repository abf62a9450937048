import io
import json
from datetime import timedelta

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from orders.actions import couriers, label_exports, subjects, waybills
from orders.actions.parcels import parcels_of
from orders.checks import parcels_unpicked, trace_stalled
from orders.choices import CaseType, CourierFault, Responsible, Stage
from orders.models import (
    AfterSalesCase,
    Carrier,
    CourierRule,
    Order,
    OrderContact,
    Parcel,
    Shipment,
    TraceEvent,
    TraceLimit,
)
from orders.queries.courier_score import courier_reports
from orders.queries.queues import QUEUES, queue_page
from orders.rules.courier_score import CarrierFigures, score_of
from shopops.checks.models import CheckResult
from shopops.lib.sealing import seal
from shopops.staff.models import Operation
from shopops.work.engine import perform_inline
from shopops.work.models import Run
from tests.factories.orders import OrderFactory, OrderLineFactory

pytestmark = pytest.mark.django_db
SETTINGS = "/settings/couriers/"


@pytest.fixture
def parcel(now):
    order = OrderFactory(stage=Stage.APPROVED, approved_at=now, receiver_address="文一路**号")
    OrderLineFactory(order=order)
    made = parcels_of([order], now=now)[order.pk][0]
    couriers.assign_carriers([made], now=now)
    return made


# --- settings


def test_the_try_out_says_which_rule_won_and_why_those_before_did_not(as_manager):
    page = as_manager.get(SETTINGS, {"try": "1", "province": "浙江省"}).content.decode()

    assert "发 <b>中通快递</b>" in page
    assert "寄往浙江省，不在它的省份里" in page
    assert "买家没指定快递" in page


def test_the_try_out_takes_an_order(as_manager):
    order = OrderFactory(receiver_province="西藏自治区")

    page = as_manager.get(SETTINGS, {"try": "1", "tid": order.tid}).content.decode()

    assert "发 <b>邮政快递包裹</b>" in page
    assert "没有这个订单" in as_manager.get(SETTINGS, {"try": "1", "tid": "9"}).content.decode()


def fields(row, **changes):
    given = {
        "part": "rule",
        "row": row.pk,
        "version": row.version,
        "name": row.name,
        "carrier": row.carrier,
        "is_on": "on",
    }
    return {**given, **changes}


def test_a_dry_run_counts_past_orders_and_saves_nothing(as_manager, now):
    today = CourierRule.objects.get(name="其余")
    for _ in range(3):
        OrderFactory()
    Order.objects.update(paid_date=timezone.localdate())

    answer = as_manager.post(SETTINGS, fields(today, carrier="申通快递", **{"try": "1"}))

    assert answer.status_code == 200
    dry = answer.context["dry"]
    assert (dry["orders"], dry["moved"]) == (3, 3)
    assert {row["carrier"]: (row["now"], row["then"]) for row in dry["rows"]} == {
        "申通快递": (0, 3),
        "中通快递": (3, 0),
    }
    assert CourierRule.objects.get(name="其余").carrier == "中通快递"


def test_saving_a_rule_takes_effect_and_a_stale_form_is_refused(as_manager):
    row = CourierRule.objects.get(name="其余")

    as_manager.post(SETTINGS, fields(row, carrier="申通快递"))
    answer = as_manager.post(SETTINGS, fields(row, carrier="邮政快递包裹"), follow=True)

    assert CourierRule.objects.get(name="其余", valid_to=None).carrier == "申通快递"
    assert "刚被同事改" in answer.content.decode()


def test_bad_values_come_back_in_the_users_words(as_manager):
    given = {"part": "add_rule", "name": "", "carrier": "中通快递", "minimum_grams": "重"}

    answer = as_manager.post(SETTINGS, given)

    assert answer.status_code == 422
    given |= {"name": "x", "minimum_grams": "5", "maximum_grams": "5"}
    assert "要小于" in as_manager.post(SETTINGS, given, follow=True).content.decode()


def test_a_trace_limit_is_changed_from_today_on(as_manager):
    row = TraceLimit.objects.get(provinces=[])
    given = {
        "part": "limit",
        "row": row.pk,
        "version": row.version,
        "pickup_hours": 12,
        "first_trace_hours": 24,
        "silence_hours": 36,
    }

    as_manager.post(SETTINGS, given)

    assert TraceLimit.objects.get(provinces=[], valid_to=None).silence_hours == 36
    row.refresh_from_db()
    assert row.silence_hours == 48


def test_a_carrier_is_added_once(as_manager):
    given = {"part": "add_carrier", "name": "顺丰速运", "code": "sf", "is_on": "on"}

    as_manager.post(SETTINGS, given)
    answer = as_manager.post(SETTINGS, given, follow=True)

    assert Carrier.objects.get(name="顺丰速运").code == "SF"
    assert "已经有叫" in answer.content.decode()


# --- label desk


def test_a_scanner_finds_the_parcel_and_labels_it(as_warehouse, parcel):
    desk = reverse("orders:waybills")

    page = as_warehouse.get(desk, {"code": parcel.number}).content.decode()
    assert "前面的规则都不合" in page
    answer = as_warehouse.post(
        desk, {"code": parcel.number, "waybill_no": "78123450917001"}, follow=True
    )

    assert "贴好了" in answer.content.decode()
    assert "78123450917001" in answer.content.decode()
    assert as_warehouse.get(desk, {"code": "P404"}).status_code == 200


def test_a_refused_label_keeps_the_parcel_on_screen(as_warehouse, parcel):
    shipped = OrderFactory(stage=Stage.SIGNED)
    Shipment.objects.create(order=shipped, waybill_no="78123450917001")

    answer = as_warehouse.post(
        reverse("orders:waybills"), {"code": parcel.number, "waybill_no": "78123450917001"}
    )

    assert answer.status_code == 409
    assert shipped.tid in answer.content.decode()
    assert parcel.number in answer.content.decode()


def test_the_desk_fails_voids_and_changes_a_label(as_warehouse, parcel):
    desk = reverse("orders:waybills")
    as_warehouse.post(desk, {"part": "fail", "code": parcel.number, "words": "超区"})
    assert Order.objects.get().stage == Stage.HELD
    as_warehouse.post(desk, {"code": parcel.number, "waybill_no": "78123450917001"})
    as_warehouse.post(
        desk, {"part": "void", "code": parcel.number, "parcel": parcel.pk, "reason": "打错"}
    )
    as_warehouse.post(
        desk,
        {
            "part": "choose",
            "code": parcel.number,
            "parcel": parcel.pk,
            "carrier": "申通快递",
            "reason": "急",
        },
    )

    parcel.refresh_from_db()
    assert (parcel.carrier, parcel.waybill_no) == ("申通快递", "")


def test_the_order_shows_its_parcel_with_the_reason_and_its_traces(as_manager, parcel):
    order = parcel.order
    Shipment.objects.create(order=order, waybill_no="X12345", last_trace_at=order.paid_at)
    TraceEvent.objects.create(
        waybill_no="X12345", at=order.paid_at, kind="pickup", place="杭州余杭"
    )

    page = as_manager.get(f"/orders/o/{order.tid}/").content.decode()

    assert parcel.number in page
    assert "前面的规则都不合" in page
    assert "杭州余杭" in page


# --- files out


def export(by, now, **more):
    given = {"form": "ship", "carrier": "", "is_plain": False, "reason": "", **more}
    run = label_exports.request_label_export(by=by, now=now, **given)
    perform_inline(run)
    run.refresh_from_db()
    return run, label_exports.label_file(run)[1]


def test_the_batch_shipping_file_has_the_platforms_columns_and_masked_receivers(
    parcel, manager, now
):
    _run, data = export(manager, now)

    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    header, row = [[cell.value for cell in line] for line in sheet.iter_rows()]
    assert header == [
        "收件人(必填)",
        "手机号(必填)",
        "收货地址(必填)",
        "平台订单号（非必填）",
        "商品信息(非必填)",
        "规格信息(非必填)",
        "商品数量(非必填)",
        "重量kg(非必填)",
        "备注(非必填)",
    ]
    assert row[:4] == ["张**", "*******5552", "浙江省杭州市文一路**号", parcel.order.tid]


def test_plain_receivers_need_both_rights_and_a_reason_and_stand_on_the_time_line(
    parcel, manager, warehouse, now
):
    plain = json.dumps({"name": "=张三", "phone": "13812345552", "address": "文一路1号"}).encode()
    OrderContact.objects.create(order=parcel.order, sealed=seal(plain))

    with pytest.raises(couriers.CourierRefusedError, match="两项权限"):
        export(warehouse, now, is_plain=True, reason="发货")
    with pytest.raises(couriers.CourierRefusedError, match="写原因"):
        export(manager, now, is_plain=True)
    run, data = export(manager, now, is_plain=True, reason="批量发货")

    row = [
        cell.value for cell in list(openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows())[1]
    ]
    assert row[:3] == ["'=张三", "13812345552", "浙江省杭州市文一路1号"]
    log = Operation.objects.get(name="orders.contact.exported")
    assert (log.object_key, log.reason) == (parcel.order.tid, "批量发货")
    stored = label_exports.label_path(run.pk).read_bytes()
    assert b"PK" not in stored[:4], "the file lies sealed"


def test_the_waybill_file_names_parcels_and_comes_in_again(parcel, manager, now):
    waybills.set_waybill(code=parcel.number, waybill_no="78123450917001", by=manager, now=now)

    _run, data = export(manager, now, form="waybills")

    text = data.decode("utf-8-sig")
    assert f'"{parcel.number}"' in text
    assert '"78123450917001"' in text


def test_a_file_is_given_only_to_who_asked_for_it(
    parcel, manager, now, as_manager, as_administrator
):
    run, _data = export(manager, now)
    url = reverse("orders:label_file", args=[run.pk])

    assert as_manager.get(url).status_code == 200
    assert as_administrator.get(url).status_code == 404
    label_exports.label_path(run.pk).unlink()
    assert as_manager.get(url).status_code == 404
    assert Run.objects.get(pk=run.pk).payload["plain"] is False


# --- trace clock


def on_road(now, hours, stage=Stage.IN_TRANSIT, **more):
    return OrderFactory(stage=stage, last_trace_at=now - timedelta(hours=hours), **more)


def test_the_stalled_queue_holds_the_silent_ones_the_longest_first(now):
    old, late = on_road(now, 90), on_road(now, 49)
    fresh_pickup = on_road(now, 25, stage=Stage.PICKED_UP)
    on_road(now, 47)
    on_road(now, 90, receiver_province="西藏自治区")
    on_road(now, 300, stage=Stage.SIGNED)
    far = on_road(now, 97, receiver_province="新疆维吾尔自治区")

    page = queue_page(queue=QUEUES["trace_stalled"], now=now)

    assert [row.order.tid for row in page.rows] == [
        one.tid for one in (far, old, late, fresh_pickup)
    ]


def test_stalled_and_unpicked_parcels_are_findings_that_end_by_themselves(now):
    assert trace_stalled(now.date(), now).status == CheckResult.Status.PASSED
    order = on_road(now, 60)
    OrderFactory(stage=Stage.HANDED_OVER, handed_over_at=now - timedelta(hours=25))
    OrderFactory(stage=Stage.HANDED_OVER, handed_over_at=now - timedelta(hours=23))

    found = trace_stalled(now.date(), now).findings[0]
    assert (found.title, found.url) == ("1 单的物流轨迹停了", "/orders/trace_stalled/")
    assert order.tid in found.evidence
    assert parcels_unpicked(now.date(), now).findings[0].title == "1 单交接了，快递还没揽收"
    Order.objects.update(stage=Stage.SIGNED)
    assert trace_stalled(now.date(), now).status == CheckResult.Status.PASSED
    assert parcels_unpicked(now.date(), now).status == CheckResult.Status.PASSED


# --- score


def test_the_score_is_the_sum_of_its_parts_over_what_could_be_reached():
    known = score_of(CarrierFigures(100, 0.9, 3.0, 2.4, 0.01, 0.002))
    assert known.total == pytest.approx(30 * 0.9 + 30 * 0.8 + 20 * 0.8 + 20 * 0.9)
    assert score_of(CarrierFigures(100, None, 2.0, 2.4, 0.0, 0.0)).total == pytest.approx(100)
    assert score_of(CarrierFigures(100, None, None, None, 0.0, 0.0)).total is None
    assert score_of(CarrierFigures(29, 1.0, 1.0, 1.0, 0.0, 0.0)).is_small


def test_reports_tell_hours_days_and_faults_of_the_period_alone(now):
    day, order = now.date(), OrderFactory()
    for hours, days in ((2, 1.0), (4, 2.0), (12, 3.0), (30, None)):
        order = OrderFactory(stage=Stage.SIGNED if days else Stage.IN_TRANSIT)
        left = now - timedelta(days=5)
        picked = left + timedelta(hours=hours)
        Shipment.objects.create(
            order=order,
            waybill_no=f"T{hours}",
            carrier="中通快递",
            handed_over_at=left,
            picked_up_at=picked,
            signed_at=picked + timedelta(days=days) if days else None,
            last_trace_at=picked,
        )
    Shipment.objects.create(
        order=OrderFactory(),
        waybill_no="OLD",
        carrier="旧",
        handed_over_at=now - timedelta(days=60),
    )
    AfterSalesCase.objects.create(
        order=order,
        opened_at=now - timedelta(days=2),
        answer_due_at=now,
        solve_due_at=now,
        due_at=now,
        turn_at=now,
        owner_role="service",
        type=CaseType.values[0],
        responsible=Responsible.COURIER,
        courier_fault=CourierFault.DAMAGE,
        carrier="中通快递",
        is_complaint=True,
    )

    (report,) = courier_reports(first=day - timedelta(days=10), last=day, now=now)

    assert (report.parcels, report.in_time, report.stalled) == (4, 3, 1)
    assert report.pickup_hours == pytest.approx(8)
    assert report.transit_days == pytest.approx(2)
    assert (report.damage, report.complaints) == (1, 1)
    assert [(one.province, one.parcels, one.is_small) for one in report.provinces] == [
        ("浙江省", 3, True)
    ]
    with pytest.raises(ValueError, match="period"):
        courier_reports(first=day - timedelta(days=92), last=day, now=now)


def test_the_score_page_refuses_a_period_that_is_none_and_gives_csv(as_manager):
    page = reverse("orders:courier_score")
    assert as_manager.get(page, {"first": "2026-09-10", "last": "2026-09-01"}).status_code == 422
    answer = as_manager.get(reverse("orders:courier_score_csv"))
    assert b"".join(answer.streaming_content).decode("utf-8-sig").startswith('"快递","省份"')


# --- api and persons


def test_the_api_labels_a_parcel_and_warns(as_warehouse, parcel):
    url = reverse("orders_api:label", args=[parcel.number])

    answer = as_warehouse.post(
        url, {"waybill_no": "SF1234567890123"}, content_type="application/json"
    )

    assert answer.status_code == 200
    assert "不像中通快递" in answer.json()["warning"]
    again = as_warehouse.post(url, {"waybill_no": "P00000001"}, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "refused")
    url = reverse("orders_api:order_parcels", args=[parcel.order.tid])
    listed = as_warehouse.get(url).json()["parcels"]
    assert listed[0]["waybill_no"] == "SF1234567890123"


def test_an_erased_person_leaves_no_words_in_traces(administrator, now):
    order = OrderFactory(stage=Stage.SIGNED)
    Shipment.objects.create(order=order, waybill_no="X12345")
    TraceEvent.objects.create(
        waybill_no="X12345", at=order.paid_at, kind="signed", text="放在桂花弄七号门口", text_hash=7
    )

    held = subjects.export_subject(key=order.tid, reason="x", by=administrator, now=now)
    assert "桂花弄" in str(held["orders"][0]["traces"])
    subjects.erase_subject(key=order.tid, reason="x", by=administrator, now=now)

    assert TraceEvent.objects.get().text == ""
    assert not Parcel.objects.exists()
