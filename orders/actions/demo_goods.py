"""The demo shop's goods: what its catalogue sells, and how it sold by what its orders say."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.db import connection

from orders.demo.catalog import load_skus
from products.demo.files import DemoDay, DemoSku, write_files
from products.demo.stock import DemoGoods

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
