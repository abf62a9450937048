"""A demo shop's goods: listing material, a week's plan, ranks, competitors, violations, prices.

What is sold is passed in by the app that makes the demo shop; everything is invented. Rows that a file
brought are left alone, so it does not matter whether the catalogue was imported before.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from PIL import Image, ImageDraw

from products.actions import goods_rules, listing, looks, prices, quality, shelf, violations
from products.choices import PriceKind, ProductRole, ProductStatus, RankSort
from products.models import Competitor, Product, ProductDay, Sku
from shopops.lib import vault
from shopops.lib.business_time import SHANGHAI, business_date
from shopops.staff.models import User

MAINS = 14
DAYS = 45


@dataclass(frozen=True, slots=True)
class DemoSku:
    """One SKU that the demo shop sells."""

    code: str
    spec: str
    price: Decimal
    weight_grams: int


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """One product that the demo shop sells, the best seller first."""

    item_no: str
    item_code: str
    title: str
    season: str
    skus: Sequence[DemoSku]
    sold: Mapping[date, int]


@transaction.atomic
def fill(*, products: Sequence[DemoProduct], manager: User, editor: User, now: datetime) -> None:
    """Give the demo shop's goods a life. Does nothing where it has one already."""
    if Competitor.objects.exists() or not products:
        return
    goods_rules.ensure_start_data()
    rows = [_product(one, place, now) for place, one in enumerate(products)]
    _key_words(manager, now)
    _pictures(rows[:9])
    _materials(rows[:10])
    _sales(products[:MAINS], rows, now)
    for row in rows:
        listing.check_product(product_id=row.pk, by=None, now=now - timedelta(hours=10))
    _week(rows, editor, now)
    _ranks(rows, editor, now)
    _rivals(rows, editor, now)
    _violations(rows, editor, manager, now)
    _prices(rows, editor, manager, now)
    quality.record_quality(day=business_date(now), now=now)


def _product(one: DemoProduct, place: int, now: datetime) -> Product:
    row, _made = Product.objects.get_or_create(
        item_code=one.item_code,
        defaults={
            "item_no": one.item_no,
            "title": one.title,
            "season": one.season,
            "changed_at": now,
            "status": ProductStatus.ON_SHELF,
            "listed_at": now - timedelta(days=60),
        },
    )
    row.is_main = place < MAINS
    row.category = row.category or "床上用品"
    row.brand = row.brand or "棉语"
    row.role = row.role or (ProductRole.TRAFFIC if place < 4 else ProductRole.PROFIT)
    # Two that nobody promised a time for.
    row.promise_hours = row.promise_hours or (None if place in {3, 8} else 48)
    row.save()
    for sku in one.skus:
        _sku(row, sku, now)
    return row


def _sku(product: Product, one: DemoSku, now: datetime) -> None:
    row, _made = Sku.objects.get_or_create(
        code=one.code, defaults={"changed_at": now, "weight_grams": one.weight_grams}
    )
    row.product = row.product or product
    row.spec = row.spec or one.spec
    row.list_amount = row.list_amount or one.price
    row.cost_amount = row.cost_amount or (one.price * Decimal("0.42")).quantize(Decimal("0.01"))
    row.floor_amount = row.floor_amount or (one.price * Decimal("0.78")).quantize(Decimal("0.01"))
    row.is_draft = False
    row.save()


def _key_words(by: User, now: datetime) -> None:
    for word in ("四件套", "枕套", "纯棉", "全棉", "水洗棉", "长绒棉", "毛巾", "被"):
        given = goods_rules.Word(
            word=word,
            reason="买家常搜",
            category="床上用品",
            is_forbidden=False,
            exemptions=(),
            valid_from=business_date(now) - timedelta(days=120),
            source="店铺自己的词表",
        )
        goods_rules.add_word(given=given, by=by, now=now - timedelta(days=120))


