"""Review files as the platform writes them: GBK, every cell quoted."""

import csv
import io
from datetime import datetime, timedelta

from crm.actions.reviews.following import KIND, follow_changed, open_cases
from orders.models import Buyer, Order, OrderLine
from products.models import Product, Sku
from shopops.lib.business_time import SHANGHAI
from shopops.work.engine import perform_inline
from shopops.work.models import Run
from tests.factories.orders import BuyerFactory, OrderFactory, OrderLineFactory
from tests.products.harness import NOW

HEADERS = (
    "评论",
    "昵称",
    "追评内容",
    "追评时间",
    "评价时间",
    "商品id",
    "颜色分类",
    "评价分类",
    "skuid",
)
RATED = datetime(2026, 3, 9, 20, 15, 30, tzinfo=SHANGHAI)
ITEM, SKU_NO = "620011223344", "5012345678901"


def row(**given: str) -> dict[str, str]:
    """Give one review of the file; overrides by header."""
    base = {
        "评论": "洗了一次就掉色，客服态度差",
        "昵称": "小鹿乱撞88",
        "追评内容": "",
        "追评时间": "",
        "评价时间": f"{RATED:%Y-%m-%d %H:%M:%S}",
        "商品id": ITEM,
        "颜色分类": "蓝色",
        "评价分类": "差评",
        "skuid": SKU_NO,
    }
    return base | given


def content(*rows: dict[str, str], encoding: str = "gbk") -> bytes:
    """Write a file; columns are those of the first row."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def bought(*, nick: str = "小鹿乱撞88", days: int = 5, with_goods: bool = True) -> Order:
    """Give an order of one line that the base row fits."""
    if with_goods and not Sku.objects.filter(code="MY-BLUE").exists():
        product = Product.objects.create(item_no=ITEM, title="枕套", changed_at=RATED)
        Sku.objects.create(
            product=product, code="MY-BLUE", sku_no=SKU_NO, spec="蓝色", changed_at=RATED
        )
    order = OrderFactory(
        buyer=Buyer.objects.filter(key=nick).first() or BuyerFactory(key=nick),
        paid_at=RATED - timedelta(days=days),
        stage="signed",
    )
    OrderLineFactory(order=order, sku_code="MY-BLUE", item_no=ITEM)
    return order


def line_of(order: Order) -> OrderLine:
    """Give the order's line."""
    return OrderLine.objects.get(order=order)


def follow() -> Run:
    """Perform the run that was asked for."""
    done = perform_inline(Run.objects.get(kind=KIND))
    assert done.state == "done", done.error
    # The run goes by the clock; these reviews are of another spring.
    open_cases(now=NOW)
    follow_changed(now=NOW)
    return done
