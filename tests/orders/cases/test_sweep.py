"""The daily sweep: what is missed and short, once, with a cause, until it is settled."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from orders import checks
from orders.actions import sweep
from orders.actions.errors import OrderRefusedError, StaleSweepError
from orders.actions.holds import hold_order
from orders.actions.start import ensure_start_data
from orders.choices import HoldKind, PlatformStatus, Stage, SweepCause, SweepKind, SweepOutcome
from orders.models import Order, SweepItem
from shopops.checks.models import CheckResult
from shopops.notices.actions import KIND as NOTICES
from shopops.work import actions as work
from shopops.work.calendar import seed_business_days
from shopops.work.engine import perform_inline
from shopops.work.models import Run
from shopops.work.schedule import request_due
from tests.factories.orders import OrderFactory
from tests.factories.staff import PersonFactory
from tests.times import NOW

# `perform_inline` opens transactions of its own.
pytestmark = pytest.mark.django_db(transaction=True)
DAY = NOW.date()  # a Thursday
MIDNIGHT = (NOW + timedelta(days=1)).replace(hour=0, minute=20)


@pytest.fixture(autouse=True)
def the_shop(shop):
    ensure_start_data()
    seed_business_days(through_year=2027)


def swept(day=DAY, now=MIDNIGHT):
    run = work.request_run(
        kind=sweep.KIND,
        key=(day + timedelta(days=1)).isoformat(),
        business_date=day + timedelta(days=1),
        now=now,
        again=True,
        ring=False,
    )
    perform_inline(run)
    run.refresh_from_db()
    assert run.state == "done", run.error
    return run.result


@pytest.mark.parametrize(
    ("stage", "cause"),
    [
        (Stage.AWAITING_AUDIT, SweepCause.NOT_AUDITED),
        (Stage.APPROVED, SweepCause.NOT_IN_WAVE),
        (Stage.IN_WAVE, SweepCause.NOT_PICKED),
        (Stage.PICKED, SweepCause.NOT_CHECKED),
        (Stage.CHECKED, SweepCause.NOT_HANDED_OVER),
    ],
)
def test_an_order_that_was_due_and_is_still_here_is_missed_with_the_cause_of_its_stage(
    stage, cause
):
    order = OrderFactory(stage=stage)

    swept()
    swept()

    item = SweepItem.objects.get()
    assert (item.order, item.kind, item.cause, item.date) == (order, SweepKind.MISSED, cause, DAY)
    assert item.follow_up_on == DAY + timedelta(days=1)
    assert Run.objects.filter(kind=NOTICES, key__startswith="orders.sweep").count() == 1


def test_what_left_in_time_is_due_later_has_a_refund_or_is_unpaid_is_not_missed():
    OrderFactory(stage=Stage.HANDED_OVER, handed_over_at=NOW)
    OrderFactory(stage=Stage.APPROVED, ship_due_at=MIDNIGHT)
    OrderFactory(stage=Stage.APPROVED, has_open_refund=True)
    OrderFactory(stage=Stage.CANCELLED)
    OrderFactory(stage=Stage.AWAITING_PAYMENT, paid_at=None)

    swept()

    assert not SweepItem.objects.exists()


def test_what_left_after_the_day_is_missed_and_settled_with_what_it_cost():
    late = MIDNIGHT + timedelta(days=3)
    OrderFactory(stage=Stage.HANDED_OVER, handed_over_at=late, paid_amount=Decimal(150))

    swept(now=late + timedelta(hours=1))

    item = SweepItem.objects.get()
    assert item.outcome == SweepOutcome.SHIPPED
    assert item.predicted_amount == Decimal("7.50"), "5 % of what was paid"


def test_a_shortage_is_swept_beside_and_belongs_to_the_warehouse_lead(service):
    order = OrderFactory(ship_due_at=MIDNIGHT + timedelta(days=2))
    hold_order(tid=order.tid, kind=HoldKind.STOCK_SHORT, note="差 1", by=service, now=NOW)

    swept()

    item = SweepItem.objects.get()
    assert (item.kind, item.cause, item.owner_role) == (
        SweepKind.SHORT,
        SweepCause.NO_STOCK,
        "warehouse_lead",
    )


def test_an_item_is_followed_up_every_working_day_until_it_is_settled(service):
    OrderFactory(stage=Stage.APPROVED)
    swept()
    item = SweepItem.objects.get()

    sweep.follow_up(
        item_id=item.pk, note="今天补发", by=service, now=MIDNIGHT, version=item.version
    )

    item.refresh_from_db()
    assert (item.follow_up_count, item.owner) == (1, service)
    assert item.follow_up_on == date(2026, 9, 20), "Sunday before National Day is worked"
    with pytest.raises(StaleSweepError, match="今天补发"):
        sweep.follow_up(item_id=item.pk, note="我也跟了", by=service, now=MIDNIGHT, version=1)
    sweep.settle_item(item_id=item.pk, how="买家同意换货", by=service, now=MIDNIGHT)
    with pytest.raises(OrderRefusedError, match="已经了结"):
        sweep.follow_up(item_id=item.pk, note="再跟", by=service, now=MIDNIGHT)


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"stage": Stage.HANDED_OVER, "handed_over_at": MIDNIGHT}, SweepOutcome.SHIPPED),
        ({"stage": Stage.CANCELLED, "status": PlatformStatus.TRADE_CLOSED,
          "refund_amount": Decimal(150)}, SweepOutcome.REFUNDED),
        ({"stage": Stage.CANCELLED, "status": PlatformStatus.TRADE_CLOSED_BY_TAOBAO},
         SweepOutcome.CANCELLED),
    ],
)  # fmt: skip
def test_an_item_settles_by_itself_and_says_how(changed, outcome):
    order = OrderFactory(stage=Stage.APPROVED)
    swept()
    Order.objects.filter(pk=order.pk).update(**changed)

    assert sweep.settle_ended(now=MIDNIGHT) == 1
    assert sweep.settle_ended(now=MIDNIGHT) == 0

    item = SweepItem.objects.get()
    assert (item.outcome, item.settled_at) == (outcome, MIDNIGHT)


def test_follow_ups_that_nobody_made_are_found_the_next_day():
    OrderFactory(stage=Stage.APPROVED)
    swept()
    friday = DAY + timedelta(days=1)

    assert checks.sweep_is_followed(friday, MIDNIGHT).status == CheckResult.Status.PASSED
    found = checks.sweep_is_followed(friday + timedelta(days=1), MIDNIGHT)

    assert found.status == CheckResult.Status.FAILED
    assert found.findings[0].owner_role == "warehouse_lead"


def test_missed_days_are_swept_in_order():
    request_due(now=MIDNIGHT, only=sweep.KIND)

    request_due(now=MIDNIGHT + timedelta(days=3), only=sweep.KIND)

    days = Run.objects.filter(kind=sweep.KIND).order_by("pk").values_list("key", flat=True)
    assert list(days) == ["2026-09-18", "2026-09-19", "2026-09-20", "2026-09-21"]


def test_the_page_shows_notes_gives_and_settles(as_service, service):
    order = OrderFactory(stage=Stage.APPROVED)
    swept()
    item = SweepItem.objects.get()

    page = as_service.get("/sweep/?date=2026-09-17").content.decode()
    assert order.tid in page
    assert "没进波次" in page
    colleague = PersonFactory(role_codes=["service"])
    as_service.post(f"/sweep/{item.pk}/give/", {"to": colleague.pk, "version": item.version})
    item.refresh_from_db()
    assert item.owner == colleague
    answer = as_service.post(
        f"/sweep/{item.pk}/settle/", {"how": "自提了", "version": 1}, follow=True
    )
    assert "同事跟过" in answer.content.decode()
