"""The demo shop's goods: what its catalogue sells, and how it sold by what its orders say."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from django.db import connection
from django.db.models import Sum

from orders.demo.catalog import load_skus
from orders.models import OrderLine
from products.demo.files import DemoDay, DemoSku, write_files
from products.demo.listing import DemoProduct, fill
from products.demo.listing import DemoSku as ListedSku
from products.demo.stock import DemoGoods
from shopops.lib.business_time import business_date
from shopops.staff.models import User

# Of what season a product of the demo shop is, by a word of its title.
_SEASONS = (
    ("天丝", "夏季"),
    ("凉席", "夏季"),
    ("蚊帐", "夏季"),
    ("磨毛", "冬季"),
    ("冬被", "冬季"),
)
# The set of a bath towel and a towel is made of the two sold singly.
BUNDLE = ("MY-YJTZ-SQ", {"MY-YJ-SQ": 1, "MY-MJCR-SQ": 2})
_SOLD = """
SELECT o.paid_date, l.item_no, count(DISTINCT o.id), sum(l.quantity),
  coalesce(sum(l.paid_amount), 0), coalesce(sum(l.refund_amount), 0)
FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
WHERE o.paid_date IS NOT NULL AND l.item_no <> '' GROUP BY 1, 2 ORDER BY 1, 2
"""


def goods_files(folder: Path, *, now: datetime, seed: int) -> list[Path]:
    """Write the files of the demo's goods; give their paths."""
    return write_files(folder, skus=demo_skus(), days=_sold(), now=now, seed=seed)


def demo_skus() -> list[DemoSku]:
    """Give the catalogue."""
    skus = load_skus()
    columns = (
        skus.product_id, skus.product_code, skus.title, skus.code, skus.spec, skus.price_fen,
        skus.weight_g,
    )  # fmt: skip
    return [
        DemoSku(
            item_no=str(item_no),
            item_code=str(item_code),
            product_title=str(title),
            code=str(code),
            spec=str(spec),
            price_amount=Decimal(int(price)) / 100,
            weight_grams=int(weight),
        )
        for item_no, item_code, title, code, spec, price, weight in zip(*columns, strict=True)
    ]


def demo_goods() -> list[DemoGoods]:
    """Give what each SKU costs and how well it sells."""
    skus = load_skus()
    columns = (skus.code, skus.price_fen, skus.popularity)
    return [DemoGoods(str(c), int(p), float(n)) for c, p, n in zip(*columns, strict=True)]


def _sold() -> list[DemoDay]:
    with connection.cursor() as cursor:
        cursor.execute(_SOLD)
        return [DemoDay(*row) for row in cursor.fetchall()]


def best_sellers() -> list[str]:
    """Give the numbers of products, the best sellers first."""
    pieces: dict[str, int] = {}
    for day in _sold():
        pieces[day.item_no] = pieces.get(day.item_no, 0) + day.pieces
    return sorted(pieces, key=lambda item_no: (-pieces[item_no], item_no))


def goods_life(*, by_name: Mapping[str, User], now: datetime) -> None:
    """Fill listing, shelf, watch, prices and quality of the demo shop. Safe to repeat."""
    fill(products=_products(now), manager=by_name["ning"], editor=by_name["man"], now=now)


def _products(now: datetime) -> list[DemoProduct]:
    """Give the catalogue, what sells most first."""
    skus, sold = load_skus(), _pieces_by_day(now)
    places: dict[str, list[int]] = defaultdict(list)
    weight: dict[str, float] = defaultdict(float)
    for place, code in enumerate(skus.product_code):
        places[str(code)].append(place)
        weight[str(code)] += float(skus.popularity[place])
    best = {item_no: place for place, item_no in enumerate(best_sellers())}
    ordered = sorted(
        places,
        key=lambda code: (
            best.get(str(skus.product_id[places[code][0]]), len(best)),
            -weight[code],
        ),
    )
    return [
        DemoProduct(
            item_no=str(skus.product_id[places[code][0]]),
            item_code=code,
            title=str(skus.title[places[code][0]]),
            season=_season(str(skus.title[places[code][0]])),
            skus=[
                ListedSku(
                    code=str(skus.code[place]),
                    spec=str(skus.spec[place]),
                    price=Decimal(int(skus.price_fen[place])) / 100,
                    weight_grams=int(skus.weight_g[place]),
                )
                for place in places[code]
            ],
            sold=sold.get(str(skus.product_id[places[code][0]]), {}),
        )
        for code in ordered
    ]


def _season(title: str) -> str:
    return next((season for word, season in _SEASONS if word in title), "")


def _pieces_by_day(now: datetime) -> dict[str, dict[date, int]]:
    """Give pieces paid by product number and day."""
    rows = (
        OrderLine.objects.filter(order__paid_date__gte=business_date(now) - timedelta(days=60))
        .values_list("item_no", "order__paid_date")
        .annotate(pieces=Sum("quantity"))
        .order_by("item_no", "order__paid_date")
    )
    found: dict[str, dict[date, int]] = defaultdict(dict)
    for item_no, day, pieces in rows:
        if item_no and day is not None:
            found[item_no][day] = pieces
    return found
