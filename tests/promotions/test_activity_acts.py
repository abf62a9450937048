"""Activities over time: the clock, overlaps, approvals that end, what other parts of the shop learn."""

import json
from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.core.management import call_command
from django.db import connection

from products.actions.errors import GoodsRefusedError, StaleGoodsError
from products.registry import recheck_activities, uplift
from promotions.actions.activities import Move, move_activity, move_dates
from promotions.actions.activity_items import BadItemsError, put_items
from promotions.actions.activity_locks import ActivityRefusedError
from promotions.actions.check import check_activity
from promotions.actions.publishing import (
    CheckFailedError,
    advance_activities,
    approve_activity,
    publish_activity,
)
from promotions.checks import activities as checks
from promotions.choices import ActivityState
from promotions.models import Activity, ActivityCheck
from promotions.queries.activity_result import result_of
from promotions.queries.deals import last_deals, lowest_deals
from shopops.staff.models import Operation
from tests.promotions import activity_kit as kit

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def published(manager, *lines, **given):
    row = kit.ready(manager, *lines, **given)
    return publish_activity(activity_id=row.pk, version=row.version, by=manager, now=kit.NOW)


def test_a_green_activity_begins_and_ends_by_the_clock_once(manager):
    kit.sku()
    row = published(manager)

    assert advance_activities(kit.STARTS - kit.HOUR) == 0
    assert advance_activities(kit.STARTS) == 1
    assert advance_activities(kit.STARTS) == 0
    row.refresh_from_db()
    assert row.state == ActivityState.RUNNING

    assert advance_activities(kit.ENDS) == 1
    assert advance_activities(kit.ENDS) == 0
    row.refresh_from_db()
    assert row.state == ActivityState.ENDED
    assert row.result["orders"] == "0"
    told = Operation.objects.filter(name="promotions.activity.state_changed")
    assert told.count() == 2


def test_one_activity_that_fails_does_not_keep_the_others_from_beginning(manager):
    kit.sku()
    kit.sku("MY-SECOND")
    broken, sound = published(manager), published(manager, kit.line("MY-SECOND"))
    with connection.cursor() as cursor:
        unreadable = "UPDATE promotions_activity SET changed_at = '0044-03-15 BC' WHERE id = %s"
        cursor.execute(unreadable, [broken.pk])

    with pytest.raises(ExceptionGroup):
        advance_activities(kit.STARTS)

    sound.refresh_from_db()
    assert sound.state == ActivityState.RUNNING


def test_what_was_not_published_does_not_begin(manager):
    kit.sku()
    row = kit.ready(manager)

    assert advance_activities(kit.STARTS) == 0
    row.refresh_from_db()
    assert row.state == ActivityState.PREPARED
    assert "到点了还没有开始" in titles(checks.starts_and_ends_are_near, kit.STARTS)


def test_a_price_that_fell_below_the_floor_keeps_an_activity_from_beginning(manager):
    sku = kit.sku()
    row = published(manager)
    kit.Sku.objects.filter(pk=sku.pk).update(floor_amount=Decimal("99.00"))

    assert advance_activities(kit.STARTS) == 0
    row.refresh_from_db()
    assert row.state == ActivityState.PREPARED


def test_a_person_cannot_begin_what_the_clock_may_not(manager):
    sku = kit.sku()
    row = published(manager)
    kit.Sku.objects.filter(pk=sku.pk).update(floor_amount=Decimal("99.00"))
    move = Move(ActivityState.RUNNING)
    now = kit.STARTS + kit.HOUR

    with pytest.raises(ActivityRefusedError, match="还没有查过价格"):
        move_activity(activity_id=row.pk, move=move, version=row.version, by=manager, now=now)
    check = check_activity(activity_id=row.pk, by=manager, now=now)
    row.refresh_from_db()
    with pytest.raises(ActivityRefusedError, match="检查不过"):
        move_activity(activity_id=row.pk, move=move, version=row.version, by=manager, now=now)
    approve_activity(activity_id=row.pk, check_id=check.pk, reason="清货", by=manager, now=now)
    row.refresh_from_db()
    move_activity(activity_id=row.pk, move=move, version=row.version, by=manager, now=now)

    row.refresh_from_db()
    assert row.state == ActivityState.RUNNING


def test_publishing_needs_the_whole_preparation(manager):
    kit.sku()
    row = kit.in_state(kit.activity(manager), ActivityState.PREPARED)
    kit.put(row, kit.line(), by=manager)

    with pytest.raises(ActivityRefusedError, match="页面和文案"):
        publish_activity(activity_id=row.pk, version=row.version, by=manager, now=kit.NOW)


