"""Words for buyers: what templates fill in, and what a shop begins with. Pure."""

import re
from collections.abc import Mapping

from orders.choices import HoldKind

VARIABLES = ("tid", "receiver", "item", "ship_time")

_PLACE = re.compile(r"\{(\w*)\}")


def filled(words: str, values: Mapping[str, str]) -> str:
    """Put an order's values in the places of a text; a place of unknown name stays as written."""
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), words)


def unknown_places(words: str) -> list[str]:
    """Name the places of a text that nothing fills, each once."""
    return list(dict.fromkeys(place for place in _PLACE.findall(words) if place not in VARIABLES))


# What a shop begins with: for each kind whose buyer must be told, and where an address lacks.
START_WORDS: dict[HoldKind, str] = {
    HoldKind.STOCK_SHORT: (
        "亲，您的订单 {tid} 里「{item}」刚盘点到缺货，非常抱歉。补到货会在{ship_time}前发出；"
        "也可以换一款，或者给您退款。您看怎么方便？"
    ),
    HoldKind.LATE_SHIPPING: (
        "亲，您的订单 {tid} 没能按时出库，非常抱歉。我们会在{ship_time}前发出，"
        "不想等也可以给您退款，您看可以吗？"
    ),
    HoldKind.REGION_NOT_SERVED: (
        "亲，您的订单 {tid} 的收货地址我们合作的快递暂时送不到。"
        "您方便换一个收货地址吗？不方便的话给您退款。"
    ),
    HoldKind.GIFT_OUT_OF_STOCK: (
        "亲，您的订单 {tid} 的赠品暂时没有了，非常抱歉。主商品可以先发，赠品到了再补给您；"
        "或者等齐了一起发，{ship_time}前发出。您看哪种好？"
    ),
    HoldKind.ADDRESS_INCOMPLETE: (
        "亲，您的订单 {tid} 的收货信息不完整，快递送不到。"
        "麻烦您在订单里补全收货人、电话和详细地址，谢谢！"
    ),
}
