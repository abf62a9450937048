"""Stars by buyer: member or order, time, the three scores. For shops whose review file has no stars."""

from collections.abc import Sequence
from hashlib import sha1

import pyarrow as pa
import pyarrow.compute as pc

from shopops.intake import cells
from shopops.intake.sheet import Sheet
from shopops.intake.spec import Cleaned, Match, Seal

KIND = "analytics.ratings"
LABEL = "评分明细"
RATED_AT = ("评价时间", "评分时间", "打分时间")
NICK = ("昵称", "买家昵称", "评价人", "买家会员名", "会员名")
TID = ("订单编号", "主订单编号", "订单号")
STARS = {
    "goods": ("描述相符", "宝贝与描述相符", "描述相符评分"),
    "service": ("服务态度", "卖家的服务态度", "服务态度评分"),
    "delivery": ("物流服务", "物流服务的质量", "物流服务评分"),
}
STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line_no", "integer"),
    ("rated_at", "timestamptz"),
    ("row_hash", "bigint"),
    ("is_masked", "boolean"),
    *((name, "integer") for name in STARS),
    ("key", "text"),
    ("tid", "text"),
    ("nick", "text"),
)
# What a review file has and this one has not.
_WORDS = ("评价分类", "评价结果", "评价等级", "评价类型", "评论", "评价内容", "评论内容", "初评")


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of such a file."""
    names = {header.strip() for header in headers}
    scores = [score for score, heads in STARS.items() if names & set(heads)]
    if names & set(_WORDS) or len(scores) < 2 or not names & {*RATED_AT, *NICK}:
        return None
    missing = [STARS[score][0] for score in STARS if score not in scores]
    if not names & set(RATED_AT):
        missing.append(RATED_AT[0])
    if not names & {*NICK, *TID}:
        missing.append(NICK[0])
    return Match("1", tuple(missing))


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows."""
    sheet = Sheet(block, key=RATED_AT)
    columns: dict[str, pa.Array] = {
        "line_no": sheet.lines,
        "rated_at": sheet.times(*RATED_AT, needed=True)[0],
        "nick": pc.fill_null(sheet.text(*NICK, limit=80), ""),
        "tid": pc.fill_null(sheet.ids(*TID, needed=False), ""),
    }
    for name, heads in STARS.items():
        columns[name] = sheet.lookups(*heads, read=_stars, kind=pa.int32())
    _need_stars(sheet, columns)
    columns["is_masked"] = pc.or_(
        pc.match_substring(columns["nick"], "*"), pc.equal(columns["nick"], "")
    )
    columns["key"] = _keys(columns)
    hashed = [name for name, _ in STAGE_COLUMNS if name not in {"line_no", "row_hash"}]
    columns["row_hash"] = cells.row_hash([columns[name] for name in hashed])
    return Cleaned(sheet.rows(columns, STAGE_COLUMNS), sheet.errors, dict(sheet.skipped))


def _need_stars(sheet: Sheet, columns: dict[str, pa.Array]) -> None:
    given = zip(*(columns[name].to_pylist() for name in STARS), strict=True)
    for row, stars in enumerate(given):
        if all(value is None for value in stars):
            sheet.fault(row, sheet.name(*STARS["goods"]) or "描述相符", "这一行一项打分都没有")


def _stars(text: str) -> int:
    plain = text.strip().removesuffix("分").removesuffix("星").strip()
    if plain not in {"1", "2", "3", "4", "5", "1.0", "2.0", "3.0", "4.0", "5.0"}:
        raise cells.BadCellError("打分要是 1 到 5")
    return int(plain[0])


def _keys(columns: dict[str, pa.Array]) -> pa.Array:
    """Name each row as `actions.dsr.rating_key` does: member, order, minute."""
    instants = pc.cast(pc.cast(columns["rated_at"], pa.timestamp("us")), pa.int64())
    parts = zip(
        columns["nick"].to_pylist(),
        columns["tid"].to_pylist(),
        pc.fill_null(instants, 0).to_pylist(),
        strict=True,
    )
    return pa.array(
        [
            sha1(
                "\x1f".join((nick, tid, str(at // 60_000_000))).encode(), usedforsecurity=False
            ).hexdigest()
            for nick, tid, at in parts
        ],
        pa.string(),
    )
