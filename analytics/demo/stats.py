"""The invented shop's 生意参谋 files, coherent with its orders: brought in through the importers.

What was paid is what the orders say; visitors, carts and sources are drawn so that they lead there.
Two days of the shop's file and a week of the sources were never exported, and one file was
exported again with other figures: pages and checks must cope with that.
"""

import csv
import io
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

# Counted back from the last whole day.
FORGOTTEN = frozenset({40, 41})
WITHOUT_SOURCES = frozenset(range(55, 62))
CORRECTED = 4
_SHOP_HEAD = (
    "统计日期", "访客数", "PC端访客数", "无线端访客数", "浏览量", "平均停留时长", "跳失率", "商品收藏买家数",
    "加购人数", "加购件数", "下单买家数", "下单金额", "下单转化率", "支付买家数", "支付金额", "支付件数",
    "支付父订单数", "支付转化率", "客单价", "支付老买家数", "新访客数", "老访客数", "搜索访客数", "成功退款金额",
    "描述相符评分", "服务态度评分", "物流服务评分",
)  # fmt: skip
_TRADE_HEAD = (
    "日期", "终端", "支付金额", "支付买家数", "客单价", "下单金额", "下单买家数", "支付转化率", "下单-支付转化率",
)  # fmt: skip
_HOUR_HEAD = ("日期", "小时", "支付金额", "支付买家数", "下单金额", "下单买家数")
# Somebody exports the hours now and then: of the last days only.
HOUR_DAYS = 7
_FLOW_HEAD = (
    "统计日期", "终端", "来源", "来源明细", "访客数", "浏览量", "加购人数", "下单买家数", "支付买家数", "支付转化率",
)  # fmt: skip
_COUPON_HEAD = ("统计日期", "领取张数", "使用张数", "支付金额", "支付买家数", "支付件数", "客单价")
_SCORE_HEAD = (
    "物流服务", "描述相符", "服务态度", "店铺id", "用户id", "用户昵称", "综合体验星级", "主营类目", "店铺类型",
)  # fmt: skip
# Source, detail, share of visitors, how readily they buy.
_SOURCES: tuple[tuple[str, str, float, float], ...] = (
    ("淘内免费", "手淘搜索", 0.30, 1.25),
    ("淘内免费", "手淘推荐", 0.19, 0.45),
    ("淘内免费", "淘内免费其他", 0.06, 0.8),
    ("付费流量", "关键词推广", 0.12, 1.05),
    ("付费流量", "人群推广", 0.09, 0.5),
    ("付费流量", "淘宝客", 0.03, 1.6),
    ("自主访问", "购物车", 0.08, 3.2),
    ("自主访问", "我的淘宝", 0.09, 2.1),
    ("自主访问", "直接访问", 0.02, 0.9),
    ("淘外流量", "淘外网站", 0.02, 0.2),
)


@dataclass(frozen=True, slots=True)
class DemoDay:
    """What the orders say of a day, and what is drawn to lead there."""

    date: date
    buyers: int
    orders: int
    pieces: int
    amount: Decimal
    refund: Decimal
    visitors: int
    wireless: int
    views: int
    carts: int
    ordered: int
    ordered_amount: Decimal
    old: int
    searched: int
    scores: tuple[str, str, str]


def write_files(folder: Path, truth: Mapping[str, Any], seed: int, end: datetime) -> list[str]:
    """Write the files of all whole days before `end` (Shanghai time); give their names, in order.

    The same arguments write the same figures.
    """
    dice = random.Random(f"stats-{seed}")  # noqa: S311 - an invented shop
    days = _days(truth, end, dice)
    if not days:
        return []
    stamp = f"{end:%Y%m%d%H%M}"
    early = f"{end - timedelta(minutes=90):%Y%m%d%H%M}"
    told = [day for back, day in _back(days) if back not in FORGOTTEN]
    sourced = [day for back, day in _back(days) if back not in WITHOUT_SOURCES]
    span = f"{days[0].date}_{days[-1].date}"
    recent = [
        _corrected(day) if back == CORRECTED else day for back, day in _back(days) if back < 7
    ]
    names = {
        f"【生意参谋平台】取数_店铺_{span}_{early}.csv": [_SHOP_HEAD, *map(_shop_row, told)],
        f"【生意参谋平台】取数_店铺_{recent[0].date}_{recent[-1].date}_{stamp}.csv": [
            _SHOP_HEAD, *map(_shop_row, recent),
        ],
        f"【生意参谋平台】营销工具_优惠券_{span}_{stamp}.csv": [
            _COUPON_HEAD, *(_coupon_row(day, dice) for day in told),
        ],
        f"店铺信息_{stamp}.csv": [_SCORE_HEAD, _score_row(days[-1])],
        f"【生意参谋平台】交易趋势_分时_{days[-HOUR_DAYS:][0].date}_{days[-1].date}_{stamp}.csv": [
            _HOUR_HEAD, *_hour_rows(days[-HOUR_DAYS:], truth),
        ],
    }  # fmt: skip
    for name, rows in names.items():
        _write_csv(folder / name, rows)
    trade = f"【生意参谋平台】交易趋势_{span}_{stamp}.xlsx"
    _write_book(folder / trade, [[], ["交易趋势"], [], list(_TRADE_HEAD), *_trade_rows(days)])
    flow = f"【生意参谋平台】流量来源_{span}_{stamp}.csv"
    _write_csv(folder / flow, [_FLOW_HEAD, *(row for day in sourced for row in _flow_rows(day))])
    return [*names, trade, flow]


