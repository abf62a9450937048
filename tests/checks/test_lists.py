"""Daily lists of roles: written once, computed or ticked, signed, missed lines on the next one."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from shopops.checks.actions import lists as acts
from shopops.checks.errors import ChecksRefusedError, StaleChecksError
from shopops.checks.models import CheckResult, DailyItem, DailyList, Issue, ListItemRule
from shopops.checks.queries import lists as queries
from shopops.checks.rules import Standing, codes_of, standing
from shopops.checks.start_lists import DAILY
from shopops.staff.models import Operation
from tests.clients import browser_of
from tests.factories.staff import PersonFactory
from tests.times import NOW

pytestmark = pytest.mark.django_db
DAY = NOW.date()
TOMORROW = DAY + timedelta(days=1)


@pytest.fixture
def one_role(db):
    """Have a manager's template of a computed line, a plain one, and one with a picture."""
    ListItemRule.objects.all().delete()
    for place, (key, checks, picture) in enumerate(
        (("stock", ["work.backup_is_fresh"], False), ("talk", [], False), ("home", [], True)), 1
    ):
        ListItemRule.objects.create(
            role="manager",
            key=key,
            position=place,
            text=key,
            checks=checks,
            needs_picture=picture,
            valid_from=DAY - timedelta(days=30),
        )


def picture():
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "PNG")
    return out.getvalue()


def write(day=DAY):
    return {row.role: row for row in acts.write_lists(day=day, now=NOW)}["manager"]


def item(daily, key):
    return daily.items.get(key=key)


def spoke(status, day=DAY):
    CheckResult.objects.update_or_create(
        code="work.backup_is_fresh", business_date=day, defaults={"status": status, "ran_at": NOW}
    )


def line(daily, key):
    return next(one for one in queries.pages_of([daily])[0].lines if one.item.key == key)


@pytest.mark.parametrize(
    ("said", "issues", "outcome"),
    [
        ({"a": "passed", "b": "passed"}, {}, Standing("passed")),
        ({"a": "passed"}, {}, Standing("unknown")),
        ({"a": "passed", "b": "failed"}, {}, Standing("failed")),
        ({"a": "passed", "b": "unknown"}, {"a": 2}, Standing("failed", 2)),
        ({}, {}, Standing("unknown")),
    ],
)
def test_a_computed_line_passes_only_where_all_its_checks_passed(said, issues, outcome):
    assert standing(["a", "b"], said=said, open_issues=issues) == outcome


def test_a_line_may_name_all_checks_of_an_app():
    known = ["work.a", "work.b", "workers.c"]

    assert codes_of(["work."], known) == ["work.a", "work.b"]
    assert standing([], said={}, open_issues={}) == Standing("unknown")


def test_each_role_of_the_trade_has_a_list_to_begin_with(shop):
    written = acts.write_lists(day=DAY, now=NOW)

    assert {row.role for row in written} == set(DAILY)
    assert len(DAILY) == 7


def test_a_list_is_written_once(one_role):
    first = write()
    item(first, "talk")
    DailyItem.objects.filter(key="talk").update(state="done")

    assert write() == first
    assert DailyList.objects.count() == 1
    assert DailyItem.objects.get(key="talk").state == "done"


def test_computed_lines_follow_the_checks_until_the_list_is_frozen(one_role, manager):
    daily = write()
    assert line(daily, "stock").state == "unknown"
    spoke("passed")
    assert line(daily, "stock").state == "passed"
    acts.sign(list_id=daily.pk, words="先走", by=manager, now=NOW)
    spoke("failed")

    daily.refresh_from_db()
    assert line(daily, "stock").state == "passed"


def test_an_open_issue_fails_its_line_with_the_number_of_issues(one_role):
    daily = write()
    spoke("passed")
    Issue.objects.create(
        code="work.backup_is_fresh", title="旧", severity="late", rank=0, owner_role="manager",
        opened_on=DAY, opened_at=NOW, seen_on=DAY, seen_at=NOW,
    )  # fmt: skip

    found = line(daily, "stock")

    assert (found.state, found.issues) == ("failed", 1)


