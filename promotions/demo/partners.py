"""The demo shop's distributors, partners, tools, tests and material; everything is invented."""

import io
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from PIL import Image, ImageDraw

from products.models import Product, Sku
from promotions.actions import distributors, material, partners, subscriptions, trials
from promotions.choices import (
    DistributorState,
    ExchangeSide,
    TrialMeasure,
    TrialSplit,
    TrialSubject,
)
from promotions.models import Distributor, Trial
from shopops.lib.business_time import business_date
from shopops.staff.models import User

SEED = 20261122
_D = DistributorState
# Name, shop, contact, how far it has come, days until the next word.
_DISTRIBUTORS = (
    ("安然家居", "淘宝店 安然家居馆", "旺旺 安然小秋", (), 1),
    ("云栖床品", "抖音小店 云栖床品", "微信 yunqi-home", (), 0),
    ("拾光生活", "拼多多 拾光生活馆", "微信 shiguang88", (_D.DATA_SENT,), 2),
    ("小满集市", "微信小程序 小满集市", "电话 138****2071", (_D.DATA_SENT, _D.LISTED), 3),
    ("棉田优选", "抖音小店 棉田优选", "微信 miantian", (_D.DATA_SENT, _D.LISTED, _D.SELLING), 0),
    ("邻里好物", "社群团购 邻里好物", "微信 linli-go", (_D.DATA_SENT, _D.LISTED, _D.SELLING), 4),
)
# Name, purpose, cost of a cycle, cycle, days until it renews, paid by itself, who uses it.
_TOOLS = (
    ("打单助手专业版", "打印电子面单", "98.00", "monthly", 5, True, ("zheng", "wu")),
    ("客服机器人", "夜里自动回复", "1999.00", "yearly", 96, False, ("cen", "he")),
    ("生意参谋标准版", "看数据", "900.00", "quarterly", 41, True, ("ning", "man")),
    ("主图模板库", "做图", "299.00", "yearly", -2, False, ("man",)),
    ("竞店雷达", "看对手价格", "168.00", "monthly", 17, True, ()),
)


@transaction.atomic
def fill(*, by_name: Mapping[str, User], now: datetime) -> bool:
    """Give the demo shop its partners, tests and material; False where it has them already."""
    skus = list(Sku.objects.filter(list_amount__gt=30, product__isnull=False).order_by("pk")[:4])
    if Distributor.objects.exists() or not skus:
        return False
    promoter, manager = by_name["man"], by_name["ning"]
    _distributors(skus, promoter, manager, now)
    _partners(promoter, now)
    _tools(by_name, promoter, now)
    rows = _tests(promoter, now)
    _material(rows, promoter, now)
    return True


def _distributors(skus: Sequence[Sku], promoter: User, manager: User, now: datetime) -> None:
    began, today = now - timedelta(days=40), business_date(now)
    rows = {}
    for name, shop, contact, steps, follow in _DISTRIBUTORS:
        values = {
            "name": name,
            "shop": shop,
            "contact": contact,
            "owner": promoter,
            "follow_up_on": today + timedelta(days=follow),
            "note": "",
        }
        row = distributors.add_distributor(values=values, by=promoter, now=began)
        for place, state in enumerate(steps):
            distributors.move_distributor(
                distributor_id=row.pk,
                state=state,
                reason="",
                version=None,
                by=promoter,
                now=began + timedelta(days=4 * place + 3),
            )
        rows[name] = row
    for name in ("棉田优选", "邻里好物", "小满集市"):
        _agree(rows[name], skus, promoter, began)
    _watch(rows["棉田优选"], skus[0], promoter, now)
    _watch_once(rows["邻里好物"], skus[1], promoter, now)
    distributors.note_distributor(
        distributor_id=rows["云栖床品"].pk,
        text="发了产品手册，对方想先拿两款试播，等样品。",
        next_on=today,
        by=promoter,
        now=now - timedelta(days=2),
    )


def _agree(row: Distributor, skus: Sequence[Sku], by: User, at: datetime) -> None:
    for sku in skus:
        amount = ((sku.list_amount or Decimal(99)) * Decimal("0.90")).quantize(Decimal("0.01"))
        distributors.agree_price(
            distributor_id=row.pk,
            sku_code=sku.code,
            amount=amount,
            valid_from=business_date(at),
            by=by,
            now=at,
        )


