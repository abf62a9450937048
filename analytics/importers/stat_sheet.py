"""What the files about the shop's days share: figures by header, days, terminals, impossible rows."""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Literal

import pyarrow as pa

from analytics.importers.preamble import check_headers, device_of, plain_head
from analytics.importers.when import When, hour_of, when_of
from crm.importers.agent_days import expected_of
from shopops.intake import cells
from shopops.intake.reading.above import refuse_other_zone
from shopops.intake.sheet import Sheet
from shopops.intake.spec import FACT_SHOP_NAME, FACT_SHOP_NO, LINE_NO, Cleaned

STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line_no", "integer"),
    ("date", "date"),
    ("hour", "integer"),
    ("device", "text"),
    ("key", "text"),
    ("figures", "jsonb"),
)
DAY = ("统计日期", "日期", "统计时间", "时间", "数据日期")
HOUR = ("小时", "时段", "统计小时", "时间段")
TERMINAL = ("终端", "终端类型", "设备")
ZONE = ("时区", "统计时区")
SHOP_NO, SHOP_NAME = ("店铺id", "店铺ID", "店铺Id"), ("店铺名称", "店铺名", "店铺")
DOUBTS = "stat_doubts"

type Kind = Literal["count", "money", "rate", "score", "seconds"]
_RATE = re.compile(r"-?\d{1,9}(?:\.\d+)?%?")
_HEAD_DEVICE = re.compile(
    r"^(全部|全店|所有终端|PC端|PC|无线端|无线|手机端)[-_ ]?(?=\S)|[-_ ]?[(]?(全部|所有终端|PC端|无线端)[)]?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Column:
    """A figure: our code, what it counts, and the headers that mean it, the usual one first."""

    code: str
    kind: Kind
    heads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A column of the file at hand: its header there, and what it means."""

    head: str
    column: Column
    device: str

    @property
    def code(self) -> str:
        """Give the code of the figure; `visitors@pc` is that of one terminal."""
        return self.column.code if self.device == "all" else f"{self.column.code}@{self.device}"


# A part of people cannot exceed the whole: a rate over 100 %.
_AT_MOST = (
    ("paid_buyers", "visitors"),
    ("ordered_buyers", "visitors"),
    ("cart_buyers", "visitors"),
    ("search_visitors", "visitors"),
    ("old_buyers", "paid_buyers"),
    ("new_buyers", "paid_buyers"),
)
# Rates that follow from the row's own counts: worked out again, never read.
_DERIVED: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("支付转化率",), "paid_buyers", "visitors"),
    (("下单转化率",), "ordered_buyers", "visitors"),
    (("客单价",), "paid_amount", "paid_buyers"),
)
# Rates that cannot exceed one, whether we can work them out or not.
_RATES = ("支付转化率", "下单转化率", "下单-支付转化率", "跳失率", "浏览量占比")


@dataclass(frozen=True, slots=True)
class Report:
    """What one source has: its figures, what names a row, whether it tells of hours."""

    columns: tuple[Column, ...]
    key: Callable[[Sheet, int], str] = lambda _sheet, _row: ""
    needs_key: str = ""
    has_hours: bool = False
    has_totals: bool = False
    checks_people: bool = True
    # A figure that is the sum of others where the file does not say it: (code, parts).
    sums: tuple[tuple[str, tuple[str, ...]], ...] = ()


def columns_of(names: Sequence[str], columns: Sequence[Column]) -> list[Found]:
    """Find which column of a file means which figure; of several the first."""
    meant = {head: column for column in columns for head in column.heads}
    found: dict[str, Found] = {}
    for name in names:
        head = plain_head(name)
        if head in meant:
            one = Found(name, meant[head], "all")
        else:
            base, device = _split(head)
            if base not in meant:
                continue
            one = Found(name, meant[base], device)
        found.setdefault(one.code, one)
    return list(found.values())


def _split(head: str) -> tuple[str, str]:
    marked = _HEAD_DEVICE.search(head)
    if not marked:
        return head, "all"
    device = device_of(marked.group(1) or marked.group(2)) or "all"
    return (head[: marked.start()] + head[marked.end() :]).strip("-_ ()"), device


def known_codes(headers: Sequence[str], columns: Sequence[Column]) -> set[str]:
    """Give the figures of the whole shop that a header holds."""
    return {one.column.code for one in columns_of(headers, columns)}


def has(headers: Sequence[str], *names: str) -> bool:
    """Say whether a header has one of these columns, whatever it says of its time zone."""
    return bool({plain_head(head) for head in headers} & set(names))


@dataclass(slots=True)
class _Rows:
    """The staged rows in the making."""

    lines: list[int] = field(default_factory=list)
    dates: list[str | None] = field(default_factory=list)
    hours: list[int | None] = field(default_factory=list)
    devices: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)


def clean_report(block: pa.Table, report: Report) -> Cleaned:
    """Turn a block of a file into rows of figures; a row that cannot be is rejected with its reason.

    :raises FileRefusedError: if the file's days are not Shanghai's
    """
    names = [name for name in block.column_names if name != LINE_NO]
    check_headers(names)
    heads = {plain_head(name): name for name in reversed(names)}
    sheet = Sheet(block, key=tuple(heads[name] for name in DAY if name in heads) or names[:1])
    for zone in set(_texts(sheet, heads, ZONE)) - {None}:
        refuse_other_zone(str(zone))
    reader = _Reader(sheet, heads, columns_of(names, report.columns), report)
    rows = reader.rows()
    facts: dict[str, int | str] = {**sheet.skipped, DOUBTS: reader.doubts}
    for fact, meant in ((FACT_SHOP_NO, SHOP_NO), (FACT_SHOP_NAME, SHOP_NAME)):
        told = sorted({text for text in _texts(sheet, heads, meant) if text})
        if told:
            facts[fact] = ",".join(text.replace(",", "，") for text in told)
    columns = {
        "line_no": pa.array(rows.lines, pa.int32()),
        "date": pa.array(rows.dates, pa.string()),
        "hour": pa.array(rows.hours, pa.int32()),
        "device": pa.array(rows.devices, pa.string()),
        "key": pa.array(rows.keys, pa.string()),
        "figures": pa.array(rows.figures, pa.string()),
    }
    return Cleaned(sheet.rows(columns, STAGE_COLUMNS), sheet.errors, facts)


def _texts(sheet: Sheet, heads: Mapping[str, str], columns: Sequence[str]) -> list[str | None]:
    name = next((heads[one] for one in columns if one in heads), None)
    column = sheet.raw(name) if name else None
    return [None] * len(sheet) if column is None else column.to_pylist()


class _Reader:
    """Reads the rows of one block."""

    def __init__(
        self, sheet: Sheet, heads: Mapping[str, str], found: Sequence[Found], report: Report
    ) -> None:
        self._sheet, self._heads, self._found, self._report = sheet, heads, found, report
        self._cells = {one.head: _texts(sheet, {one.head: one.head}, (one.head,)) for one in found}
        self._rates = {
            name: _texts(sheet, heads, (name,))
            for name in {*_RATES, *(head for heads_, _, _ in _DERIVED for head in heads_)}
            if name in heads
        }
        self.doubts = 0

    def rows(self) -> _Rows:
        """Give all rows; rejected ones are among them and dropped by the sheet."""
        rows = _Rows()
        days = _texts(self._sheet, self._heads, DAY)
        hours = _texts(self._sheet, self._heads, HOUR)
        terminals = _texts(self._sheet, self._heads, TERMINAL)
        has_day = any(name in self._heads for name in DAY)
        whens = [self._when(row, text, needed=has_day) for row, text in enumerate(days)]
        by_hour = any(one is not None and one.hour for one in whens)
        for row, when in enumerate(whens):
            figures = self._figures(row)
            rows.lines.append(self._sheet.lines[row].as_py())
            rows.dates.append(when.day.isoformat() if when else None)
            rows.hours.append(self._hour(row, hours[row], when, by_hour=by_hour))
            rows.devices.append(self._device(row, terminals[row]))
            rows.keys.append(self._key(row))
            rows.figures.append(json.dumps(figures, ensure_ascii=False))
        return rows

    def _fault(self, row: int, columns: Sequence[str], reason: str) -> None:
        name = next((self._heads[one] for one in columns if one in self._heads), columns[0])
        self._sheet.fault(row, name, reason)

    def _when(self, row: int, text: str | None, *, needed: bool) -> When | None:
        if text is None:
            if needed:
                self._fault(row, DAY, f"这一行缺少{DAY[0]}")
            return None
        try:
            return when_of(text)
        except cells.BadCellError as error:
            self._fault(row, DAY, str(error))
            return None

    def _hour(self, row: int, text: str | None, when: When | None, *, by_hour: bool) -> int | None:
        if not self._report.has_hours:
            if by_hour and when and when.hour:
                self._fault(row, DAY, "这一行是一个小时的，这种文件要整天的数")
            return None
        if text is None:
            return when.hour if by_hour and when else None
        try:
            return hour_of(text)
        except cells.BadCellError as error:
            self._fault(row, HOUR, str(error))
            return None

    def _device(self, row: int, text: str | None) -> str:
        if text is None:
            return "all" if any(name in self._heads for name in TERMINAL) else ""
        device = device_of(text)
        if device is None:
            self._fault(row, TERMINAL, "不认识的终端，没有猜")
        return device or "all"

    def _key(self, row: int) -> str:
        key = self._report.key(self._sheet, row)
        if self._report.needs_key and not key:
            self._fault(row, (self._report.needs_key,), f"这一行缺少{self._report.needs_key}")
        return key[:200]

    def _figures(self, row: int) -> dict[str, str]:
        values: dict[str, Decimal] = {}
        for one in self._found:
            text = self._cells[one.head][row]
            if text is None:
                continue
            try:
                values[one.code] = number_of(text, one.column.kind)
            except cells.BadCellError as error:
                self._sheet.fault(row, one.head, str(error).format(name=plain_head(one.head)))
        if self._report.checks_people:
            self._refuse_impossible(row, values)
        self._look_at_rates(row, values)
        if "new_buyers" not in values and {"paid_buyers", "old_buyers"} <= values.keys():
            # Who bought is one or the other: the file says both by saying one.
            values["new_buyers"] = values["paid_buyers"] - values["old_buyers"]
        for code, parts in self._report.sums:
            told = [values[part] for part in parts if part in values]
            if told and code not in values:
                values[code] = sum(told, Decimal(0))
        return {code: format(value, "f") for code, value in values.items()}

    def _refuse_impossible(self, row: int, values: Mapping[str, Decimal]) -> None:
        labels = {one.code: one.head for one in self._found}
        for part, whole in _AT_MOST:
            for suffix in ("", "@pc", "@wireless"):
                one, all_ = values.get(part + suffix), values.get(whole + suffix)
                if one is not None and all_ is not None and one > all_:
                    names = (plain_head(labels[part + suffix]), plain_head(labels[whole + suffix]))
                    self._sheet.fault(
                        row, labels[part + suffix], f"{names[0]}比{names[1]}还多，比率超过了 100%"
                    )

    def _look_at_rates(self, row: int, values: Mapping[str, Decimal]) -> None:
        for name in _RATES:
            text = self._rates.get(name, [None] * (row + 1))[row]
            if text is None:
                continue
            try:
                number_of(text, "rate")
            except cells.BadCellError as error:
                self._sheet.fault(row, self._heads[name], str(error).format(name=name))
        for heads, above, below in _DERIVED:
            text = next((self._rates[one][row] for one in heads if one in self._rates), None)
            if expected_of(text, values.get(above), values.get(below), per_cent=False) is not None:
                self.doubts += 1


def number_of(text: str, kind: Kind) -> Decimal:
    """Read a cell of figures: `11,269`, `78.15%`, `1,669,761.00`, `3.0`.

    :raises BadCellError: with a reason; `{name}` in it stands for the column
    """
    plain = unicodedata.normalize("NFKC", text).replace(",", "").strip().removesuffix("元")
    if kind in ("rate",):
        return _rate(plain)
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise cells.BadCellError("不是数字") from None
    if not value.is_finite() or abs(value) >= Decimal(10) ** 12:
        raise cells.BadCellError("不是数字")
    if value < 0:
        raise cells.BadCellError("金额不能是负数" if kind == "money" else "不能是负数")
    if kind == "count" and value != int(value):
        raise cells.BadCellError("不是整数")
    if kind == "score" and value > 5:
        raise cells.BadCellError("评分应当在 0 到 5 之间")
    places = {"count": "1", "money": "0.01"}.get(kind, "0.00001")
    exact = value.quantize(Decimal(places))
    if kind == "money" and exact != value:
        raise cells.BadCellError("不是金额（最多两位小数的数字）")
    return exact if kind in ("count", "money") else value


def _rate(plain: str) -> Decimal:
    if not _RATE.fullmatch(plain):
        raise cells.BadCellError("不是比率，应当像 78.15% 或 0.7815")
    value = Decimal(plain.removesuffix("%"))
    rate = value / 100 if plain.endswith("%") else value
    if rate < 0:
        raise cells.BadCellError("不能是负数")
    if rate > 1:
        raise cells.BadCellError("{name}超过了 100%")
    return rate
