"""Made-up orders, made inside Postgres: millions of finished ones, and the few that are open.

History goes back in time, so a base can grow from a hundred thousand orders to ten million while its
open orders and its last days stay what they are.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from bench.scratch import run, say

CHUNK = 500_000
FIRST_TID = 4_800_000_000_000_000_000
TABLES = ("orders_buyer", "orders_order", "orders_orderline", "orders_shipment", "orders_hold")
PROVINCES = (
    "广东省,浙江省,江苏省,上海,北京,山东省,河南省,四川省,湖北省,湖南省,福建省,安徽省,河北省,陕西省,"
    "江西省,辽宁省,重庆,广西壮族自治区,云南省,山西省,贵州省,天津,黑龙江省,吉林省,甘肃省,海南省,"
    "内蒙古自治区,新疆维吾尔自治区,宁夏回族自治区,青海省,西藏自治区"
)

# The columns that every made-up order has, whatever its stage.
COLUMNS = """
  version, piece_count, kind_count, is_time_rough, is_memo_by_hand, postage_amount, due_reason,
  receiver_name, receiver_phone, receiver_city, receiver_district, receiver_address, close_reason,
  shipping_text, promise_hours, buyer_id, buyer_nick, title, receiver_province, tid, created_at,
  created_date, paid_at, paid_date, shop_due_at, platform_due_at, ship_due_at, goods_amount,
  total_amount, paid_amount, refund_amount, status, stage, flag, has_open_refund, is_presale,
  is_urgent, buyer_message, seller_memo, handed_over_at"""
COMMON = """
  1, 2, 1, false, false, 0, 'after_cutoff|shop|rule|48|16:00', '张**',
  lpad((random() * 9999)::int::text, 11, '*'), '杭州市', '西湖区', '文一西路 *** 号', '', '快递', 48,
  buyer, '棉**' || buyer % 1000,
  (ARRAY['四件套 纯棉 1.5m 床单被套','枕套 60支长绒棉 一对','羽绒被 冬被 加厚 200×230'])[1 + g % 3],
  (string_to_array(%(provinces)s, ','))[1 + (random()^2 * 30.99)::int % 31],
  (%(first_tid)s + g)::text, at, (at AT TIME ZONE 'Asia/Shanghai')::date, paid_at,
  (paid_at AT TIME ZONE 'Asia/Shanghai')::date"""

FILL_HISTORY = f"""
INSERT INTO orders_order ({COLUMNS})
SELECT {COMMON}, paid_at + '9 hours', paid_at + '48 hours', paid_at + '9 hours', goods, goods,
  CASE WHEN paid_at IS NULL THEN 0 ELSE goods END,
  CASE WHEN paid_at IS NOT NULL AND g % 12 = 0 THEN goods ELSE 0 END, 'TRADE_FINISHED',
  CASE WHEN paid_at IS NULL THEN 'cancelled' ELSE 'signed' END, 0, false, false, false, '', '',
  paid_at + '6 hours'
FROM (
  SELECT g, at, CASE WHEN random() < 0.915 THEN at + '40 s'::interval END AS paid_at,
    (20 + random() * 300)::numeric(12, 2) AS goods, 1 + (random() * %(buyers)s)::bigint AS buyer
  FROM (SELECT g, %(newest)s::timestamptz - (g + random()) * %(step)s::interval AS at
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS g) AS times) AS drawn
"""

# Of the open orders 10 % are late; the rest fall due within two days. One in nine is held.
FILL_OPEN = f"""
INSERT INTO orders_order ({COLUMNS})
SELECT {COMMON}, due, due + '20 hours', due, goods, goods, goods, 0,
  CASE WHEN stage = 'handed_over' THEN 'WAIT_BUYER_CONFIRM_GOODS' ELSE 'WAIT_SELLER_SEND_GOODS' END,
  stage, CASE WHEN g % 7 = 0 THEN 1 + g % 5 ELSE 0 END, g % 40 = 0, g % 60 = 0, g % 90 = 0,
  CASE WHEN g % 12 = 0 THEN '麻烦尽快发货，谢谢' ELSE '' END,
  CASE WHEN g % 15 = 0 THEN '送抱枕一个' ELSE '' END,
  CASE WHEN stage = 'handed_over' THEN due - '1 hour'::interval END
FROM (
  SELECT g, due, due - '20 hours'::interval AS at, due - '19 hours'::interval AS paid_at,
    (ARRAY['awaiting_audit','awaiting_audit','awaiting_audit','held','approved','approved',
           'approved','handed_over','handed_over'])[1 + g % 9] AS stage,
    (20 + random() * 300)::numeric(12, 2) AS goods, 1 + (random() * %(buyers)s)::bigint AS buyer
  FROM (SELECT g, %(now)s::timestamptz + (random() - 0.1) * '2 days'::interval AS due
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS g) AS times) AS drawn
"""

FILL_HOLDS = """
INSERT INTO orders_hold (
  order_id, kind, owner_role, note, is_hand_set, must_tell_buyer, opened_at, due_at, told_channel,
  told_words, buyer_answer, resolution)
