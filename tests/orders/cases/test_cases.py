"""What people do with cases: opening, answering, compensation, evidence, escalation."""

from datetime import timedelta
from decimal import Decimal

import pytest

from orders.actions import holds, shipping
from orders.actions.cases import compensating, escalating, evidence, handling, opening
from orders.actions.errors import (
    CaseRefusedError,
    EvidenceRefusedError,
    OrderRefusedError,
    StaleCaseError,
)
from orders.actions.start import ensure_start_data
from orders.choices import (
    CaseEventKind,
    CaseGrade,
    CaseState,
    CaseType,
    CompensationKind,
    HoldKind,
    Responsible,
    Stage,
    ToldChannel,
)
from orders.models import AfterSalesCase, Evidence, Hold
from shopops.intake import retention as intake_retention
from shopops.lib import vault
from shopops.notices.actions import KIND as NOTICES
from shopops.staff.models import Operation
from shopops.work.models import Run
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.factories.staff import PersonFactory
from tests.times import NOW

pytestmark = pytest.mark.django_db
JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 20


@pytest.fixture(autouse=True)
def grid(shop):
    ensure_start_data()


def open_case(order, by, *, type_=CaseType.REFUND_ONLY, **more):
    new = opening.NewCase(type_, more.pop("words", "枕套有个洞"), **more)
    return opening.open_case(tid=order.tid, new=new, by=by, now=NOW)


def graded(by, grade=CaseGrade.SLIGHT, **order):
    case = open_case(OrderFactory(stage=Stage.SIGNED, **order), by)
    return handling.grade_case(case_id=case.pk, grade=grade, by=by, now=NOW)


def promise(case, by, amount, reason="有线头"):
    return compensating.promise_compensation(
        case_id=case.pk,
        promise=compensating.Promise(CompensationKind.CASH, Decimal(amount), reason),
        by=by,
        now=NOW,
    )


@pytest.mark.parametrize("stage", [Stage.APPROVED, Stage.IN_WAVE, Stage.PICKED, Stage.CHECKED])
def test_a_refund_case_opened_by_hand_stops_the_parcel_until_it_is_closed(service, stage):
    order = OrderFactory(stage=stage)

    case = open_case(order, service)

    order.refresh_from_db()
    assert (order.stage, order.version) == (Stage.HELD, 2)
    hold = Hold.objects.get(order=order)
    assert hold.kind == HoldKind.REFUND_OPEN
    for refused in (
        lambda: shipping.force_approve_order(tid=order.tid, reason="急", by=service, now=NOW),
        lambda: holds.close_hold(
            tid=order.tid, hold_id=hold.pk, resolution="好了", by=service, now=NOW
        ),
        lambda: shipping.hand_over_order(
            tid=order.tid, waybill=shipping.Waybill("中通快递", "78000"), by=service, now=NOW
        ),
    ):
        with pytest.raises(OrderRefusedError):
            refused()
    handling.close_case(case_id=case.pk, resolution="买家不退了", by=service, now=NOW)
    order.refresh_from_db()
    hold.refresh_from_db()
    assert order.stage == Stage.AWAITING_AUDIT
    assert hold.closed_at == NOW


def test_an_exchange_waits_for_the_goods_and_a_resend_stops_nothing(service):
    exchanged, resent = OrderFactory(stage=Stage.APPROVED), OrderFactory(stage=Stage.APPROVED)

    open_case(exchanged, service, type_=CaseType.EXCHANGE)
    open_case(resent, service, type_=CaseType.RESEND)

    assert Hold.objects.get().kind == HoldKind.EXCHANGE_WAITING
    resent.refresh_from_db()
    assert resent.stage == Stage.APPROVED


def test_a_second_case_of_the_same_want_and_a_line_of_another_order_are_refused(service):
    order, line = OrderFactory(stage=Stage.SIGNED), OrderLineFactory()
    open_case(order, service)

    with pytest.raises(CaseRefusedError, match="没结束"):
        open_case(order, service)
    with pytest.raises(CaseRefusedError, match="不在这张订单里"):
        open_case(order, service, type_=CaseType.REPAIR, line_id=line.pk)
    with pytest.raises(CaseRefusedError, match="没付款"):
        open_case(OrderFactory(stage=Stage.AWAITING_PAYMENT, paid_at=None), service)