def _watch(row: Distributor, sku: Sku, by: User, now: datetime) -> None:
    """Once too low and warned; fine for a while; too low again."""
    price = sku.list_amount or Decimal(99)
    for days, part in ((20, "0.95"), (12, "0.82"), (6, "0.91"), (1, "0.79")):
        at = now - timedelta(days=days)
        seen = distributors.Seen(
            sku_code=sku.code,
            amount=(price * Decimal(part)).quantize(Decimal("0.01")),
            seen_at=at - timedelta(minutes=20),
            place="抖音小店 棉田优选 直播间",
            picture=_drawn("截图", (90, 96, 110)) if days == 1 else b"",
        )
        kept = distributors.record_seen(distributor_id=row.pk, seen=seen, by=by, now=at)
        if days == 12:
            distributors.warn_distributor(
                seen_id=kept.pk, words="微信告诉对方改回约定价，答应当天改。", by=by, now=at
            )


def _watch_once(row: Distributor, sku: Sku, by: User, now: datetime) -> None:
    price = (sku.list_amount or Decimal(99)) * Decimal("0.86")
    seen = distributors.Seen(
        sku_code=sku.code,
        amount=price.quantize(Decimal("0.01")),
        seen_at=now - timedelta(hours=5),
        place="邻里好物 二号群 团购接龙",
    )
    distributors.record_seen(distributor_id=row.pk, seen=seen, by=by, now=now)


def _partners(by: User, now: datetime) -> None:
    today = business_date(now)
    rows = (
        ("一盏灯饰", "台灯、小夜灯", 0, (9000, 410, 600, 52, 49, "5120.00"), (8600, 530, 600, 71, 66, "7904.00")),
        ("山野香氛", "香薰、蜡烛", 6, (5200, 240, 300, 31, 30, "2790.00"), (4100, 150, 300, 12, 12, "1188.00")),
    )  # fmt: skip
    for name, sells, follow, gave, got in rows:
        values = {
            "name": name,
            "sells": sells,
            "contact": "微信 " + name,
            "owner": by,
            "follow_up_on": today + timedelta(days=follow),
            "note": "",
            "is_on": True,
        }
        row = partners.add_partner(values=values, by=by, now=now - timedelta(days=30))
        exchange = partners.add_exchange(
            partner_id=row.pk,
            values={
                "name": "双11 前互发 10 元券",
                "kind": "coupon",
                "starts_on": today - timedelta(days=28),
                "ends_on": today - timedelta(days=14),
            },
            by=by,
            now=now - timedelta(days=29),
        )
        for place, (side, figures) in enumerate(
            ((ExchangeSide.GAVE, gave), (ExchangeSide.GOT, got)), start=1
        ):
            partners.set_figures(
                exchange_id=exchange.pk,
                side=side,
                figures=_named(figures),
                version=place,
                by=by,
                now=now - timedelta(days=13),
            )


def _named(figures: Sequence[int | str]) -> dict[str, int | str | Decimal]:
    names = ("shown", "clicks", "coupons_given", "coupons_used", "orders")
    return {**dict(zip(names, figures, strict=False)), "amount": Decimal(figures[-1])}


def _tools(by_name: Mapping[str, User], by: User, now: datetime) -> None:
    today = business_date(now)
    for name, purpose, cost, cycle, days, is_automatic, users in _TOOLS:
        subscriptions.add_subscription(
            values={
                "name": name,
                "purpose": purpose,
                "cost_amount": Decimal(cost),
                "cycle": cycle,
                "renews_on": today + timedelta(days=days),
                "notice_days": 7,
                "owner": by,
                "is_automatic": is_automatic,
            },
            users=[by_name[one] for one in users if one in by_name],
            by=by,
            now=now - timedelta(days=60),
        )


def _tests(by: User, now: datetime) -> list[Trial]:
    """One just begun, one that can be read, one whose visitors were split askew, one decided."""
    luck = random.Random(SEED)  # noqa: S311
    first = Product.objects.order_by("-is_main", "pk").first()
    product_id = first.pk if first else None
    young = _test("冬被主图：白底 / 卧室实景", 5, product_id, by, now)
    _days(young, 5, (820, 820), (0.041, 0.046), by, now, luck)
    ripe = _test("四件套主图：平铺 / 模特", 16, product_id, by, now)
    _days(ripe, 15, (1240, 1240), (0.040, 0.052), by, now, luck)
    askew = _test("标题前面加「新疆棉」", 9, product_id, by, now, TrialSubject.TITLE)
    _days(askew, 9, (900, 780), (0.044, 0.047), by, now, luck)
    old = _test("毛巾主图：叠放 / 挂起", 40, product_id, by, now)
    _days(old, 16, (1180, 1180), (0.050, 0.039), by, now, luck)
    trials.decide_trial(
        trial_id=old.pk,
        chosen_id=old.variants.order_by("position")[0].pk,
        lesson="挂起来的图看不出厚度，买家点进来又走；毛巾还是要拍厚。",
        version=1,
        by=by,
        now=now - timedelta(days=20),
    )
    return [young, ripe, askew, old]


