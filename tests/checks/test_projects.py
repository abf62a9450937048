"""One-off lists: made of a template, worked through with proof, ended."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from PIL import Image

from shopops.checks.actions import projects as acts
from shopops.checks.errors import ChecksRefusedError, StaleChecksError
from shopops.checks.models import Project, ProjectItem, ProjectTemplate
from shopops.checks.queries import projects as queries
from shopops.checks.start_lists import ONCE
from shopops.staff.models import Operation
from tests.clients import browser_of
from tests.factories.staff import PersonFactory
from tests.times import NOW

pytestmark = pytest.mark.django_db
DAY = NOW.date()


def opened(by, code="promotion", starts_on=DAY):
    template = ProjectTemplate.objects.get(code=code)
    return acts.open_project(
        template_id=template.pk, name="国庆", starts_on=starts_on, owner=by, by=by, now=NOW
    )


def picture():
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "PNG")
    return out.getvalue()


def finish(item, by, **values):
    return acts.finish_line(**{"item_id": item.pk, "note": "", "by": by, "now": NOW, **values})


def change(item, by, **values):
    base = {"owner": None, "due_on": DAY, "text": item.text, "needs_proof": item.needs_proof}
    return acts.change_line(
        item_id=item.pk, change=acts.LineChange(**(base | values)), by=by, now=NOW
    )


def test_the_five_templates_are_there(shop):
    assert {row.code for row in queries.templates()} == set(ONCE)
    assert all(row.items.exists() for row in queries.templates())


def test_a_project_has_the_lines_of_its_template_with_days_from_its_start(manager):
    project = opened(manager)

    lines = queries.lines_of(project)

    assert len(lines) == len(ONCE["promotion"][2])
    assert lines[0].due_on == DAY - timedelta(days=30)
    assert Operation.objects.filter(name="checks.project.opened").count() == 1


def test_a_nameless_project_is_refused(manager):
    template = ProjectTemplate.objects.get(code="promotion")

    with pytest.raises(ChecksRefusedError):
        acts.open_project(
            template_id=template.pk, name=" ", starts_on=DAY, owner=manager, by=manager, now=NOW
        )


def test_a_line_that_needs_proof_is_done_with_a_picture_only(manager):
    item = opened(manager).items.filter(needs_proof=True).first()
    with pytest.raises(ChecksRefusedError):
        finish(item, manager)

    done = finish(item, manager, proof=picture())

    assert (done.state, done.done_by) == ("done", manager)
    assert done.proof.startswith("PNG|")


def test_a_line_that_does_not_apply_needs_a_reason(manager):
    item = opened(manager).items.filter(needs_proof=True).first()
    with pytest.raises(ChecksRefusedError):
        finish(item, manager, is_skipped=True)

    assert finish(item, manager, is_skipped=True, note="不用").state == "skipped"


def test_only_who_has_a_line_its_role_or_the_projects_owner_settles_it(manager):
    item = opened(manager).items.filter(role="promotion", needs_proof=False).first()
    promoter, clerk = (PersonFactory(role_codes=[code]) for code in ("promotion", "service"))
    with pytest.raises(ChecksRefusedError):
        finish(item, clerk)
    assert finish(item, promoter).state == "done"
    acts.reopen_line(item_id=item.pk, by=promoter, now=NOW)
    change(item, manager, owner=clerk)

    with pytest.raises(ChecksRefusedError):
        finish(item, promoter)
    assert finish(item, clerk).state == "done"


def test_a_line_is_settled_once_and_not_from_an_old_page(manager):
    item = opened(manager).items.filter(needs_proof=False).first()
    change(item, manager, text="改过的")
    with pytest.raises(StaleChecksError):
        finish(item, manager, version=1)
    finish(item, manager, version=2)

    with pytest.raises(ChecksRefusedError):
        finish(item, manager)


def test_a_project_with_open_lines_ends_with_a_reason_only(manager):
    project = opened(manager)
    with pytest.raises(ChecksRefusedError):
        acts.close_project(project_id=project.pk, why="", by=manager, now=NOW)

    acts.close_project(project_id=project.pk, why="不参加了", by=manager, now=NOW)

    project.refresh_from_db()
    assert (project.given_up, project.closed_by) == ("不参加了", manager)
    assert not queries.overdue_lines(today=DAY + timedelta(days=99)).exists()
    with pytest.raises(ChecksRefusedError):
        finish(project.items.first(), manager)


def test_what_is_overdue_is_counted_in_the_list(manager):
    opened(manager)

    row = queries.projects(today=DAY)[0]

    assert row.overdue == ProjectItem.objects.filter(due_on__lt=DAY).count() > 0
    assert row.next_due == DAY - timedelta(days=30)


def test_a_template_is_changed_and_what_runs_stays(manager):
    project = opened(manager)
    template = ProjectTemplate.objects.get(code="promotion")
    line = acts.TemplateLine("新", "加一项", "editor", 3, False)
    first = template.items.order_by("position").first()

    acts.save_template_line(
        template_id=template.pk, line_id=None, line=line, by=manager, now=NOW, version=1
    )
    with pytest.raises(StaleChecksError):
        acts.drop_template_line(
            template_id=template.pk, line_id=first.pk, by=manager, now=NOW, version=1
        )
    acts.drop_template_line(
        template_id=template.pk, line_id=first.pk, by=manager, now=NOW, version=2
    )

    assert template.items.count() == project.items.count() == len(ONCE["promotion"][2])
    assert template.items.filter(text="加一项").exists()


def test_the_pages_open_a_project_and_settle_its_lines(manager):
    client, url = browser_of(manager), reverse("checks:projects")
    template = ProjectTemplate.objects.get(code="colleague")
    values = {
        "part": "open",
        "template": template.pk,
        "owner": manager.pk,
        "starts_on": "2026-09-17",
    }
    assert client.post(url, values).status_code == 422
    client.post(url, values | {"name": "小林入职"})
    project = Project.objects.get()
    page = reverse("checks:project", args=[project.pk])
    item = project.items.filter(needs_proof=False).first()

    shown = client.get(page).content.decode()
    client.post(page, {"part": "settle", "item": item.pk, "version": 1})
    stale = client.post(
        page, {"part": "change", "item": item.pk, "version": 1, "text": "x", "due_on": "2026-09-18"}
    )
    client.post(page, {"part": "add", "text": "领工牌", "role": "service", "due_on": "2026-09-18"})
    client.post(page, {"part": "close", "version": 1, "why": "走了"})

    assert item.text in shown
    item.refresh_from_db()
    project.refresh_from_db()
    assert (item.state, stale.status_code) == ("done", 409)
    assert project.items.filter(text="领工牌").exists()
    assert project.given_up == "走了"
    assert client.get(url + "?tab=closed").status_code == 200
    assert client.get(reverse("checks:project_template", args=["colleague"])).status_code == 200


def test_programs_read_one_off_lists_and_finish_a_line(manager):
    project = opened(manager, code="colleague")
    client = browser_of(manager)
    (listed,) = client.get(reverse("checks_api:once")).json()
    line = next(one for one in listed["lines"] if not one["needs_proof"])

    def finish(**sent):
        url = reverse("checks_api:finish", args=[line["id"]])
        return client.post(url, sent, content_type="application/json")

    done = finish(note="好了", version=line["version"])
    again = finish(note="又好了")

    assert listed["name"] == project.name
    assert (done.json()["state"], done.json()["done_by"]) == ("done", manager.username)
    assert (again.status_code, again.json()["code"]) == (409, "refused")
    assert client.get(reverse("checks_api:once") + "?closed=1").json() == []
