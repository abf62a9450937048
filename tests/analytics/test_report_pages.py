"""The pages of reports, their files, the API, and who may do what."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics.models import ReportAddress, ReportSending, StatRow
from shopops.lib.business_time import at_local
from shopops.staff.models import Operation
from tests.clients import browser_of
from tests.factories import reports as made_by
from tests.factories.staff import PersonFactory
from tests.receiver import receiving

pytestmark = pytest.mark.django_db
THURSDAY = date(2026, 9, 17)
NINE = at_local(THURSDAY, time(9))


@pytest.fixture
def looker(shop):
    return PersonFactory(username="kan", name="看客", role_codes=["read_only"])


def words(person, name, *args, query=""):
    response = browser_of(person).get(reverse(f"analytics:{name}", args=args) + query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_shop_without_reports_is_told_when_the_first_one_comes(looker):
    assert "还没有报告" in words(looker, "reports")


def test_a_report_shows_its_figures_each_with_the_way_to_its_page(looker):
    StatRow.objects.create(
        source="shop_day",
        scope="shop",
        date=THURSDAY - timedelta(days=1),
        figures={"visitors": "1200"},
        said_at=NINE,
        is_current=True,
    )
    report = made_by.made(THURSDAY)

    page = words(looker, "report", report.pk)

    assert "1,200" in page
    assert "figure=visitors&amp;day=2026-09-16" in page
    assert "未知" in page
    assert reverse("analytics:report", args=[report.pk]) in words(looker, "reports")


def test_files_are_for_those_who_may_export(looker, manager):
    report = made_by.made(THURSDAY)
    sheet = reverse("analytics:report_sheet", args=[report.pk])
    picture = reverse("analytics:report_picture", args=[report.pk])

    assert browser_of(looker).get(sheet).status_code == 403
    assert sheet not in words(looker, "report", report.pk)
    got = browser_of(manager).get(sheet)
    assert got.content[:2] == b"PK"
    assert got["Content-Disposition"] == 'attachment; filename="report-daily-20260916.xlsx"'
    assert browser_of(manager).get(picture).content[:4] == b"\x89PNG"


def test_only_those_who_keep_reports_see_addresses_and_decide_about_sendings(looker, manager):
    with receiving() as to:
        made_by.address(manager, to.address(), now=NINE)
    report = made_by.made(THURSDAY)
    one = report.sendings.get()
    ReportSending.objects.update(state="failed", words="对方回答 403：bad key")
    here = reverse("analytics:report", args=[report.pk])
    sent = {"part": "resend", "sending": one.pk, "version": 1}

    assert "重发" not in words(looker, "report", report.pk)
    assert browser_of(looker).post(here, sent).status_code == 403
    assert "bad key" in words(manager, "report", report.pk)
    assert browser_of(manager).post(here, sent).status_code == 302

    one.refresh_from_db()
    assert (one.state, one.version) == ("waiting", 2)


def test_an_address_is_added_on_the_page_and_never_shown_again(manager):
    here, secret = reverse("analytics:report_addresses"), "secret-key-of-the-robot"
    form = {"part": "add", "name": "运营群", "address": f"json://127.0.0.1/{secret}"}
    assert browser_of(manager).post(here, form | {"gets_daily": "on"}).status_code == 302

    page = words(manager, "report_addresses")

    row = ReportAddress.objects.get()
    assert (row.name, row.gets_daily, row.gets_weekly) == ("运营群", True, False)
    assert "运营群" in page
    assert secret not in page
    assert "secret" not in words(manager, "reports")


def test_an_address_that_is_none_is_refused_at_its_field_and_the_name_is_kept(manager):
    here = reverse("analytics:report_addresses")
    form = {"part": "add", "name": "运营群", "address": "nowhere://x", "gets_daily": "on"}

    response = browser_of(manager).post(here, form)

    page = response.content.decode()
    assert response.status_code == 422
    assert "认不出这个地址" in page
    assert 'value="运营群"' in page


def test_two_who_change_one_address_see_both_versions(manager):
    with receiving() as to:
        row = made_by.address(manager, to.address(), now=NINE)
    here = reverse("analytics:report_addresses")
    form = {"part": f"change-{row.pk}", "name": "甲", "version": 1, "gets_daily": "on"}
    browser_of(manager).post(here, form)

    response = browser_of(manager).post(here, form | {"name": "乙"})

    assert response.status_code == 409
    assert "甲" in response.content.decode()
    assert "乙" in response.content.decode()


def test_trying_switching_and_taking_away_are_logged(manager):
    with receiving() as to:
        row = made_by.address(manager, to.address(), now=NINE)
    here, client = reverse("analytics:report_addresses"), browser_of(manager)
    for part, version in (("test", 1), ("off", 1), ("on", 2), ("remove", 3)):
        client.post(here, {"part": part, "address": row.pk, "version": version})

    names = Operation.objects.filter(object_type="report_address").order_by("pk")
    assert [one.rsplit(".", 1)[1] for one in names.values_list("name", flat=True)] == [
        "added",
        "tested",
        "switched",
        "switched",
        "removed",
    ]


def test_the_list_of_reports_asks_as_often_for_six_as_for_two(looker, manager):
    def queries():
        client = browser_of(looker)
        client.get(reverse("analytics:reports"))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(reverse("analytics:reports"))
        return len(asked)

    with receiving() as to:
        made_by.address(manager, to.address(), now=NINE)
    for day in range(2):
        made_by.made(THURSDAY + timedelta(days=day))
    few = queries()
    for day in range(2, 6):
        made_by.made(THURSDAY + timedelta(days=day))

    assert queries() == few


# --- for programs


def asked(person, name, *args, query=""):
    return browser_of(person).get(reverse(f"analytics_api:{name}", args=args) + query)


def test_figures_by_day_come_with_their_source_and_unknown_as_null(looker):
    StatRow.objects.create(
        source="shop_day",
        scope="shop",
        date=THURSDAY,
        figures={"visitors": "1200", "paid_buyers": "24"},
        said_at=NINE,
        is_current=True,
    )

    query = "?since=2026-09-16&until=2026-09-17&codes=visitors,pay_rate"
    first, second = asked(looker, "metrics", query=query).json()["figures"]

    assert [day["value"] for day in first["days"]] == [None, "1200"]
    assert first["days"][1]["source"] == "shop_day"
    assert second["days"][1]["value"] == "0.02"


@pytest.mark.parametrize(
    "query",
    ["?codes=nothing", "?since=x", "?since=2026-09-17&until=2026-09-16", "?since=2020-01-01"],
)
def test_figures_that_cannot_be_asked_for_are_refused(looker, query):
    assert asked(looker, "metrics", query=query).status_code == 400


def test_margins_are_for_those_who_see_costs(looker, manager):
    assert asked(looker, "metrics", query="?codes=gross_margin").status_code == 403
    codes = [one["code"] for one in asked(looker, "metrics").json()["figures"]]
    assert "gross_margin" not in codes
    assert asked(manager, "metrics", query="?codes=gross_margin").status_code == 200


def test_reports_come_with_what_became_of_them_and_without_addresses(looker, manager):
    with receiving() as to:
        made_by.address(manager, to.address("secret-of-the-hook"), now=NINE)
    report = made_by.made(THURSDAY)

    listed = asked(looker, "reports", query="?kind=daily").json()
    one = asked(looker, "report", report.pk).json()

    assert [row["business_date"] for row in listed["reports"]] == ["2026-09-17"]
    assert one["sendings"][0] | {"words": ""} == {
        "to": "运营群",
        "service": "json",
        "state": "waiting",
        "attempts": 0,
        "words": "",
        "sent_at": None,
    }
    assert one["facts"]["figures"][0]["code"] == "paid_amount"
    assert "secret" not in asked(looker, "report", report.pk).content.decode()
    assert asked(looker, "reports", query="?kind=x").status_code == 400
    assert asked(looker, "report", 0).status_code == 404
