"""Orders that could travel together: a household that buys twice, an office beside a home. Two small files."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from orders.demo.catalog import load_skus
from shopops.lib.business_time import SHANGHAI

# Words of people in the demo's merges and splits.
WHY_MERGED = "同一家买了两次，一起发"
WHY_UNDONE = "买家说分开送两个人"
WHY_SPLIT = "一箱装不下"
APART_WORDS = "礼盒要单独送人"
CONSENT = "可以的，都发到公司吧"

_HOMES = (
    ("贝壳小屋", "沈**", "*******2271", "浙江省 宁波市 鄞州区 首南街道天**苑*幢***室(000000)"),
    ("晴川历历", "葛**", "*******9043", "湖北省 武汉市 汉阳区 晴**街道鹦**道***号(000000)"),
    ("一粒米儿", "米**", "*******6618", "四川省 成都市 武侯区 玉**街道紫**路**号(000000)"),
    ("南山种豆", "陶**", "*******3350", "广东省 广州市 番禺区 市**街道繁**路*号(000000)"),
    ("鹿鸣呦呦", "许**", "*******7724", "江苏省 苏州市 姑苏区 平**街道白**巷*号(000000)"),
)
_OFFICE = "广东省 广州市 天河区 珠**街道华**路**号*座(000000)"
# Of which home (and whether to the office), minutes before now, lines (which SKU, pieces).
_ORDERS = (
    (0, False, 55, ((3, 1), (8, 2))),
    (0, False, 12, ((11, 1),)),
    (1, False, 140, ((20, 1),)),
    (1, False, 35, ((5, 2),)),
    (1, False, 18, ((14, 1),)),
    (2, False, 90, ((9, 1),)),
    (2, False, 70, ((2, 1), (17, 1))),
    (3, False, 45, ((6, 1),)),
    (3, True, 25, ((12, 1),)),
    (4, False, 160, ((1, 3), (7, 2), (16, 1))),
)


@dataclass(frozen=True, slots=True)
class Pair:
    """The order numbers of one household."""

    tids: tuple[str, ...]


def households(now: datetime) -> list[Pair]:
    """Give the orders of each household, in the order of `_HOMES`."""
    return [
        Pair(tuple(_tid(now, at) for at, one in enumerate(_ORDERS) if one[0] == home))
        for home in range(len(_HOMES))
    ]


def write_pairs(folder: Path, *, now: datetime) -> list[Path]:
    """Write the order list and the item list of these orders as exported a minute before `now`."""
    folder.mkdir(parents=True, exist_ok=True)
    stamp = (now - timedelta(minutes=1)).astimezone(SHANGHAI).strftime("%Y%m%d%H%M")
    orders, items = [], []
    for at in range(len(_ORDERS)):
        order, lines = _rows(now, at)
        orders.append(order)
        items += lines
    files = {f"ExportOrderList{stamp}.csv": orders, f"ExportOrderDetailList{stamp}.csv": items}
    return [_write(folder / name, rows) for name, rows in files.items()]


def _tid(now: datetime, at: int) -> str:
    return f"47{now.astimezone(SHANGHAI):%y%m%d}{at:011d}"


def _rows(now: datetime, at: int) -> tuple[dict[str, str], list[dict[str, str]]]:
    home, is_office, minutes, lines = _ORDERS[at]
    nick, name, phone, address = _HOMES[home]
    skus = load_skus()
    placed = (now - timedelta(minutes=minutes)).astimezone(SHANGHAI)
    paid = placed + timedelta(seconds=40)
    picked = [(place % len(skus.code), pieces) for place, pieces in lines]
    total = sum(int(skus.price_fen[place]) * pieces for place, pieces in picked)
    times = {
        "订单创建时间": placed.strftime("%Y-%m-%d %H:%M:%S"),
        "订单付款时间": paid.strftime("%Y-%m-%d %H:%M:%S"),
        "订单状态": "买家已付款，等待卖家发货",
    }
    order = {
        "订单编号": _tid(now, at),
        "买家会员名": nick,
        "买家会员昵称": nick,
        "买家应付货款": _yuan(total),
        "买家应付邮费": "0.00",
        "总金额": _yuan(total),
        "买家实际支付金额": _yuan(total),
        "买家留言": "",
        "收货人姓名": name,
        "收货地址": _OFFICE if is_office else address,
        "联系手机": phone,
        "宝贝标题": "，".join(str(skus.title[place]) for place, _pieces in picked),
        "宝贝种类": str(len(picked)),
        "宝贝总数量": str(sum(pieces for _place, pieces in picked)),
        "退款金额": "0.00",
    } | times
    items = [
        {
            "子订单编号": f"{_tid(now, at)[:-2]}{at:01d}{place:01d}",
            "主订单编号": _tid(now, at),
            "商品标题": str(skus.title[sku]),
            "商品价格": _yuan(int(skus.price_fen[sku])),
            "购买数量": str(pieces),
            "商家编码": str(skus.code[sku]),
            "买家应付货款": _yuan(int(skus.price_fen[sku]) * pieces),
            "买家实付金额": _yuan(int(skus.price_fen[sku]) * pieces),
            "退款状态": "没有申请退款",
            "退款金额": "0.00",
        }
        | times
        for place, (sku, pieces) in enumerate(picked)
    ]
    return order, items


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _write(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
