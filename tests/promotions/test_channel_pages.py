"""Pages of paid traffic: figures, who sees what, what people keep, how many questions they ask."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from products.actions.errors import StaleGoodsError
from products.models import Product, Sku
from promotions.actions import channels as acts
from promotions.actions.importing.settling import Day, choose_levels
from promotions.checks import channels as checks
from promotions.choices import Channel, PlanState
from promotions.models import AdPlan, ChannelBalance, ChannelDay, ChannelFact, ShopDay
from promotions.queries import channel_money
from promotions.queries.traffic import Span
from shopops.checks.models import CheckResult
from shopops.lib.business_time import business_date
from shopops.staff.models import Operation
from tests.clients import browser_of
from tests.factories.staff import PersonFactory

pytestmark = pytest.mark.django_db


def today():
    return business_date(timezone.now())


def fill(*, items=2, days=10, spend=100, amount=150, last=None):
    """Store reports as an import would leave them: plans and items of the same spend."""
    at, end = timezone.now(), last or today() - timedelta(days=1)
    for n in range(items):
        product = Product.objects.create(item_no=f"96900{n:04d}", title=f"款{n}", changed_at=at)
        Sku.objects.create(
            code=f"S{n}", product=product, list_amount=100, cost_amount=52, changed_at=at
        )
        AdPlan.objects.create(channel="wxt", key=f"P{n}", name=f"计划{n}", seen_at=at)
    for back in range(days):
        day = end - timedelta(days=back)
        for level in ("plan", "item_plan"):
            row = ChannelDay.objects.create(
                channel="wxt", level=level, date=day, exported_at=at, row_count=items,
                shown=1000 * items, clicks=50 * items, deals=items, spend_amount=spend * items,
                deal_amount=amount * items,
            )  # fmt: skip
            ChannelFact.objects.bulk_create(
                ChannelFact(
                    day=row, batch_id=1, exported_at=at, date=day, is_current=True, channel="wxt",
                    plan_key=f"P{n}", object_no=f"96900{n:04d}" if level == "item_plan" else "",
                    shown=1000, clicks=50, deals=1, spend_amount=spend, deal_amount=amount,
                )
                for n in range(items)
            )  # fmt: skip
        choose_levels(days=[Day("wxt", day)])


@pytest.fixture
def boss(manager):
    return manager


@pytest.fixture
def promoter(shop):
    return PersonFactory(role_codes=["promotion"])


def test_the_dashboard_counts_spend_once(boss):
    fill(items=2, days=7)

    page = browser_of(boss).get("/channels/?days=7").content.decode()

    assert "¥1,400<small>.00</small>" in page


def test_a_day_without_a_report_is_unknown_and_named(boss):
    fill(days=3, last=today() - timedelta(days=1))
    fill_again = today() - timedelta(days=6)
    ChannelDay.objects.create(
        channel="wxt", level="plan", date=fill_again, exported_at=timezone.now(), row_count=1,
        spend_amount=5, serves_total=True,
    )  # fmt: skip

    page = browser_of(boss).get("/channels/?days=7").content.decode()

    assert "缺 2 天" in page
    assert f"{today() - timedelta(days=5):%m-%d}" in page


@pytest.mark.parametrize(
    "path",
    [
        "/channels/",
        "/channels/plans/",
        "/channels/items/",
        "/channels/items/969000000/",
        "/channels/accounts/",
        "/channels/reports/",
        "/channels/affiliates/",
    ],
)
def test_a_page_asks_as_often_for_many_as_for_few(boss, path):
    def asked(items):
        Sku.objects.all().delete()
        Product.objects.all().delete()
        ChannelDay.objects.all().delete()
        AdPlan.objects.all().delete()
        fill(items=items, days=9)
        client = browser_of(boss)
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    assert asked(2) == asked(12) < 30


def test_break_even_is_told_to_whoever_may_see_costs_only(boss, promoter):
    fill(items=1, days=8, amount=150)

    full = browser_of(boss).get("/channels/items/").content.decode()
    part = browser_of(promoter).get("/channels/items/").content.decode()

    assert "保本投产比" in full
    assert "2.50" in full
    assert "2.50" not in part
    assert "低于保本线" in part
    sheet = b"".join(browser_of(promoter).get("/channels/items.csv")).decode("utf-8-sig")
    assert "保本" not in sheet


def test_the_item_file_has_every_row_and_the_sum_of_items(boss):
    fill(items=3, days=7)

    body = b"".join(browser_of(boss).get("/channels/items.csv?days=7")).decode("utf-8-sig")

    assert body.count("700.0000") == 3
    assert browser_of(boss).get("/channels/items.xlsx").status_code == 200
    assert browser_of(boss).get("/channels/items.pdf").status_code == 404


def test_a_wrong_span_is_said_and_the_usual_one_is_shown(boss):
    fill(items=1, days=2)

    page = browser_of(boss).get("/channels/?since=2026-03-09&until=2026-03-01").content.decode()

    assert "日期要像" in page


def test_a_cap_counts_from_today_and_the_log_keeps_both(boss):
    now = timezone.now()
    values = acts.AccountValues(is_used=True, cap=Decimal(300), low_balance=None)
    acts.keep_account(channel=Channel.WXT, values=values, version=0, by=boss, now=now)

    assert acts.cap_on(Channel.WXT, "", today()) == 300
    assert acts.cap_on(Channel.WXT, "", today() - timedelta(days=1)) is None
    row = Operation.objects.get(name="promotions.channel.changed")
    assert (row.old["cap"], row.new["cap"]) == (None, "300.00")


def test_a_stale_cap_is_refused_with_both_versions(boss):
    fill(items=1, days=1)
    plan = AdPlan.objects.get()
    client = browser_of(boss)
    form = {"part": "plan", "version": plan.version, "state": "paused", "cap": "90", "note": "x"}
    assert client.post(f"/channels/plans/{plan.pk}/", form).status_code == 302

    again = client.post(f"/channels/plans/{plan.pk}/", form | {"cap": "70"})

    assert again.status_code == 409
    assert "¥90.00" in again.content.decode()
    assert "¥70.00" in again.content.decode()


def test_a_cap_of_nought_is_refused(boss):
    values = acts.PlanValues(PlanState.RUNNING, Decimal(0), "")
    fill(items=1, days=1)

    with pytest.raises(acts.ChannelRefusedError):
        acts.keep_plan(
            plan_id=AdPlan.objects.get().pk, values=values, version=1, by=boss, now=timezone.now()
        )


def test_a_balance_is_noted_once_a_day_unless_one_saw_the_note(boss):
    now = timezone.now()

    def note(amount, version, day=None):
        return acts.note_balance(
            channel=Channel.WXT, day=day or today(), amount=Decimal(amount), version=version,
            by=boss, now=now,
        )  # fmt: skip

    note(500, 0)
    with pytest.raises(StaleGoodsError):
        note(400, 0)
    note(400, 1)
    assert ChannelBalance.objects.get().balance_amount == 400
    with pytest.raises(acts.ChannelRefusedError):
        note(400, 0, day=today() + timedelta(days=1))
    with pytest.raises(acts.ChannelRefusedError):
        note(-1, 0, day=today() - timedelta(days=1))


def test_over_spend_low_balance_items_that_lose_and_a_missing_report_are_found(boss):
    fill(items=1, days=8, spend=100, amount=150)
    day, now = today(), timezone.now()
    assert checks.caps_hold(day, now).status == CheckResult.Status.PASSED
    assert checks.balances_last(day, now).status == CheckResult.Status.PASSED
    values = acts.AccountValues(is_used=True, cap=Decimal(90), low_balance=None)
    acts.keep_account(
        channel=Channel.WXT, values=values, version=0, by=boss, now=now - timedelta(days=5)
    )
    assert checks.balances_last(day, now).status == CheckResult.Status.UNKNOWN
    acts.note_balance(
        channel=Channel.WXT, day=day, amount=Decimal(250), version=0, by=boss, now=now
    )

    assert "¥100.00" in checks.caps_hold(day, now).findings[0].evidence
    assert "2.5 天" in checks.balances_last(day, now).findings[0].evidence
    assert checks.items_pay(day, now).findings[0].evidence == "连续 8 天"
    assert checks.reports_came(day, now).status == CheckResult.Status.PASSED
    tomorrow = day + timedelta(days=1)
    assert "报表没来" in checks.reports_came(tomorrow, now).findings[0].title
    assert checks.items_pay(tomorrow, now).status == CheckResult.Status.UNKNOWN


def test_what_a_new_buyer_costs_and_what_all_spend_returns():
    day = date(2026, 3, 8)
    ShopDay.objects.create(
        date=day, computed_at=datetime.fromisoformat("2026-03-09T01:00:00+08:00"), buyers=20,
        first_buyers=5, net_amount=1000, costed_amount=800, cost_amount=500,
    )  # fmt: skip
    shop = channel_money.earned(Span(day, day))

    assert channel_money.buyer_cost(Decimal(100), shop) == 20
    assert channel_money.whole_return(Decimal(100), shop) == 3
    assert channel_money.earned(Span(day, day)).costed_rate == Decimal("0.8")
    nothing = channel_money.earned(Span(date(2026, 1, 1), date(2026, 1, 2)))
    assert channel_money.whole_return(Decimal(100), nothing) is None
