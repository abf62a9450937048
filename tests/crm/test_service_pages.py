"""The pages of the service desk answer, and what people do on them is kept."""

import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse

from crm.actions import following_up
from crm.actions.answering import AnswerGiven, add_answer
from crm.models import Answer, FollowTask, MaliceFile, Question, Review, ReviewCase
from orders.models import AfterSalesCase, Shipment
from shopops.staff.models import Operation
from tests.crm import reviews
from tests.products.harness import NOW, bring

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture
def bad(shop) -> Review:
    reviews.bought()
    bring(reviews.content(reviews.row()), "评价.csv")
    reviews.follow()
    return Review.objects.get()


@pytest.fixture
def task(shop) -> FollowTask:
    order = reviews.bought()
    Shipment.objects.create(
        order=order,
        carrier="中通",
        waybill_no="75312345678901",
        picked_up_at=NOW - timedelta(days=3),
        signed_at=NOW - timedelta(days=1),
    )
    assert following_up.make_tasks(now=NOW) == 1
    return FollowTask.objects.get()


def test_all_pages_answer(as_manager, bad, task, manager):
    answer = add_answer(
        given=AnswerGiven("follow", "问候", "您好{昵称}，收到了吗？"), by=manager, now=NOW
    )
    for name, kwargs in (
        ("reviews", {}),
        ("review", {"review_id": bad.pk}),
        ("review_topics", {}),
        ("malice_files", {}),
        ("tasks", {}),
        ("task", {"task_id": task.pk}),
        ("answers", {}),
        ("answer", {"answer_id": answer.pk}),
        ("questions", {}),
    ):
        assert as_manager.get(reverse(f"crm:{name}", kwargs=kwargs)).status_code == 200, name
    for tab in (
        "answered",
        "closed",
        "loose",
        "missing",
        "all&topic=colour&tone=bad&month=2026-03",
    ):
        assert as_manager.get(f"/service/reviews/?tab={tab}").status_code == 200, tab
    for tab in ("mine", "late", "done", "care"):
        assert as_manager.get(f"/service/tasks/?tab={tab}").status_code == 200, tab


def test_an_answer_is_kept_with_who_gave_it(as_service, service, bad):
    page = reverse("crm:review", args=[bad.pk])
    as_service.post(page, {"part": "answer", "version": 1, "words": "很抱歉，已为您换新。"})

    case = ReviewCase.objects.get()
    assert (case.state, case.answered_by) == ("answered", service)
    assert Operation.objects.filter(name="crm.review.answered", object_key=str(bad.pk)).exists()


def test_an_answer_that_buys_praise_is_refused_with_the_law(as_service, bad):
    page = reverse("crm:review", args=[bad.pk])
    answer = as_service.post(page, {"part": "answer", "version": 1, "words": "改成好评返现5元"})

    assert answer.status_code == 422
    assert "反不正当竞争" in answer.content.decode()
    assert ReviewCase.objects.get().state == "open"


def test_a_stale_answer_is_not_saved(as_service, bad):
    page = reverse("crm:review", args=[bad.pk])
    as_service.post(page, {"part": "answer", "version": 1, "words": "甲"})
    as_service.post(page, {"part": "answer", "version": 1, "words": "乙"})

    assert ReviewCase.objects.get().answer == "甲"


def test_a_review_is_not_ended_before_it_was_answered(as_service, bad):
    page = reverse("crm:review", args=[bad.pk])
    as_service.post(page, {"part": "end", "version": 1, "outcome": "solved"})

    assert ReviewCase.objects.get().state == "open"


def test_a_bulk_act_counts_what_it_could_not_do(as_service, service, bad):
    answer = as_service.post(
        "/service/reviews/", {"part": "bulk", "act": "end", "outcome": "solved", "tid": [bad.pk]},
        follow=True,
    )  # fmt: skip
    as_service.post("/service/reviews/", {"part": "bulk", "act": "take", "tid": [bad.pk]})

    assert "还没有答复" in answer.content.decode()
    assert ReviewCase.objects.get().owner == service


