"""Two people save the same review, task, answer or file: the second sees both versions and chooses."""

from datetime import timedelta

import pytest
from django.urls import reverse

from crm.actions.answering import AnswerGiven, add_answer
from crm.actions.reviews.malice import move_file, open_file
from crm.models import Answer, Customer, CustomerStat, FollowTask, MaliceFile, Review, ReviewCase
from shopops.lib.business_time import business_date
from shopops.staff.models import Operation
from tests.times import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def bad(shop):
    row = Review.objects.create(
        key="1", rating="bad", rated_at=NOW, first_seen_at=NOW, content="掉色"
    )
    ReviewCase.objects.create(
        review=row, opened_at=NOW, due_at=NOW + timedelta(days=1), cause="colour"
    )
    return row


@pytest.fixture
def task(shop):
    return FollowTask.objects.create(
        customer=Customer.objects.create(name="甲", created_at=NOW),
        kind="care",
        opened_at=NOW,
        due_on=business_date(NOW),
    )


def test_the_second_answer_sees_the_first_and_may_be_put_over_it(as_service, as_manager, bad):
    page = reverse("crm:review", args=[bad.pk])
    as_service.post(page, {"part": "answer", "version": 1, "words": "先答的"})

    both = as_manager.post(page, {"part": "answer", "version": 1, "words": "后答的"})
    kept = ReviewCase.objects.get().answer
    as_manager.post(page, {one["name"]: one["value"] for one in both.context["hidden"]})

    assert both.status_code == 409
    assert "先答的" in both.content.decode()
    assert "后答的" in both.content.decode()
    assert "陈小满" in both.content.decode()
    assert (kept, ReviewCase.objects.get().answer) == ("先答的", "后答的")


def test_a_cause_sent_over_a_colleagues_shows_both_by_their_names(as_service, as_manager, bad):
    page = reverse("crm:review", args=[bad.pk])
    as_service.post(page, {"part": "cause", "version": 1, "cause": "lint"})

    both = as_manager.post(page, {"part": "cause", "version": 1, "cause": "smell"})

    rows = {str(one["label"]): one for one in both.context["conflict"]["rows"]}
    assert (rows["原因"]["theirs"], rows["原因"]["mine"]) == ("起球掉毛", "气味")
    assert ReviewCase.objects.get().cause == "lint"


def test_what_came_after_the_end_cannot_be_put_over_it(as_service, as_manager, bad):
    page = reverse("crm:review", args=[bad.pk])
    as_service.post(page, {"part": "end", "version": 1, "outcome": "gone"})

    both = as_manager.post(page, {"part": "answer", "version": 1, "words": "后答的"})

    assert both.status_code == 409
    assert "已经结束" in both.content.decode()
    assert "用我的盖过去" not in both.content.decode()


def test_a_follow_up_that_a_colleague_noted_shows_both_and_is_noted_once(
    as_service, as_manager, task
):
    page = reverse("crm:task", args=[task.pk])
    as_service.post(page, {"part": "touch", "version": 1, "result": "fine", "words": "收到了"})

    both = as_manager.post(
        page, {"part": "touch", "version": 1, "result": "no_answer", "words": "没回"}
    )

    assert both.status_code == 409
    assert "收到了" in both.content.decode()
    assert "没回" in both.content.decode()
    assert "用我的盖过去" not in both.content.decode()
    assert task.touches.count() == 1


def test_a_standard_answer_changed_meanwhile_shows_both(as_manager, manager, service):
    row = add_answer(given=AnswerGiven("size", "尺寸", "按详情页量"), by=manager, now=NOW)
    page = reverse("crm:answer", args=[row.pk])
    sent = {"part": "change", "version": 1, "scene": "size", "title": "尺寸"}
    as_manager.post(page, sent | {"text": "量两遍"})

    both = as_manager.post(page, sent | {"text": "量三遍"})
    as_manager.post(page, {one["name"]: one["value"] for one in both.context["hidden"]})

    assert both.status_code == 409
    assert "量两遍" in both.content.decode()
    assert Answer.objects.get().text == "量三遍"


def test_a_file_that_moved_on_shows_where_it_stands(as_manager, manager, bad):
    file = open_file(review_id=bad.pk, claim="敲诈", by=manager, now=NOW)
    page = reverse("crm:malice_file", args=[file.pk])
    move_file(
        file_id=file.pk, state="complained", words="TS1", version=file.version, by=manager, now=NOW
    )

    both = as_manager.post(
        page, {"part": "move", "version": file.version, "state": "complained", "words": "TS2"}
    )

    assert both.status_code == 409
    assert "TS1" in both.content.decode()
    assert MaliceFile.objects.get().complaint_no == "TS1"


def test_choosing_a_standard_answer_fills_it_in_and_counts_its_use(as_service, manager, bad):
    row = add_answer(given=AnswerGiven("review", "道歉", "{客服}向您道歉"), by=manager, now=NOW)
    page = reverse("crm:review", args=[bad.pk])

    shown = as_service.get(f"{page}?use={row.pk}").context["answer_form"]
    as_service.post(page, {"part": "answer", "version": 1, **shown.initial})

    row.refresh_from_db()
    assert ReviewCase.objects.get().answer == "陈小满向您道歉"
    assert row.use_count == 1


def test_what_an_agent_is_told_to_say_is_screened_and_overruled_only_with_a_reason(
    as_manager, manager, service
):
    one = Customer.objects.create(name="甲", created_at=NOW)
    CustomerStat.objects.create(
        customer=one, paid_orders=2, paid_days=2, life_stage="cooling", last_paid_date=NOW.date()
    )
    sent = {"part": "assign", "customer": one.pk, "agent": service.pk, "why": "五星好评返现5元"}

    refused = as_manager.post("/service/tasks/?tab=care", sent)
    left = FollowTask.objects.count()
    as_manager.post("/service/tasks/?tab=care", sent | {"overrule_reason": "反例，培训用"})

    assert refused.status_code == 422
    assert "反不正当竞争" in refused.content.decode()
    assert left == 0
    assert FollowTask.objects.get().owner == service
    assert Operation.objects.get(name="crm.words.overruled").reason == "反例，培训用"
