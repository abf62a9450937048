"""Sentences of the imports pages in the reader's language; reasons are `code|figure|figure`."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import gettext_noop

from shopops.lib import words

_REFUSALS = {
    "empty_file": _l("文件是空的。"),
    "unknown_header": _l(
        "认不出这是什么表：表头开头是「{0}」。请用卖家中心导出的原文件，不要改表头。"
    ),
    "missing_columns": _l("这是{0}，但缺少列：{1}。请重新导出并勾选这些列。"),
    "other_kind": _l("指定的类型和文件不符：按表头看，这是{0}。"),
    "duplicate_columns": _l("表头里有重复的列名：{0}。请删掉多余的一列。"),
    "other_delimiter": _l("这个文件不是用逗号分隔的。请另存为逗号分隔的 CSV，或直接上传 xlsx。"),
    "encoding": _l(
        "文字编码不对：第 {0} 行附近（第 {1} 个字节）既不是 UTF-8，也不是 GB18030。"
        "文件可能被截断或改坏了，请重新导出。"
    ),
    "utf16": _l("文件的 UTF-16 编码坏了：第 {0} 个字节读不出来。文件可能被截断，请重新导出。"),
    "web_page": _l("文件内容其实是网页。请用表格软件打开后另存为 xlsx。"),
    "line_too_long": _l("有一行超过 {0} MB，不像表格。"),
    "workbook_too_big": _l("Excel 文件不能超过 {0} MB。请分成几个文件，或改用 CSV。"),
    "csv_too_big": _l("文件不能超过 {0} MB。请分成几个文件。"),
    "too_many_rows": _l("Excel 文件不能超过 {0} 行。请分成几个文件，或改用 CSV。"),
    "too_many_columns": _l("Excel 文件不能超过 {0} 列。"),
    "too_many_cells": _l("Excel 文件里的单元格太多（超过 {0} 个）。"),
    "cell_too_long": _l("有单元格超过 {0} 个字符。"),
    "broken_archive": _l("Excel 文件损坏，打不开。请重新导出。"),
    "broken_workbook": _l("Excel 文件损坏，打不开。请重新导出。"),
    "not_a_workbook": _l("这是压缩包，不是 Excel 文件。请解压后上传里面的表。"),
    "is_encrypted": _l("文件有密码。请去掉密码后再上传。"),
    "has_macros": _l("文件带宏，不接收。请另存为不带宏的 xlsx。"),
    "has_external_links": _l("文件引用了别的文件，不接收。请另存为没有外部链接的 xlsx。"),
    "has_embedded_files": _l("文件里嵌了别的文件，不接收。"),
    "has_dtd": _l("文件里有不该有的定义（DTD），不接收。"),
    "sizes_lie": _l("压缩包里写的大小和实际不符，不接收。"),
    "unpacks_too_big": _l("Excel 文件解开后超过 {0} MB，不接收。"),
    "packed_too_tightly": _l("Excel 文件压缩得不正常（超过 {0} 倍），不接收。"),
    "too_many_parts": _l("压缩包里的文件超过 {0} 个，不接收。"),
    "no_sheet": _l("Excel 文件里没有可见的工作表。"),
    "too_much_memory": _l("读这个文件需要的内存超过上限，已停下。请分成几个文件，或改用 CSV。"),
    "killed": _l(
        "读这个文件时进程被系统终止（内存超过上限），试了 {0} 次。请分成几个文件，或改用 CSV。"
    ),
    "timeout": _l("读这个文件超过了时限，已停下。请分成几个文件。"),
    "crashed": _l("读这个文件时程序出错，试了 {0} 次。文件可能损坏，请重新导出。"),
    "vault": _l("服务器上保存的文件损坏或已删除，请重新上传。"),
    "unknown_kind": _l("这个版本不认识类型 {0}。"),
    # --- files about the shop's days
    "other_time_zone": _l(
        "文件写的时区是「{0}」，不是北京时间：每天从几点算起不同，数字对不上。请把时区改成北京时间再导出。"
    ),
    "stat_two_shops": _l("文件里有不止一家店的数：{0}。请按店分开导出，只传自己的店。"),
    "stat_no_day": _l(
        "文件里没有日期列，表头上面和文件名里也没有日期，不知道是哪一天的数。请用平台导出的原文件名，不要改名。"
    ),
    "stat_span": _l(
        "这个文件是 {0} 到 {1} 共 {2} 天的合计，分不到每一天。请每天导出一份，或选“分天”。"
    ),
    "stat_no_item": _l(
        "文件里没有商品ID，表头上面和文件名里也没有，不知道是哪个商品。请在文件名里写上商品ID。"
    ),
}
# What the readers and importers, which know no Django, say of a row; shown by `words.stored`.
ROW_REASONS = (
    gettext_noop("这一行缺少{name}"),
    gettext_noop("不认识的{name}，没有猜"),
    gettext_noop("{name}被 Excel 改成了 {value}，原号已丢失，请从千牛重新导出、不要用 Excel 另存"),
    gettext_noop("{name}应当全是数字"),
    gettext_noop("{name}超过 {n} 位"),
    gettext_noop("不是金额（最多两位小数的数字）"),
    gettext_noop("金额不能是负数"),
    gettext_noop("不是整数"),
    gettext_noop("应当在 {low} 到 {high} 之间"),
    gettext_noop("不是时间，应当像 2026-03-09 15:58:00"),
    gettext_noop("年份应当在 {low} 到 {high} 之间"),
    gettext_noop("没有这个日期或时刻"),
    gettext_noop("引号没有闭合"),
    gettext_noop("引号位置不对，单元格里的引号要写两个"),
    gettext_noop("含有空字符（NUL），文件可能损坏"),
    gettext_noop("行中间有回车符"),
    gettext_noop("单元格超过 {n} 个字符"),
    gettext_noop("比表头多出 {n} 格，内容可能错位"),
    gettext_noop("比表头少 {n} 格，内容可能错位"),
    gettext_noop("没有表头的列里有内容，内容可能错位"),
)
# Kinds of files, and the columns whose sums a batch shows, as the platform writes them.
FILE_WORDS = (
    gettext_noop("订单报表"),
    gettext_noop("宝贝报表"),
    gettext_noop("退款报表"),
    gettext_noop("总金额"),
    gettext_noop("买家应付货款"),
    gettext_noop("买家实际支付金额"),
    gettext_noop("退款金额"),
)
_NOTES = {
    "other_sheets": _l("没有读的工作表：{0}"),
    "conflicts": _l("{0} 处和现有资料不一致：写入后在「资料冲突」里由人决定，不会盖掉现有的"),
    "cost_above_price": _l("{0} 个 SKU 的成本高于售价"),
    "agent_names": _l("{0} 个客服名字还不知道是谁：写入后在「目标与名字」里对一次，之后自动认得"),
    "agent_doubts": _l("{0} 个比率和这一行自己的数算出来的不一样：按数算，不按写的比率"),
    "agent_doubled": _l("{0} 行和同一客服同一天的另一行重复，取后面的一行"),
    # --- reports of paid channels
    "ad_total_differs": _l(
        "合计行和各行加起来不一样：{0} 合计行写 {1}，各行一共 {2}；合计行没有写入"
    ),
    "ad_total_agrees": _l("合计行 {0} 行，和各行加起来一致，没有写入"),
    "ad_total_left_out": _l("合计行没有写入"),
    "ad_is_plans": _l("文件名写的是商品报表，按列看是计划报表：按计划收下，不会和商品花费相加"),
    "ad_is_items": _l("文件名写的是计划报表，按列看是商品报表：按商品收下，不会和计划花费相加"),
    "ad_doubts": _l("{0} 个比率或合计和同一行的数对不上：照收，在「报表」里逐行列出"),
    "ad_unknown_items": _l("{0} 个商品不在商品库里：照收，显示为未知商品"),
    "ad_doubled": _l("{0} 行和前面的一行完全相同，只算一次"),
    "ad_days": _l("一共 {0} 天，每天分开存"),
    "tbk_without_order": _l("{0} 个子订单还没有订单文件：照收，订单来了自动对上"),
    # --- files about the shop's days
    "stat_doubts": _l("{0} 个比率和同一行的数算出来的不一样：按数算，不按写的比率"),
    "stat_differs": _l(
        "{0} 行和以前导入的同一天不一样：按这份算，以前的也留着，在「数字从哪来」里看"
    ),
    "stat_older": _l("{0} 行已有更晚导出的数：照收留底，不算数"),
    "stat_doubled": _l("{0} 行和同一天的另一行重复，或者一个数也没有：没有写入"),
    "hidden_keys": _l("隐藏工作表里有平台的列名，回写模板时会用上"),
}


def refusal_text(reason: str) -> str:
    """Write why a file was refused."""
    return _sentence(_REFUSALS, reason)


def note_text(note: str) -> str:
    """Write a remark about a file that was read."""
    return _sentence(_NOTES, note)


def _sentence(table: Mapping[str, object], reason: str) -> str:
    code, *figures = reason.replace("、", _("、")).split("|")
    sentence = table.get(code)
    if sentence is None:
        return reason
    return str(sentence).format(*map(words.stored, figures), *[""] * 3)


def limit_text(*, csv_mb: int, workbook_mb: int, rows: int) -> str:
    """Write the limits beside the upload field."""
    return _("CSV 最大 {csv} MB；Excel 最大 {xlsx} MB、{rows} 行").format(
        csv=csv_mb, xlsx=workbook_mb, rows=f"{rows:,}"
    )