def _back(days: Sequence[DemoDay]) -> list[tuple[int, DemoDay]]:
    return [(len(days) - 1 - place, day) for place, day in enumerate(days)]


def _days(truth: Mapping[str, Any], end: datetime, dice: random.Random) -> list[DemoDay]:
    refunds = truth.get("refund_amount_by_success_day", {})
    scores = [4.82, 4.86, 4.79]
    days = []
    for row in truth["paid"]["day"]:
        day = date.fromisoformat(str(row["key"]))
        scores = [min(4.95, max(4.70, one + dice.gauss(0, 0.004))) for one in scores]
        if day < end.date():
            days.append(_day(day, row, Decimal(refunds.get(str(row["key"]), "0")), scores, dice))
    return days


def _day(
    day: date,
    row: Mapping[str, Any],
    refund: Decimal,
    scores: Sequence[float],
    dice: random.Random,
) -> DemoDay:
    buyers, amount = int(row["buyers"]), Decimal(row["gross_amount"])
    rate = dice.gauss(0.026, 0.0016) * (0.94 if day.weekday() >= 5 else 1.0)
    visitors = max(int(buyers / max(rate, 0.012)), buyers + 1)
    wireless = int(visitors * dice.uniform(0.93, 0.965))
    ordered = int(buyers * dice.uniform(1.06, 1.14)) + 1
    return DemoDay(
        date=day,
        buyers=buyers,
        orders=int(row["paid_orders"]),
        pieces=int(row["pieces"]),
        amount=amount,
        refund=refund,
        visitors=visitors,
        wireless=wireless,
        views=int(visitors * dice.uniform(2.6, 3.3)),
        carts=min(int(visitors * dice.uniform(0.07, 0.1)) + ordered // 4, visitors),
        ordered=min(ordered, visitors),
        ordered_amount=(amount * Decimal(str(round(dice.uniform(1.06, 1.15), 3)))).quantize(
            Decimal("0.01")
        ),
        old=int(buyers * dice.uniform(0.13, 0.22)),
        searched=int(visitors * dice.uniform(0.27, 0.34)),
        scores=(f"{scores[0]:.5f}", f"{scores[1]:.5f}", f"{scores[2]:.5f}"),
    )


def _corrected(day: DemoDay) -> DemoDay:
    """Give a day as the platform shows it a few days later: visits that were no people are gone."""
    fewer = max(day.visitors - max(day.visitors // 250, 3), day.carts, day.ordered)
    values = {name: getattr(day, name) for name in DemoDay.__slots__}
    return DemoDay(**values | {"visitors": fewer, "wireless": min(day.wireless, fewer)})


def _shop_row(day: DemoDay) -> list[str]:
    fresh = int(day.visitors * 0.78)
    dice = random.Random(f"left-{day.date}")  # noqa: S311 - an invented shop
    return [
        day.date.isoformat(), f"{day.visitors:,}", f"{day.visitors - day.wireless:,}", f"{day.wireless:,}",
        f"{day.views:,}", f"{dice.gauss(12.4, 0.5):.2f}", f"{dice.gauss(48, 0.9):.2f}%",
        f"{day.carts // 2:,}", f"{day.carts:,}", f"{int(day.carts * 1.4):,}", f"{day.ordered:,}",
        f"{day.ordered_amount:,}", _percent(day.ordered, day.visitors), f"{day.buyers:,}", f"{day.amount:,}",
        f"{day.pieces:,}", f"{day.orders:,}", _percent(day.buyers, day.visitors), _each(day.amount, day.buyers),
        f"{day.old:,}", f"{fresh:,}", f"{day.visitors - fresh:,}", f"{day.searched:,}", f"{day.refund:,}", *day.scores,
    ]  # fmt: skip


def _percent(part: int, whole: int) -> str:
    return f"{Decimal(part) / whole * 100:.2f}%" if whole else "-"


def _each(amount: Decimal, people: int) -> str:
    return f"{amount / people:.2f}" if people else "-"


def _trade_rows(days: Sequence[DemoDay]) -> list[list[str]]:
    rows = []
    for day in days:
        few = day.buyers // 20
        part = (day.amount * few / max(day.buyers, 1)).quantize(Decimal("0.01"))
        less = (day.ordered_amount * few / max(day.buyers, 1)).quantize(Decimal("0.01"))
        rows += [
            _trade("所有终端", day, day.amount, day.buyers, day.ordered_amount, day.ordered, day.visitors),
            _trade("PC端", day, part, few, less, few, day.visitors - day.wireless),
            _trade("无线端", day, day.amount - part, day.buyers - few, day.ordered_amount - less,
                   day.ordered - few, day.wireless),
        ]  # fmt: skip
    return rows


def _trade(  # noqa: PLR0913
    terminal: str,
    day: DemoDay,
    paid: Decimal,
    buyers: int,
    ordered: Decimal,
    people: int,
    seen: int,
) -> list[str]:
    both = min(Decimal(buyers) / people, Decimal(1)) * 100 if people else None
    return [
        day.date.isoformat(), terminal, f"{paid:,}", f"{buyers:,}", _each(paid, buyers), f"{ordered:,}",
        f"{people:,}", _percent(min(buyers, seen), seen), "-" if both is None else f"{both:.2f}%",
    ]  # fmt: skip


def _hour_rows(days: Sequence[DemoDay], truth: Mapping[str, Any]) -> list[list[str]]:
    """Give the hours of days: each day's sums over the hours as the whole time's orders fall into them."""
    paid = {int(row["key"]): int(row["paid_orders"]) for row in truth["paid"]["hour"]}
    weights = [paid.get(hour, 0) for hour in range(24)]
    rows = []
    for day in days:
        buyers, ordered = _spread(day.buyers, weights), _spread(day.ordered, weights)
        amounts = _spread(int(day.amount * 100), buyers)
        ordered_amounts = _spread(int(day.ordered_amount * 100), ordered)
        rows += [
            [
                day.date.isoformat(), f"{hour:02d}:00", f"{Decimal(amounts[hour]) / 100:,.2f}",
                f"{buyers[hour]:,}", f"{Decimal(ordered_amounts[hour]) / 100:,.2f}", f"{ordered[hour]:,}",
            ]
            for hour in range(24)
        ]  # fmt: skip
    return rows


def _spread(total: int, weights: Sequence[int]) -> list[int]:
    """Divide a whole number by weights so that the parts sum to it."""
    whole, at, parts = sum(weights) or 1, 0, []
    for place in range(len(weights)):
        upto = total * sum(weights[: place + 1]) // whole
        parts.append(upto - at)
        at = upto
    return parts


def _flow_rows(day: DemoDay) -> list[list[str]]:
    """Give each terminal's sources; people who came from two of them are in both."""
    dice = random.Random(f"flow-{day.date}")  # noqa: S311 - an invented shop
    rows = []
    for terminal, share in (("无线端", 0.95), ("PC端", 0.05)):
        weights = [part * lust * dice.uniform(0.9, 1.1) for _g, _d, part, lust in _SOURCES]
        total = sum(weights)
        for (group, detail, part, _lust), weight in zip(_SOURCES, weights, strict=True):
            seen = max(int(day.visitors * share * part * dice.uniform(1.0, 1.14)), 1)
            buyers = min(int(day.buyers * share * weight / total), seen)
            ordered = min(int(day.ordered * share * weight / total), seen)
            rows.append(
                [
                    day.date.isoformat(), terminal, group, detail, f"{seen:,}",
                    f"{int(seen * dice.uniform(1.8, 3.4)):,}", f"{max(int(seen * 0.08), min(ordered, seen)):,}",
                    f"{max(ordered, buyers):,}", f"{buyers:,}", _percent(buyers, seen),
                ]
            )  # fmt: skip
    return rows


def _coupon_row(day: DemoDay, dice: random.Random) -> list[str]:
    used = int(day.buyers * dice.uniform(0.18, 0.3))
    amount = (day.amount * used / max(day.buyers, 1)).quantize(Decimal("0.01"))
    return [
        f"{day.date:%Y%m%d}", f"{int(used * dice.uniform(2.4, 4)):,}", f"{used:,}", f"{amount:,}", f"{used:,}",
        f"{int(used * 1.4):,}", _each(amount, used),
    ]  # fmt: skip


def _score_row(day: DemoDay) -> list[str]:
    goods, service, delivery = day.scores
    return [
        delivery,
        goods,
        service,
        "168204417",
        "2206140000",
        "棉语家纺旗舰店",
        "4.5",
        "家纺",
        "天猫",
    ]


def _write_csv(path: Path, rows: Sequence[Sequence[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode("gb18030"))


def _write_book(path: Path, rows: Sequence[Sequence[str]]) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("交易趋势")
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell)