def test_a_tick_with_note_and_picture_is_kept_and_logged(one_role, manager):
    daily = write()
    acts.tick(item_id=item(daily, "talk").pk, note="派完了", by=manager, now=NOW)
    with pytest.raises(ChecksRefusedError):
        acts.tick(item_id=item(daily, "home").pk, note="", by=manager, now=NOW)
    done = acts.tick(
        item_id=item(daily, "home").pk, note="", picture=picture(), by=manager, now=NOW
    )
    acts.untick(item_id=item(daily, "talk").pk, by=manager, now=NOW)

    assert done.picture.startswith("PNG|")
    assert item(daily, "talk").state == "open"
    assert item(daily, "talk").note == "派完了"
    names = Operation.objects.filter(object_type="daily_list").values_list("name", flat=True)
    assert sorted(names) == ["checks.list.ticked", "checks.list.ticked", "checks.list.unticked"]


def test_what_is_no_picture_is_refused_and_nothing_is_ticked(one_role, manager):
    daily = write()

    with pytest.raises(ChecksRefusedError):
        acts.tick(item_id=item(daily, "home").pk, note="", picture=b"no", by=manager, now=NOW)
    assert item(daily, "home").state == "open"


def test_a_computed_line_is_not_ticked_and_others_lists_are_not_touched(one_role, manager):
    daily, clerk = write(), PersonFactory(role_codes=["service"])

    with pytest.raises(ChecksRefusedError):
        acts.tick(item_id=item(daily, "stock").pk, note="", by=manager, now=NOW)
    with pytest.raises(ChecksRefusedError):
        acts.tick(item_id=item(daily, "talk").pk, note="", by=clerk, now=NOW)
    with pytest.raises(ChecksRefusedError):
        acts.sign(list_id=daily.pk, words="", by=clerk, now=NOW)


def test_a_line_that_does_not_apply_needs_a_reason(one_role, manager):
    daily = write()
    with pytest.raises(ChecksRefusedError):
        acts.skip(item_id=item(daily, "home").pk, why=" ", by=manager, now=NOW)

    acts.skip(item_id=item(daily, "home").pk, why="今天没改版", by=manager, now=NOW)

    assert line(daily, "home").is_settled


def test_signing_freezes_and_what_is_missed_needs_a_word(one_role, manager):
    daily = write()
    spoke("passed")
    with pytest.raises(ChecksRefusedError):
        acts.sign(list_id=daily.pk, words="", by=manager, now=NOW)
    daily.refresh_from_db()
    assert daily.frozen_at is None

    acts.sign(list_id=daily.pk, words="明天补", by=manager, now=NOW, version=1)

    daily.refresh_from_db()
    assert (daily.signed_by, daily.words) == (manager, "明天补")
    logged = Operation.objects.get(name="checks.list.signed")
    assert logged.new["missed"] == ["talk", "home"]
    with pytest.raises(ChecksRefusedError):
        acts.tick(item_id=item(daily, "talk").pk, note="", by=manager, now=NOW)
    with pytest.raises(ChecksRefusedError):
        acts.sign(list_id=daily.pk, words="又", by=manager, now=NOW)


def test_a_stale_signature_is_refused(one_role, manager):
    daily = write()
    DailyList.objects.update(version=5)

    with pytest.raises(StaleChecksError):
        acts.sign(list_id=daily.pk, words="x", by=manager, now=NOW, version=1)


def test_what_was_missed_stands_on_the_next_list_since_its_first_day(one_role, manager):
    daily = write()
    spoke("failed")
    acts.tick(item_id=item(daily, "talk").pk, note="", by=manager, now=NOW)
    ListItemRule.objects.filter(key="home").update(valid_until=TOMORROW)

    second = write(TOMORROW)
    third = write(TOMORROW + timedelta(days=1))

    since = {row.key: row.missed_since for row in third.items.all()}
    assert {row.key for row in second.items.all()} == {"stock", "talk", "home"}
    assert since == {"stock": None, "talk": TOMORROW, "home": DAY}
    daily.refresh_from_db()
    assert daily.frozen_at is not None
    assert item(daily, "stock").state == "failed"


def test_a_list_of_yesterday_may_still_be_signed_as_it_was(one_role, manager):
    daily = write()
    write(TOMORROW)

    acts.sign(list_id=daily.pk, words="忘了签", by=manager, now=NOW + timedelta(days=1))

    daily.refresh_from_db()
    assert daily.signed_by == manager
    assert item(daily, "talk").state == "open"


