"""A big base of finished orders, written straight by SQL, for measuring small imports into a large shop."""  # noqa: E501

from django.db import connection, transaction

from orders.actions.importing.order_list import _NEW
from orders.actions.importing.order_rows import COLUMNS
from orders.actions.importing.steps import heap_first

_NUMBERS = {"piece_count", "kind_count", "goods_amount", "postage_amount", "refund_amount"}
_VALUES = {
    "created_at": "timestamptz '2023-01-01' + n * interval '9 seconds'",
    "paid_at": "timestamptz '2023-01-01' + n * interval '9 seconds'",
    "created_date": "(timestamptz '2023-01-01' + n * interval '9 seconds')::date",
    "paid_date": "(timestamptz '2023-01-01' + n * interval '9 seconds')::date",
    "total_amount": "99",
    "paid_amount": "99",
    "status": "'TRADE_FINISHED'",
    "stage": "'signed'",
    "buyer_id": "1 + mod(n, {buyers})",
    "list_hash": "n",
    "exported_at": "timestamptz '2026-01-01'",
    "is_time_rough": "false",
    "is_presale": "false",
    "has_open_refund": "false",
    "receiver_province": "'广东省'",
    "receiver_address": "'龙*街道花**路**号'",
    "title": "'秋冬新款加厚保暖连帽卫衣'",
}
_NULLS = {
    "consigned_at",
    "ended_at",
    "handed_over_at",
    "shop_due_at",
    "platform_due_at",
    "ship_due_at",
    "ship_by_rule_id",
}


def fill_base(orders: int) -> None:
    """Fill empty order tables: `orders` orders with a line each, and a buyer for every three of them."""  # noqa: E501
    buyers = max(orders // 3, 1)
    names = ["tid", *COLUMNS, *_NEW]
    values = [
        "(10000000000000000::bigint + n)::text",
        *(_value(name, buyers) for name in COLUMNS),
        *_NEW.values(),
    ]
    with transaction.atomic(), connection.cursor() as cursor:  # noqa: SIM117
        with heap_first(cursor, "orders_buyer", "orders_order", "orders_orderline"):
            cursor.execute(
                "ALTER SEQUENCE orders_buyer_id_seq RESTART; ALTER SEQUENCE orders_order_id_seq RESTART"  # noqa: E501
            )
            cursor.execute(
                "INSERT INTO orders_buyer (key, nick) SELECT 'b' || n, 'b' || n FROM generate_series(1, %s) n",  # noqa: E501
                [buyers],
            )
            cursor.execute(
                f"INSERT INTO orders_order ({', '.join(names)}) SELECT {', '.join(values)}"
                " FROM generate_series(1, %(orders)s) n",
                {"orders": orders, "batch": 0},
            )
            cursor.execute(
                "INSERT INTO orders_orderline (order_id, line_key, position, quantity, list_price_amount,"  # noqa: E501
                " refund_amount, sku_code, item_code, item_no, title, spec, status, refund_status)"
                " SELECT n, (10000000000000000::bigint + n) || '1', 1, 1, 99, 0, 'K' || mod(n, 300), '', '', '卫衣', 'XL',"  # noqa: E501
                " 'TRADE_FINISHED', '' FROM generate_series(1, %s) n",
                [orders],
            )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE orders_order, orders_orderline, orders_buyer")


def _value(name: str, buyers: int) -> str:
    if name in _NULLS:
        return "NULL"
    return _VALUES.get(name, "0" if name in _NUMBERS else "''").format(buyers=buyers)
