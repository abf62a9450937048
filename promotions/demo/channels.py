"""Paid traffic of the demo shop as files in the platforms' own formats: brought in through the importers."""

import csv
import io
import math
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from promotions.demo.ad_sheets import ITEM_HEAD, PLAN_HEAD, Counted, Keys, row, sheet

DAYS = 90
# A day whose report nobody exported, counted back from the last one.
FORGOTTEN = 12
_PLANS = (
    ("70012340001", "关键词-四件套主推", "关键词推广", (0, 1, 2, 3)),
    ("70012340002", "关键词-夏凉被", "关键词推广", (4, 5)),
    ("70012340003", "人群-老客召回", "人群推广", (0, 2, 6)),
    ("70012340004", "人群-拉新", "人群推广", (1, 3, 5, 7)),
    ("70012340005", "全站-枕头", "全站推广", (8, 9)),
    ("70012340006", "货品-清仓", "货品运营", (10, 11)),
)
_SETTLE_HEAD = (
    "确认收货时间", "账户支出时间", "淘客结算时间", "创建时间", "计划名称", "商品id", "商品名称", "实际成交价格",
    "成交商品数", "佣金比例", "佣金", "服务费率", "服务费金额", "淘宝父订单编号", "淘宝子订单编号", "来源或淘客昵称",
    "团长名称", "是否预售未付尾款订单", "备注",
)  # fmt: skip
_REFUND_HEAD = (
    "淘宝订单编号", "淘宝子订单编号", "商品名称", "维权退款金额", "应退回服务费", "应退回佣金", "维权状态",
    "订单结算时间", "维权创建时间", "维权完成时间", "备注",
)  # fmt: skip
_SMS_HEAD = ("日期", "任务名称", "发送条数", "点击量", "花费", "成交订单量", "成交订单金额")


@dataclass(frozen=True, slots=True)
class DemoAd:
    """An item that ads run for."""

    item_no: str
    title: str
    price_fen: int


@dataclass(frozen=True, slots=True)
class DemoLine:
    """A sub-order that an affiliate brought."""

    line_key: str
    tid: str
    item_no: str
    title: str
    paid_at: datetime
    amount: Decimal
    quantity: int
    is_refunded: bool


def write_files(
    folder: Path, *, ads: Sequence[DemoAd], lines: Sequence[DemoLine], now: datetime, seed: int
) -> list[Path]:
    """Write ninety days of reports up to yesterday; give their paths. `now` in Shanghai time."""
    folder.mkdir(parents=True, exist_ok=True)
    dice = random.Random(seed)  # noqa: S311 - a demo
    last = now.date() - timedelta(days=1)
    days = [last - timedelta(days=n) for n in range(DAYS - 1, -1, -1)]
    forgotten = last - timedelta(days=FORGOTTEN)
    made = {day: _day(day, days, ads, dice) for day in days if day != forgotten}
    paths = [*_reports(folder, made, now)]
    paths += _affiliates(folder, lines, now, dice)
    paths.append(_messages(folder, days, now, dice))
    return paths


def _reports(
    folder: Path, made: dict[date, list[tuple[Keys, Counted]]], now: datetime
) -> Iterator[Path]:
    """Write a file a month of each report; the newest month of plans as a workbook."""
    months: dict[str, list[tuple[Keys, Counted]]] = defaultdict(list)
    for day, rows in made.items():
        months[f"{day:%Y%m}"] += rows
    stamp = f"{now:%Y%m%d}_{now:%H}"
    for number, (month, rows) in enumerate(sorted(months.items())):
        items = [row(keys, one) for keys, one in rows]
        path = folder / f"商品报表_{stamp}{number:02d}00.csv"
        _write_csv(path, sheet(ITEM_HEAD, [*items, _total(items)]))
        yield path
        is_last = month == max(months)
        plans = _by_plan(rows, as_fractions=is_last)
        if is_last:
            path = folder / f"计划报表_{stamp}{number:02d}01.xlsx"
            _write_book(path, sheet(PLAN_HEAD, plans))
        else:
            path = folder / f"计划报表_{stamp}{number:02d}01.csv"
            _write_csv(path, sheet(PLAN_HEAD, plans))
        yield path


def _total(rows: Sequence[dict[str, object]]) -> dict[str, object]:
    """Give the row of totals that the platform writes under its reports."""
    names = ("展现量", "点击量", "花费", "总成交金额", "总成交笔数")
    sums = {name: sum(Decimal(str(one[name])) for one in rows) for name in names}
    return {"日期": "合计", **{name: str(value) for name, value in sums.items()}}


def _by_plan(
    rows: Sequence[tuple[Keys, Counted]], *, as_fractions: bool
) -> list[dict[str, object]]:
    sums: dict[tuple[date, str], tuple[Keys, Counted]] = {}
    for keys, one in rows:
        place = (keys.day, keys.plan_no)
        before = sums[place][1] if place in sums else Counted()
        sums[place] = (Keys(keys.day, keys.scene, keys.plan_no, keys.plan_name), before + one)
    return [row(keys, one, as_fractions=as_fractions) for keys, one in sums.values()]


def _day(
    day: date, days: Sequence[date], ads: Sequence[DemoAd], dice: random.Random
) -> list[tuple[Keys, Counted]]:
    age = (days[-1] - day).days
    week = 1.18 if day.weekday() >= 5 else 1.0
    found = []
    for number, (plan_no, name, scene, places) in enumerate(_PLANS):
        # A plan that somebody turned up yesterday, and one that began a month ago.
        push = 1.9 if number == 0 and age == 0 else 1.0
        if number == 5 and age > 30:
            continue
        for place in places:
            if place < len(ads):
                ad = ads[place]
                keys = Keys(day, scene, plan_no, name, ad.item_no, ad.title)
                found.append((keys, _counted(ad, place, week * push, age, dice)))
    return found