SELECT id, kind, 'service', '', false, kind = 'stock_short', created_at, ship_due_at, '', '', '', ''
FROM orders_order CROSS JOIN LATERAL unnest(
  CASE WHEN id % 5 = 0 THEN ARRAY['stock_short', 'buyer_message'] ELSE ARRAY['memo_instruction'] END
) AS kind
WHERE id > %(after_id)s AND stage = 'held'
"""

FILL_LINES = """
INSERT INTO orders_orderline (
  order_id, position, quantity, list_price_amount, paid_amount, refund_amount, line_key, sku_code,
  item_code, item_no, title, spec, status, refund_status)
SELECT id, n, 1, goods_amount, CASE WHEN paid_amount = 0 THEN 0
    WHEN n = 0 AND kinds = 2 THEN round(goods_amount / 2, 2)
    WHEN n = 0 THEN goods_amount ELSE goods_amount - round(goods_amount / 2, 2) END,
  CASE WHEN n = 0 THEN refund_amount ELSE 0 END, tid || '-' || n,
  'SKU-' || (random() ^ 3 * 1999)::int, '', (90000000 + (random() ^ 3 * 399)::int)::text,
  '四件套 纯棉 1.5m 床单被套', '颜色:雾蓝;尺寸:1.5m', 'TRADE_FINISHED', ''
FROM (SELECT *, 1 + (id % 5 < 2)::int AS kinds FROM orders_order WHERE id > %(after_id)s) AS o
CROSS JOIN LATERAL generate_series(0, kinds - 1) AS n
"""

FILL_SHIPMENTS = """
INSERT INTO orders_shipment (order_id, handed_over_at, carrier, waybill_no)
SELECT id, handed_over_at, '中通快递', 'ZT' || tid FROM orders_order
WHERE id > %(after_id)s AND handed_over_at IS NOT NULL
"""


class Base:
    """A growing base of made-up orders. `made` counts all, `open_made` the open ones."""

    def __init__(self, *, newest: datetime, step: timedelta) -> None:
        self.newest = newest
        self.step = step
        self.made = 0
        self.open_made = 0

    def grow(self, *, orders: int, open_orders: int, now: datetime) -> None:
        """Grow to `orders`, `open_orders` of them open; then indexes and statistics stand again."""
        with _without_indexes():
            self._buyers(orders * 3 // 10)
            values = {"provinces": PROVINCES, "first_tid": FIRST_TID, "buyers": orders * 3 // 10}
            new_open = open_orders - self.open_made
            self._orders(FILL_OPEN, new_open, values | {"now": now}, holds=True)
            self.open_made += new_open
            times = {"newest": self.newest, "step": self.step}
            self._orders(FILL_HISTORY, orders - self.made, values | times)
        for table in TABLES:
            run(f"VACUUM (ANALYZE) {table}")
        run("CHECKPOINT")  # else what is measured next competes with writing this out

    def _buyers(self, count: int) -> None:
        run(
            "INSERT INTO orders_buyer (key, nick) SELECT 'b' || g, '棉花' || g FROM"
            " generate_series((SELECT count(*) + 1 FROM orders_buyer), %(count)s + 2) AS g",
            {"count": count},
        )

    def _orders(
        self, statement: str, count: int, values: dict[str, object], *, holds: bool = False
    ) -> None:
        end = self.made + count
        while self.made < end:
            last = min(self.made + CHUNK, end)
            rows = run("SELECT coalesce(max(id), 0) FROM orders_order")
            after = {"after_id": rows[0][0]}
            part = values | {"first": self.made + 1, "last": last}
            run(statement.replace(" % ", " %% "), part)
            for following in (FILL_LINES, FILL_SHIPMENTS, *((FILL_HOLDS,) if holds else ())):
                run(following.replace(" % ", " %% "), after)
            self.made = last
            say(f"made {self.made:,} orders")


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Take all secondary indexes and foreign keys away inside the block; put them back after it."""
    constraints = run(
        "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)"
        " FROM pg_constraint WHERE conrelid = ANY(%(tables)s::regclass[])"
        " AND contype IN ('f', 'u') ORDER BY contype DESC",
        {"tables": list(TABLES)},
    )
    for table, name, _definition in constraints:
        run(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    indexes = run(
        "SELECT quote_ident(indexname), indexdef FROM pg_indexes WHERE tablename = ANY(%(tables)s)"
        " AND indexname NOT LIKE '%%_pkey'",
        {"tables": list(TABLES)},
    )
    for name, _definition in indexes:
        run(f"DROP INDEX {name}")
    try:
        yield
    finally:
        for _name, definition in indexes:
            run(str(definition))
        for table, name, definition in constraints:
            run(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
