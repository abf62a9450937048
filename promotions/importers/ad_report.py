"""What the reports of all ad tools share: days, keys, counts, totals, and figures that do not follow."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from products.importers.columns import codes
from promotions.importers import ad_ratios
from promotions.importers.ad_ratios import AT_MOST_ONE, COUNTED, Doubt, Floats
from shopops.intake import cells
from shopops.intake.sheet import Sheet
from shopops.intake.spec import KEPT_TOTALS, LINE_NO, Cleaned, Seal

DAY = "日期"
_COUNT_COLUMNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("sent", ("发送条数", "发送量", "发送人数")),
    ("shown", COUNTED["shown"]),
    ("clicks", COUNTED["clicks"]),
    ("carts", COUNTED["carts"]),
    ("favourites", COUNTED["favourites"]),
    ("deals", COUNTED["deals"]),
    ("direct_deals", COUNTED["direct_deals"]),
    ("deal_people", COUNTED["deal_people"]),
    ("new_people", COUNTED["new_people"]),
    ("visits", COUNTED["visits"]),
)
_AMOUNT_COLUMNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("spend_amount", COUNTED["spend"]),
    ("deal_amount", COUNTED["deal_amount"]),
    ("direct_amount", COUNTED["direct_amount"]),
    ("presale_amount", COUNTED["presale_amount"]),
)
FIGURES: tuple[tuple[str, str], ...] = (
    *((name, "integer") for name, _ in _COUNT_COLUMNS),
    *((name, "numeric(12,2)") for name, _ in _AMOUNT_COLUMNS),
)
STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line_no", "integer"),
    ("row_hash", "bigint"),
    ("date", "date"),
    ("channel", "text"),
    ("level", "text"),
    *FIGURES,
    ("plan_key", "text"),
    ("plan_name", "text"),
    ("unit_no", "text"),
    ("object_no", "text"),
    ("object_name", "text"),
    ("doubts", "jsonb"),
)
# What a total row is compared by: our name of the fact, and where it stands.
TOTALS: tuple[tuple[str, tuple[str, ...], int], ...] = (
    ("shown", COUNTED["shown"], 1),
    ("clicks", COUNTED["clicks"], 1),
    ("spend", COUNTED["spend"], 100),
    ("deal_amount", COUNTED["deal_amount"], 100),
    ("deals", COUNTED["deals"], 1),
)
_TOTAL_WORDS = pa.array(["合计", "总计", "汇总", "总和"])
_DAY = re.compile(r"(20\d{2})[-/.]?(\d{1,2})[-/.]?(\d{1,2})(?: 00:00:00)?")
_SPAN = re.compile(r"\s*(?:至|到|~|～|—|--|_| - |(?<=\d{8})-(?=\d{8}))\s*")


@dataclass(frozen=True, slots=True)
class Report:
    """Where one tool writes its keys. Names in the order in which they are looked for."""

    channel: str
    level: Callable[[Sheet], str]
    plan_no: tuple[str, ...] = ()
    plan_name: tuple[str, ...] = ()
    unit_no: tuple[str, ...] = ()
    object_no: tuple[str, ...] = ()
    object_name: tuple[str, ...] = ()


def clean_report(block: pa.Table, report: Report) -> Cleaned:
    """Turn a block of a report into typed rows: one level, one channel, figures compared."""
    block, totals = _without_totals(block)
    sheet = Sheet(block, key=(DAY,))
    columns = _keys(sheet, report) | _figures(sheet)
    _refuse_impossible(sheet)
    found = ad_ratios.doubts(sheet, lambda name: _part(sheet, name))
    columns |= {
        "line_no": sheet.lines,
        "row_hash": cells.row_hash(_all_texts(sheet)),
        "doubts": _doubts_of(len(sheet), found),
    }
    rows = sheet.rows(columns, STAGE_COLUMNS)
    facts: dict[str, int | str] = {**sheet.skipped, **totals}
    facts |= _sums(rows)
    facts["ad_unchecked"] = ",".join(name for name in ad_ratios.NOT_KNOWN if sheet.name(name))
    return Cleaned(rows, sheet.errors, facts)


def _without_totals(block: pa.Table) -> tuple[pa.Table, dict[str, int]]:
    """Take rows of totals out, wherever the word stands, and remember what they said."""
    is_total = pa.array(np.zeros(block.num_rows, bool))
    for name in block.column_names:
        if name != LINE_NO:
            text = cells.tidy(cells.one_array(block.column(name)))
            is_total = pc.or_(is_total, pc.fill_null(pc.is_in(text, _TOTAL_WORDS), False))  # noqa: FBT003
    if not pc.any(is_total).as_py():
        return block, {}
    totals = Sheet(block.filter(is_total), key=())
    facts = {KEPT_TOTALS: len(totals)}
    for name, columns, scale in TOTALS:
        if totals.name(*columns) is None:
            continue
        values, _places = ad_ratios.numbers(totals, *columns)
        if not np.isnan(values).all():
            facts[f"ad_total_{name}"] = round(float(np.nansum(values)) * scale)
    return block.filter(pc.invert(is_total)), facts


def _sums(rows: pa.Table) -> dict[str, int]:
    stored = {"spend": "spend_amount"}
    facts: dict[str, int] = {}
    for name, _columns, scale in TOTALS:
        total = pc.sum(rows.column(stored.get(name, name))).as_py()
        facts[f"ad_rows_{name}"] = round((total or 0) * scale)
    return facts


def _keys(sheet: Sheet, report: Report) -> dict[str, pa.Array]:
    size = len(sheet)
    number = codes(sheet, *report.plan_no, limit=32)
    name = sheet.text(*report.plan_name, limit=80)
    return {
        "date": sheet.lookups(DAY, "统计日期", read=_day, kind=pa.string(), needed=True),
        "channel": pa.array([report.channel] * size, pa.string()),
        "level": pa.array([report.level(sheet)] * size, pa.string()),
        "plan_key": pc.coalesce(number, pc.fill_null(name, "")),
        "plan_name": pc.fill_null(name, ""),
        "unit_no": pc.fill_null(codes(sheet, *report.unit_no, limit=32), ""),
        "object_no": pc.fill_null(codes(sheet, *report.object_no, limit=32), ""),
        "object_name": pc.fill_null(sheet.text(*report.object_name, limit=200), ""),
    }


def _figures(sheet: Sheet) -> dict[str, pa.Array]:
    columns = {name: sheet.counts(*heads, highest=2_000_000_000) for name, heads in _COUNT_COLUMNS}
    for name, heads in _AMOUNT_COLUMNS:
        columns[name] = sheet.amounts(*heads, needed=name == "spend_amount")
    return columns


def _day(text: str | None) -> str | None:
    if text is None:
        return None
    ends = [part for part in _SPAN.split(text.strip()) if part]
    days = [_one_day(part) for part in ends]
    if len(days) == 2 and days[0] != days[1]:
        count = (days[1] - days[0]).days + 1
        raise cells.BadCellError(f"这一行是 {count} 天的合计，分不到每一天，请在导出时选“分天”")
    if not days or len(days) > 2:
        raise cells.BadCellError("不是日期，应当像 2026-06-18")
    return days[0].isoformat()


def _one_day(text: str) -> date:
    found = _DAY.fullmatch(text)
    if not found:
        raise cells.BadCellError("不是日期，应当像 2026-06-18")
    try:
        return date(*(int(part) for part in found.groups()[:3]))
    except ValueError:
        raise cells.BadCellError("没有这个日期或时刻") from None


def _part(sheet: Sheet, name: str) -> Floats | None:
    if sheet.name(*COUNTED[name]) is None:
        return None
    return ad_ratios.numbers(sheet, *COUNTED[name])[0]


def _refuse_impossible(sheet: Sheet) -> None:
    """Reject rows whose figures cannot be: more clicks than shown, a rate above one."""
    shown, clicks = _part(sheet, "shown"), _part(sheet, "clicks")
    if shown is not None and clicks is not None:
        for row in np.flatnonzero(clicks > shown).tolist():
            sheet.fault(row, sheet.name(*COUNTED["clicks"]) or "", "点击比展现还多")
    for name in AT_MOST_ONE:
        if sheet.name(name) is None:
            continue
        values, _places = ad_ratios.numbers(sheet, name)
        for row in np.flatnonzero(values > 1 + 1e-9).tolist():
            sheet.fault(row, name, f"{name}超过了 100%")


def _all_texts(sheet: Sheet) -> list[pa.Array]:
    return [pc.fill_null(sheet.raw(name), "") for name in sheet.names]


def _doubts_of(size: int, found: Sequence[Doubt]) -> pa.Array:
    """Give the doubts of each row as JSON: a list of [column, value, expected, code]."""
    by_row: dict[int, list[list[str]]] = {}
    for one in found:
        by_row.setdefault(one.row, []).append([one.column, one.value, one.expected, one.code])
    return pa.array(
        [
            json.dumps(by_row[row], ensure_ascii=False) if row in by_row else "[]"
            for row in range(size)
        ],
        pa.string(),
    )


def clean_with(report: Report) -> Callable[..., Cleaned]:
    """Give the `clean` of an importer."""

    def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
        """Turn a block of text into typed rows."""
        return clean_report(block, report)

    return clean