# --- templates


def change(rule, by, **values):
    base = {
        "text": rule.text,
        "checks": rule.checks,
        "needs_picture": rule.needs_picture,
        "position": rule.position,
    }
    return acts.save_rule(
        rule_id=rule.pk, role=rule.role, by=by, now=NOW, day=TOMORROW, version=rule.version,
        **(base | values),
    )  # fmt: skip


def test_a_changed_template_counts_from_tomorrow_and_the_past_stays(one_role, manager):
    daily = write()
    rule = ListItemRule.objects.get(key="talk")

    new = change(rule, manager, text="开会")

    rule.refresh_from_db()
    assert (rule.valid_until, new.key, new.version) == (TOMORROW, "talk", 2)
    assert item(daily, "talk").text == "talk"
    assert item(write(TOMORROW), "talk").text == "开会"
    with pytest.raises(StaleChecksError):
        change(rule, manager, text="又改")
    with pytest.raises(ChecksRefusedError):
        change(new, manager, text=" ")


def test_a_line_taken_off_is_gone_tomorrow(one_role, manager):
    rule = ListItemRule.objects.get(key="home")

    acts.end_rule(rule_id=rule.pk, by=manager, now=NOW, day=TOMORROW, version=1)

    assert not queries.rules_on(TOMORROW).filter(key="home").exists()
    assert queries.rules_on(DAY).filter(key="home").exists()


# --- pages


def test_the_overview_tells_who_signed_what(one_role, manager):
    daily = write()
    acts.sign(list_id=daily.pk, words="明天补", by=manager, now=NOW)

    row = queries.month(first=DAY.replace(day=1), today=DAY)[0]

    assert (row.role, row.signed, row.written) == ("manager", 1, 1)
    assert row.cells[-1].missed == 3


def test_one_ticks_signs_and_sees_the_picture_on_the_page(one_role, manager, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    daily, client = write(), browser_of(manager)
    url = reverse("checks:lists")
    assert "talk" in client.get(url).content.decode()

    client.post(url, {"part": "tick", "item": item(daily, "talk").pk})
    sent = SimpleUploadedFile("a.png", picture(), "image/png")
    client.post(url, {"part": "tick", "item": item(daily, "home").pk, "picture": sent})
    client.post(url, {"part": "sign", "list": daily.pk, "version": 1, "words": "备份没来"})

    daily.refresh_from_db()
    assert (item(daily, "talk").state, daily.signed_by) == ("done", manager)
    shown = client.get(reverse("checks:item_picture", args=[item(daily, "home").pk]) + "?s=small")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    day_page = client.get(reverse("checks:list", args=["manager", DAY.isoformat()]))
    assert "签了" in day_page.content.decode()
    assert client.get(reverse("checks:overview")).status_code == 200


def test_a_template_is_edited_on_its_page(one_role, manager):
    client, url = browser_of(manager), reverse("checks:template", args=["manager"])
    rule = ListItemRule.objects.get(key="talk")
    values = {"part": "save", "rule": rule.pk, "version": 1, "position": 2}

    bad = client.post(url, values | {"text": ""})
    good = client.post(url, values | {"text": "早会"})
    stale = client.post(url, values | {"text": "晚会"})

    assert (bad.status_code, good.status_code, stale.status_code) == (422, 302, 409)
    assert ListItemRule.objects.get(key="talk", valid_until=None).text == "早会"


def test_programs_list_tick_and_sign(one_role, manager):
    daily, client = write(), browser_of(manager)
    listed = client.get(reverse("checks_api:lists") + f"?date={DAY}").json()

    def post(name, key, **values):
        url = reverse(f"checks_api:{name}", args=[key])
        return client.post(url, values, content_type="application/json")

    ticked = post("tick", item(daily, "talk").pk, note="好")
    refused = post("sign", daily.pk)
    signed = post("sign", daily.pk, words="其余明天").json()

    assert [row["text"] for row in listed[0]["lines"]] == ["stock", "talk", "home"]
    assert ticked.json()["lines"][1]["state"] == "done"
    assert refused.status_code == 409
    assert signed["signed_by"] == manager.username
