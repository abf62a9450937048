"""Cases follow refund files: opened, moved, closed, undone, forgotten."""

from datetime import timedelta
from typing import cast

import pytest

from orders.actions.cases import evidence, following, handling, opening
from orders.actions.retention import perform_erase
from orders.actions.subjects import erase_subject
from orders.choices import (
    CaseEventKind,
    CaseGrade,
    CaseState,
    CaseType,
    HoldKind,
    RefundStatus,
    Stage,
)
from orders.models import AfterSalesCase, CaseEvent, Evidence, Hold, Order, Refund
from orders.queries.subjects import Elsewhere, find_subject, held_about
from shopops.intake.models import Batch
from shopops.lib import vault
from shopops.work.context import RunContext
from shopops.work.models import Run
from tests.factories.orders import OrderFactory
from tests.orders.importing import harness
from tests.orders.importing.harness import bring, dicts, undo
from tests.times import NOW

pytestmark = pytest.mark.django_db
JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 20


@pytest.fixture(autouse=True)
def the_shop(shop):
    return shop


def row(order, number="100200300", status="买家已经申请退款，等待卖家同意", **more):
    return {
        "订单编号": order.tid,
        "退款编号": number,
        "退款状态": status,
        "退款总额": "20.00",
        "退款申请时间": "2026-09-16 10:00:00",
        "超时时间": "2026-09-19 10:00:00",
        "退款完结时间": "",
        "售后类型": "退货退款",
        "买家退款原因": "做工瑕疵",
        **more,
    }


def bring_refund(*rows, later=0):
    return bring(dicts(rows), exported_at=NOW - timedelta(hours=3) + timedelta(hours=later))


def follow_files(now=NOW):
    for find, act in (
        (following.refunds_without_case, following.open_cases),
        (following.cases_behind_their_refund, following.follow),
    ):
        while ids := find(now=now, after=0, size=1000):
            act(ids, now=now)


def test_an_import_asks_for_cases_and_each_open_refund_gets_one_only(service):
    order = OrderFactory(stage=Stage.PICKED)
    bring_refund(row(order))
    assert Run.objects.filter(kind=following.KIND).count() == 1

    follow_files()
    follow_files()

    case = AfterSalesCase.objects.get()
    assert (case.type, case.state) == (CaseType.RETURN_AND_REFUND, CaseState.OPEN)
    assert case.due_at == NOW.replace(day=17, hour=10, minute=0), "24 h after the application"
    assert case.summary == "做工瑕疵"
    order.refresh_from_db()
    assert order.has_open_refund
    assert order.stage == Stage.PICKED
    assert Run.objects.filter(key__startswith="orders.refund_in_house").exists()


def test_the_platforms_time_wins_where_it_is_earlier():
    order = OrderFactory()
    bring_refund(row(order, 超时时间="2026-09-16 20:00:00"))

    follow_files()

    assert AfterSalesCase.objects.get().due_at == NOW.replace(day=16, hour=20, minute=0)


def test_an_old_file_of_ended_refunds_opens_none_but_those_of_the_last_days():
    old, fresh, withdrawn = OrderFactory(), OrderFactory(), OrderFactory()
    ended = {"退款状态": "退款成功"}
    bring_refund(
        row(old, "1001", **ended, 退款完结时间="2026-09-01 10:00:00"),
        row(fresh, "1002", **ended, 退款完结时间="2026-09-15 10:00:00"),
        row(withdrawn, "1003", "退款关闭", 退款完结时间="2026-09-15 10:00:00"),
    )

    follow_files()

    case = AfterSalesCase.objects.get()
    assert (case.order, case.state) == (fresh, CaseState.CLOSED)


def test_a_case_follows_its_refund_and_keeps_the_grade_that_a_person_gave(service):
    order = OrderFactory()
    bring_refund(row(order))
    follow_files()
    case = AfterSalesCase.objects.get()
    handling.grade_case(case_id=case.pk, grade=CaseGrade.FUNCTIONAL, by=service, now=NOW)

    bring_refund(row(order, status="卖家已经同意退款，等待买家退货"), later=1)
    follow_files()
    case.refresh_from_db()
    assert (case.state, case.grade) == (CaseState.WAITING_GOODS, CaseGrade.FUNCTIONAL)
    assert case.answered_at is not None

    bring_refund(row(order, status="退款成功", 退款完结时间="2026-09-17 11:00:00"), later=2)
    follow_files()
    case.refresh_from_db()
    assert (case.state, case.grade) == (CaseState.CLOSED, CaseGrade.FUNCTIONAL)


