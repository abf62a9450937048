"""店铺信息 with the three scores of the shop. Without a day of its own they are of the day of the export."""

from collections.abc import Sequence

import pyarrow as pa

from analytics.importers.preamble import read_preamble
from analytics.importers.shop_day import SCORES
from analytics.importers.stat_sheet import (
    STAGE_COLUMNS,
    Column,
    Report,
    clean_report,
    has,
    known_codes,
)
from shopops.intake.spec import Cleaned, Match, Seal

__all__ = ["KIND", "LABEL", "STAGE_COLUMNS", "clean", "match", "read_preamble"]

KIND = "analytics.dsr"
LABEL = "店铺评分"
COLUMNS = (*SCORES, Column("star_rating", "score", ("综合体验星级", "综合体验分")))
_REPORT = Report(columns=COLUMNS)


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the shop's scores and nothing else by day."""
    codes = known_codes(headers, SCORES)
    if has(headers, "访客数", "支付金额", "评论", "评价时间", "订单编号"):
        return None
    if len(codes) < 2:
        return None
    missing = tuple(one.heads[1] for one in SCORES if one.code not in codes)
    return Match("1", missing)


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows."""
    return clean_report(block, _REPORT)