def _pictures(rows: Sequence[Product]) -> None:
    """Give nine products a main picture: most fit, one small, one grey, one touching, one no picture."""
    for place, row in enumerate(rows):
        if row.image_path:
            continue
        side = 600 if place == 2 else 800
        ground = (225, 226, 228) if place == 5 else (255, 255, 255)
        box = (0, 200, 640, 800) if place == 4 else (150, 170, side - 150, side - 150)
        data = b"not a picture" if place == 7 else _picture(side, ground, box, place)
        name = vault.store(io.BytesIO(data)).name
        row.image_path = f"JPEG|{name}|{name}|{side}x{side}"
        row.save(update_fields=["image_path"])


def _picture(
    side: int, ground: tuple[int, int, int], box: tuple[int, int, int, int], place: int
) -> bytes:
    colours = ((170, 190, 214), (222, 205, 178), (186, 178, 170), (120, 150, 165), (214, 176, 178))
    image = Image.new("RGB", (side, side), ground)
    ImageDraw.Draw(image).rounded_rectangle(box, radius=36, fill=colours[place % len(colours)])
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)
    return out.getvalue()


_DETAIL = (
    "面料参数：材质 全棉，规格见下表。实物拍摄，细节图在后面。售后：七天无理由退换，有运费险。"
)


def _materials(rows: Sequence[Product]) -> None:
    for place, row in enumerate(rows):
        if row.attributes:
            continue
        specs = "；".join(sku.spec for sku in row.skus.order_by("pk"))
        detail = _DETAIL + ("手感在同类里最好。" if place == 1 else "最大承重不适用。")
        props = {"材质": "全棉", "产地": "江苏南通", "工艺": "" if place == 6 else "活性印染"}
        row.attributes = {"props": props, "sizes": specs, "detail": detail}
        row.save(update_fields=["attributes"])


def _sales(products: Sequence[DemoProduct], rows: Sequence[Product], now: datetime) -> None:
    """Fill days that no file brought with the pieces of the shop's own orders."""
    today = business_date(now)
    days = [
        ProductDay(product=row, date=day, paid_pieces=one.sold.get(day, 0))
        for one, row in zip(products, rows, strict=False)
        for day in (today - timedelta(days=n) for n in range(DAYS, 0, -1))
    ]
    ProductDay.objects.bulk_create(days, ignore_conflicts=True)


def _week(rows: Sequence[Product], by: User, now: datetime) -> None:
    at = now - timedelta(days=6)
    shelf.plan_shelf(by=by, now=at)
    evening = datetime(2000, 1, 1, 21, 30).time()  # noqa: DTZ001 - a time of day
    shelf.move_slot(product_id=rows[0].pk, weekday=6, at=evening, by=by, now=at)
    shelf.fill_showcase(by=by, now=at)


# Products that the demo watches more closely, and the words by which buyers find them.
_WORDS = {
    "MY-ZT60": "枕套 长绒棉",
    "MY-SJ40": "四件套 纯棉",
    "MY-MJ": "毛巾 纯棉",
    "MY-CL": "床笠 水洗棉",
}


def _chosen(rows: Sequence[Product]) -> list[tuple[Product, str]]:
    by_code = {row.item_code: row for row in rows}
    return [(by_code[code], word) for code, word in _WORDS.items() if code in by_code]


def _ranks(rows: Sequence[Product], by: User, now: datetime) -> None:
    found = []
    for place, (row, keyword) in enumerate(_chosen(rows)):
        for back in range(12, -1, -1):
            at = (now - timedelta(days=back)).astimezone(SHANGHAI).replace(hour=9, minute=20)
            if at > now:
                continue
            position: int | None = 16 + place * 9 + (back * 5 + place) % 6
            if place == 1 and back < 2:
                position = 118 if back else None
            look = looks.RankLook(row.pk, keyword, RankSort.GENERAL, at, position, 200)
            found.append(look)
    looks.record_ranks(looks=found, by=by, now=now)


