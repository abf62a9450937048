"""Promotions: activities, prices, gifts, partners, tests, material, paid traffic."""

from datetime import timedelta
from decimal import Decimal

from django.db.models import F

from products.models import ListingWord, Sku
from promotions.models import (
    Activity,
    ActivityCheck,
    ActivityItem,
    ActivityTask,
    ChannelAccount,
    ChannelBalance,
    ChannelCap,
    ChannelDay,
    Distributor,
    GiftRule,
    Material,
    MaterialUse,
    SeenPrice,
    SellerPrice,
    SkuLowest,
    Subscription,
    Trial,
    TrialVariant,
)
from tests.checks.cases.case import Case, World
from tests.factories.gifts import gift_rule
from tests.factories.goods import SkuFactory
from tests.factories.promotions import ActivityFactory, BenefitFactory
from tests.promotions.test_channel_pages import fill


def _activity(w: World, **values: object) -> Activity:
    return ActivityFactory(
        **{
            "starts_at": w.now - timedelta(days=3),
            "ends_at": w.now + timedelta(days=5),
            **values,
        }
    )


def _failing(w: World) -> None:
    ActivityCheck.objects.create(
        activity=_activity(w),
        checked_at=w.now,
        failed_count=1,
        unknown_count=0,
        facts_hash=1,
        points=[{"sku": "A", "code": "below_floor", "outcome": "fail", "evidence": ""}],
    )


def _short_item(w: World) -> None:
    ActivityItem.objects.create(
        activity=_activity(w),
        sku=SkuFactory(),
        price_amount=Decimal(50),
        outcome="look",
        points=[{"outcome": "look", "evidence": "stock_short|3|9"}],
    )


def _changed(w: World) -> None:
    row = _activity(w)
    ActivityCheck.objects.create(
        activity=row,
        checked_at=w.now - timedelta(hours=2),
        failed_count=0,
        unknown_count=0,
        facts_hash=1,
        points=[],
    )
    BenefitFactory(activity=row, changed_at=w.now, is_shop_wide=True)


def _unready(w: World) -> None:
    row = _activity(w, state="prepared", starts_at=w.now + timedelta(hours=10))
    ActivityTask.objects.create(activity=row, name="素材")


def _promised(w: World) -> None:
    gift_rule(activity=_activity(w), is_on=False)


def _distributor(w: World, **values: object) -> Distributor:
    return Distributor.objects.create(
        **{
            "name": "小王分销",
            "changed_at": w.now,
            "state_since": w.now,
            "state": "selling",
            "follow_up_on": w.day - timedelta(days=1),
            **values,
        }
    )


def _breach(w: World) -> None:
    SeenPrice.objects.create(
        distributor=_distributor(w),
        sku=SkuFactory(),
        seen_at=w.now,
        recorded_at=w.now,
        breach="warning",
        amount=Decimal(50),
        agreed_amount=Decimal(60),
        place="淘宝",
    )


def _tool(w: World) -> None:
    Subscription.objects.create(
        changed_at=w.now,
        renews_on=w.day - timedelta(days=1),
        cycle="monthly",
        cost_amount=Decimal(99),
        name="打单工具",
    )


def _silent_test(w: World) -> None:
    trial = Trial.objects.create(
        started_at=w.now,
        starts_on=w.day - timedelta(days=9),
        planned_people=1000,
        planned_days=7,
        subject="main_image",
        split="days",
        measure="click_rate",
        baseline=Decimal("0.05"),
        smallest_lift=Decimal("0.20"),
        name="主图",
    )
    for place, name in enumerate("AB", start=1):
        TrialVariant.objects.create(trial=trial, position=place, name=name)


def _word(w: World) -> None:
    ListingWord.objects.create(word="绝版好梦", reason="夸大", valid_from=w.day - timedelta(days=9))
    piece = Material.objects.create(
        added_at=w.now, changed_at=w.now, kind="text", title="海报", text="这一款绝版好梦"
    )
    MaterialUse.objects.create(material=piece, activity=_activity(w), at=w.now)


def _capped(w: World) -> None:
    fill(items=1, days=3, last=w.day - timedelta(days=1))
    ChannelAccount.objects.get_or_create(channel="wxt")
    ChannelCap.objects.create(
        channel="wxt",
        valid_from=w.day - timedelta(days=9),
        changed_at=w.now,
        cap_amount=Decimal(90),
    )


