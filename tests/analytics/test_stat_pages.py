"""The pages of the funnel, the sources of visitors, where numbers come from, a day by hand."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from analytics.models import StatRow
from shopops.lib.business_time import business_date
from tests.clients import browser_of


@pytest.fixture
def yesterday():
    return business_date(timezone.now()) - timedelta(days=1)


def says(day, *, source="shop_day", scope="shop", key="", **figures):
    return StatRow.objects.create(
        source=source, scope=scope, key=key, date=day, figures=figures, said_at=timezone.now(),
        is_current=True,
    )  # fmt: skip


def page(person, name, query="", **keys):
    response = browser_of(person).get(reverse(f"analytics:{name}", kwargs=keys) + query)
    assert response.status_code == 200
    return response


def test_the_funnel_shows_known_steps_with_their_rate_and_unknown_ones_as_unknown(
    manager, yesterday
):
    says(yesterday, visitors="1000", cart_buyers="80", paid_buyers="20")

    steps = page(manager, "funnel", "?days=7").context["steps"]

    assert [step["value"] for step in steps] == ["1,000", "80", "未知", "20"]
    assert steps[1]["rate"] == "8.00%"
    assert steps[3]["rate"] == ""
    assert steps[0]["note"] == "7 天里知道 1 天"


def test_a_shop_without_any_such_file_is_told_how_they_come(manager):
    assert "这段时间没有访客的数" in page(manager, "funnel").content.decode()
    assert "这段时间没有流量来源的文件" in page(manager, "traffic").content.decode()


def test_the_funnel_as_a_file_names_each_source_and_leaves_unknown_cells_empty(manager, yesterday):
    says(yesterday, visitors="1000")

    response = page(manager, "funnel_csv", "?days=7", part="days")
    text = b"".join(response.streaming_content).decode("utf-8-sig")

    row = next(line for line in text.splitlines() if yesterday.isoformat() in line)
    assert row.startswith(f'"{yesterday}","1000","生意参谋店铺日报","","",')


def test_sources_stand_below_their_group_with_share_rate_and_change(manager, yesterday):
    for key, visitors, paid in (
        ("淘内免费 / 手淘搜索", "300", "9"),
        ("付费流量 / 直通车", "100", "1"),
    ):
        says(yesterday, source="flow", scope="flow", key=key, visitors=visitors, paid_buyers=paid)
    says(
        yesterday - timedelta(days=7), source="flow", scope="flow", key="淘内免费 / 手淘搜索",
        visitors="200",
    )  # fmt: skip

    cards = page(manager, "traffic", "?days=7").context["cards"]
    table = next(card for card in cards if card["card"].code == "sources")
    rows = [row["cells"] for row in table["rows"]]

    texts = [(strip_tags(row["visitors"]), strip_tags(row["share"])) for row in rows]
    assert texts == [("300", "75.0%"), ("300", "75.0%"), ("100", "25.0%"), ("100", "25.0%")]
    assert "50.0%" in rows[0]["change"]
    assert rows[1]["pay_rate"] == "3.00%"
    assert rows[2]["change"] == '<b class="strong">未知</b>'
    # No file of these days tells of amounts.
    assert "paid_amount" not in rows[0]


def test_a_figure_that_is_none_is_not_found(manager):
    response = browser_of(manager).get(reverse("analytics:lineage") + "?figure=likes")

    assert response.status_code == 404


def test_a_day_entered_by_hand_leads_to_where_it_comes_from(manager, yesterday):
    client = browser_of(manager)
    url = reverse("analytics:enter_day")

    response = client.post(url, {"day": str(yesterday), "visitors": "900", "seen": "0"})

    assert response.status_code == 302
    assert "算这个" in client.get(response["Location"]).content.decode()


def test_whoever_enters_a_day_after_a_colleague_sees_both_and_may_choose(manager, yesterday):
    client = browser_of(manager)
    url = reverse("analytics:enter_day")
    client.post(url, {"day": str(yesterday), "visitors": "900", "seen": "0"})

    both = client.post(url, {"day": str(yesterday), "visitors": "950", "seen": "0"})
    sent = {one["name"]: one["value"] for one in both.context["hidden"]}
    client.post(url, sent)

    assert both.status_code == 409
    latest = StatRow.objects.latest("pk")
    assert Decimal(latest.figures["visitors"]) == 950
    assert latest.is_current


@pytest.mark.parametrize("name", ["funnel", "traffic"])
def test_a_page_asks_as_often_over_ninety_days_as_over_seven(manager, yesterday, name):
    for back in range(60):
        day = yesterday - timedelta(days=back)
        says(day, visitors="100", cart_buyers="9")
        says(day, source="flow", scope="flow", key="手淘搜索 / 其他", visitors="50")
    client = browser_of(manager)
    client.get(reverse(f"analytics:{name}"))
    asked = {}

    for days in (7, 90):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(f"analytics:{name}") + f"?days={days}")
        asked[days] = len(queries)

    assert asked[7] == asked[90]