def _counted(ad: DemoAd, place: int, push: float, age: int, dice: random.Random) -> Counted:
    """Make up a believable day; every figure follows from clicks."""
    shown = int(1900 * push * dice.lognormvariate(0, 0.14) / (1 + place * 0.1))
    # One item's picture tired out three weeks ago.
    click_rate = 0.043 * (0.36 if place == 6 and age < 21 else 1) * dice.lognormvariate(0, 0.06)
    clicks = max(1, int(shown * click_rate))
    cost = 62 + 9 * (place % 4)
    spend = int(clicks * cost * dice.lognormvariate(0, 0.05))
    # What a click brings: most items pay, two do not.
    wanted = 1.1 if place in {3, 10} else 3.4 + (place % 3)
    deals = _poisson(spend * wanted / max(ad.price_fen, 1), dice)
    direct = sum(dice.random() < 0.72 for _ in range(deals))
    carts = deals + _poisson(clicks * 0.08, dice)
    direct_carts = min(carts, direct + carts // 2)
    people = deals - (1 if deals > 3 else 0)
    visits = int(clicks * 1.15)
    visitors = int(visits * 0.8)
    return Counted(
        shown=shown,
        clicks=clicks,
        spend=spend,
        direct_amount=direct * ad.price_fen,
        indirect_amount=(deals - direct) * ad.price_fen,
        direct_deals=direct,
        indirect_deals=deals - direct,
        direct_carts=direct_carts,
        indirect_carts=carts - direct_carts,
        favourites=_poisson(clicks * 0.03, dice),
        shop_favourites=_poisson(clicks * 0.01, dice),
        visits=visits,
        visitors=visitors,
        new_visitors=int(visitors * 0.6),
        people=people,
        new_people=int(people * 0.55),
    )


def _poisson(mean: float, dice: random.Random) -> int:
    limit, count, product = math.exp(-min(mean, 60)), 0, dice.random()
    while product > limit:
        count += 1
        product *= dice.random()
    return count


def _affiliates(
    folder: Path, lines: Sequence[DemoLine], now: datetime, dice: random.Random
) -> list[Path]:
    """Write settlements with a tab behind each value, and the claims on refunded ones."""
    plans = (
        ("通用计划", "1.50%", "0.00%"),
        ("营销计划-四件套", "8.00%", "2.00%"),
        ("团长活动", "20.00%", "10.00%"),
    )
    settled: list[list[object]] = [[f'"{name} "' for name in _SETTLE_HEAD]]
    claims: list[list[object]] = [list(_REFUND_HEAD)]
    for number, line in enumerate(lines):
        name, rate, service = plans[number % 7 % 3]
        at = line.paid_at + timedelta(days=dice.randint(8, 14))
        if at >= now:
            continue
        commission = _part(line.amount, rate)
        fee = _part(line.amount, service)
        cells = (
            at, at + timedelta(hours=3), at + timedelta(hours=2), line.paid_at, name, line.item_no,
            line.title, line.amount, line.quantity, rate, commission, service, fee, line.tid,
            line.line_key, f"淘客{number % 9}", "阿布团长" if name == "团长活动" else "", "否", "",
        )  # fmt: skip
        settled.append([f"{_cell(one)}\t" for one in cells])
        if line.is_refunded:
            opened = at + timedelta(days=1)
            ended = opened + timedelta(days=3)
            is_over = ended < now
            claims.append(
                [
                    line.tid, line.line_key, line.title, line.amount, fee, commission,
                    "维权成功" if is_over else "维权创建", _cell(at), _cell(opened),
                    _cell(ended) if is_over else "", "",
                ]
            )  # fmt: skip
    stamp = f"{now:%Y%m%d%H%M}"
    paths = [folder / f"淘客结算_{stamp}.csv", folder / f"淘客维权_{stamp}.csv"]
    for path, rows in zip(paths, (settled, claims), strict=True):
        _write_csv(path, rows)
    return paths


def _part(amount: Decimal, rate: str) -> Decimal:
    return (amount * Decimal(rate.removesuffix("%")) / 100).quantize(Decimal("0.01"))


def _cell(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else str(value)


def _messages(folder: Path, days: Sequence[date], now: datetime, dice: random.Random) -> Path:
    rows: list[list[object]] = [list(_SMS_HEAD)]
    for number, day in enumerate(days[6::21]):
        sent = dice.randint(1800, 3200)
        clicks = int(sent * dice.uniform(0.02, 0.04))
        deals = int(clicks * dice.uniform(0.06, 0.12))
        rows.append(
            [
                day.isoformat(), f"老客召回第 {number + 1} 次", sent, clicks, f"{sent * 0.05:.2f}",
                deals, f"{deals * 168:.2f}",
            ]
        )  # fmt: skip
    path = folder / f"短信报表_{now:%Y%m%d%H%M}.csv"
    _write_csv(path, rows)
    return path


def _write_csv(path: Path, rows: Sequence[Sequence[object]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode("gb18030"))


def _write_book(path: Path, rows: Sequence[Sequence[object]]) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet()
        for number, one in enumerate(rows):
            page.write_row(number, 0, one)
