"""The indicators: what our own rows give, the orders behind each, and what is typed in beside them."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from analytics.actions import dsr as actions
from analytics.actions import scores
from analytics.actions.dsr import Said, ScoreRefusedError
from analytics.models import ExperienceDay, ExperienceWord
from analytics.queries import experience, shown
from analytics.rules import experience as rules
from analytics.rules.experience import INDICATORS, Parts
from crm.models import AgentDay, Review
from orders.models import AfterSalesCase, Order, Refund, Shipment, TraceEvent
from products.actions.errors import StaleGoodsError
from shopops.lib.business_time import SHANGHAI, business_date
from shopops.staff.models import User
from tests.clients import browser_of
from tests.factories.orders import OrderFactory
from tests.times import NOW

pytestmark = pytest.mark.django_db
DAY = business_date(NOW) - timedelta(days=5)


def at(day: date = DAY, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


def order(**columns) -> Order:
    return OrderFactory(**{"paid_at": at(), "paid_date": DAY, "stage": "signed", **columns})


def refund(row: Order, number: str, reason: str, **columns) -> Refund:
    return Refund.objects.create(
        **{
            "order": row,
            "tid": row.tid,
            "refund_no": number,
            "reason": reason,
            "status": "SUCCESS",
            "applied_at": at(),
            "finished_at": at(hour=16),
            **columns,
        }
    )


def parts(code: str, day: date = DAY) -> Parts:
    values = experience.values_of(day, day, now=NOW)
    return experience.day_parts(day, values)[code]


def causes(code: str) -> list[str]:
    rows = experience.causes(code, first=DAY, last=DAY, now=NOW, limit=50)
    return [row.tid for row in rows]


def test_the_first_refund_of_an_order_says_whether_goods_were_bad():
    bad, changed_mind, _fine = order(), order(), order()
    refund(bad, "1", "质量问题")
    refund(changed_mind, "2", "七天无理由", applied_at=at(hour=9))
    refund(changed_mind, "3", "质量问题", applied_at=at(hour=11))

    assert parts("first_defect") == Parts(1, 3)
    assert causes("first_defect") == [bad.tid]


def test_an_order_called_off_before_anything_was_sent_is_not_valid():
    order(stage="cancelled")
    order(stage="cancelled", consigned_at=at(hour=12))

    assert parts("orders") == Parts(1, 1)


def test_bad_reviews_count_until_they_are_taken_back():
    row = order()
    for number, (rating, gone) in enumerate((("bad", None), ("bad", NOW), ("good", None))):
        Review.objects.create(
            key=f"{number}",
            rating=rating,
            rated_at=at(),
            first_seen_at=at(),
            taken_back_at=gone,
            order=row,
        )

    assert parts("bad_reviews") == Parts(1, 2)
    assert causes("bad_reviews") == [row.tid]


def test_pickup_within_48_hours_leaves_presale_and_unknown_out():
    order(picked_up_at=at() + timedelta(hours=48))
    late = order(picked_up_at=at() + timedelta(hours=49))
    never = order(stage="approved")
    order(stage="in_transit")
    order(is_presale=True, picked_up_at=at() + timedelta(hours=99))

    assert parts("pickup_48h") == Parts(1, 3)
    assert set(causes("pickup_48h")) == {late.tid, never.tid}


def test_arrival_is_pickup_to_signature_of_parcels_that_left_that_day():
    row = order()
    Shipment.objects.create(
        order=row, waybill_no="1", picked_up_at=at(), signed_at=at() + timedelta(hours=30)
    )
    Shipment.objects.create(order=row, waybill_no="2", picked_up_at=at())

    found = parts("arrival")

    assert rules.value_of(INDICATORS["arrival"], found) == 30
    assert causes("arrival") == [row.tid]


def test_a_parcel_is_odd_by_a_report_or_by_silence():
    told, silent, fine = order(), order(), order()
    for row, number, signed in ((told, "1", True), (silent, "2", False), (fine, "3", True)):
        Shipment.objects.create(
            order=row,
            waybill_no=number,
            handed_over_at=at(),
            last_trace_at=at(),
            signed_at=at() + timedelta(hours=20) if signed else None,
        )
    TraceEvent.objects.create(at=at(), kind="problem", waybill_no="1", text="包裹破损")

    assert parts("anomaly") == Parts(2, 3)
    assert set(causes("anomaly")) == {told.tid, silent.tid}


def test_chat_figures_leave_agents_out_of_whom_one_half_is_unknown(service):
    def day(agent: User, **columns) -> None:
        AgentDay.objects.create(agent=agent, date=DAY, said_at=NOW, is_current=True, **columns)

    day(service, asked=20, in_three_minutes=18, rated=None, satisfied=4)

    assert parts("reply_3min") == Parts(18, 20)
    assert parts("satisfaction") == Parts(0, 0)
    assert rules.value_of(INDICATORS["satisfaction"], parts("satisfaction")) is None


def test_refunds_count_on_the_day_they_succeed():
    row = order()
    refund(row, "1", "少件")
    refund(row, "2", "少件", finished_at=at(DAY + timedelta(days=1)))
    refund(row, "3", "少件", status="CLOSED")

    assert rules.value_of(INDICATORS["refund_hours"], parts("refund_hours")) == 6
    assert parts("refund_rate") == Parts(1, 1)
    assert causes("finish_hours") == [row.tid]


def test_help_of_the_platform_is_what_we_noted_as_complaints():
    row = order()
    for is_complaint, with_refund in ((True, True), (False, False)):
        AfterSalesCase.objects.create(
            order=row,
            refund=refund(row, "1", "质量问题") if with_refund else None,
            opened_at=at(),
            answer_due_at=at(),
            solve_due_at=at(),
            turn_at=at(),
            due_at=at(),
            owner_role="service",
            type="refund_only",
            is_complaint=is_complaint,
        )

    assert parts("platform_help") == Parts(1, 1)
    assert parts("dispute_rate") == Parts(1, 1)
    assert causes("platform_help") == [row.tid]


def test_days_worked_out_add_up_and_are_replaced_not_doubled():
    for _each in range(3):
        order()
    order(paid_at=at(DAY - timedelta(days=1)), paid_date=DAY - timedelta(days=1))
    days = [DAY, DAY - timedelta(days=1)]

    for _time in range(2):
        scores.work_out_days(days, now=NOW)

    kept = experience.kept_parts(since=min(days), until=DAY)
    assert kept["orders"] == Parts(4, 4)
    assert ExperienceDay.objects.count() == 2 * len(rules.KEPT)
    assert "orders" not in experience.kept_parts(
        since=DAY + timedelta(days=1), until=DAY + timedelta(days=1)
    )


def enter(manager: User, seen: int = 0, day: date = DAY, **said: str | None) -> int:
    return actions.enter_experience(
        day=day,
        said={code: Said(Decimal(value) if value else None) for code, value in said.items()},
        seen=seen,
        by=manager,
        now=NOW,
    )


def test_every_word_of_the_platforms_page_stays_and_the_last_counts(manager):
    assert enter(manager, refund_rate="0.03", official="4.7") == 2
    seen = shown.last_experience_word(DAY)
    assert enter(manager, seen, refund_rate="0.04", official="4.7") == 1

    found = shown.official(since=DAY, until=DAY)

    assert found["refund_rate"][DAY].value == Decimal("0.04")
    assert ExperienceWord.objects.count() == 3


@pytest.mark.parametrize(
    ("day", "said", "field"),
    [
        (business_date(NOW) + timedelta(days=1), {"official": "4"}, "day"),
        (DAY, {"official": None}, ""),
        (DAY, {"refund_rate": "1.2"}, "refund_rate"),
        (DAY, {"official": "6"}, "official"),
        (DAY, {"arrival": "9999"}, "arrival"),
    ],
)
def test_indicators_that_cannot_be_are_refused(manager, day, said, field):
    with pytest.raises(ScoreRefusedError) as refusal:
        enter(manager, day=day, **said)

    assert field in refusal.value.errors


def test_who_did_not_see_the_last_word_of_a_day_is_told(manager):
    enter(manager, official="4.7")

    with pytest.raises(StaleGoodsError):
        enter(manager, official="4.6")


def kept(code: str, part: int, base: int) -> None:
    day = business_date(datetime.now(SHANGHAI)) - timedelta(days=1)
    ExperienceDay.objects.create(date=day, code=code, part=part, base=base, computed_at=NOW)


def test_under_thirty_orders_nothing_is_concluded(manager):
    kept("orders", 29, 29)
    kept("refund_rate", 3, 29)

    html = browser_of(manager).get(reverse("analytics:experience")).content.decode()

    assert "不到 30 单" in html
    assert "10.34%" not in html


def test_the_page_shows_our_own_beside_the_platforms_and_the_orders_behind(manager):
    kept("orders", 100, 100)
    kept("refund_rate", 3, 100)
    today = business_date(datetime.now(SHANGHAI))
    actions.enter_experience(
        day=today,
        said={"refund_rate": Said(Decimal("0.05"), Decimal("0.04"))},
        seen=0,
        by=manager,
        now=datetime.now(SHANGHAI),
    )

    html = browser_of(manager).get(reverse("analytics:experience")).content.decode()

    assert "3.00%" in html
    assert "5.00%" in html
    assert "差过行业" in html
    assert reverse("analytics:experience_causes", args=["refund_rate"]) in html


def test_an_indicator_without_orders_behind_it_has_no_such_page(manager):
    url = reverse("analytics:experience_causes", args=["official"])

    assert browser_of(manager).get(url).status_code == 404


def test_rates_are_typed_of_a_hundred_and_come_back_so(manager):
    day = business_date(datetime.now(SHANGHAI)).isoformat()
    client = browser_of(manager)

    sent = client.post(
        reverse("analytics:experience"),
        {"part": "enter", "day": day, "version": "0", "refund_rate": "3.5"},
    )
    html = client.get(reverse("analytics:experience")).content.decode()

    assert sent.status_code == 302
    assert ExperienceWord.objects.get().value == Decimal("0.035")
    assert 'value="3.5"' in html
