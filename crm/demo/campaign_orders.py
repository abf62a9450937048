"""Orders that campaigns of the demo shop brought: a small order list and item list, finished long ago."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from orders.demo.catalog import load_skus
from shopops.lib.business_time import SHANGHAI


@dataclass(frozen=True, slots=True)
class Bought:
    """Who bought when, which SKU of the demo catalogue, and what was taken off."""

    nick: str
    at: datetime
    sku: int
    off_fen: int


def write_orders(folder: Path, rows: Sequence[Bought], *, stamp: datetime) -> list[Path]:
    """Write both files as exported at `stamp`; every order was shipped and signed for."""
    folder.mkdir(parents=True, exist_ok=True)
    orders, items = [], []
    for number, one in enumerate(rows):
        order, item = _rows(number, one)
        orders.append(order)
        items.append(item)
    name = stamp.astimezone(SHANGHAI).strftime("%Y%m%d%H%M")
    return [
        _write(folder / f"ExportOrderList{name}.csv", orders),
        _write(folder / f"ExportOrderDetailList{name}.csv", items),
    ]


def _rows(number: int, one: Bought) -> tuple[dict[str, str], dict[str, str]]:
    skus = load_skus()
    sku = one.sku % len(skus.code)
    list_fen = int(skus.price_fen[sku])
    paid = max(list_fen - one.off_fen, 100)
    at = one.at.astimezone(SHANGHAI)
    tid = f"46{at:%y%m%d}{number:011d}"

    def show(after: timedelta) -> str:
        return (at + after).strftime("%Y-%m-%d %H:%M:%S")

    times = {
        "订单创建时间": show(-timedelta(seconds=50)),
        "订单付款时间": show(timedelta()),
        "发货时间": show(timedelta(hours=9)),
        "确认收货时间": show(timedelta(days=4)),
        "订单状态": "交易成功",
    }
    order = {
        "订单编号": tid,
        "买家会员名": one.nick,
        "买家会员昵称": one.nick,
        "买家应付货款": _yuan(paid),
        "买家应付邮费": "0.00",
        "总金额": _yuan(paid),
        "买家实际支付金额": _yuan(paid),
        "买家留言": "",
        "收货人姓名": "老**",
        "收货地址": "浙江省 杭州市 余杭区 五**街道文**路**号(000000)",
        "联系手机": "*******2026",
        "宝贝标题": str(skus.title[sku]),
        "宝贝种类": "1",
        "宝贝总数量": "1",
        "退款金额": "0.00",
    } | times
    item = {
        "子订单编号": f"{tid[:-1]}7{number % 10}",
        "主订单编号": tid,
        "商品标题": str(skus.title[sku]),
        "商品价格": _yuan(list_fen),
        "购买数量": "1",
        "商家编码": str(skus.code[sku]),
        "买家应付货款": _yuan(paid),
        "买家实付金额": _yuan(paid),
        "退款状态": "没有申请退款",
        "退款金额": "0.00",
    } | times
    return order, item


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _write(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
