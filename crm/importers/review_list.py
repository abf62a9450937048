"""The platform's review export (生意参谋 → 评价, 千牛 → 评价管理): what buyers wrote, with additional reviews.

The 生意参谋 file has no order number and no number of the review; other exports have one or both, and
some the three scores. A review is known by member name, item, SKU and minute: Excel loses seconds.
"""

from collections.abc import Sequence
from hashlib import sha1

import pyarrow as pa
import pyarrow.compute as pc

from shopops.intake import cells
from shopops.intake.sheet import Sheet
from shopops.intake.spec import Cleaned, Match, Seal

KIND = "crm.review_list"
LABEL = "评价"

STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line_no", "integer"),
    ("rated_at", "timestamptz"),
    ("append_at", "timestamptz"),
    ("row_hash", "bigint"),
    ("is_masked", "boolean"),
    ("taken_back", "boolean"),
    ("score_goods", "integer"),
    ("score_service", "integer"),
    ("score_logistics", "integer"),
    ("rating", "text"),
    ("base_key", "text"),
    ("nick", "text"),
    ("item_no", "text"),
    ("sku_no", "text"),
    ("spec", "text"),
    ("tid", "text"),
    ("oid", "text"),
    ("content", "text"),
    ("append", "text"),
)

CONTENT = ("评论", "评价内容", "评论内容", "初次评价", "初评", "初评内容")
NICK = ("昵称", "买家昵称", "评价人", "买家会员名", "买家会员昵称", "会员名")
APPEND = ("追评内容", "追加评论", "追加评价", "追评")
APPEND_AT = ("追评时间", "追加评价时间", "追加时间")
RATED_AT = ("评价时间", "评论时间", "初评时间")
ITEM_NO = ("商品id", "商品ID", "商品Id", "宝贝id", "宝贝ID")
SKU_NO = ("skuid", "SKUID", "skuId", "SKU ID", "sku_id")
SPEC = ("颜色分类", "规格", "商品规格", "sku信息", "SKU信息", "商品属性")
RATING = ("评价分类", "评价结果", "评价等级", "评价类型")
TID = ("订单编号", "主订单编号", "订单号")
OID = ("子订单编号", "子订单号", "子订单ID")
GOODS = ("描述相符", "宝贝与描述相符", "描述相符评分", "描述评分")
SERVICE = ("服务态度", "卖家的服务态度", "服务态度评分", "服务评分")
LOGISTICS = ("物流服务", "物流服务的质量", "物流服务评分", "物流评分")
STATUS = ("评价状态", "状态")
_NEEDED = (RATED_AT, RATING, CONTENT)
_RATINGS = {
    "好评": "good",
    "中评": "neutral",
    "差评": "bad",
    "正面": "good",
    "中性": "neutral",
    "负面": "bad",
    "good": "good",
    "neutral": "neutral",
    "bad": "bad",
}
_GONE = ("删除", "隐藏", "折叠", "屏蔽", "撤回")
_PHONE = r"(1[3-9][0-9])[0-9]{4}([0-9]{4})"


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of a review export, and which layout."""
    names = {header.strip() for header in headers}
    if not (names & set(RATING) and names & {*RATED_AT, *CONTENT, *APPEND}):
        return None
    missing = tuple(needed[0] for needed in _NEEDED if not names & set(needed))
    return Match("orders" if names & {*TID, *OID} else "sycm", missing)


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows; phone numbers in the words are hidden on the way in."""
    sheet = Sheet(block, key=RATED_AT)
    columns = {
        "line_no": sheet.lines,
        "rated_at": sheet.times(*RATED_AT, needed=True)[0],
        "append_at": sheet.times(*APPEND_AT)[0],
        "rating": sheet.lookups(*RATING, read=_rating, kind=pa.string(), needed=True),
        "taken_back": _taken_back(sheet),
        "score_goods": _score(sheet, GOODS),
        "score_service": _score(sheet, SERVICE),
        "score_logistics": _score(sheet, LOGISTICS),
        "nick": sheet.text(*NICK, limit=80),
        "item_no": sheet.ids(*ITEM_NO, needed=False),
        "sku_no": sheet.ids(*SKU_NO, needed=False),
        "spec": sheet.text(*SPEC, limit=200),
        "tid": sheet.ids(*TID, needed=False),
        "oid": sheet.ids(*OID, needed=False, limit=40),
        "content": _words(sheet, CONTENT),
        "append": _words(sheet, APPEND),
    }
    for name in ("nick", "item_no", "sku_no", "spec", "tid", "oid", "content", "append"):
        columns[name] = pc.fill_null(columns[name], "")
    columns["is_masked"] = pc.or_(
        pc.match_substring(columns["nick"], "*"), pc.equal(columns["nick"], "")
    )
    columns["base_key"] = _keys(columns)
    hashed = [name for name, _ in STAGE_COLUMNS if name not in {"line_no", "row_hash"}]
    columns["row_hash"] = cells.row_hash([columns[name] for name in hashed])
    return Cleaned(sheet.rows(columns, STAGE_COLUMNS), sheet.errors, dict(sheet.skipped))


def _rating(text: str) -> str:
    found = _RATINGS.get(text.strip().lower())
    if found is None:
        raise cells.BadCellError("不认识的评价分类，没有猜")
    return found


def _taken_back(sheet: Sheet) -> pa.Array:
    said = sheet.raw(*STATUS)
    if said is None:
        return pa.nulls(len(sheet), pa.bool_())
    gone = pa.array([False] * len(sheet))
    for word in _GONE:
        gone = pc.or_(gone, pc.fill_null(pc.match_substring(said, word), fill_value=False))
    return gone


def _score(sheet: Sheet, names: Sequence[str]) -> pa.Array:
    return sheet.lookups(*names, read=_stars, kind=pa.int32())


def _stars(text: str) -> int:
    plain = text.strip().removesuffix("分").removesuffix("星").strip()
    if plain not in {"1", "2", "3", "4", "5", "1.0", "2.0", "3.0", "4.0", "5.0"}:
        raise cells.BadCellError("打分要是 1 到 5")
    return int(plain[0])


def _words(sheet: Sheet, names: Sequence[str]) -> pa.Array:
    text = pc.fill_null(sheet.text(*names, limit=2000), "")
    return pc.replace_substring_regex(text, _PHONE, r"\1****\2")


def _keys(columns: dict[str, pa.Array]) -> pa.Array:
    instants = pc.fill_null(
        pc.cast(pc.cast(columns["rated_at"], pa.timestamp("us")), pa.int64()), 0
    )
    parts = zip(
        columns["nick"].to_pylist(),
        columns["item_no"].to_pylist(),
        columns["sku_no"].to_pylist(),
        columns["spec"].to_pylist(),
        instants.to_pylist(),
        strict=True,
    )
    return pa.array(
        [
            sha1(
                "\x1f".join((nick, item, sku or spec, str(at // 60_000_000))).encode(),
                usedforsecurity=False,
            ).hexdigest()
            for nick, item, sku, spec, at in parts
        ],
        pa.string(),
    )
