"""The demo shop's activities: one in each state that a person meets, made by the acts that people do."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.db.models import Sum

from products.models import Sku, SkuDay
from promotions.actions import activities as acts
from promotions.actions.activities import ActivityValues, Move
from promotions.actions.activity_items import put_items
from promotions.actions.check import check_activity
from promotions.actions.preparation import tick_task
from promotions.actions.publishing import advance_activities, publish_activity
from promotions.actions.summing import compare_page, sum_up
from promotions.choices import ActivityKind, ActivityState
from promotions.demo import gifts
from promotions.demo.prices import fill_prices
from promotions.models import Activity
from promotions.rules.activities import WantedItem
from shopops.lib.business_time import SHANGHAI, at_local, business_date
from shopops.staff.models import User

_S = ActivityState
FEN = Decimal("0.01")


def fill_activities(*, by_name: Mapping[str, User], now: datetime) -> int:
    """Make the demo's activities; give how many there are. Does nothing where there are some."""
    if Activity.objects.exists():
        return 0
    # Coupons first: what is checked without them would fail as soon as somebody checks again.
    fill_prices(by_name, now)
    skus = _best(now)
    boss, promoter = by_name["ning"], by_name["man"]
    _past(skus[:8], boss, promoter, now)
    _running(skus[:10], promoter, now)
    _green(skus[10:16], promoter, now)
    _broken(skus[16:19], promoter, now)
    _with_platform(skus[4:9], promoter, now)
    gifts.give_along(by=promoter, now=now)
    return Activity.objects.count()


def _best(now: datetime) -> list[Sku]:
    """Give priced SKUs with cost and floor, what sells most first."""
    since = business_date(now) - timedelta(days=28)
    sold = dict(
        SkuDay.objects.filter(date__gte=since)
        .order_by()
        .values_list("sku_code")
        .annotate(n=Sum("pieces"))
    )
    rows = Sku.objects.filter(
        is_draft=False,
        is_on=True,
        parts__isnull=True,
        list_amount__isnull=False,
        cost_amount__isnull=False,
        floor_amount__isnull=False,
        code__in=sold,
    )
    return sorted(rows, key=lambda sku: (-sold[sku.code], sku.code))[:24]


def _at(now: datetime, days: int, clock: time = time.min) -> datetime:
    return at_local(business_date(now) + timedelta(days=days), clock)


def _make(
    values: ActivityValues, skus: Sequence[Sku], rate: str, by: User, now: datetime
) -> Activity:
    """Write an activity down and put SKUs in at a part of their list price; those that fail go again."""
    row = acts.create_activity(values=values, by=by, now=now)
    lines = [
        WantedItem(place, sku.code, (sku.list_amount * Decimal(rate)).quantize(FEN))
        for place, sku in enumerate(skus, start=1)
        if sku.list_amount
    ]
    put_items(activity_id=row.pk, lines=lines, version=row.version, by=by, now=now)
    check_activity(activity_id=row.pk, by=by, now=now)
    bad = [
        item.sku_id
        for item in row.items.all()
        if item.outcome in {"fail", "unknown"}
        or any(point["evidence"].startswith("stock_short") for point in item.points)
    ]
    if 0 < len(bad) < len(lines):
        acts.remove_items(activity_id=row.pk, sku_ids=bad, version=_version(row), by=by, now=now)
        check_activity(activity_id=row.pk, by=by, now=now)
    return row


def _version(row: Activity) -> int:
    row.refresh_from_db()
    return row.version


def _move(row: Activity, move: Move, by: User, now: datetime) -> None:
    acts.move_activity(activity_id=row.pk, move=move, version=_version(row), by=by, now=now)


def _tick_all(row: Activity, by: User, now: datetime) -> None:
    for task in row.tasks.filter(code__in=("page", "service", "times"), done_at__isnull=True):
        tick_task(task_id=task.pk, done=True, note="", version=task.version, by=by, now=now)


def _publish(row: Activity, by: User, now: datetime) -> bool:
    """Prepare and publish an activity, as far as its own preparation lets it."""
    _tick_all(row, by, now)
    if row.tasks.filter(is_needed=True, done_at__isnull=True).exists():
        return False
    _move(row, Move(_S.PREPARED), by, now)
    publish_activity(activity_id=row.pk, version=_version(row), by=by, now=now)
    return True


def _past(skus: Sequence[Sku], boss: User, by: User, now: datetime) -> None:
    starts, ends = _at(now, -24), _at(now, -20)
    before = starts - timedelta(days=3)
    row = _make(
        ActivityValues(
            name="会员日 满两件九折", kind=ActivityKind.MEMBER, starts_at=starts, ends_at=ends,
            owner_id=by.pk, uplift=Decimal("1.5"), forecast_amount=Decimal(12000),
            forecast_buyers=90, cost_amount=Decimal(600),
        ),
        skus, "0.96", by, before,
    )  # fmt: skip
    _move(row, Move(_S.PASSED), by, before)
    if not _publish(row, by, before):
        return
    advance_activities(starts)
    advance_activities(ends)
    row.refresh_from_db()
    if row.state == _S.ENDED:
        lesson = "会员券前一天发更好；床笠第二天就断色，下次按 2 倍备货。"
        at = _at(now, -18, time(10))
        sum_up(activity_id=row.pk, lesson=lesson, version=row.version, by=boss, now=at)


