"""The start rows of how benefits meet, each with how well it is known and where that was read.

A row is looked up by code at a moment; people edit them on the price rules page. Marks: R read in the
source, S read in sellers' records, I inferred from published figures, G not read anywhere: off, unless
a benefit of that kind could not be reckoned at all without it (then on, and shown as unverified).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from promotions.rules.final_price.rows import RuleRow
from shopops.lib.business_time import SHANGHAI

BEGINNING = datetime(2010, 1, 1, tzinfo=SHANGHAI)
PARALLEL_FROM = datetime(2020, 8, 12, tzinfo=SHANGHAI)
BEST_OF_FROM = datetime(2026, 3, 10, tzinfo=SHANGHAI)
_ALL = ("public", "member", "returning", "first_order", "vip")
_ROUND_TIERS = [["100", "1"], ["10", "0.1"]]


def _at(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


def start_rows() -> list[RuleRow]:
    """Give all rows that a new shop begins with."""
    return [*_lines(), *_item(), *_shop(), *_cross(), *_assets(), *_around()]


def _row(  # noqa: PLR0913 - the columns of a row
    code: str,
    name: str,
    mark: str,
    source: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    since: datetime = BEGINNING,
    until: datetime | None = None,
    is_on: bool | None = None,
) -> RuleRow:
    on = mark != "G" if is_on is None else is_on
    return RuleRow(code, name, since, until, mark, source, parameters or {}, on)


def _lines() -> Iterator[RuleRow]:
    """Lines of the result that are no single tool: basis, floor, sharing, pieces tried."""
    yield _row(
        "L2", "逐级计算：门槛和折扣都看前一级之后的金额", "I", "R8（V21）；更改日 R4",
        {"basis": "sequential"}, until=PARALLEL_FROM,
    )  # fmt: skip
    yield _row(
        "L2", "平行计算：门槛和折扣都看标价合计，再逐项相减", "R", "门槛 R4；折扣由 V8 至 V13 推出",
        {"basis": "parallel"}, since=PARALLEL_FROM,
    )  # fmt: skip
    yield _row("L6", "每个子订单减到 0.00 为止，多出的作废", "R", "R4", {"floor": "0.00"})
    yield _row(
        "L7", "订单级优惠按比例分摊，尾差归最后一行", "R", "比例 R3、R7；尾差 R9（一家 ERP 的做法）",
        {"remainder": "last"},
    )  # fmt: skip
    yield _row("LOW", "最低到手价试算到几件", "I", "自定", {"pieces": 10})


def _item() -> Iterator[RuleRow]:
    public = ["public", "vip"]
    yield _row(
        "IT1", "单品宝、限时折扣、秒杀、聚划算、活动一口价：定标价，同时只有一个，取最低", "R",
        "S1、S3；同时只有一个未读到出处", {"kinds": ["price_tool"], "audiences": ["public"]},
    )  # fmt: skip
    item = {"kinds": ["item_off", "item_rate"], "audiences": public}
    yield _row(
        "IT2", "单品立减：2025 年以前，照后来的算法", "I", "往前沿用", item, until=_at(2025, 1, 1)
    )
    yield _row(
        "IT2", "单品立减：每件减，同时只有一个，取最大", "R", "R1、S1", item, since=_at(2025, 1, 1)
    )
    yield _row(
        "IT3", "官方立减：标价 × 比例，按标价大小进位", "R", "R2、R5、S1",
        {"kinds": ["official"], "audiences": list(_ALL), "round_tiers": _ROUND_TIERS},
    )  # fmt: skip
    big_cut = {
        "round_tiers": _ROUND_TIERS, "least_rate": "0.10", "most_rate": "0.50", "no_cross": True,
    }  # fmt: skip
    yield _row(
        "IT4", "超级立减：至少一成、不到一半；不与跨店满减同享", "R", "R2", big_cut,
        since=_at(2025, 6, 21), until=_at(2026, 5, 6),
    )  # fmt: skip
    yield _row(
        "IT4", "超级立减：5–6 月平台大促期间对全部商品停用", "R", "R2", big_cut,
        since=_at(2026, 5, 6), until=_at(2026, 6, 22), is_on=False,
    )  # fmt: skip
    yield _row(
        "IT4", "超级立减：至少一成、不到一半；不与跨店满减同享", "R", "R2", big_cut,
        since=_at(2026, 6, 22), until=_at(2028, 8, 1),
    )  # fmt: skip
    member = {"kinds": ["item_off", "item_rate"], "audiences": ["member", "returning"]}
    yield _row(
        "IT5",
        "会员、回头客立减：2026-03-10 以前，照后来的算法",
        "I",
        "往前沿用",
        member,
        until=BEST_OF_FROM,
    )
    yield _row(
        "IT5", "会员立减、回头客立减：与券或多件优惠同享", "R", "R1", member, since=BEST_OF_FROM
    )
    yield _row(
        "IT6", "会员价、会员卡折扣：与公开价取低", "G", "R6（旧文）",
        {"kinds": ["price_tool"], "audiences": ["member", "vip", "returning", "first_order"]},
    )  # fmt: skip
    yield _row(
        "IT7", "第二件半价：每两件里便宜的一件减半", "G", "R1 没有写到它", {"kinds": ["second_half"]},
        is_on=True,
    )  # fmt: skip


def _shop() -> Iterator[RuleRow]:
    coupon = {"kinds": ["coupon"], "share_by": "item_net", "cap": 15, "counts_freight": False}
    yield _row(
        "SH1", "优惠券与多件优惠可以叠加", "R", "R1、R6", {**coupon, "shop_group": "stack"},
        until=BEST_OF_FROM,
    )  # fmt: skip
    yield _row(
        "SH1", "优惠券与多件优惠每个子订单只取大的一个", "R", "R1、R3",
        {**coupon, "shop_group": "best_of"}, since=BEST_OF_FROM,
    )  # fmt: skip
    yield _row(
        "SH2", "多件优惠（原店铺宝）：满减、满件打折、满件减", "R", "R1；百分比的算法由 V8 至 V13 推出",
        {"kinds": ["multi_off", "multi_rate"], "share_by": "item_net"},
    )  # fmt: skip
    yield _row("SH3", "第三方满减满折工具（人气宝、超级促销）", "R", "R1", {"share_by": "item_net"})
    yield _row("SH4", "赠品不改变到手价", "R", "R3", {})
    yield _row(
        "SH5", "天猫商家在大促现货期内店铺宝满元减、第三方店铺级工具全店停用", "R",
        "R2；时段 S2，不是官方文本；是天猫商家再打开", {"blocks": ["multi_off"]},
        since=_at(2026, 10, 20, 20), until=_at(2026, 11, 14), is_on=False,
    )  # fmt: skip


def _cross() -> Iterator[RuleRow]:
    yield _row(
        "CR1", "购物津贴：每满 400 减 50", "R", "R7；年份未核实",
        {"share_by": "item_net"}, until=PARALLEL_FROM,
    )  # fmt: skip
    yield _row(
        "CR2", "跨店满减：看店铺券、店铺红包之后的金额", "R", "R8、R4",
        {"kinds": ["cross"], "share_by": "base"}, until=PARALLEL_FROM,
    )  # fmt: skip
    yield _row(
        "CR3", "跨店满减：看活动价合计，按商品金额分摊", "R", "R4",
        {"kinds": ["cross"], "share_by": "base"}, since=PARALLEL_FROM,
    )  # fmt: skip
    yield _row("CR4", "历年跨店满减的档位：2020 双11 每满 300 减 40 等", "G", "R10 以外未读到", {})
    yield _row(
        "CR5", "品类券、消费券：达到的最高一档，一张", "R", "R3；分摊未核实", {"share_by": "base"}
    )
    yield _row(
        "CR6", "88VIP 消费券：看到手价，最高一档", "S", "S1（2026 年中的报名表）",
        {"share_by": "paid", "tiers": [["200", "20"], ["500", "50"], ["800", "80"], ["1500", "150"]]},
    )  # fmt: skip
    yield _row("CR7", "88VIP 95 折", "G", "未读到", {"share_by": "base"}, since=_at(2018, 1, 1))


def _assets() -> Iterator[RuleRow]:
    yield _row(
        "AS1", "平台红包、超级红包：在所有优惠之后", "R", "叠加 R3；其余未核实",
        {"kinds": ["asset"], "minimum": "0.00"},
    )  # fmt: skip
    yield _row("AS2", "店铺红包：不与店铺券同用", "R", "R6（旧文）、R8", {"minimum": "0.00"})
    yield _row(
        "AS3",
        "淘金币：在所有优惠之后，100 个抵 1 元",
        "R",
        "位置 R6；比例未核实",
        {"minimum": "0.00"},
    )
    yield _row(
        "AS4",
        "购物金：像付款方式，不影响门槛",
        "G",
        "订单接口有字段，其余未读到",
        {"minimum": "0.00"},
    )
    yield _row(
        "AS5", "首单礼金、新客礼金：不算公开最低价", "S", "S5",
        {"kinds": ["item_off", "item_rate"], "audiences": ["first_order"]},
    )  # fmt: skip
    yield _row("AS6", "运费不进门槛，也不参加跨店满减", "R", "R6、R8", {})


def _around() -> Iterator[RuleRow]:
    """Freight, event rates, sign-up rules and price protection: data that other pages read."""
    yield _row("F1", "运费模板：件、重量、体积；首费与续费", "R", "R13", {})
    yield _row("F2", "首费加续费，不足一档按一档", "R", "R14（别家平台的文本，算法相同）", {})
    yield _row("F3", "同一模板件数相加，一个首费", "R", "R15", {})
    yield _row("F4", "不同模板：最大的首费收一次，其余都按续费", "R", "R15", {})
    yield _row("F5", "满包邮：看优惠后的商品金额，不含运费", "G", "未读到哪些优惠计入", {})
    yield _row(
        "F6", "活动包邮：大陆，不含新疆、西藏、青海、宁夏、甘肃、内蒙古和港澳台", "R", "R2",
        {"not_regions": ["新疆", "西藏", "青海", "宁夏", "甘肃", "内蒙古", "香港", "澳门", "台湾"]},
    )  # fmt: skip
    yield _row(
        "EV1",
        "2026 年 88VIP 大促、38 等的官方立减",
        "S",
        "S1",
        {"rate": "0.12"},
        since=_at(2026, 7, 1),
    )
    yield _row(
        "EV2", "2026 年 618、双11 的官方立减", "S", "S1", {"rate": "0.15"}, since=_at(2026, 1, 1)
    )
    yield _row(
        "EV3", "双11 2026 现货售卖期", "S", "S2，一家店用的时段，不是官方文本", {"rate": "0.15"},
        since=_at(2026, 10, 20, 20), until=_at(2026, 11, 14),
    )  # fmt: skip
    yield _row(
        "SU1",
        "超级立减报名：活动价不高于近 15 天最低标价",
        "R",
        "R2",
        {"days": 15},
        since=_at(2025, 6, 17),
    )
    yield _row(
        "SU2",
        "大促报名：报名价不高于近 15 天最低标价",
        "S",
        "S1",
        {"days": 15},
        since=_at(2026, 7, 1),
    )
    yield _row("SU3", "聚划算：不高于近 30 天最低价", "G", "未读到", {"days": 30})
    yield _row(
        "PP1",
        "超级立减退差：付款起 7 天",
        "R",
        "R2",
        {"days": 7, "tool": "IT4"},
        since=_at(2025, 6, 1),
    )
    yield _row(
        "PP2", "价保没有标签时按几天算", "S", "S1：7 天和 19 天都见过，读到活动文本前按 19 天",
        {"days": 19},
    )  # fmt: skip
    yield _row("PP3", "双11 价保：到活动结束后 15 天", "G", "未读到", {"days_after_event": 15})


# What a figure or choice of a row may be; a list of words names the choices.
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "basis": ("sequential", "parallel"),
    "shop_group": ("stack", "best_of"),
    "remainder": ("last", "largest"),
    "share_by": ("base", "item_net", "paid"),
}
_RATES = ("rate", "least_rate", "most_rate")
_WHOLE = {"pieces": 20, "cap": 100, "days": 400, "days_after_event": 400}


def wrong_parameter(parameters: Mapping[str, Any]) -> str:
    """Name the first figure of a row that cannot be so; empty: all can."""
    for name, value in parameters.items():
        if name in _CHOICES and value not in _CHOICES[name]:
            return name
        if name in _WHOLE and not _is_whole(value, _WHOLE[name]):
            return name
        if name in _RATES and not _is_rate(value):
            return name
    return ""


def _is_whole(value: object, most: int) -> bool:
    text = str(value)
    return text.isascii() and text.isdigit() and 1 <= int(text) <= most


def _is_rate(value: object) -> bool:
    try:
        rate = Decimal(str(value))
    except InvalidOperation:
        return False
    return rate.is_finite() and 0 < rate < 1
