"""Issues: one per thing and condition, opened, kept, closed by themselves; what people do to them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shopops.checks import registry
from shopops.checks.actions import issues as acts
from shopops.checks.actions import run_check
from shopops.checks.errors import ChecksRefusedError, StaleChecksError
from shopops.checks.models import Issue, IssueEvent
from shopops.checks.queries import issues as queries
from shopops.checks.registry import Check
from shopops.staff.models import Operation
from tests.checks.said import DAY, found
from tests.clients import browser_of
from tests.factories.staff import PersonFactory
from tests.times import NOW

pytestmark = pytest.mark.django_db


def open_keys():
    return set(Issue.objects.filter(closed_at=None).values_list("key", flat=True))


def test_a_condition_that_lasts_is_one_issue_however_often_it_is_found(said):
    said.says(found("a"), day=DAY - timedelta(days=1), now=NOW - timedelta(days=1))
    said.says(found("a", title="还是缺货"))

    issue = Issue.objects.get()

    assert (issue.opened_on, issue.seen_on) == (DAY - timedelta(days=1), DAY)
    assert issue.title == "还是缺货"
    assert [one.kind for one in issue.events.order_by("pk")] == ["opened", "changed"]


def test_what_ends_closes_and_what_comes_back_is_the_next_episode(said):
    said.says(found("a"), found("b"))
    said.says(found("b"))
    first = Issue.objects.get(key="a")
    said.says(found("a"), found("b"))

    assert (first.closed_on, first.closed_at) == (DAY, NOW)
    assert list(Issue.objects.filter(key="a").order_by("pk").values_list("episode", flat=True)) == [
        1,
        2,
    ]
    assert open_keys() == {"a", "b"}
    assert queries.episodes(Issue.objects.get(key="a", episode=2)) == [first]


def test_unknown_opens_nothing_and_closes_nothing(said):
    said.cannot_tell()
    assert not Issue.objects.exists()
    said.says(found("a"))

    said.cannot_tell()

    assert open_keys() == {"a"}


def test_a_check_that_breaks_closes_nothing(said):
    said.says(found("a"))

    def breaks(day, now):
        raise ZeroDivisionError

    broken = Check("test.said", "试", "manager", breaks)
    result = run_check(broken, day=DAY, now=NOW)

    assert result.status == "unknown"
    assert open_keys() == {"a"}


def test_what_a_cut_list_no_longer_names_stays_open_until_it_has_ended(said):
    said.says(found("a"))
    said.says(found("b"), found("c"), found("a"), most=2)
    assert open_keys() == {"a", "b", "c"}

    said.says(found("b"), found("c"), most=2)

    assert open_keys() == {"b", "c"}


def test_two_findings_of_one_key_are_a_broken_check(said):
    result = said.says(found("a"), found("a"))

    assert result.status == "unknown"
    assert not Issue.objects.exists()


def test_a_run_for_an_older_day_or_one_ahead_moves_no_issue(said):
    said.says(found("a"))

    said.says(day=DAY - timedelta(days=2))
    said.says(found("b"), day=DAY + timedelta(days=1))

    assert open_keys() == {"a"}


def test_an_issue_of_a_check_that_is_gone_is_closed_by_the_run(said, monkeypatch):
    said.says(found("a"))
    monkeypatch.setattr(registry, "_checks", {})
    from shopops.checks.actions.running import close_forgotten

    assert close_forgotten(day=DAY, now=NOW) == 1
    assert open_keys() == set()


def test_what_gets_worse_has_to_be_looked_at_again(said, manager):
    said.says(found("a"))
    acts.acknowledge(ids=[Issue.objects.get().pk], by=manager, now=NOW)
    said.says(found("a", title="缺得更多"))
    assert Issue.objects.get().acknowledged_by == manager

    said.says(found("a", severity="late"))

    issue = Issue.objects.get()
    assert (issue.rank, issue.acknowledged_at) == (0, None)
    assert IssueEvent.objects.filter(kind="worse").count() == 1


def test_a_finding_that_names_a_person_is_theirs_from_the_start(said, manager):
    said.says(found("a", person=manager.pk))

    assert Issue.objects.get().assignee == manager


# --- people


def test_people_acknowledge_assign_and_note_and_the_log_keeps_it(said, manager):
    said.says(found("a"))
    issue, other = Issue.objects.get(), PersonFactory(role_codes=["warehouse_lead"])

    assert acts.acknowledge(ids=[issue.pk], by=manager, now=NOW) == acts.Done(1, 0)
    assert acts.acknowledge(ids=[issue.pk], by=manager, now=NOW) == acts.Done(0, 1)
    acts.assign(ids=[issue.pk], to=other, by=manager, now=NOW, reason="今天")
    acts.note(issue_id=issue.pk, text="问过供应商", by=other, now=NOW)

    issue.refresh_from_db()
    assert (issue.assignee, issue.note, issue.version) == (other, "问过供应商", 4)
    names = Operation.objects.filter(object_type="issue").order_by("pk")
    assert list(names.values_list("name", "reason")) == [
        ("checks.issue.acknowledged", ""),
        ("checks.issue.assigned", "今天"),
        ("checks.issue.noted", "问过供应商"),
    ]
    texts = [event.text for event in queries.timeline(issue)]
    assert {"检查发现", "知道了这条异常", "指派了异常", "写了异常的备注"} <= set(texts)


def test_a_stale_act_is_refused(said, manager):
    said.says(found("a"))
    issue = Issue.objects.get()
    acts.note(issue_id=issue.pk, text="一", by=manager, now=NOW, version=1)

    with pytest.raises(StaleChecksError):
        acts.note(issue_id=issue.pk, text="二", by=manager, now=NOW, version=1)


def test_an_issue_is_not_given_to_who_cannot_see_it_or_left(said, manager, outsider):
    said.says(found("a"))
    gone = PersonFactory(role_codes=["service"], is_active=False)

    for person in (outsider, gone):
        with pytest.raises(ChecksRefusedError):
            acts.assign(ids=[Issue.objects.get().pk], to=person, by=manager, now=NOW)


def test_an_empty_note_is_refused(said, manager):
    said.says(found("a"))

    with pytest.raises(ChecksRefusedError):
        acts.note(issue_id=Issue.objects.get().pk, text=" ", by=manager, now=NOW)


def test_what_is_closed_is_neither_acknowledged_nor_assigned(said, manager):
    said.says(found("a"))
    said.says()

    done = acts.acknowledge(ids=[Issue.objects.get().pk], by=manager, now=NOW)

    assert done == acts.Done(0, 1)


# --- lists


def test_mine_my_roles_and_all(said, manager):
    lead = PersonFactory(role_codes=["warehouse_lead"])
    said.says(found("a"), found("b", role="service"), found("c", person=lead.pk))
    acts.assign(ids=[Issue.objects.get(key="a").pk], to=manager, by=manager, now=NOW)

    def keys(scope):
        filters = queries.Filters(scope=scope, person=lead)
        return {one.key for one in queries.issues(filters, today=DAY)}

    assert keys("mine") == {"c"}
    assert keys("role") == {"c"}
    assert keys("all") == {"a", "b", "c"}


def test_what_was_open_at_the_days_end_is_followed_all_of_the_next_day(said):
    yesterday = DAY - timedelta(days=1)
    said.says(found("a"), found("b"), day=yesterday, now=NOW - timedelta(days=1))
    said.says(found("a"), found("c"))

    rows = queries.issues(queries.Filters(tab="followed"), today=DAY)

    assert {one.key for one in rows} == {"a", "b"}
    tomorrow = queries.issues(queries.Filters(tab="followed"), today=DAY + timedelta(days=1))
    assert {one.key for one in tomorrow} == {"a", "c"}


def test_pages_follow_each_other_without_gap_or_repeat(said):
    said.says(*(found(f"{n:02}", severity="late" if n % 3 else "us") for n in range(23)))
    filters, seen, after = queries.Filters(), [], ""
    while True:
        page = queries.issue_page(filters, today=DAY, after=after, size=5)
        seen += [one.pk for one in page.rows]
        if page.after is None:
            break
        after = page.after
    back = queries.issue_page(filters, today=DAY, before=page.before or "", size=5)

    assert len(seen) == len(set(seen)) == 23
    assert [one.pk for one in back.rows] == seen[15:20]
    ranks = dict(Issue.objects.values_list("pk", "rank"))
    assert [ranks[pk] for pk in seen] == sorted(ranks.values())
    with pytest.raises(ValueError, match="place"):
        queries.issue_page(filters, today=DAY, after="nonsense")


# --- pages and programs


def test_the_list_shows_filters_and_changes_many_at_once(said, manager):
    said.says(found("a", title="主推缺货"), found("b", title="货架数多了", role="editor"))
    client = browser_of(manager)
    ids = list(Issue.objects.order_by("pk").values_list("pk", flat=True))

    page = client.get(reverse("checks:findings")).content.decode()
    narrowed = client.get(reverse("checks:findings") + "?role=editor").content.decode()
    client.post(reverse("checks:bulk"), {"tid": ids, "act": "acknowledge"})
    client.post(reverse("checks:bulk"), {"tid": ids[:1], "act": "assign", "to": manager.pk})

    assert "主推缺货" in page
    assert ("主推缺货" in narrowed, "货架数多了" in narrowed) == (False, True)
    assert Issue.objects.filter(acknowledged_by=manager).count() == 2
    assert Issue.objects.filter(assignee=manager).count() == 1
    assert client.get(reverse("checks:findings") + "?tab=new").status_code == 200


def test_who_may_not_assign_is_refused_in_bulk_too(said, service):
    said.says(found("a"))
    values = {"tid": [Issue.objects.get().pk], "act": "assign", "to": service.pk}

    assert browser_of(service).post(reverse("checks:bulk"), values).status_code == 403


def test_two_people_on_one_issue_see_both_versions(said, manager):
    said.says(found("a"))
    issue, client = Issue.objects.get(), browser_of(manager)
    url = reverse("checks:finding", args=[issue.pk])
    client.post(url, {"part": "note", "version": 1, "text": "先写的"})

    response = client.post(url, {"part": "note", "version": 1, "text": "后写的"})

    text = response.content.decode()
    assert response.status_code == 409
    assert "先写的" in text
    assert "后写的" in text
    client.post(url, {"part": "note", "version": 2, "text": "后写的"})
    issue.refresh_from_db()
    assert issue.note == "后写的"


def test_the_list_asks_as_often_for_many_as_for_few(said, manager):
    client = browser_of(manager)
    client.get(reverse("checks:findings"))
    asked = []
    for count in (2, 40):
        said.says(*(found(str(n), person=manager.pk) for n in range(count)))
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("checks:findings")).status_code == 200
        asked.append(len(seen))

    assert asked[0] == asked[1] < 22


def test_programs_list_acknowledge_assign_and_note(said, manager):
    said.says(found("a"))
    issue, client = Issue.objects.get(), browser_of(manager)

    def post(name, **values):
        url = reverse(f"checks_api:{name}", args=[issue.pk])
        return client.post(url, values, content_type="application/json")

    listed = client.get(reverse("checks_api:findings")).json()
    post("acknowledge")
    assigned = post("assign", to=manager.username).json()
    stale = post("note", text="一", version=1)
    noted = post("note", text="二", version=3).json()

    assert [row["key"] for row in listed["findings"]] == ["a"]
    assert assigned["assignee"] == manager.username
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    assert noted["note"] == "二"


def test_the_morning_page_reads_what_is_open(said, manager, shop):
    from analytics.queries import daily
    from analytics.views import figures, must
    from orders.queries import queues
    from orders.queries.risk import late_money

    said.says(*(found(str(n), title=f"缺货{n}") for n in range(5)))
    tomorrow = DAY + timedelta(days=1)
    by_day = daily.daily(since=DAY - timedelta(days=20), until=DAY)
    facts = must.Situation(
        queues.counts(),
        late_money(platform=shop.platform, now=NOW),
        [],
        figures.view_of("yesterday", by_day=by_day, today=tomorrow, now=NOW),
        [],
        {},
        today=tomorrow,
        now=NOW,
    )

    rows = must._checks(facts)

    assert [row.title for row in rows] == ["缺货0", "缺货1", "还有 3 条异常"]
    assert rows[0].tag == "第 2 天"
    assert rows[2].evidence == "黄 3"