def test_a_case_opened_by_hand_becomes_the_refunds_case_and_its_hold_stays(service):
    order = OrderFactory(stage=Stage.APPROVED)
    new = opening.NewCase(CaseType.REFUND_ONLY, "不要了")
    case = opening.open_case(tid=order.tid, new=new, by=service, now=NOW)
    bring_refund(row(order))

    follow_files()

    case.refresh_from_db()
    assert AfterSalesCase.objects.count() == 1
    assert case.refund == Refund.objects.get()
    assert Hold.objects.filter(kind=HoldKind.REFUND_OPEN, closed_at__isnull=True).exists()


def test_undo_takes_untouched_cases_along_and_keeps_those_with_words(service):
    untouched, spoken = OrderFactory(), OrderFactory()
    batch, _, _ = bring_refund(row(untouched, "1001"), row(spoken, "1002"))
    follow_files()
    case = AfterSalesCase.objects.get(order=spoken)
    handling.add_words(
        case_id=case.pk, kind=CaseEventKind.NOTE, words="问过了", by=service, now=NOW
    )

    undo(batch)

    assert not Refund.objects.exists()
    assert [one.pk for one in AfterSalesCase.objects.all()] == [case.pk]


def test_undo_of_orders_takes_their_untouched_cases_along():
    orders = dicts([{
        "订单编号": "4827339102651184299", "总金额": "150.00", "买家实际支付金额": "150.00",
        "订单状态": "买家已付款，等待卖家发货", "收货人姓名": "张**", "收货地址 ": "浙江省 杭州市",
        "订单创建时间": "2026-09-16 09:00:00", "订单付款时间 ": "2026-09-16 09:01:00",
        "宝贝总数量": "1", "买家会员名": "b1",
    }])  # fmt: skip
    batch, _, _ = bring(orders)
    order = Order.objects.get()
    AfterSalesCase.objects.create(
        order=order, opened_at=NOW, turn_at=NOW, answer_due_at=NOW, solve_due_at=NOW,
        due_at=NOW, owner_role="service", type=CaseType.REPAIR,
    )  # fmt: skip

    undo(batch)

    assert not Order.objects.exists()
    assert not AfterSalesCase.objects.exists()


def spoken_case(service, **order):
    case = opening.open_case(
        tid=OrderFactory(stage=Stage.SIGNED, **order).tid,
        new=opening.NewCase(CaseType.REPAIR, "张三丰说拉链坏了"),
        by=service,
        now=NOW,
    )
    kept = evidence.add_evidence(
        case_id=case.pk, file=evidence.SentFile("a.jpg", JPEG), by=service, now=NOW
    )
    return case, kept


def test_erasing_a_person_takes_words_and_evidence_and_the_document_tells_of_them(
    service, django_capture_on_commit_callbacks
):
    case, kept = spoken_case(service)
    subject = find_subject(case.order.tid)
    told = held_about(subject, key=case.order.tid, elsewhere=Elsewhere({}, {}), now=NOW)
    assert told["orders"][0]["cases"][0]["said"][0]["words"] == "张三丰说拉链坏了"
    assert told["orders"][0]["cases"][0]["evidence"][0]["name"] == "a.jpg"

    with django_capture_on_commit_callbacks(execute=True):
        erase_subject(key=case.order.tid, reason="买家来信", by=None, now=NOW)

    assert not Evidence.objects.exists()
    assert not vault.path_of(kept.path).exists()
    assert CaseEvent.objects.get().words == ""
    case.refresh_from_db()
    assert case.summary == ""


def test_words_and_evidence_go_with_the_contacts_when_their_time_is_over(
    service, settings, django_capture_on_commit_callbacks
):
    case, kept = spoken_case(service, ended_at=NOW)
    day = (NOW + timedelta(days=settings.CONTACTS_KEPT_DAYS + 5)).date()
    run = harness.Run()
    run.business_date = day

    with django_capture_on_commit_callbacks(execute=True):
        perform_erase(cast(RunContext, run))
    assert run.cursor["left"] == 0
    assert not vault.path_of(kept.path).exists()
    assert CaseEvent.objects.get(case=case).words == ""


def test_a_refund_without_its_order_gets_its_case_when_the_order_comes():
    refund = Refund.objects.create(
        refund_no="77", tid="999", status=RefundStatus.WAIT_SELLER_AGREE, applied_at=NOW
    )
    follow_files()
    assert not AfterSalesCase.objects.exists()

    refund.order = OrderFactory(tid="999")
    refund.save()
    follow_files()

    assert AfterSalesCase.objects.get().refund == refund
    assert Batch.objects.count() == 0
