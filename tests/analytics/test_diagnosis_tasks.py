"""Who does what about a figure that is not as usual: one click on the diagnosis page, followed to its end."""

from datetime import timedelta

import pytest
from django.urls import reverse

from analytics.actions import events
from analytics.choices import Verdict
from analytics.demo import diagnosis
from analytics.queries.causes import CODES, tree
from analytics.queries.causes.base import Asked
from analytics.views.diagnosis_tasks import proposed, subject_of
from analytics.wording.tasks import USUAL
from shopops.checks.actions import projects
from shopops.checks.actions.tasks import Task, close_done, give_tasks
from shopops.checks.errors import ChecksRefusedError
from shopops.checks.models import Project, ProjectItem
from shopops.lib.business_time import business_date
from shopops.staff.models import Operation
from shopops.staff.queries import role_names
from tests.analytics.test_breaks import WEEK, paid, shop_day
from tests.clients import browser_of
from tests.factories.staff import PersonFactory
from tests.work.test_ledger import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def yesterday(now):
    return business_date(now) - timedelta(days=1)


@pytest.fixture
def bad_day(yesterday, now, manager):
    """Twelve usual weeks, a bad day, and two causes that a person knows of."""
    for number in range(12, 0, -1):
        day = yesterday - WEEK * number
        shop_day(day, now=now, visitors=11_000 + number * 10)
        paid(day, buyers=400 + number, fen=4_500_000 + number * 1_000)
    shop_day(yesterday, now=now, visitors=11_050)
    paid(yesterday, buyers=300, fen=3_400_000)
    for branch in ("stock", "ads"):
        events.judge_cause(
            events.Place(yesterday, "paid_amount", branch),
            verdict=Verdict.YES,
            text="仓库说的",
            version=0,
            by=manager,
            now=now,
        )
    return yesterday


@pytest.fixture
def page(bad_day):
    return reverse("analytics:diagnosis", args=[bad_day.isoformat(), "paid_amount"])


def task(now, **changed):
    wanted = {
        "part": "stock",
        "section": "库存",
        "text": "补货",
        "role": "warehouse_lead",
        "owner": None,
        "due_on": business_date(now) + timedelta(days=1),
    }
    return Task(**wanted | changed)


def test_every_cause_has_a_usual_task_of_a_role_that_there_is(db):
    assert set(USUAL) == set(CODES)
    assert {usual.role for usual in USUAL.values()} <= set(role_names())


def test_one_click_gives_a_cause_to_its_role_with_what_was_found(page, manager, bad_day):
    shop = browser_of(manager)
    assert "建议" in shop.get(page).content.decode()

    sent = shop.post(page, {"part": "give-stock"})

    assert sent.status_code == 302
    line = ProjectItem.objects.get()
    assert (line.role, line.subject, line.section) == ("warehouse_lead", "stock", "库存")
    assert line.due_on == business_date(line.project.created_at) + timedelta(days=1)
    assert line.note
    assert line.project.owner == manager
    assert line.project.url == page
    shown = shop.get(page).content.decode()
    assert "已经交出去" in shown
    assert 'value="give-stock"' not in shown
    assert Operation.objects.filter(name="checks.project.changed").count() == 1


def test_all_that_is_proposed_goes_out_by_one_click_on_one_list(page, manager):
    browser_of(manager).post(page, {"part": "give_all"})

    given = set(ProjectItem.objects.values_list("subject", "role"))
    assert given >= {("stock", "warehouse_lead"), ("ads", "promotion")}
    assert given <= {(code, usual.role) for code, usual in USUAL.items()}
    assert Project.objects.count() == 1


def test_nothing_is_proposed_where_nothing_hurts(bad_day):
    branches = tree(Asked("paid_amount", bad_day, bad_day - WEEK, -1))

    assert {"stock", "ads"} <= {one.code for one in proposed(branches, [], is_worse=True)}
    assert proposed(branches, [], is_worse=False) == []


def test_one_s_own_task_goes_to_a_person_with_a_note_and_a_day(page, manager, warehouse, now):
    due = business_date(now) + timedelta(days=900)

    browser_of(manager).post(
        page,
        {
            "part": "give", "about": "stock", "text": "数一遍 A 区", "role": "warehouse",
            "owner": warehouse.pk, "due_on": due.isoformat(), "note": "下午要",
        },
    )  # fmt: skip

    line = ProjectItem.objects.get()
    assert (line.owner, line.due_on, line.note) == (warehouse, due, "下午要")
    mine = browser_of(warehouse).get(reverse("checks:lists")).content.decode()
    assert "数一遍 A 区" in mine