def test_an_answer_stops_the_first_clock_and_stands_on_the_orders_time_line(service):
    case = open_case(OrderFactory(stage=Stage.SIGNED), service)
    said = handling.Answer("给您换一只", ToldChannel.WANGWANG)

    case = handling.answer_buyer(
        case_id=case.pk, answer=said, by=service, now=NOW + timedelta(hours=1)
    )

    assert case.state == CaseState.ANSWERED
    assert case.due_at == NOW + timedelta(hours=73)
    logged = Operation.objects.get(name="orders.case.answered")
    assert (logged.object_key, logged.reason) == (case.order.tid, "给您换一只")


def test_an_answer_that_pays_for_praise_is_refused_with_the_reason(service):
    case = open_case(OrderFactory(stage=Stage.SIGNED), service)

    with pytest.raises(CaseRefusedError, match=r"好评返现.*第九条"):
        handling.answer_buyer(
            case_id=case.pk,
            answer=handling.Answer("好评返现5元", ToldChannel.WANGWANG),
            by=service,
            now=NOW,
        )

    case.refresh_from_db()
    assert case.answered_at is None


def test_two_people_at_once_get_a_readable_refusal_and_a_page_of_both(service, as_service):
    case = open_case(OrderFactory(stage=Stage.SIGNED), service)
    handling.grade_case(
        case_id=case.pk, grade=CaseGrade.SLIGHT, by=service, now=NOW, version=case.version
    )

    with pytest.raises(StaleCaseError, match="没有保存"):
        handling.grade_case(
            case_id=case.pk, grade=CaseGrade.COMPLAINT, by=service, now=NOW, version=case.version
        )
    page = as_service.post(
        f"/cases/{case.pk}/grade/", {"grade": "complaint", "version": case.version}
    )
    assert page.status_code == 409
    assert "陈小满" in page.content.decode()


def test_a_complaint_goes_up_at_the_second_contact_and_the_lead_is_told(service):
    case = open_case(OrderFactory(stage=Stage.SIGNED), service, is_complaint=True)

    case = handling.add_words(
        case_id=case.pk, kind=CaseEventKind.BUYER, words="怎么还没处理", by=service, now=NOW
    )

    assert case.escalated_at == NOW
    assert case.owner_role == "service_lead"
    assert Run.objects.filter(kind=NOTICES, key__startswith="orders.case.escalated").exists()


def test_the_clock_sends_a_complaint_up_once_and_leaves_other_cases(service):
    late = open_case(OrderFactory(stage=Stage.SIGNED), service, is_complaint=True)
    open_case(OrderFactory(stage=Stage.SIGNED), service)
    then = NOW + timedelta(hours=72)

    assert escalating.escalate_due(then - timedelta(minutes=1)) == 0
    assert escalating.escalate_due(then) == 1
    assert escalating.escalate_due(then + timedelta(hours=1)) == 0

    late.refresh_from_db()
    assert late.escalated_at == then


def test_within_the_limit_at_once_above_it_the_manager_decides(service, manager):
    case = graded(service)

    small = promise(case, service, "10")
    large = promise(case, service, "0.01")

    assert small.state == "approved"
    assert large.state == "waiting", "the limit is of the whole case"
    case.refresh_from_db()
    assert case.state == CaseState.WAITING_MANAGER
    with pytest.raises(CaseRefusedError, match="别人批"):
        decide(large, service)
    decide(large, manager)
    with pytest.raises(CaseRefusedError, match="周衡 已经处理过"):
        decide(large, manager)
    compensating.mark_paid(compensation_id=large.pk, by=service, now=NOW)
    with pytest.raises(CaseRefusedError, match="已给"):
        compensating.mark_paid(compensation_id=large.pk, by=service, now=NOW)


def decide(made, by, *, approve=True, reason=""):
    return compensating.decide_compensation(
        compensation_id=made.pk, approve=approve, reason=reason, by=by, now=NOW
    )


