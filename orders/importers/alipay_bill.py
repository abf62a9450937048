"""The Alipay bill (支付宝账务明细, 聚合账单): money in and out, fees and penalties, line by line.

Two layouts: the merged bill of 22 columns, and the classic list. Lines before the header and behind
the last row begin with `#` and are notes. The other side's account and name are not read.
Source: headers published by sellers' own tools, see `docs/files.md`.
"""

import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from orders.importers.sheet import Sheet, count_true
from orders.rules.bill_words import bill_kind, tid_of
from shopops.intake import cells
from shopops.intake.spec import LINE_NO, Cleaned, Match, Seal

KIND = "orders.alipay_bill"
LABEL = "支付宝账单"
NOTE_MARK = "#"

STAGE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("line_no", "integer"),
    ("booked_at", "timestamptz"),
    ("row_hash", "bigint"),
    ("is_made", "boolean"),  # the line has no number of its own
    ("income_amount", "numeric(12,2)"),
    ("expense_amount", "numeric(12,2)"),
    ("fee_amount", "numeric(12,2)"),
    ("balance_amount", "numeric(12,2)"),
    ("flow_no", "text"),
    ("tid", "text"),
    ("kind", "text"),
    ("type_text", "text"),
    ("title", "text"),
    ("remark", "text"),
)

FLOW_NO = ("支付宝流水号", "账务流水号", "流水号")
BOOKED = ("入账时间", "发生时间", "记账时间")
INCOME = ("收入（+元）", "收入(+元)", "收入金额（+元）", "收入金额(+元)", "收入（元）", "收入金额")
EXPENSE = ("支出（-元）", "支出(-元)", "支出金额（-元）", "支出金额(-元)", "支出（元）", "支出金额")
BALANCE = ("账户余额（元）", "账户余额(元)", "账户余额")
FEE = ("服务费（元）", "服务费(元)", "服务费")
TYPE = ("账务类型", "业务类型")
NUMBERS = ("商户订单号", "业务基础订单号", "业务订单号")
_NEEDED = (BOOKED, INCOME, EXPENSE, TYPE)
_TELLING = {*FLOW_NO, *BALANCE, *INCOME, *EXPENSE, "支付宝交易号", "业务流水号", "商户订单号"}
_IN_WORDS = re.compile(r"(?<!\d)(\d{16,20})(?!\d)")


def match(headers: Sequence[str]) -> Match | None:
    """Say whether these are the columns of a bill, and which layout."""
    names = {header.strip() for header in headers}
    if len(names & _TELLING) < 3 or not names & {*INCOME, *EXPENSE}:
        return None
    missing = tuple(needed[0] for needed in _NEEDED if not names & set(needed))
    return Match("merged" if "账务类型" in names else "classic", missing)


def clean(block: pa.Table, *, seal: Seal) -> Cleaned:
    """Turn a block of text into typed rows."""
    del seal  # no contacts are read
    sheet = Sheet(_without_signs(_without_notes(block)), key=BOOKED)
    booked = sheet.times(*BOOKED, needed=True)[0]
    flow = sheet.ids(*FLOW_NO, needed=False, limit=64)
    columns = {
        "line_no": sheet.lines,
        "booked_at": booked,
        "is_made": pc.is_null(flow),
        "income_amount": _amounts(sheet, INCOME),
        "expense_amount": _amounts(sheet, EXPENSE),
        "fee_amount": _amounts(sheet, FEE),
        "balance_amount": sheet.amounts(*BALANCE),
        "type_text": _text(sheet, TYPE, 60),
        "title": _text(sheet, ("商品名称",), 200),
        "remark": _remark(sheet),
    }
    columns["tid"] = _tids(sheet, columns["remark"])
    columns["kind"] = _kinds(columns)
    hashed = [
        name
        for name, _ in STAGE_COLUMNS
        if name not in {"line_no", "row_hash", "is_made", "flow_no", "kind"}
    ]
    columns["row_hash"] = cells.row_hash([columns[name] for name in hashed])
    columns["flow_no"] = pc.coalesce(flow, _made_numbers(columns["row_hash"]))
    rows = sheet.rows(columns, STAGE_COLUMNS)
    unknown = count_true(pc.equal(rows["kind"], "other"))
    return Cleaned(rows, sheet.errors, {**sheet.skipped, "unclassified": unknown})