def _test(
    name: str,
    days_ago: int,
    product_id: int | None,
    by: User,
    now: datetime,
    subject: TrialSubject = TrialSubject.MAIN_IMAGE,
) -> Trial:
    what = name.split("：")[-1].split(" / ")
    names = what if len(what) == 2 else ["现在的", name]
    wanted = trials.Wanted(
        name=name,
        subject=subject,
        split=TrialSplit.TRAFFIC,
        measure=TrialMeasure.BUYER_RATE,
        starts_on=business_date(now) - timedelta(days=days_ago),
        planned_days=14,
        baseline=Decimal("0.042"),
        smallest_lift=Decimal("0.15"),
        names=names,
        product_id=product_id,
    )
    return trials.start_trial(wanted=wanted, by=by, now=now - timedelta(days=days_ago))


def _days(  # noqa: PLR0913
    trial: Trial,
    count: int,
    people: tuple[int, int],
    rates: tuple[float, float],
    by: User,
    now: datetime,
    luck: random.Random,
) -> None:
    variants = list(trial.variants.order_by("position"))
    for n in range(count):
        mood = luck.uniform(0.85, 1.15)
        given = []
        for one, seen, rate in zip(variants, people, rates, strict=True):
            whole = round(seen * mood + luck.gauss(0, 12))
            hits = sum(luck.random() < rate for _ in range(whole))
            given.append(trials.DayGiven(one.pk, whole, hits))
        day = trial.starts_on + timedelta(days=n)
        trials.enter_day(trial_id=trial.pk, day=day, given=given, by=by, now=now)


# Kind, title, text, tags, colour of the picture.
_MATERIAL = (
    ("picture", "冬被主图 白底", "", ("主图", "冬被"), (226, 232, 240)),
    ("picture", "冬被主图 卧室实景", "", ("主图", "冬被"), (214, 196, 170)),
    ("picture", "双12 会场横幅", "满 300 减 40，今晚 8 点开始", ("双12", "横幅"), (196, 62, 52)),
    ("text", "年货节短信", "棉语年货节：新被子暖一冬，1 月 9 日起全店 9 折。", ("年货节", "短信"), None),
    ("text", "毛巾卖点", "一条毛巾用三年：加厚、锁边、不掉毛。", ("详情页", "毛巾"), None),
    ("text", "晒图活动（待改）", "晒图好评返现 5 元，全网最低价！", ("短信",), None),
    ("idea", "给新租房的人一套", "毕业季推「搬家三件套」：床单、枕套、毛巾，一个箱子寄到。", ("毕业季", "组合"), None),
    ("idea", "直播间比重量", "把别家和自家的冬被放上秤，比填充重量。", ("直播", "冬被"), None),
)  # fmt: skip


def _material(rows: Sequence[Trial], by: User, now: datetime) -> None:
    kept = []
    for place, (kind, title, text, tags, colour) in enumerate(_MATERIAL):
        values = {"kind": kind, "title": title, "text": text, "tags": list(tags)}
        picture = _drawn(title, colour) if colour else b""
        at = now - timedelta(days=12 - place, hours=place)
        kept.append(material.add_material(values=values, picture=picture, by=by, now=at))
    young = rows[0]
    for one in kept[:2]:
        material.use_material(material_id=one.pk, place="trial", place_id=young.pk, by=by, now=now)
    if young.product_id is not None:
        material.use_material(
            material_id=kept[0].pk, place="product", place_id=young.product_id, by=by, now=now
        )


def _drawn(words: str, colour: tuple[int, int, int]) -> bytes:
    """Draw a picture that can be told from others: a ground and some folded cloth."""
    image = Image.new("RGB", (800, 800), colour)
    draw = ImageDraw.Draw(image)
    shade = tuple(max(one - 40, 0) for one in colour)
    for step in range(4 + len(words) % 3):
        draw.rounded_rectangle((120, 180 + step * 90, 680, 250 + step * 90), 24, fill=shade)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()
