"""Agents' days as chat tools export them (赤兔 and its like): one row per agent and day.

Counts are taken; every rate that the file also has is worked out again from the row's own counts and
told where it differs by more than its last place.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

import pyarrow as pa
import pyarrow.compute as pc

from shopops.intake import cells
from shopops.intake.sheet import Sheet
from shopops.intake.spec import Cleaned, Match, Seal

KIND = "crm.agent_days"
LABEL = "客服绩效"
NAME = ("客服昵称", "旺旺昵称", "客服旺旺", "客服账号", "子账号", "旺旺", "客服", "账号名")
DAY = ("日期", "统计日期", "时间")
_COUNTS: dict[str, tuple[str, ...]] = {
    "asked": ("咨询人数", "咨询人次", "总咨询人数", "会话人数"),
    "received": ("接待人数", "总接待人数", "有效接待人数"),
    "in_three_minutes": ("3分钟回复人数", "三分钟回复人数", "3分钟人工响应人数", "3分钟内回复人数"),
    "answers": ("回复消息数", "客服消息数", "客服回复数", "消息回复数"),
    "inquired": ("询单人数", "售前询单人数"),
    "ordered": ("下单人数", "询单下单人数", "询单->下单人数", "询单→下单人数"),
    "paid": ("付款人数", "询单付款人数", "成交人数", "销售人数", "最终付款人数"),
    "refunds": ("退款笔数", "退款单数", "退款订单数", "成功退款笔数"),
    "rated": ("评价人数", "收到评价数", "服务评价数", "满意度评价数", "参评人数"),
    "satisfied": ("满意人数", "满意评价数", "很满意和满意数", "好评满意数"),
    "reviews_good": ("好评数", "好评"),
    "reviews_neutral": ("中评数", "中评"),
    "reviews_bad": ("差评数", "差评"),
}
_AMOUNTS: dict[str, tuple[str, ...]] = {
    "paid_amount": ("付款金额", "销售额", "成交金额", "询单付款金额"),
    "refund_amount": ("退款金额", "成功退款金额"),
}
_SECONDS: dict[str, tuple[str, ...]] = {
    "first_seconds": ("首次响应(秒)", "首次响应时间(秒)", "首次响应时长(秒)", "首次响应时间", "首次响应", "首响时长"),
    "response_seconds": ("平均响应(秒)", "平均响应时间(秒)", "平均响应时长(秒)", "平均响应时间", "平均响应"),
}  # fmt: skip
STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line_no", "integer"),
    ("row_hash", "bigint"),
    ("date", "date"),
    *((name, "integer") for name in _COUNTS),
    *((name, "numeric(12,2)") for name in (*_AMOUNTS, *_SECONDS)),
    ("name", "text"),
    ("doubts", "jsonb"),
)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A column that is `above` by `below`."""

    columns: tuple[str, ...]
    above: str
    below: str


