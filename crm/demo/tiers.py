"""Members of the demo shop: tiers, points of its orders, occasions, an activity that runs and one that was drawn."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import connection

from crm.actions import draws, follow, occasions, point_settling, points, recompute, tiers
from crm.actions.draws import DrawValues
from crm.actions.occasions import OccasionValues
from crm.models import Customer, Draw, PointBalance
from crm.tier_choices import DrawKind, OccasionKind, SpentOn
from shopops.lib.business_time import business_date
from shopops.staff.models import User

_SEED = UUID("0b9f4f3e-7a1c-4a55-9c1f-2f6f6b1d2a11")


def fill(by_name: Mapping[str, User], now: datetime) -> None:
    """Make members of the shop's customers and let people do their part. Safe to repeat."""
    if Draw.objects.exists():
        return
    lead = by_name.get("man") or next(iter(by_name.values()))
    follow.mark_everybody()
    recompute.recompute_all_marked(now=now)
    today = business_date(now)
    for days in (30, 1):
        tiers.keep_all(on=today - timedelta(days=days))
    tiers.keep_all(on=today)
    with connection.cursor() as cursor:
        point_settling.mark_buyers(cursor, "SELECT id FROM orders_buyer")
    while point_settling.settle_some(now=now) is not None:
        pass
    point_settling.expire_all(on=today, now=now)
    _spend(lead, now)
    _birthdays(now)
    _occasions(lead, now)
    _draws(lead, now)


def _spend(by: User, now: datetime) -> None:
    rows = PointBalance.objects.filter(balance__gte=120).order_by("-balance", "pk")[:9]
    for place, row in enumerate(rows):
        on, words = (SpentOn.COUPON, "换 5 元券") if place % 2 else (SpentOn.GIFT, "换洗衣袋一个")
        spending = points.Spending(100, on, words, str(uuid5(_SEED, f"spend{place}")))
        at = now - timedelta(hours=3 * place + 1)
        points.spend(customer_id=row.pk, spending=spending, by=by, now=at)
    first = PointBalance.objects.filter(balance__gt=0).order_by("-balance", "pk").first()
    if first is not None:
        given = points.Adjustment(50, "补上次漏算的活动双倍积分", str(uuid5(_SEED, "adjust")))
        points.adjust(customer_id=first.pk, adjustment=given, by=by, now=now)


def _birthdays(now: datetime) -> None:
    """Let some members have told their birthday; a few have it in the coming days."""
    people = list(Customer.objects.filter(tier__isnull=False).order_by("pk")[:60])
    for place, one in enumerate(people):
        day = business_date(now) + timedelta(days=(place * 7) % 365)
        one.birth_month, one.birth_day = day.month, day.day
    Customer.objects.bulk_update(people, ["birth_month", "birth_day"])


def _occasions(by: User, now: datetime) -> None:
    today = business_date(now)
    rows = (
        OccasionValues(OccasionKind.BIRTHDAY, "会员生日", "祝生日快乐，送一张 5 元无门槛券", "platform",
                       days_before=3, from_level=1),
        OccasionValues(OccasionKind.POINTS_END, "积分快到期", "还有积分快到期，换券、换赠品都行，别浪费了", "platform",
                       days_before=14),
        OccasionValues(OccasionKind.FIRST_ORDER, "首单一周年", "谢谢一年的信任，看看当季新款", "platform"),
        OccasionValues(OccasionKind.FOLLOW_UP, "用了一周问一声", "洗过一次以后还好吗？有问题随时找我们", "wangwang",
                       after_days=7),
        OccasionValues(OccasionKind.FESTIVAL, "换季上床品", "秋冬换被，会员先选", "platform",
                       date=today + timedelta(days=4), days_before=2, from_level=2),
        OccasionValues(OccasionKind.MEMBERS_ONLY, "VIP 专享羽绒被", "只给 VIP 留 20 条", "sms",
                       date=today + timedelta(days=9), days_before=1, from_level=3),
    )  # fmt: skip
    for values in rows:
        occasions.add_occasion(values=values, by=by, now=now)


def _draws(by: User, now: datetime) -> None:
    people = list(Customer.objects.filter(tier__isnull=False).order_by("-pk")[:40])
    past, running = now - timedelta(days=20), now - timedelta(days=2)
    for name, kind, start, days, count in (
        ("上月会员抽奖", DrawKind.MONTHLY, past, 14, 40),
        ("说说你的收纳办法", DrawKind.SUGGESTION, running, 12, 12),
    ):
        values = DrawValues(
            kind=kind,
            name=name,
            prize="薰衣草香包一个",
            rules="会员每人一次，报名即可；结束后按公布的办法抽，名单和种子一起公开。",
            winners=3,
            starts_at=start,
            ends_at=start + timedelta(days=days),
            word_from="结束次日的福彩 3D 开奖号",
        )
        made = draws.make_draw(values=values, by=by, now=start)
        for place, one in enumerate(people[:count]):
            draws.enter(
                draw_id=made.pk,
                customer_id=one.pk,
                text="门后挂一排布袋" if kind == DrawKind.SUGGESTION else "",
                by=by,
                now=start + timedelta(hours=place + 1),
            )
        if made.ends_at < now:
            at = made.ends_at + timedelta(days=1)
            draws.draw_winners(draw_id=made.pk, word="407", version=made.version, by=by, now=at)
