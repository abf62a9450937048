"""Activities for programs: the same acts, the same refusals."""

import pytest
from django.urls import reverse

from promotions.choices import ActivityState
from promotions.models import Activity, ActivityItem
from tests.promotions import activity_kit as kit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(as_manager, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: kit.NOW)


def post(client, address, row=None, **data):
    kwargs = {"activity_id": row.pk} if row else {}
    url = reverse(f"promotions_api:{address}", kwargs=kwargs)
    return client.post(url, data, content_type="application/json")


def test_a_program_plans_fills_and_checks_an_activity(as_manager, manager):
    kit.sku()
    answer = post(
        as_manager, "new_activity", name="双11", kind="shop",
        starts_at="2026-11-01T20:00:00+08:00", ends_at="2026-11-12T00:00:00+08:00",
    )  # fmt: skip
    row = Activity.objects.get(pk=answer.json()["id"])

    put = post(
        as_manager, "put_items", row, version=row.version,
        items=[{"sku_code": "MY-ZT60-BL", "price": "80.00"}],
    )  # fmt: skip
    found = post(as_manager, "check_activity", row).json()

    assert (row.owner, put.json()) == (manager, {"added": 1, "changed": 0, "same": 0})
    assert found["blocked"] is True
    assert "到手价 ¥80.00 低于底价 ¥86.00，差 ¥6.00，是破价。" in [
        one["text"] for one in found["points"]
    ]


def test_bad_items_are_refused_line_by_line(as_manager, manager):
    row = kit.activity(manager)

    answer = post(
        as_manager, "put_items", row, version=row.version,
        items=[{"sku_code": "KEIN-SKU", "price": "9.90"}],
    )  # fmt: skip

    assert answer.status_code == 409
    assert answer.json()["lines"] == [
        {"line": 1, "sku_code": "KEIN-SKU", "reason": "没有这个商家编码"}
    ]
    assert not ActivityItem.objects.exists()


def test_an_old_version_is_told_apart_from_a_refusal(as_manager, manager):
    row = kit.activity(manager)
    dates = {"starts_at": "2026-09-23T00:00:00+08:00", "ends_at": "2026-09-27T00:00:00+08:00"}

    stale = post(as_manager, "move_dates", row, **dates, version=row.version - 1)
    refused = post(as_manager, "move_activity", row, to="running", version=row.version)

    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    assert (refused.status_code, refused.json()["code"]) == (409, "refused")
    row.refresh_from_db()
    assert row.state == ActivityState.IDEA