def _rivals(rows: Sequence[Product], by: User, now: datetime) -> None:
    known = (
        ("眠岛家居", "长绒棉枕套 一对 60支", 129, 2400),
        ("棉间旗舰店", "全棉四件套 斜纹 被套床单", 339, 5200),
        ("素屋家纺", "三条装纯棉毛巾 吸水", 55, 8100),
        ("朝野生活", "水洗棉床笠 全包", 119, 1800),
    )
    for number, ((shop, title, price, sales), (row, _word)) in enumerate(
        zip(known, _chosen(rows), strict=False)
    ):
        given = looks.RivalGiven(shop, title, f"6200000000{number:02d}", row.pk)
        rival = looks.add_competitor(given=given, by=by, now=now - timedelta(days=30))
        found = [
            _rival_look(rival.pk, number, back, price, sales, now) for back in range(28, -1, -2)
        ]
        looks.record_rivals(looks=found, by=by, now=now)


def _rival_look(
    rival_id: int, number: int, back: int, price: int, sales: int, now: datetime
) -> looks.RivalLook:
    amount, sold, activity = Decimal(price), sales + (28 - back) * 3, ""
    if number == 1 and back <= 2:
        amount = Decimal(price - 50)
    if number == 0 and 10 <= back <= 14:
        amount, activity = Decimal(price - 20), "会员日"
    if number == 2 and back == 0:
        sold = sales * 2
    day = business_date(now) - timedelta(days=back)
    return looks.RivalLook(rival_id, day, amount, sold, activity, ad_pressure=(number + back) % 6)


def _violations(rows: Sequence[Product], by: User, manager: User, now: datetime) -> None:
    last = rows[-1]
    violations.record_violation(
        given=violations.ViolationGiven(
            kind="滥发信息：标题含绝对化用语",
            found_at=now - timedelta(days=1, hours=3),
            words="标题与详情中出现绝对化用语，商品已被下架，三天内可申诉。",
            product_id=last.pk,
            appeal_until=now + timedelta(hours=30),
            owner_id=by.pk,
            points=Decimal("0.2"),
            forbids_listing=True,
        ),
        by=by,
        now=now,
    )
    violations.record_violation(
        given=violations.ViolationGiven(
            kind="描述不当：面料成分与吊牌不一致",
            found_at=now - timedelta(days=6),
            words="抽检一件，请提供检测报告。",
            product_id=rows[10].pk if len(rows) > 10 else None,
            appeal_until=now + timedelta(days=4),
            owner_id=manager.pk,
        ),
        by=manager,
        now=now,
    )


def _prices(rows: Sequence[Product], by: User, manager: User, now: datetime) -> None:
    for place, row in enumerate(rows[:MAINS]):
        for sku in row.skus.order_by("pk")[:3]:
            _price_life(sku, place, by, now)
    followed = rows[1].skus.order_by("pk").first()
    if followed is not None and followed.floor_amount is not None:
        amount = followed.floor_amount - 12
        low = prices.NewPrice(followed.pk, PriceKind.ACTIVITY, amount, "对手降价，跟一周")
        prices.change_price(wanted=low, by=by, now=now - timedelta(hours=3))
    refused = rows[2].skus.order_by("pk").first()
    if refused is not None and refused.cost_amount is not None:
        low = prices.NewPrice(refused.pk, PriceKind.LIST, refused.cost_amount - 1, "冲销量")
        change = prices.change_price(wanted=low, by=by, now=now - timedelta(days=2))
        prices.decide_price(
            change_id=change.pk,
            agrees=False,
            reason="亏本，不做",
            by=manager,
            now=now - timedelta(days=2) + timedelta(hours=1),
        )


def _price_life(sku: Sku, place: int, by: User, now: datetime) -> None:
    amount = sku.list_amount
    if amount is None:
        return
    higher = amount + 20
    steps = ((40, higher, "开学季备货涨价"), (18 - place % 7, amount, "开学季结束，恢复"))
    for back, price, reason in steps:
        wanted = prices.NewPrice(sku.pk, PriceKind.LIST, price, reason)
        prices.change_price(wanted=wanted, by=by, now=now - timedelta(days=back))
    wanted = prices.NewPrice(sku.pk, PriceKind.ACTIVITY, amount - 10, "中秋预热活动价")
    prices.change_price(wanted=wanted, by=by, now=now - timedelta(days=4))