def _low(w: World) -> None:
    fill(items=1, days=8, last=w.day - timedelta(days=1))
    ChannelAccount.objects.get_or_create(channel="wxt")
    ChannelBalance.objects.create(
        channel="wxt", date=w.day, noted_at=w.now, balance_amount=Decimal(120)
    )


def _missing_report(w: World) -> None:
    fill(items=1, days=2, last=w.day - timedelta(days=3))


def _seller_price(w: World) -> None:
    sku = SkuFactory()
    SellerPrice.objects.create(sku=sku, batch_id=1, exported_at=w.now, one_piece_amount=Decimal(80))
    _lowest(w, sku, 90)


def _lowest(w: World, sku: Sku, amount: int) -> None:
    SkuLowest.objects.create(
        sku=sku,
        date=w.day,
        made_at=w.now,
        list_amount=Decimal(100),
        one_piece_amount=Decimal(amount),
        lowest_amount=Decimal(amount),
    )


CASES = {
    "promotions.running_prices_pass": Case(
        _failing, lambda w: ActivityCheck.objects.update(failed_count=0)
    ),
    "promotions.pages_agree": Case(
        lambda w: _activity(w, page_text="满 200 减 20"),
        lambda w: Activity.objects.update(page_seen_at=w.now),
    ),
    "promotions.starts_and_ends": Case(
        lambda w: _activity(w, state="prepared", starts_at=w.now - timedelta(hours=1)),
        lambda w: Activity.objects.update(state="running"),
    ),
    "promotions.running_stock": Case(
        _short_item, lambda w: ActivityItem.objects.update(outcome="pass", points=[])
    ),
    "promotions.checks_are_fresh": Case(
        _changed, lambda w: ActivityCheck.objects.update(checked_at=w.now + timedelta(minutes=1))
    ),
    "promotions.follow_ups": Case(
        lambda w: _activity(w, state="in_review", follow_up_on=w.day - timedelta(days=1)),
        lambda w: Activity.objects.update(follow_up_on=w.day + timedelta(days=2)),
    ),
    "promotions.preparation": Case(_unready, lambda w: ActivityTask.objects.update(done_at=w.now)),
    "promotions.gifts_are_there": Case(_promised, lambda w: GiftRule.objects.update(is_on=True)),
    "promotions.partners_are_followed": Case(
        _distributor,
        lambda w: Distributor.objects.update(follow_up_on=w.day + timedelta(days=9)),
    ),
    "promotions.agreed_prices_are_kept": Case(
        _breach, lambda w: SeenPrice.objects.update(warned_at=w.now)
    ),
    "promotions.tools_are_decided": Case(
        _tool, lambda w: Subscription.objects.update(cancelled_on=w.day)
    ),
    "promotions.trials_are_read": Case(
        _silent_test, lambda w: Trial.objects.update(state="stopped")
    ),
    "promotions.material_may_be_shown": Case(
        _word, lambda w: Material.objects.update(text="这一款睡得香")
    ),
    "promotions.channel_caps_hold": Case(
        _capped, lambda w: ChannelCap.objects.update(cap_amount=Decimal(500))
    ),
    "promotions.channel_balances_last": Case(
        _low, lambda w: ChannelBalance.objects.update(balance_amount=Decimal(9000))
    ),
    "promotions.channel_items_pay": Case(
        lambda w: fill(items=1, days=8, last=w.day - timedelta(days=1)),
        lambda w: Sku.objects.update(cost_amount=Decimal(1)),
    ),
    "promotions.channel_reports_came": Case(
        _missing_report,
        lambda w: ChannelDay.objects.update(date=F("date") + timedelta(days=2)),
    ),
    "promotions.platform_agrees": Case(
        _seller_price, lambda w: SellerPrice.objects.update(one_piece_amount=Decimal(90))
    ),
    "promotions.floor": Case(
        lambda w: _lowest(w, SkuFactory(floor_amount=Decimal(80)), 70),
        lambda w: SkuLowest.objects.update(lowest_amount=Decimal(85)),
    ),
}