def _running(skus: Sequence[Sku], by: User, now: datetime) -> None:
    starts, ends = _at(now, -2, time(10)), _at(now, 2)
    before = starts - timedelta(days=4)
    row = _make(
        ActivityValues(
            name="换季上新 九五折", kind=ActivityKind.SHOP, starts_at=starts, ends_at=ends,
            owner_id=by.pk, uplift=Decimal("1.4"), forecast_amount=Decimal(16000), forecast_buyers=120,
            page_text="换季上新，店铺会员同享\n前 100 名送洗护小样",
        ),
        skus, "0.95", by, before,
    )  # fmt: skip
    _move(row, Move(_S.PASSED), by, before)
    if not _publish(row, by, before):
        return
    advance_activities(starts)
    first, last = starts.astimezone(SHANGHAI), (ends - timedelta(minutes=1)).astimezone(SHANGHAI)
    seen = f"换季上新，店铺会员同享\n{first.month}月{first.day}日 10:00 至 {last.month}月{last.day}日 22:00"
    compare_page(
        activity_id=row.pk, seen=seen, version=_version(row), by=by, now=starts + timedelta(hours=1)
    )
    acts.add_note(
        activity_id=row.pk, text="客服反馈：有人问能不能和会员券一起用，已更新快捷回复。", next_on=None,
        by=by, now=now - timedelta(hours=5),
    )  # fmt: skip


def _green(skus: Sequence[Sku], by: User, now: datetime) -> None:
    row = _make(
        ActivityValues(
            name="周末家纺日", kind=ActivityKind.SHOP, starts_at=_at(now, 4), ends_at=_at(now, 6),
            owner_id=by.pk, uplift=Decimal("1.8"), forecast_amount=Decimal(9000), forecast_buyers=70,
            page_text="周末家纺日，件件九七折",
        ),
        skus, "0.97", by, now - timedelta(days=2),
    )  # fmt: skip
    _move(row, Move(_S.PASSED), by, now - timedelta(days=1))
    _publish(row, by, now - timedelta(hours=3))


def _broken(skus: Sequence[Sku], by: User, now: datetime) -> None:
    """Plan an activity below floor and cost, with a compared price over what buyers paid these days."""
    row = acts.create_activity(
        values=ActivityValues(
            name="清仓秒杀", kind=ActivityKind.SHOP, starts_at=_at(now, 1, time(20)),
            ends_at=_at(now, 3, time(20)), owner_id=by.pk, uplift=Decimal(3),
            forecast_amount=Decimal(6000), forecast_buyers=150,
        ),
        by=by, now=now - timedelta(days=1),
    )  # fmt: skip
    lines = [
        WantedItem(
            place,
            sku.code,
            min(sku.cost_amount * Decimal("0.8"), sku.floor_amount * Decimal("0.8")).quantize(FEN),
            (sku.list_amount * Decimal("1.2")).quantize(FEN),
        )
        for place, sku in enumerate(skus, start=1)
        if sku.list_amount and sku.cost_amount and sku.floor_amount
    ]
    at = now - timedelta(hours=4)
    put_items(activity_id=row.pk, lines=lines, version=row.version, by=by, now=at)
    _move(row, Move(_S.PASSED), by, at)
    _tick_all(row, by, at)
    check_activity(activity_id=row.pk, by=by, now=now - timedelta(hours=1))


def _with_platform(skus: Sequence[Sku], by: User, now: datetime) -> None:
    """Sign up for the platform's: one refused, one waiting for an answer, and an idea."""
    refused = acts.create_activity(
        values=ActivityValues(
            name="聚划算 品牌团", kind=ActivityKind.FLASH, starts_at=_at(now, 9),
            ends_at=_at(now, 12), owner_id=by.pk,
        ),
        by=by, now=now - timedelta(days=8),
    )  # fmt: skip
    at = now - timedelta(days=7)
    asked = Move(_S.SIGNED_UP, contact="小二 云舒", follow_up_on=business_date(now))
    _move(refused, asked, by, at)
    why = Move(_S.REFUSED, reason="近 30 天销量不够，评分 4.7 以下的链接要换", contact="小二 云舒")
    _move(refused, why, by, now - timedelta(days=2))
    waiting = acts.create_activity(
        values=ActivityValues(
            name="年终大促", kind=ActivityKind.PLATFORM, starts_at=_at(now, 18, time(20)),
            ends_at=_at(now, 21), owner_id=by.pk, uplift=Decimal(3), forecast_amount=Decimal(80000),
            forecast_buyers=600,
        ),
        by=by, now=at,
    )  # fmt: skip
    lines = [WantedItem(n, sku.code) for n, sku in enumerate(skus, start=1)]
    put_items(activity_id=waiting.pk, lines=lines, version=waiting.version, by=by, now=at)
    ask = Move(_S.SIGNED_UP, contact="行业小二 南风", follow_up_on=business_date(now))
    _move(waiting, ask, by, now - timedelta(days=3))
    check_activity(activity_id=waiting.pk, by=by, now=now - timedelta(hours=2))
    acts.create_activity(
        values=ActivityValues(
            name="春季新品首发", kind=ActivityKind.CHANNEL, starts_at=_at(now, 26),
            ends_at=_at(now, 29), owner_id=by.pk, note="想和家居频道一起做，先问名额。",
        ),
        by=by, now=now - timedelta(days=1),
    )  # fmt: skip