def test_an_approval_holds_for_the_prices_it_was_given_for_only(manager):
    sku = kit.sku()
    row = kit.ready(manager, kit.line(price="80.00"))
    with pytest.raises(CheckFailedError):
        publish_activity(activity_id=row.pk, version=row.version, by=manager, now=kit.NOW)
    check = check_activity(activity_id=row.pk, by=None, now=kit.NOW)
    approve_activity(
        activity_id=row.pk, check_id=check.pk, reason="清库存", by=manager, now=kit.NOW
    )
    kit.Sku.objects.filter(pk=sku.pk).update(floor_amount=Decimal("87.00"))

    with pytest.raises(CheckFailedError):
        publish_activity(activity_id=row.pk, version=row.version, by=manager, now=kit.NOW)


def test_an_approval_of_an_older_check_is_refused(manager):
    sku = kit.sku()
    row = kit.ready(manager, kit.line(price="80.00"))
    seen = check_activity(activity_id=row.pk, by=None, now=kit.NOW)
    kit.Sku.objects.filter(pk=sku.pk).update(floor_amount=Decimal("87.00"))
    check_activity(activity_id=row.pk, by=None, now=kit.NOW)

    with pytest.raises(StaleGoodsError):
        approve_activity(
            activity_id=row.pk, check_id=seen.pk, reason="清库存", by=manager, now=kit.NOW
        )


def test_an_unchanged_check_is_kept_and_a_changed_one_says_what_changed(manager):
    sku = kit.sku()
    row = kit.ready(manager)
    first = check_activity(activity_id=row.pk, by=None, now=kit.NOW)
    again = check_activity(activity_id=row.pk, by=None, now=kit.NOW + kit.HOUR)
    kit.Sku.objects.filter(pk=sku.pk).update(floor_amount=Decimal("99.00"))
    changed = check_activity(activity_id=row.pk, by=None, now=kit.NOW + 2 * kit.HOUR)

    assert again.pk == first.pk
    assert [one["code"] for one in changed.changes] == ["floor"]
    assert ActivityCheck.objects.filter(activity=row, is_latest=True).count() == 1


def test_a_sku_with_a_price_of_its_own_is_not_put_into_a_second_activity_on_those_days(manager):
    kit.sku()
    kit.ready(manager, name="秋季上新")
    other = kit.in_state(kit.activity(manager, name="中秋"), ActivityState.PASSED)

    with pytest.raises(BadItemsError) as bad:
        kit.put(other, kit.line(price="95.00"), by=manager)
    assert bad.value.lines[0].reason.startswith("meets|秋季上新|2026-09-22")

    kit.put(other, kit.line(price=None), by=manager)


def test_a_move_onto_days_of_another_activity_of_its_skus_is_refused(manager):
    kit.sku()
    kit.ready(manager, name="秋季上新")
    other = kit.activity(manager, name="国庆", starts_at=kit.ENDS, ends_at=kit.ENDS + 2 * DAY)
    other = kit.in_state(other, ActivityState.PASSED)
    kit.put(other, kit.line(price="95.00"), by=manager)

    with pytest.raises(ActivityRefusedError, match="秋季上新"):
        move_dates(
            activity_id=other.pk,
            starts_at=kit.STARTS,
            ends_at=kit.ENDS,
            version=other.version,
            by=manager,
            now=kit.NOW,
        )


def test_the_seven_days_are_counted_back_from_the_start(manager):
    at = kit.STARTS
    for amount, paid_at in (
        ("50.00", at - 7 * DAY - timedelta(seconds=1)),
        ("97.00", at - 7 * DAY),
        ("96.00", at - timedelta(seconds=1)),
        ("40.00", at),
    ):
        kit.sold("MY-ZT60-BL", amount, paid_at)

    found = lowest_deals(["MY-ZT60-BL"], since=at - 7 * DAY, until=at)

    assert found["MY-ZT60-BL"].amount == Decimal("96.00")
    assert last_deals(["MY-ZT60-BL"], until=at - 7 * DAY)["MY-ZT60-BL"].amount == Decimal("50.00")


def test_a_deal_is_what_was_paid_a_piece_and_a_gift_or_a_refunded_line_is_none(manager):
    at = kit.STARTS - DAY
    kit.sold("A", "90.00", at, quantity=2)
    kit.sold("A", "0.00", at)
    refunded = kit.sold("A", "10.00", at)
    refunded.lines.update(refund_amount=Decimal("10.00"))

    assert lowest_deals(["A"], since=at - DAY, until=at + DAY)["A"].amount == Decimal("90.00")


def test_a_changed_price_has_live_activities_object_without_telling_costs(manager):
    sku = kit.sku()
    row = kit.ready(manager)
    kit.Sku.objects.filter(pk=sku.pk).update(floor_amount=Decimal("99.00"))

    found = recheck_activities([sku.pk], kit.NOW)

    assert found[sku.pk] == [f"活动「{row.name}」的到手价破了底价"]


def test_replenishment_learns_what_signed_up_activities_will_sell(manager):
    kit.sku()
    row = kit.ready(manager, uplift=Decimal("2.5"))
    since, until = kit.STARTS.date() - DAY, kit.ENDS.date()

    days = uplift(["MY-ZT60-BL"], since=since, until=until)["MY-ZT60-BL"]
    assert (min(days).day, max(days).day, set(days.values())) == (22, 25, {2.5})

    kit.in_state(row, ActivityState.IDEA)
    assert uplift(["MY-ZT60-BL"], since=since, until=until) == {}