def _without_notes(block: pa.Table) -> pa.Table:
    """Leave out notes that a spreadsheet brought as rows."""
    first = cells.one_array(block.column(0))
    is_note = pc.fill_null(pc.starts_with(pc.ascii_ltrim_whitespace(first), NOTE_MARK), False)  # noqa: FBT003
    return block.filter(pc.invert(is_note)) if pc.any(is_note).as_py() else block


def _without_signs(block: pa.Table) -> pa.Table:
    """Take away the plus before what comes in and the minus before what goes out: the column says it."""
    signs = dict.fromkeys(INCOME, "+＋") | dict.fromkeys((*EXPENSE, *FEE), "−－-")
    for name in block.column_names:
        if (sign := signs.get(name.strip())) and name != LINE_NO:
            plain = pc.replace_substring_regex(
                cells.one_array(block.column(name)), rf"^\s*[{sign}]\s*(\d)", r"\1"
            )
            block = block.set_column(block.column_names.index(name), name, plain)
    return block


def _amounts(sheet: Sheet, names: Sequence[str]) -> pa.Array:
    return pc.fill_null(sheet.amounts(*names), pa.scalar(0, cells.MONEY))


def _text(sheet: Sheet, names: Sequence[str], limit: int) -> pa.Array:
    return pc.fill_null(sheet.text(*names, limit=limit), "")


def _remark(sheet: Sheet) -> pa.Array:
    """Give remark, description and payment remark as one text: the words of fees stand in any."""
    parts = [_text(sheet, (name,), 300) for name in ("备注", "业务描述", "付款备注")]
    joined = pc.binary_join_element_wise(*parts, " ")
    return cells.cut(pc.utf8_trim_whitespace(joined), 300)


def _tids(sheet: Sheet, remark: pa.Array) -> pa.Array:
    columns = [pc.fill_null(sheet.text(name), "").to_pylist() for name in NUMBERS]
    if sheet.name(*NUMBERS) is None:
        columns = [[""] * len(sheet)]
    rows = zip(
        remark.to_pylist(), *(column or [""] * len(sheet) for column in columns), strict=True
    )
    return pa.array([tid_of(*numbers) or _tid_in(words) for words, *numbers in rows], pa.string())


def _tid_in(words: str) -> str:
    """Give the order number that a remark names; only where it says that it is one."""
    found = _IN_WORDS.findall(words) if "订单" in words else []
    return found[0] if len(set(found)) == 1 else ""


def _kinds(columns: dict[str, pa.Array]) -> pa.Array:
    names = ("type_text", "title", "remark", "income_amount", "expense_amount", "tid")
    known: dict[tuple[object, ...], str] = {}
    kinds = []
    for text, title, remark, income, expense, tid in zip(
        *(columns[name].to_pylist() for name in names), strict=True
    ):
        key = text, title, remark, (income or 0) > 0, (expense or 0) > 0, bool(tid)
        if key not in known:
            known[key] = str(
                bill_kind(
                    type_text=text,
                    title=title,
                    remark=remark,
                    income=income,
                    expense=expense,
                    tid=tid,
                )
            )
        kinds.append(known[key])
    return pa.array(kinds, pa.string())


def _made_numbers(hashes: pa.Array) -> pa.Array:
    """Give a line without a number one made of all that it says; like lines are told apart later."""
    made = [f"H{(one or 0) & 0xFFFF_FFFF_FFFF_FFFF:016x}" for one in hashes.to_pylist()]
    return pa.array(made, pa.string())
