"""Goods of the demo shop as files in the formats that the shop would have: brought in through the importers.

What the demo sells is a higher app's to know and is passed in.
"""

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import xlsxwriter
from PIL import Image, ImageDraw

from products.actions import bundles, catalogue, images
from products.actions.errors import GoodsRefusedError
from products.models import Product, Sku
from shopops.staff.models import User

MAIN, PICTURED = 14, 14
_HUES = ("#7d9bb5", "#d9c9b0", "#b9b4aa", "#7f8f8a", "#d8b4b4", "#98a98a", "#c8ab7c", "#8a6f5c")


@dataclass(frozen=True, slots=True)
class DemoSku:
    """One SKU of the demo's catalogue."""

    item_no: str
    item_code: str
    product_title: str
    code: str
    spec: str
    price_amount: Decimal
    weight_grams: int


@dataclass(frozen=True, slots=True)
class DemoDay:
    """What was sold of one product on one day."""

    date: date
    item_no: str
    buyers: int
    pieces: int
    amount: Decimal
    refund_amount: Decimal


def write_files(
    folder: Path, *, skus: Sequence[DemoSku], days: Sequence[DemoDay], now: datetime, seed: int
) -> list[Path]:
    """Write a cost table, a list of products and a report of days; give their paths, in order."""
    folder.mkdir(parents=True, exist_ok=True)
    dice = random.Random(seed)  # noqa: S311 - a demo
    stamp = f"{now:%Y%m%d%H%M}"
    books = (
        (f"商家中心_商品信息_{stamp}.xlsx", _shop_rows(skus, now)),
        (f"成本表_{stamp}.xlsx", _cost_rows(skus, dice)),
        (f"【生意参谋平台】商品_全部_{stamp}.xlsx", _day_rows(skus, days, dice)),
    )
    paths = []
    for name, rows in books:
        path = folder / name
        _write(path, rows)
        paths.append(path)
    return paths


def _write(path: Path, rows: list[list[object]]) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


def _shop_rows(skus: Sequence[DemoSku], now: datetime) -> list[list[object]]:
    head = [
        "商品id", "发布时间", "商品名称", "品牌", "系列", "规格", "商品编码", "条形码", "商品价格",
        "颜色分类",
    ]  # fmt: skip
    rows: list[list[object]] = [list(head)]
    for number, sku in enumerate(skus):
        colour, _semi, size = sku.spec.partition(";")
        barcode = _barcode(number)
        rows.append(
            [
                sku.item_no,
                f"{now.year - 1}-11-05 10:00:00",
                sku.product_title,
                "棉语",
                "",
                size.partition("：")[2],
                sku.code,
                barcode,
                float(sku.price_amount),
                colour.partition("：")[2],
            ]
        )
    return rows


def _barcode(number: int) -> str:
    """Give an EAN-13 with its check digit."""
    digits = f"69{4_827_300_000 + number:010d}"
    total = sum(int(sign) * (3 if index % 2 else 1) for index, sign in enumerate(digits))
    return f"{digits}{-total % 10}"


def _cost_rows(skus: Sequence[DemoSku], dice: random.Random) -> list[list[object]]:
    head = [
        "图片", "款式编码", "商品编码", "商品名称", "商品简称", "颜色及规格", "颜色", "规格", "基本售价",
        "成本价", "采购价", "市场|吊牌价", "品牌",
    ]  # fmt: skip
    rows: list[list[object]] = [list(head)]
    rate: dict[str, float] = {}
    for number, sku in enumerate(skus):
        share = rate.setdefault(sku.item_code, dice.uniform(0.42, 0.66))
        price = float(sku.price_amount)
        # Two prices that were changed on the platform only, one cost that rose above its price.
        own_price = price + 10 if number in (7, 31) else price
        cost = price + 6 if number == 58 else round(price * share, 1)
        spec = ";".join(part.partition("：")[2] for part in sku.spec.split(";"))
        colour, _semi, size = spec.partition(";")
        rows.append(
            [
                "",
                sku.item_code,
                sku.code,
                sku.product_title,
                sku.product_title.split(" ")[-1],
                spec,
                colour,
                size,
                own_price,
                cost,
                round(cost * 0.94, 1),
                round(price * 1.4),
                "棉语",
            ]
        )
    return rows


