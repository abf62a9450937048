"""Export files for the benches: an order list and its item list as the platform writes them, in GBK."""

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

from bench.layouts import ITEMS_2021, ORDERS_2022

_STATUSES = [
    ("交易成功", 88),
    ("卖家已发货，等待买家确认", 5),
    ("买家已付款，等待卖家发货", 2),
    ("交易关闭", 5),
]
_PLACES = ["广东省 广州市 越秀区", "浙江省 杭州市 西湖区", "上海 上海市 浦东新区", "四川省 成都市 "]


def write_files(
    folder: Path, *, lines: int, seed: int, first_tid: int, at: datetime
) -> tuple[Path, Path]:
    """Write an order list (layout of 2022, 71 columns) and its item list (28 columns) in GBK."""
    dice = random.Random(seed)
    paths = folder / f"ExportOrderList{seed}.csv", folder / f"ExportOrderDetailList{seed}.csv"
    statuses, weights = zip(*_STATUSES, strict=True)
    with (
        paths[0].open("w", encoding="gbk", newline="") as order_file,
        paths[1].open("w", encoding="gbk", newline="") as item_file,
    ):
        orders = csv.writer(order_file, quoting=csv.QUOTE_ALL)
        items = csv.writer(item_file, quoting=csv.QUOTE_ALL)
        orders.writerow(ORDERS_2022)
        items.writerow(ITEMS_2021)
        written, tid = 0, first_tid
        while written < lines:
            tid += dice.randrange(1, 9)
            status = dice.choices(statuses, weights)[0]
            count = min(dice.choices([1, 2, 3], [70, 18, 12])[0], lines - written)
            order, rows = _order(dice, tid, status, count, at)
            orders.writerow([order.get(name.strip(), "") for name in ORDERS_2022])
            for row in rows:
                items.writerow([row.get(name, "") for name in ITEMS_2021])
            written += count
    return paths


def _order(
    dice: random.Random, tid: int, status: str, count: int, at: datetime
) -> tuple[dict[str, str], list[dict[str, str]]]:
    created = at - timedelta(seconds=dice.randrange(86400 * 90))
    paid = (
        ""
        if status == "交易关闭" and dice.random() < 0.5
        else f"{created + timedelta(seconds=60):%F %T}"
    )
    sent = (
        f"{created + timedelta(hours=9):%F %T}"
        if status in ("交易成功", "卖家已发货，等待买家确认")
        else ""
    )
    prices = [dice.randrange(500, 30000) for _ in range(count)]
    total = sum(prices)
    waybill = f"YT{dice.randrange(10**12, 10**13)}" if sent else ""
    buyer = f"买家{dice.randrange(max(tid % 997, 1) * 251 + 1)}"
    order = {
        "订单编号": f'="{tid}"',
        "买家会员名": buyer,
        "买家应付货款": _yuan(total),
        "买家应付邮费": "0.00",
        "总金额": _yuan(total),
        "买家实际支付金额": _yuan(total) if paid else "0.00",
        "订单状态": status,
        "收货人姓名": "张**",
        "收货地址": f"{dice.choice(_PLACES)} 龙*街道花**路**号{dice.randrange(99)}栋**(510180)",
        "运送方式": "快递",
        "联系手机": f"'*******{dice.randrange(10000):04d}",
        "订单创建时间": f"{created:%F %T}",
        "订单付款时间": paid,
        "宝贝标题": "秋冬新款加厚保暖连帽卫衣男女同款宽松外套",
        "宝贝种类": str(count),
        "物流单号": f"No:{waybill}" if waybill else "",
        "物流公司": "圆通速递" if waybill else "",
        "宝贝总数量": str(count),
        "店铺Id": "0",
        "店铺名称": "示例旗舰店",
        "订单关闭原因": "订单未关闭",
        "卖家服务费": "0",
        "买家服务费": "0元",
        "退款金额": _yuan(total) if status == "交易关闭" and paid else "0.00",
        "发货时间": sent,
    }
    rows = [
        {
            "子订单编号": f'="{tid * 10 + n}"',
            "主订单编号": f'="{tid}"',
            "标题": "秋冬新款加厚保暖连帽卫衣男女同款宽松外套",
            "价格": _yuan(price + 1000),
            "购买数量": "1",
            "外部系统编号": f"K{price % 300}",
            "商品属性": "颜色分类：藏青色;尺码：XL（建议120-140斤）",
            "订单状态": status,
            "商家编码": f"K{price % 300}-XL",
            "买家应付货款": _yuan(price),
            "买家实际支付金额": _yuan(price) if paid else "0.00",
            "退款状态": "退款成功" if order["退款金额"] != "0.00" else "没有申请退款",
            "退款金额": _yuan(price) if order["退款金额"] != "0.00" else "无退款申请",
            "订单创建时间": order["订单创建时间"],
            "订单付款时间": paid,
            "商品id": str(600_000_000_000 + price % 300),
            "发货时间": sent,
            "物流单号": order["物流单号"],
            "物流公司": order["物流公司"],
        }
        for n, price in enumerate(prices)
    ]
    return order, rows


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