def test_the_evidence_goes_out_as_pdf_and_zip_with_its_picture(as_manager, bad):
    page = reverse("crm:review", args=[bad.pk])
    as_manager.post(page, {"part": "malice", "claim": "职业差评师"})
    row = MaliceFile.objects.get()
    here = reverse("crm:malice_file", args=[row.pk])
    picture = BytesIO(PNG)
    picture.name = "聊天.png"
    sent = {"part": "proof", "kind": "picture", "happened_at": "2026-03-09T21:00", "file": picture}
    as_manager.post(here, sent)

    pdf = as_manager.get(reverse("crm:malice_export", args=[row.pk, "pdf"]))
    packed = as_manager.get(reverse("crm:malice_export", args=[row.pk, "zip"]))

    assert pdf.content.startswith(b"%PDF")
    names = zipfile.ZipFile(BytesIO(packed.content)).namelist()
    assert names[0] == "证据.pdf"
    assert any(name.endswith(".png") for name in names)
    assert row.proofs.filter(kind="order").exists()
    assert Operation.objects.filter(name="crm.malice.exported").count() == 2


def test_a_proof_that_is_no_picture_by_its_content_is_refused(as_manager, bad):
    as_manager.post(reverse("crm:review", args=[bad.pk]), {"part": "malice", "claim": "恶意"})
    row = MaliceFile.objects.get()
    fake = BytesIO(b"<html>")
    fake.name = "x.png"
    sent = {"part": "proof", "kind": "picture", "happened_at": "2026-03-09T21:00", "file": fake}
    as_manager.post(reverse("crm:malice_file", args=[row.pk]), sent)

    assert not row.proofs.filter(kind="picture").exists()


def test_tasks_are_made_once_an_order_however_often_the_day_is_run(task):
    assert following_up.make_tasks(now=NOW) == 0
    assert task.basis == "signed"


def test_two_people_never_take_the_same_task(task, service, manager):
    first = following_up.claim_tasks(limit=10, by=service, now=NOW)
    second = following_up.claim_tasks(limit=10, by=manager, now=NOW)

    assert ([one.pk for one in first], second) == ([task.pk], [])


def test_a_problem_opens_a_case_with_a_coupon_of_the_grid(as_service, task):
    sent = {
        "part": "touch", "version": task.version, "result": "problem", "words": "盒子压坏了",
        "cause": "crushed", "case_type": "postage", "amount": "5",
    }  # fmt: skip
    as_service.post(reverse("crm:task", args=[task.pk]), sent)

    task.refresh_from_db()
    case = AfterSalesCase.objects.get()
    assert (task.state, task.case) == ("done", case)
    assert str(case.compensations.get().amount) == "5.00"


def test_a_coupon_for_something_else_is_refused_and_no_case_stays(as_service, task):
    sent = {
        "part": "touch", "version": task.version, "result": "problem", "words": "不喜欢",
        "cause": "other", "case_type": "refund_only", "amount": "8",
    }  # fmt: skip
    as_service.post(reverse("crm:task", args=[task.pk]), sent)

    task.refresh_from_db()
    assert task.state == "open"
    assert not AfterSalesCase.objects.exists()


def test_without_an_answer_the_task_comes_back_and_ends_after_the_third(task, service):
    for _number in range(3):
        following_up.touch(
            task_id=task.pk, said=following_up.Touch("no_answer"), version=None, by=service, now=NOW
        )

    task.refresh_from_db()
    assert (task.state, task.touches.count()) == ("done", 3)


def test_each_wording_of_an_answer_stays_as_a_version(as_manager, manager):
    row = add_answer(given=AnswerGiven("size", "尺寸", "按详情页量"), by=manager, now=NOW)
    changed = {"part": "change", "version": 1, "scene": "size", "title": "尺寸", "text": "量两遍"}
    as_manager.post(reverse("crm:answer", args=[row.pk]), changed)

    assert [one.text for one in row.versions.order_by("number")] == ["按详情页量", "量两遍"]


def test_an_unknown_variable_is_refused(as_manager):
    sent = {"part": "add", "scene": "size", "title": "甲", "text": "您好{姓名}"}
    as_manager.post(reverse("crm:answers"), sent)

    assert not Answer.objects.exists()


def test_questions_are_counted_by_their_words_and_never_twice(as_manager):
    chat = (
        "小鹿 (2026-03-10 10:00:00)：这个被套起球吗？\n"
        "店铺:小禾 (2026-03-10 10:00:05)：不会的亲\n"
        "小熊 2026-03-10 11:00:00：被套会起球吗\n"
    )
    page = reverse("crm:questions")
    as_manager.post(page, {"part": "count", "text": chat})
    again = as_manager.post(page, {"part": "count", "text": chat}, follow=True)

    assert [one.count for one in Question.objects.order_by("-count")] == [2]
    assert "已经数过" in again.content.decode()
