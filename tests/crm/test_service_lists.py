"""The lists of the service desk page by key, keep their filters in the address, and say what they hold."""

from datetime import timedelta
from itertools import chain

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.actions.answering import AnswerGiven, add_answer
from crm.models import Customer, FollowTask, Question, Review, ReviewCase, ReviewTopic
from crm.queries import reviews as queries
from crm.queries import service
from shopops.lib.business_time import business_date
from tests.times import NOW

pytestmark = pytest.mark.django_db
TODAY = business_date(NOW)


def reviews(count, *, rating="bad", with_case=True):
    """Make reviews, several at the same instant: the key must tell them apart."""
    rows = Review.objects.bulk_create(
        Review(
            key=f"{rating}{number}",
            rating=rating,
            rated_at=NOW - timedelta(minutes=number // 7),
            first_seen_at=NOW,
            content=f"第{number}条",
        )
        for number in range(count)
    )
    if with_case:
        ReviewCase.objects.bulk_create(
            ReviewCase(review=row, opened_at=NOW, due_at=row.rated_at + timedelta(days=1))
            for row in rows
        )
    return rows


def walk(page_of):
    """Go to the end and back again; give the pages both ways."""
    page, there, back = page_of(), [], []
    while True:
        there.append([row.pk for row in page.rows])
        if page.after is None:
            break
        page = page_of(after=page.after)
    while page.before is not None:
        page = page_of(before=page.before)
        back.insert(0, [row.pk for row in page.rows])
    return there, [*back, there[-1]]


@pytest.mark.parametrize("tab", ["due", "all"])
def test_every_review_is_on_one_page_and_the_way_back_shows_the_same(shop, tab):
    reviews(120)

    there, back = walk(lambda **edge: queries.review_page(tab, {}, **edge))

    assert [len(one) for one in there] == [50, 50, 20]
    assert there == back
    assert list(chain(*there)) == [row.pk for row in queries.reviews(tab, {})]


def test_follow_ups_and_questions_are_paged_alike(manager):
    FollowTask.objects.bulk_create(
        FollowTask(
            customer=Customer.objects.create(name=f"客户{number}", created_at=NOW),
            kind="care",
            opened_at=NOW,
            due_on=TODAY - timedelta(days=number % 3),
        )
        for number in range(60)
    )
    Question.objects.bulk_create(
        Question(key=f"词{n}", sample="?", count=n % 4, first_at=NOW, last_at=NOW)
        for n in range(60)
    )

    tasks, tasks_back = walk(
        lambda **edge: service.task_page("today", me=manager, today=TODAY, filters={}, **edge)
    )
    questions, questions_back = walk(lambda **edge: service.question_page(show="", **edge))

    assert (tasks, questions) == (tasks_back, questions_back)
    assert len(set(chain(*tasks))) == len(set(chain(*questions))) == 60


def test_a_page_of_reviews_takes_as_many_queries_however_long_the_list(as_service):
    reviews(3)
    as_service.get("/service/reviews/?tab=all")  # what a first page alone reads
    with CaptureQueriesContext(connection) as few:
        as_service.get("/service/reviews/?tab=all")
    reviews(80, rating="neutral")
    with CaptureQueriesContext(connection) as many:
        as_service.get("/service/reviews/?tab=all")

    assert len(many) == len(few)


def test_filters_stay_in_the_address_of_the_next_page_and_of_the_tabs(as_service):
    reviews(60)
    reviews(5, rating="good", with_case=False)

    page = as_service.get("/service/reviews/?tab=all&rating=bad&q=第")
    following = as_service.get(page.context["page"]["older_url"])

    assert "rating=bad" in page.context["page"]["older_url"]
    assert all("rating=bad" in tab["url"] for tab in page.context["tabs"])
    assert len(following.context["rows"]) == 10
    assert [one["value"] for one in following.context["chips"]] == ["第"]


@pytest.mark.parametrize(
    "address",
    [
        "/service/reviews/?after=nonsense",
        "/service/reviews/?rating=terrible",
        "/service/reviews/?month=2026-13",
        "/service/tasks/?before=nonsense",
        "/service/answers/?after=nonsense",
        "/service/answers/questions/?show=nonsense",
        "/service/reviews/malicious/?after=nonsense",
    ],
)
def test_an_address_that_is_none_is_not_found(as_service, address):
    assert as_service.get(address).status_code == 404


def test_a_figure_of_a_topic_links_to_as_many_reviews(as_service):
    rows = reviews(4, with_case=False)
    old = Review.objects.create(
        key="old", rating="bad", rated_at=NOW - timedelta(days=400), first_seen_at=NOW
    )
    rows[0].taken_back_at = NOW
    rows[0].save()
    ReviewTopic.objects.bulk_create(
        ReviewTopic(
            review=row, date=business_date(row.rated_at), topic="colour", tone="bad", words="掉色"
        )
        for row in (*rows, old)
    )
    since = (TODAY - timedelta(days=29)).isoformat()
    table = queries.topic_table(since=TODAY - timedelta(days=29), until=TODAY)

    listed = as_service.get(f"/service/reviews/?tab=all&topic=colour&tone=bad&since={since}")

    assert table[0]["bad"] == len(listed.context["rows"]) == 3


def test_a_question_gets_the_answer_that_a_person_chooses(as_manager, manager):
    row = Question.objects.create(
        key="发票", sample="能开发票吗", count=3, first_at=NOW, last_at=NOW
    )
    answer = add_answer(given=AnswerGiven("other", "发票", "可以开。"), by=manager, now=NOW)
    page = reverse("crm:questions")

    as_manager.post(page, {"part": "settle", "question": row.pk, "answer": answer.pk})
    row.refresh_from_db()
    chosen = row.answer
    as_manager.post(page, {"part": "settle", "question": row.pk, "do": "ignore"})
    row.refresh_from_db()

    assert chosen == answer
    assert row.is_ignored
    assert [one.pk for one in service.questions("ignored")] == [row.pk]