RATIOS = (
    Ratio(("3分钟回复率", "三分钟回复率", "3分钟人工响应率", "3分钟回复率(%)"), "in_three_minutes", "asked"),
    Ratio(("询单转化率", "询单付款转化率", "询单->最终付款成功率", "询单->最终付款转化率"), "paid", "inquired"),
    Ratio(("询单下单转化率", "询单->下单转化率", "询单->次日下单成功率"), "ordered", "inquired"),
    Ratio(("下单付款转化率", "下单->付款转化率", "付款成功率"), "paid", "ordered"),
    Ratio(("客单价",), "paid_amount", "paid"),
    Ratio(("退款率", "退款金额占比"), "refund_amount", "paid_amount"),
    Ratio(("满意率", "服务满意率", "客户满意率", "满意度"), "satisfied", "rated"),
    Ratio(("接待率",), "received", "asked"),
)  # fmt: skip
# A part of people cannot exceed the whole.
_AT_MOST = (
    ("in_three_minutes", "asked", "3 分钟回复的人比咨询的人还多"),
    ("received", "asked", "接待的人比咨询的人还多"),
    ("ordered", "inquired", "下单的人比询单的人还多"),
    ("paid", "inquired", "付款的人比询单的人还多"),
    ("satisfied", "rated", "满意的人比评价的人还多"),
)
_DATE = re.compile(r"(20\d{2})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?: 0{1,2}:00(?::00)?)?")
_PLAIN = re.compile(r"\d{1,6}(?:\.\d{1,4})?")
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2})")
_WORDED = re.compile(
    r"(?:(\d+)\s*(?:小时|时|h))?\s*(?:(\d+)\s*(?:分钟|分|m))?\s*(?:(\d+(?:\.\d+)?)\s*(?:秒|s))?"
)


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of a chat tool's figures."""
    names = {header.strip() for header in headers}
    known = [
        code for code, heads in (_COUNTS | _SECONDS).items() if any(head in names for head in heads)
    ]
    has_name = any(name in names for name in NAME)
    served = {"asked", "received", "inquired", "first_seconds"} & set(known)
    if len(known) < 3 or not served or not (has_name or "in_three_minutes" in known):
        return None
    missing = []
    if not has_name:
        missing.append(NAME[0])
    if not any(name in names for name in DAY):
        missing.append(DAY[0])
    return Match("1", tuple(missing))


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows."""
    sheet = Sheet(block, key=NAME)
    columns: dict[str, pa.Array] = {
        name: sheet.counts(*heads, highest=1_000_000) for name, heads in _COUNTS.items()
    }
    for name, heads in _AMOUNTS.items():
        columns[name] = sheet.amounts(*heads)
    for name, heads in _SECONDS.items():
        columns[name] = sheet.lookups(*heads, read=seconds_of, kind=cells.MONEY)
    columns["date"] = sheet.lookups(*DAY, read=_day, kind=pa.string(), needed=True)
    columns["name"] = sheet.text(*NAME, limit=60)
    _need_name(sheet, columns["name"])
    _refuse_impossible(sheet, columns)
    columns["doubts"] = _doubts(sheet, columns)
    columns["line_no"] = sheet.lines
    columns["row_hash"] = cells.row_hash(
        [pc.fill_null(sheet.raw(name), "") for name in sheet.names]
    )
    facts: dict[str, int | str] = dict(sheet.skipped)
    return Cleaned(sheet.rows(columns, STAGE_COLUMNS), sheet.errors, facts)


def _need_name(sheet: Sheet, names: pa.Array) -> None:
    head = sheet.name(*NAME) or NAME[0]
    for row, text in enumerate(names.to_pylist()):
        if not text:
            sheet.fault(row, head, f"这一行缺少{head}")


def _day(text: str) -> str:
    found = _DATE.fullmatch(text.strip())
    if not found:
        raise cells.BadCellError("不是一天的日期；请在导出时选“分天”，像 2026-06-18")
    try:
        return date(*(int(part) for part in found.groups())).isoformat()
    except ValueError:
        raise cells.BadCellError("没有这个日期或时刻") from None


def seconds_of(text: str) -> Decimal:
    """Read a length of time in seconds: `28.5`, `28秒`, `1分20秒`, `00:01:20`."""
    plain = text.strip().replace(",", "").replace("″", "秒").replace("′", "分")
    if _PLAIN.fullmatch(plain):
        value = Decimal(plain)
    elif clock := _CLOCK.fullmatch(plain):
        hours, minutes, rest = (int(part or 0) for part in clock.groups())
        value = Decimal(hours * 3600 + minutes * 60 + rest)
    elif (worded := _WORDED.fullmatch(plain)) and any(worded.groups()):
        hours_, minutes_, rest_ = worded.groups()
        value = Decimal(int(hours_ or 0) * 3600 + int(minutes_ or 0) * 60) + Decimal(rest_ or 0)
    else:
        raise cells.BadCellError("不是时长，应当像 28.5、28秒 或 1分20秒")
    if value > 86_400:
        raise cells.BadCellError("响应时间超过了一天")
    return value.quantize(Decimal("0.01"))


def _refuse_impossible(sheet: Sheet, columns: dict[str, pa.Array]) -> None:
    for part, whole, reason in _AT_MOST:
        heads = _COUNTS[part]
        for row, (one, all_) in enumerate(
            zip(columns[part].to_pylist(), columns[whole].to_pylist(), strict=True)
        ):
            if one is not None and all_ is not None and one > all_:
                sheet.fault(row, sheet.name(*heads) or heads[0], reason)


def _doubts(sheet: Sheet, columns: dict[str, pa.Array]) -> pa.Array:
    """Give the doubts of each row as JSON: a list of [column, value, expected]."""
    found: list[list[list[str]]] = [[] for _ in range(len(sheet))]
    for ratio in RATIOS:
        name = sheet.name(*ratio.columns)
        written = sheet.raw(*ratio.columns)
        if name is None or written is None:
            continue
        parts = zip(
            written.to_pylist(),
            columns[ratio.above].to_pylist(),
            columns[ratio.below].to_pylist(),
            strict=True,
        )
        for row, (text, above, below) in enumerate(parts):
            expected = expected_of(text, above, below, per_cent=name.endswith("(%)"))
            if expected is not None:
                found[row].append([name, (text or "")[:60], expected])
    return pa.array([json.dumps(one, ensure_ascii=False) for one in found], pa.string())


def expected_of(
    text: str | None, above: Decimal | None, below: Decimal | None, *, per_cent: bool
) -> str | None:
    """Give what a written ratio should be where it is not that; None where it agrees or is unknown.

    It agrees within half a unit of the last place that it shows. `5.2%` has three places.
    """
    if text is None or above is None or not below:
        return None
    plain = text.replace(",", "").strip()
    is_rate = plain.endswith("%") or per_cent
    exact = Decimal(above) / Decimal(below)
    try:
        written = Decimal(plain.removesuffix("%"))
    except InvalidOperation:
        return None if plain in {"-", "--", "—"} else _shown(exact, is_rate=is_rate, places=2)
    if not written.is_finite():
        return _shown(exact, is_rate=is_rate, places=2)
    exponent = written.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    against = exact * 100 if is_rate else exact
    if abs(written - against) <= Decimal("0.5").scaleb(-places) + Decimal("0.000001"):
        return None
    return _shown(exact, is_rate=is_rate, places=max(places, 2))


def _shown(exact: Decimal, *, is_rate: bool, places: int) -> str:
    unit = Decimal(1).scaleb(-places)
    return f"{(exact * 100).quantize(unit)}%" if is_rate else f"{exact.quantize(unit)}"