def _day_rows(
    skus: Sequence[DemoSku], days: Sequence[DemoDay], dice: random.Random
) -> list[list[object]]:
    head = [
        "统计日期", "商品ID", "商品名称", "货号", "商品状态", "商品访客数", "商品浏览量", "平均停留时长",
        "商品详情页跳出率", "商品收藏人数", "商品加购件数", "商品加购人数", "下单买家数", "下单件数",
        "下单金额", "支付买家数", "支付件数", "支付金额", "成功退款金额", "搜索引导访客数",
        "搜索引导支付买家数",
    ]  # fmt: skip
    known = {sku.item_no: sku for sku in skus}
    rows: list[list[object]] = [list(head)]
    for day in _every_day(list(known), days):
        sku = known[day.item_no]
        visitors = int((day.buyers + 1) * dice.uniform(22, 48))
        carts = int(day.buyers * dice.uniform(2.2, 4)) + dice.randint(0, 4)
        found = int(visitors * dice.uniform(0.15, 0.4))
        rows.append(
            [
                day.date.isoformat(),
                day.item_no,
                sku.product_title,
                sku.item_code,
                "当前在线",
                visitors,
                int(visitors * dice.uniform(2, 3.4)),
                round(dice.uniform(9, 26), 2),
                f"{dice.uniform(38, 66):.2f}%",
                int(visitors * dice.uniform(0.01, 0.05)),
                carts + 1,
                carts,
                day.buyers,
                day.pieces,
                float(day.amount),
                day.buyers,
                day.pieces,
                float(day.amount),
                float(day.refund_amount),
                found,
                min(day.buyers, found // 30),
            ]
        )
    return rows


def _every_day(numbers: Sequence[str], days: Sequence[DemoDay]) -> list[DemoDay]:
    """Give each product a day whenever anything was sold: the report knows those that sold nothing."""
    sold = {(day.date, day.item_no): day for day in days}
    nothing = Decimal("0.00")
    return [
        sold.get((date_, item_no), DemoDay(date_, item_no, 0, 0, nothing, nothing))
        for date_ in sorted({day.date for day in days})
        for item_no in numbers
    ]


def tend(
    *, by: User, now: datetime, best: Sequence[str], bundle: tuple[str, dict[str, int]]
) -> None:
    """Do what a person would after the files came: main products, pictures, a bundle.

    `best`: numbers of products, the best sellers first.
    """
    for place, item_no in enumerate(best):
        product = Product.objects.filter(item_no=item_no).first()
        if product is None:
            continue
        role = ("traffic", "profit", "image", "clearance")[place % 4]
        values = {
            "status": "on_shelf",
            "role": role,
            "is_main": place < MAIN,
            "in_showcase": place < MAIN,
        }
        catalogue.edit_product(product_id=product.pk, values=values, by=by, now=now)
        if place < PICTURED and not product.image_path:
            images.set_image(product_id=product.pk, file=_picture(place), by=by, now=now)
    code, parts = bundle
    whole = Sku.objects.filter(code=code).first()
    if whole is not None and not whole.parts.exists():
        try:
            bundles.set_bundle(sku_id=whole.pk, parts=parts, by=by, now=now)
        except GoodsRefusedError:
            return


def _picture(place: int) -> io.BytesIO:
    """Draw a folded cloth on white ground, as a main image should be."""
    image = Image.new("RGB", (800, 800), "#ffffff")
    pen = ImageDraw.Draw(image)
    hue = _HUES[place % len(_HUES)]
    for fold in range(3):
        top = 250 + fold * 110
        pen.rounded_rectangle((150, top, 650, top + 96), radius=44, fill=hue)
        pen.line((190, top + 30, 610, top + 30), fill="#ffffff", width=3)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    out.seek(0)
    return out
