"""The demo shop's goods: its own catalogue and the pieces that its own orders sold, handed to goods."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Sum

from orders.demo.catalog import load_skus
from orders.models import OrderLine
from products import demo
from products.demo import DemoProduct, DemoSku
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


def goods_life(*, by_name: Mapping[str, User], now: datetime) -> None:
    """Fill listing, shelf, watch, prices and quality of the demo shop. Safe to repeat."""
    demo.fill(products=_products(now), manager=by_name["ning"], editor=by_name["man"], now=now)


def _products(now: datetime) -> list[DemoProduct]:
    """Give the catalogue, what sells most first."""
    skus, sold = load_skus(), _sold(now)
    places: dict[str, list[int]] = defaultdict(list)
    weight: dict[str, float] = defaultdict(float)
    for place, code in enumerate(skus.product_code):
        places[str(code)].append(place)
        weight[str(code)] += float(skus.popularity[place])
    ordered = sorted(places, key=lambda code: -weight[code])
    return [
        DemoProduct(
            item_no=str(skus.product_id[places[code][0]]),
            item_code=code,
            title=str(skus.title[places[code][0]]),
            season=_season(str(skus.title[places[code][0]])),
            skus=[
                DemoSku(
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


def _sold(now: datetime) -> dict[str, dict[date, int]]:
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
