"""生意参谋, 交易趋势: what was ordered and paid, by day or by hour, whole shop, PC端 and 无线端."""

from collections.abc import Sequence

import pyarrow as pa

from analytics.importers.preamble import read_preamble
from analytics.importers.stat_sheet import (
    DAY,
    HOUR,
    STAGE_COLUMNS,
    TERMINAL,
    Column,
    Report,
    clean_report,
    has,
    known_codes,
)
from shopops.intake.spec import Cleaned, Match, Seal

__all__ = ["KIND", "LABEL", "STAGE_COLUMNS", "clean", "match", "read_preamble"]

KIND = "analytics.trade"
LABEL = "生意参谋交易趋势"
COLUMNS = (
    Column("paid_amount", "money", ("支付金额",)),
    Column("paid_buyers", "count", ("支付买家数",)),
    Column("paid_pieces", "count", ("支付件数",)),
    Column("ordered_amount", "money", ("下单金额",)),
    Column("ordered_buyers", "count", ("下单买家数",)),
    Column("visitors", "count", ("访客数",)),
)
_REPORT = Report(columns=COLUMNS, has_hours=True)


def match(headers: Sequence[str]) -> Match | None:
    """Say whether this is the trade trend: terminals or hours beside what was paid."""
    if not has(headers, *TERMINAL, *HOUR) or has(headers, "商品ID", "来源", "流量来源", "计划ID"):
        return None
    codes = known_codes(headers, COLUMNS)
    if not {"paid_amount", "paid_buyers"} <= codes or len(codes) < 3:
        return None
    layout = "hour" if has(headers, *HOUR) else "day"
    if layout == "hour" or has(headers, *DAY):
        return Match(layout)
    return Match(layout, (DAY[1],))


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows."""
    return clean_report(block, _REPORT)
