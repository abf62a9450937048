"""What was written and refused on the pages of findings and lists comes back in its form."""

import pytest
from django.urls import reverse

from shopops.checks.actions import lists as list_acts
from shopops.checks.actions import projects
from shopops.checks.models import DailyItem, DailyList, Issue, ProjectTemplate
from shopops.lib.business_time import business_date
from tests.clients import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(manager, now):
    return projects.open_project(
        template_id=ProjectTemplate.objects.order_by("pk").first().pk,
        name="开店",
        starts_on=business_date(now),
        owner=manager,
        by=manager,
        now=now,
    )


def shown(answer):
    assert answer.status_code == 422
    return answer.content.decode()


def test_a_line_with_a_day_that_is_none_keeps_its_words(project, manager):
    page = reverse("checks:project", args=[project.pk])

    text = shown(
        browser_of(manager).post(
            page, {"part": "add", "text": "拍三张门头", "role": "designer", "due_on": "昨天"}
        )
    )

    assert 'value="拍三张门头"' in text
    assert "<details open>" in text


def test_a_list_that_cannot_end_keeps_why(project, manager, now):
    project.items.update(state="done")
    projects.close_project(project_id=project.pk, why="", by=manager, now=now)
    page = reverse("checks:project", args=[project.pk])

    answer = browser_of(manager).post(page, {"part": "close", "why": "店不开了"})

    assert "已经结束" in shown(answer)


def test_a_project_without_a_name_keeps_the_rest(manager):
    template = ProjectTemplate.objects.order_by("pk").last()

    text = shown(
        browser_of(manager).post(
            reverse("checks:projects"),
            {"part": "open", "template": template.pk, "name": " ", "starts_on": "2026-12-01",
             "owner": manager.pk},
        )
    )  # fmt: skip

    assert 'value="2026-12-01"' in text
    assert f'<option value="{template.pk}" selected' in text


def test_a_note_that_is_too_long_comes_back(manager, now):
    issue = Issue.objects.create(
        code="t.t", title="缺货", severity="late", rank=0, owner_role="manager",
        opened_on=business_date(now), opened_at=now, seen_on=business_date(now), seen_at=now,
    )  # fmt: skip

    answer = browser_of(manager).post(
        reverse("checks:finding", args=[issue.pk]), {"part": "note", "text": "问过了" * 101}
    )

    assert "问过了" * 101 in shown(answer)


def test_a_tick_with_a_picture_that_is_none_keeps_its_note(manager, now):
    from django.core.files.uploadedfile import SimpleUploadedFile

    list_acts.write_lists(day=business_date(now), now=now)
    item = DailyItem.objects.filter(daily__role="manager", checks=[]).order_by("pk").first()
    page = reverse("checks:list", args=["manager", business_date(now).isoformat()])

    text = shown(
        browser_of(manager).post(
            page,
            {"part": "tick", "item": item.pk, "note": "都看过了",
             "picture": SimpleUploadedFile("a.png", b"not a picture")},
        )
    )  # fmt: skip

    assert "都看过了" in text
    assert "<details open>" in text
    item.refresh_from_db()
    assert item.state == "open"
    assert DailyList.objects.filter(signed_at=None).exists()