def test_a_task_that_cannot_be_comes_back_with_what_was_written(page, manager, now):
    sent = browser_of(manager).post(
        page,
        {"part": "give", "text": "补货", "role": "warehouse", "due_on": "2020-01-01", "note": "急"},
    )

    assert sent.status_code == 422
    shown = sent.content.decode()
    assert "已经过去" in shown
    assert "急</textarea>" in shown
    assert not Project.objects.exists()


def test_who_may_not_assign_sees_who_does_what_but_gives_nothing(page, manager, now):
    browser_of(manager).post(page, {"part": "give-stock"})
    editor = browser_of(PersonFactory(role_codes=["editor"]))

    shown = editor.get(page).content.decode()

    assert "已经交出去" in shown
    assert "give_all" not in shown
    assert editor.post(page, {"part": "give-ads"}).status_code == 403


def test_what_was_done_shows_on_the_page_and_is_not_proposed_again(page, manager, bad_day, now):
    shop = browser_of(manager)
    shop.post(page, {"part": "give-stock"})
    line = ProjectItem.objects.get()
    projects.finish_line(item_id=line.pk, note="补了 40 件", by=manager, now=now)

    shown = shop.get(page).content.decode()

    assert "补了 40 件" in shown
    assert 'value="give-stock"' not in shown


@pytest.mark.parametrize(
    "change",
    [
        {"text": "  "},
        {"role": "captain"},
        {"due_on": None},
    ],
)
def test_a_task_without_words_role_or_a_coming_day_is_refused(change, bad_day, manager, now):
    if "due_on" in change:
        change = {"due_on": business_date(now) - timedelta(days=1)}

    with pytest.raises(ChecksRefusedError):
        give_tasks(
            about=subject_of(bad_day, "paid_amount"),
            tasks=[task(now), task(now, part="ads", **change)],
            by=manager,
            now=now,
        )

    assert not ProjectItem.objects.exists()


def test_a_task_for_who_cannot_sign_in_is_refused(bad_day, manager, now):
    gone = PersonFactory(role_codes=["warehouse"])
    gone.is_active = False
    gone.save()

    with pytest.raises(ChecksRefusedError):
        give_tasks(
            about=subject_of(bad_day, "visitors"),
            tasks=[task(now, owner=gone)],
            by=manager,
            now=now,
        )


def test_a_closed_list_makes_room_for_a_new_one(bad_day, manager, now):
    about = subject_of(bad_day, "visitors")
    (first,) = give_tasks(about=about, tasks=[task(now)], by=manager, now=now)
    projects.close_project(project_id=first.project_id, why="不跟了", by=manager, now=now)

    (again,) = give_tasks(about=about, tasks=[task(now)], by=manager, now=now)

    assert again.project_id != first.project_id


def test_a_list_whose_tasks_are_all_settled_ends_the_day_after(bad_day, manager, now):
    today = business_date(now)
    lines = give_tasks(
        about=subject_of(bad_day, "visitors"),
        tasks=[task(now), task(now, part="ads")],
        by=manager,
        now=now,
    )
    give_tasks(about=subject_of(bad_day, "pay_rate"), tasks=[task(now)], by=manager, now=now)
    projects.finish_line(item_id=lines[0].pk, note="改了", by=manager, now=now)
    tomorrow, later = now + timedelta(days=1), now + timedelta(days=2)

    assert close_done(day=today + timedelta(days=1), now=tomorrow) == []
    projects.finish_line(
        item_id=lines[1].pk, note="不用", is_skipped=True, by=manager, now=tomorrow
    )
    assert close_done(day=today + timedelta(days=1), now=tomorrow) == []
    (ended,) = close_done(day=today + timedelta(days=2), now=later)

    assert ended.pk == lines[0].project_id
    assert ended.given_up == ""
    assert close_done(day=today + timedelta(days=2), now=later) == []


def test_the_demo_gives_what_a_bad_day_asks_for_once(bad_day, manager, now):
    diagnosis.fill(by=manager, now=now)
    given = list(ProjectItem.objects.values_list("subject", "state"))
    diagnosis.fill(by=manager, now=now)

    assert given
    assert list(ProjectItem.objects.values_list("subject", "state")) == given
    assert Project.objects.get().subject.startswith("break:")


@pytest.mark.django_db(transaction=True)
def test_two_who_give_the_same_at_once_give_it_once(manager, now):
    about = subject_of(business_date(now), "visitors")

    def give(_n):
        try:
            return len(give_tasks(about=about, tasks=[task(now)], by=manager, now=now))
        except ChecksRefusedError:
            return 0

    assert sorted(at_once(2, give)) == [0, 1]
    assert Project.objects.count() == 1
    assert ProjectItem.objects.count() == 1