def test_a_result_stands_beside_the_weeks_before_and_counts_new_buyers(manager):
    kit.sku()
    row = kit.ready(manager)
    for n in (0, 1):
        order = kit.sold("MY-ZT60-BL", "98.00", kit.STARTS + n * kit.HOUR)
        if not n:
            order.buyer.first_order_at = order.created_at + kit.HOUR
            order.buyer.save()
    kit.sold("MY-ZT60-BL", "110.00", kit.STARTS - 7 * DAY)
    kit.sold("MY-ZT60-BL", "999.00", kit.ENDS)

    found = result_of(row, now=kit.ENDS + DAY)

    assert (found.orders, found.pieces, found.paid_amount) == (2, 2, Decimal("196.00"))
    assert (found.new_buyers, found.before_amount, found.before_weeks) == (1, Decimal("110.00"), 1)
    assert found.profit_amount is not None
    assert 60 < found.profit_amount < 85


def titles(check, now) -> str:
    return " / ".join(one.title for one in check(now.date(), now).findings)


def test_findings_tell_of_follow_ups_preparation_and_prices(manager):
    sku = kit.sku()
    row = kit.activity(manager, kind="platform")
    kit.put(row, kit.line(), by=manager)
    kit.in_state(row, ActivityState.SIGNED_UP, follow_up_on=kit.NOW.date())
    eve = kit.STARTS - DAY

    assert "该问「中秋预热」" in titles(checks.follow_ups_are_made, kit.NOW)
    assert "还没准备好" in titles(checks.preparation_is_green, eve)
    assert titles(checks.preparation_is_green, eve - 2 * DAY) == ""
    assert "24 小时内开始" in titles(checks.starts_and_ends_are_near, eve + kit.HOUR)

    kit.in_state(row, ActivityState.RUNNING)
    kit.Sku.objects.filter(pk=sku.pk).update(floor_amount=Decimal("99.00"))
    check_activity(activity_id=row.pk, by=None, now=kit.STARTS)
    assert "价格检查没过" in titles(checks.running_prices_pass, kit.STARTS)


def test_a_running_activity_whose_stock_is_short_is_a_finding(manager):
    from products.models import SkuDay, StockLevel

    sku = kit.sku()
    StockLevel.objects.create(sku=sku, on_hand=3)
    SkuDay.objects.create(sku_code=sku.code, date=kit.STARTS.date() - DAY, pieces=56, order_count=9)
    row = kit.in_state(kit.ready(manager), ActivityState.RUNNING)
    check_activity(activity_id=row.pk, by=None, now=kit.STARTS)

    assert "库存不够" in titles(checks.running_stock_is_enough, kit.STARTS)


def test_the_command_gives_points_with_their_figures(manager, capsys):
    kit.sku()
    row = kit.ready(manager, kit.line(price="80.00"))

    with pytest.raises(SystemExit) as ended:
        call_command("price_check", str(row.pk), "--json", "--now", kit.NOW.isoformat())
    assert ended.value.code == 1

    answer = json.loads(capsys.readouterr().out)
    floor = next(one for one in answer["points"] if one["code"] == "floor")
    assert answer["blocked"] is True
    assert floor["figures"] == {"lowest": "80.00", "floor": "86.00", "gap": "6.00"}
    assert floor["text"] == "到手价 ¥80.00 低于底价 ¥86.00，差 ¥6.00，是破价。"


def _together(*acts):
    """Do acts at once, each in a thread and connection of its own; give what each came to."""
    barrier = Barrier(len(acts))
    results = [""] * len(acts)

    def run(place, act):
        try:
            barrier.wait()
            act()
            results[place] = "done"
        except GoodsRefusedError as refusal:
            results[place] = type(refusal).__name__
        finally:
            connection.close()

    threads = [Thread(target=run, args=(n, act)) for n, act in enumerate(acts)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return sorted(map(str, results))


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_publish_once(manager):
    kit.sku()
    row = kit.ready(manager)

    def publish():
        publish_activity(activity_id=row.pk, version=row.version, by=manager, now=kit.NOW)

    assert _together(publish, publish) == ["StaleGoodsError", "done"]
    assert Operation.objects.filter(name="promotions.activity.published").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_move_while_a_colleague_puts_items_in_leaves_one_of_them_told(manager):
    kit.sku()
    row = kit.activity(manager)

    def put():
        put_items(
            activity_id=row.pk, lines=[kit.line()], version=row.version, by=manager, now=kit.NOW
        )

    def move():
        to = Move(ActivityState.PASSED)
        move_activity(activity_id=row.pk, move=to, version=row.version, by=manager, now=kit.NOW)

    assert _together(put, move) == ["StaleGoodsError", "done"]
    assert Activity.objects.get(pk=row.pk).version == row.version + 1