def test_a_refusal_says_why_and_a_colleague_without_the_limit_may_not_decide(service, manager):
    made = promise(graded(service), service, "45")

    with pytest.raises(CaseRefusedError, match="为什么不批"):
        decide(made, manager, approve=False)
    with pytest.raises(CaseRefusedError, match="超过你的赔付上限"):
        decide(made, PersonFactory(role_codes=["service"]))
    decide(made, PersonFactory(role_codes=["service_lead"]))


@pytest.mark.parametrize(
    ("amount", "reason", "why"),
    [
        ("0", "有线头", "大于 0"),
        ("-1", "有线头", "大于 0"),
        ("100000", "有线头", "大于 0"),
        ("1.005", "有线头", "两位小数"),
        ("5", "", "为什么补偿"),
        ("5", "请买家改好评", "第九条"),
    ],
)
def test_an_impossible_compensation_is_refused(service, amount, reason, why):
    case = graded(service)

    with pytest.raises(CaseRefusedError, match=why):
        promise(case, service, amount, reason)


def test_nothing_is_promised_before_the_case_is_graded_or_closed_while_one_waits(service):
    case = open_case(OrderFactory(stage=Stage.SIGNED), service)
    with pytest.raises(CaseRefusedError, match="先定级"):
        promise(case, service, "5")
    handling.grade_case(case_id=case.pk, grade=CaseGrade.SLIGHT, by=service, now=NOW)
    promise(case, service, "99")

    with pytest.raises(CaseRefusedError, match="等审批"):
        handling.close_case(case_id=case.pk, resolution="好了", by=service, now=NOW)


def test_the_courier_is_blamed_only_with_what_it_did(service):
    case = open_case(OrderFactory(stage=Stage.SIGNED), service)

    with pytest.raises(CaseRefusedError, match="破损"):
        handling.blame(
            case_id=case.pk, fault=handling.Fault(Responsible.COURIER), by=service, now=NOW
        )
    case = handling.blame(
        case_id=case.pk,
        fault=handling.Fault(Responsible.COURIER, "中通快递", "damage"),
        by=service,
        now=NOW,
    )

    assert (case.carrier, case.courier_fault) == ("中通快递", "damage")


def test_a_case_reopens_with_its_hold(service):
    order = OrderFactory(stage=Stage.APPROVED)
    case = open_case(order, service)
    handling.close_case(case_id=case.pk, resolution="不退了", by=service, now=NOW)

    case = handling.reopen_case(case_id=case.pk, reason="又要退", by=service, now=NOW)

    assert (case.state, case.contact_count) == (CaseState.OPEN, 2)
    assert Hold.objects.filter(order=order, closed_at__isnull=True).count() == 1


def test_evidence_is_kept_encrypted_once_and_given_out_as_a_logged_download(service, as_service):
    case = open_case(OrderFactory(stage=Stage.SIGNED), service)
    sent = evidence.SentFile("线头.png", JPEG)

    kept = evidence.add_evidence(case_id=case.pk, file=sent, by=service, now=NOW)

    assert (kept.name, kept.content_type) == ("线头.jpg", "image/jpeg")
    assert JPEG[4:20] not in vault.path_of(kept.path).read_bytes()
    with pytest.raises(EvidenceRefusedError, match="已经有"):
        evidence.add_evidence(case_id=case.pk, file=sent, by=service, now=NOW)
    response = as_service.get(f"/cases/evidence/{kept.pk}/")
    assert b"".join(response.streaming_content) == JPEG
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment")
    assert Operation.objects.filter(name="orders.evidence.opened").count() == 1


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"", "空的"), (b"<html><script>", "不是图片"), (JPEG + b"0" * (10 << 20), "超过 10 MB")],
)
def test_a_file_too_large_or_not_what_it_says_leaves_nothing_behind(service, data, why):
    case = open_case(OrderFactory(stage=Stage.SIGNED), service)
    before = set(vault.names_older_than(-10, at=0))

    with pytest.raises(EvidenceRefusedError, match=why):
        evidence.add_evidence(
            case_id=case.pk, file=evidence.SentFile("x.jpg", data), by=service, now=NOW
        )

    assert set(vault.names_older_than(-10, at=0)) == before
    assert not Evidence.objects.exists()


