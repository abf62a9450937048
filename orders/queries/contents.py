"""What of an order is to be packed: its lines and gifts with their part of the money."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from orders.models import GiftLine, Order, OrderLine
from orders.rules.apportion import LineFacts, goes_along, line_amounts

_NOTHING = Decimal("0.00")
_FACTS = (
    "quantity",
    "list_price_amount",
    "paid_amount",
    "refund_amount",
    "status",
    "refund_status",
)


@dataclass(frozen=True, slots=True)
class Content:
    """What of an order is to be packed: pieces of one line or one gift, and their money."""

    order_id: int
    line_id: int | None
    gift_id: int | None
    sku_code: str
    quantity: int
    amount: Decimal


def contents_of(orders: Sequence[Order]) -> dict[int, list[Content]]:
    """Give what is to be packed of each order: lines by position, then gifts. Two queries.

    What an order cost is divided among all its lines; those that do not go along keep their part.
    """
    paid = {order.pk: order.paid_amount for order in orders}
    lines: dict[int, list[tuple[int, str, LineFacts]]] = defaultdict(list)
    rows = OrderLine.objects.filter(order__in=paid).order_by("order_id", "position", "pk")
    for pk, order_id, code, *facts in rows.values_list("pk", "order_id", "sku_code", *_FACTS):
        lines[order_id].append((pk, code, LineFacts(*facts)))
    found: dict[int, list[Content]] = defaultdict(list)
    for order_id, of_order in lines.items():
        amounts = line_amounts(paid[order_id], [fact for _pk, _code, fact in of_order])
        for (pk, code, fact), amount in zip(of_order, amounts, strict=True):
            if goes_along(fact):
                found[order_id].append(Content(order_id, pk, None, code, fact.quantity, amount))
    for gift in GiftLine.objects.filter(order__in=paid).order_by("order_id", "pk"):
        found[gift.order_id].append(
            Content(gift.order_id, None, gift.pk, gift.sku_code, gift.quantity, _NOTHING)
        )
    return dict(found)
