"""Notices: who is told what, once; the bell, the page, and what they cost."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from orders.actions.calendar_news import tell_of_guesses
from orders.actions.exports import request_export
from shopops.intake.models import Batch
from shopops.intake.telling import tell_of_refusal, tell_of_rejected_rows
from shopops.notices import actions, queries
from shopops.notices.actions import KIND, News, tell
from shopops.notices.models import Notice
from shopops.staff.models import User
from shopops.work import actions as work
from shopops.work import calendar, engine, registry
from shopops.work.choices import RunState
from shopops.work.models import BusinessDay, Run
from tests.factories.staff import PersonFactory
from tests.times import NOW

pytestmark = pytest.mark.django_db


def news(key="it:1", **fields):
    return News(**{"key": key, "tone": Notice.Tone.LATE, "text": "出事了", "url": "/"} | fields)


def send_all():
    """Perform every notice that was asked for, as a worker would."""
    for run in Run.objects.filter(kind=KIND).exclude(state=RunState.DONE):
        engine.perform_inline(run)


def told(person):
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("text", flat=True))


def given(person, count, **fields):
    return [
        Notice.objects.create(
            **{
                "person": person,
                "key": f"n:{n}",
                "tone": "late",
                "text": f"第 {n} 件",
                "url": f"/where/{n}/",
                "at": NOW + timedelta(minutes=n),
            }
            | fields
        )
        for n in range(count)
    ]


def test_a_notice_reaches_the_person_and_everybody_of_the_role_and_nobody_else(
    manager, service, warehouse
):
    other = PersonFactory(role_codes=["service"])
    gone = PersonFactory(role_codes=["service"], is_active=False)

    tell(news(), people=[manager.pk, None], roles=["service"], now=NOW)
    send_all()

    assert [told(one) for one in (manager, service, other)] == [["出事了"]] * 3
    assert told(warehouse) == told(gone) == []


def test_who_is_named_and_holds_the_role_too_is_told_once(manager):
    tell(news(), people=[manager.pk], roles=["manager"], now=NOW)
    send_all()

    assert told(manager) == ["出事了"]


def test_where_nobody_holds_the_role_the_administrators_are_told(administrator, service):
    tell(news(), roles=["finance"], now=NOW)
    send_all()

    assert told(administrator) == ["出事了"]
    assert told(service) == []


def test_a_run_that_is_done_again_tells_nobody_twice_and_leaves_what_was_read_read(service):
    run = tell(news(), people=[service.pk], now=NOW)
    engine.perform_inline(run)
    actions.read_notice(notice_id=Notice.objects.get().pk, by=service, now=NOW)

    again = work.request_run(kind=KIND, key=run.key, now=NOW, again=True)
    assert again.state == RunState.WAITING
    engine.perform_inline(again)
    tell(news(), people=[service.pk], now=NOW)
    send_all()

    notice = Notice.objects.get()
    assert notice.read_at == NOW
    assert Run.objects.filter(kind=KIND).count() == 1


# --- what is told of ---


def batch(**fields):
    return Batch.objects.create(
        **{
            "file_name": "订单.csv",
            "sha256": "0" * 64,
            "size_bytes": 1,
            "source": "upload",
            "exported_at": NOW,
            "created_at": NOW,
        }
        | fields
    )


def test_a_refused_file_and_rejected_rows_are_told_to_who_brought_the_file(service, manager):
    tell_of_refusal(batch(created_by=service, refusal="empty_file"), now=NOW)
    mine = batch(created_by=service, rejected_count=1234)
    tell_of_rejected_rows(mine, now=NOW)
    tell_of_rejected_rows(mine, now=NOW)
    send_all()

    assert told(service) == ["文件没有收：订单.csv", "文件写完了，1,234 行退回：订单.csv"]
    assert Notice.objects.first().sub == "文件是空的。"
    assert Notice.objects.last().url == reverse("intake:batch", args=[mine.pk])
    assert told(manager) == []


def test_a_file_from_the_inbox_is_told_to_those_in_charge(service, manager, administrator):
    tell_of_refusal(batch(refusal="empty_file"), now=NOW)
    send_all()

    assert told(manager) == told(administrator) == ["文件没有收：订单.csv"]
    assert told(service) == []


@pytest.fixture
def failing_kind():
    def fail(run):
        raise ValueError("坏了")

    registry.register_kind(registry.KindSpec("test.fails", "试做", "quick", fail))
    yield "test.fails"
    registry.forget_kind("test.fails")


def _hours_later(hours: int) -> datetime:
    return NOW + timedelta(hours=hours)


@pytest.mark.django_db(transaction=True)
def test_a_run_given_up_after_three_strikes_is_told_once(failing_kind, administrator, service):
    run = work.request_run(kind=failing_kind, key="1", now=NOW, by=service, ring=False)
    for strike in range(3):
        assert not Notice.objects.exists(), strike
        engine.perform(run.pk, clock=partial(_hours_later, strike))
        send_all()

    run.refresh_from_db()
    assert run.state == RunState.QUARANTINED
    assert told(administrator) == told(service) == ["后台任务被隔离：试做"]
    assert Notice.objects.first().url == reverse("work:run", args=[run.pk])


def test_a_notice_that_cannot_be_sent_is_not_told_by_another_notice(administrator):
    run = Run.objects.create(kind=KIND, key="x", created_at=NOW, due_at=NOW)

    actions.tell_of_quarantine(run, NOW)

    assert Run.objects.filter(kind=KIND).count() == 1


def test_an_export_that_is_ready_is_told_to_who_asked_for_it(manager, service):
    run = request_export(code="all", filters={}, reason="", by=manager, now=NOW)
    engine.perform_inline(run)
    send_all()

    assert told(manager) == ["导出好了：0 单"]
    assert Notice.objects.get().url == reverse("orders:export_file", args=[run.pk])
    assert told(service) == []


def test_a_year_of_guesses_is_told_once_when_promises_come_near_it(manager, administrator):
    BusinessDay.objects.all().delete()
    calendar.seed_business_days(through_year=2027)
    far = NOW.replace(month=11, day=10)
    tell_of_guesses(far)
    assert not Run.objects.filter(kind=KIND).exists()

    for days in (8, 9, 40):
        tell_of_guesses(far + timedelta(days=days))
    send_all()

    assert told(manager) == told(administrator) == ["2027 年的节假日安排还没有确认"]


def test_a_confirmed_year_is_not_told_of(manager):
    BusinessDay.objects.update(is_confirmed=True)
    calendar.seed_business_days(through_year=2028)
    calendar.confirm_business_days(
        first=NOW.date(), last=NOW.date().replace(year=2028, month=12, day=31)
    )

    tell_of_guesses(NOW.replace(month=12, day=30))

    assert not Run.objects.filter(kind=KIND).exists()


# --- bell and page ---


def test_the_bell_counts_what_is_unread_and_shows_the_newest_five(as_service, service):
    given(service, 6)
    given(PersonFactory(), 3)

    page = as_service.get(reverse("staff:me")).content.decode()
    bell = as_service.get(reverse("notices:bell")).content.decode()

    assert 'aria-hidden="true">6</span>' in page
    assert [n for n in range(6) if f"第 {n} 件" in bell] == [1, 2, 3, 4, 5]


def test_opening_a_notice_leads_to_what_it_is_about_and_marks_it(as_service, service):
    (notice,) = given(service, 1)

    answer = as_service.get(reverse("notices:open", args=[notice.pk]))

    assert answer.url == "/where/0/"
    notice.refresh_from_db()
    assert notice.read_at is not None
    first = notice.read_at
    as_service.get(reverse("notices:open", args=[notice.pk]))
    notice.refresh_from_db()
    assert notice.read_at == first


def test_nobody_opens_or_marks_a_notice_of_somebody_else(as_service, manager):
    (notice,) = given(manager, 1)

    assert as_service.get(reverse("notices:open", args=[notice.pk])).status_code == 404
    as_service.post(reverse("notices:read_all"), {"up_to": notice.pk})
    notice.refresh_from_db()
    assert notice.read_at is None


def test_marking_all_read_spares_what_came_while_the_page_was_read(as_service, service):
    shown = given(service, 2)
    (late,) = given(service, 1, key="late")

    as_service.post(reverse("notices:read_all"), {"up_to": shown[-1].pk})

    unread = Notice.objects.filter(person=service, read_at=None)
    assert [one.pk for one in unread] == [late.pk]
    assert as_service.post(reverse("notices:read_all"), {"up_to": "x"}).status_code == 302


def test_pages_by_key_show_every_notice_once_and_the_unread_by_themselves(as_service, service):
    given(service, 60)
    Notice.objects.filter(key="n:0").update(read_at=NOW)
    url = reverse("notices:notices")

    first = as_service.get(url)
    second = as_service.get(first.context["page"].older_url)
    unread = as_service.get(url, {"show": "unread", "after": first.context["page"].older_url[-1:]})

    seen = [row.text for page in (first, second) for row in page.context["notices"]]
    assert seen == [f"第 {n} 件" for n in range(59, -1, -1)]
    assert unread.status_code == 404
    shown = as_service.get(as_service.get(url, {"show": "unread"}).context["page"].older_url)
    assert [row.text for row in shown.context["notices"]][-1] == "第 1 件"


def test_the_count_beside_the_bell_costs_no_query(as_service, service):
    given(service, 3)
    as_service.get(reverse("staff:sessions"))

    with CaptureQueriesContext(connection) as taken:
        as_service.get(reverse("staff:sessions"))

    asked = [one["sql"] for one in taken.captured_queries if "notices_notice" in one["sql"]]
    assert len(asked) == 1
    assert "FROM staff_user u" in asked[0]


def test_whoever_was_not_fetched_by_signing_in_is_counted_all_the_same(service):
    given(service, 2)

    assert queries.unread_count(User.objects.get(pk=service.pk)) == 2


def test_a_notice_is_read_in_the_readers_language(service):
    given(service, 1, text="2027 年的节假日安排还没有确认")

    with translation.override("zh-hans"):
        assert queries.newest(service)[0].text == "2027 年的节假日安排还没有确认"


def test_what_is_older_than_ninety_days_is_removed(service):
    given(service, 1, at=NOW - timedelta(days=91))
    given(service, 1, key="new", at=NOW - timedelta(days=89))

    actions.forget_old(NOW)

    assert [one.key for one in Notice.objects.all()] == ["new"]