def test_a_file_over_the_limit_is_dropped_while_it_is_sent(service, as_service):
    from django.core.files.uploadedfile import SimpleUploadedFile

    case = open_case(OrderFactory(stage=Stage.SIGNED), service)
    big = SimpleUploadedFile("big.jpg", JPEG + b"0" * (10 << 20))
    good = SimpleUploadedFile("good.jpg", JPEG)

    page = as_service.post(f"/cases/{case.pk}/evidence/", {"files": [big, good]}, follow=True)

    assert "超过 10 MB" in page.content.decode()
    assert [one.name for one in Evidence.objects.all()] == ["good.jpg"]


def test_the_sweeper_of_lost_files_leaves_evidence_alone(service):
    case = open_case(OrderFactory(stage=Stage.SIGNED), service)
    kept = evidence.add_evidence(
        case_id=case.pk, file=evidence.SentFile("a.jpg", JPEG), by=service, now=NOW
    )

    intake_retention.forget_orphans(now=NOW + timedelta(days=36500))

    assert vault.path_of(kept.path).exists()


def test_a_stale_limit_is_refused(manager):
    compensating.set_limit(
        role="service", grade="slight", amount=Decimal(15), version=1, by=manager, now=NOW
    )

    with pytest.raises(CaseRefusedError, match="同事刚改过"):
        compensating.set_limit(
            role="service", grade="slight", amount=Decimal(20), version=1, by=manager, now=NOW
        )


def test_an_unknown_order_is_told_on_the_page_and_by_the_api(as_service):
    page = as_service.get("/cases/new/?tid=1234567890")
    answer = as_service.post(
        "/api/cases/",
        {"tid": "1234567890", "type": "repair", "words": "坏了"},
        content_type="application/json",
    )

    assert "没有订单 1234567890" in page.content.decode()
    assert answer.status_code == 404


def test_the_hand_over_form_says_that_the_order_was_refunded_meanwhile(warehouse, as_warehouse):
    order = OrderFactory(stage=Stage.APPROVED)
    seen = order.version
    order.has_open_refund, order.version = True, order.version + 1
    order.save()

    page = as_warehouse.post(
        f"/orders/o/{order.tid}/hand_over/",
        {"carrier": "中通快递", "waybill_no": "78123", "version": seen},
        follow=True,
    )

    assert "买家申请了退款" in page.content.decode()
    order.refresh_from_db()
    assert order.stage == Stage.APPROVED


def test_cases_pages_ask_the_same_number_of_questions_for_few_and_many(
    service, as_service, django_assert_max_num_queries
):
    for _n in range(3):
        open_case(OrderFactory(stage=Stage.SIGNED), service)
    as_service.get("/cases/")
    with django_assert_max_num_queries(14) as few:
        as_service.get("/cases/")
    for _n in range(20):
        open_case(OrderFactory(stage=Stage.SIGNED), service)

    with django_assert_max_num_queries(len(few)):
        page = as_service.get("/cases/")

    assert page.content.decode().count("枕套有个洞") >= 23
    assert AfterSalesCase.objects.count() == 23


def test_the_api_lists_opens_and_compensates(service, as_service):
    order = OrderFactory(stage=Stage.SIGNED)
    made = as_service.post(
        "/api/cases/",
        {"tid": order.tid, "type": "repair", "words": "拉链坏了"},
        content_type="application/json",
    )
    case = AfterSalesCase.objects.get()
    refused = as_service.post(
        f"/api/cases/{case.pk}/compensate/",
        {"version": case.version, "kind": "cash", "amount": "5.00", "reason": "拉链"},
        content_type="application/json",
    )

    assert made.status_code == 201
    assert refused.status_code == 409
    assert "先定级" in refused.json()["detail"]
    assert as_service.get("/api/cases/").json()["cases"][0]["id"] == case.pk
    assert as_service.get(f"/api/cases/{case.pk}/").json()["events"][0]["words"] == "拉链坏了"
