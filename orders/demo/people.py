"""Buyers who come back, drawn from their number alone; every name and contact is invented."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from orders.demo.dice import Flags, Floats, Ints, Texts, below, pick_weighted, texts, unit
from orders.demo.places import REMOTE, places

_SURNAMES = (
    "张王李刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
    "苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史"
    "顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_LATIN = (
    "mian_yu", "xiaolu", "tb_sunny", "momo", "lily", "qiuqiu", "yezi", "anna_wang", "dudu", "coco",
    "jia_jia", "feifei", "nana", "tingting", "yuanyuan", "mango", "echo_l", "sky_blue", "kiki",
    "tb",
)  # fmt: skip
_CHINESE = (
    "小鹿乱撞", "云深处", "晚风吹", "木子李", "春暖花开", "海盐味", "三月茶", "苏打水", "一颗糖",
    "棉花朵",
    "南方有乔木", "青柠", "北岛", "阿满", "豆豆妈", "九月", "星河", "米粒", "橘子汽水",
    "山有木",
)  # fmt: skip
_ROADS_A = "龙花新东西南北中长平安福永江湖桥"
_ROADS_B = "和兴文明学林海建光天景金"
_PLACES_C = (
    "**小区*栋", "**花园**栋***室", "**公寓*单元", "**家园*期", "**村**号",
    "**大厦*层", "**苑*幢",
    "**里**号楼",
)  # fmt: skip
_MASKED_SHARE = 0.06
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Buyers:
    """What a file shows of the buyers behind its orders, one place per order."""

    member: Texts  # 买家会员名: invented and whole for most, masked for the rest
    nick: Texts  # 买家会员昵称: always masked
    receiver: Texts
    province: Texts
    address: Texts
    phone: Texts
    open_receiver: Texts  # before 2021 the platform masked nothing
    open_address: Texts
    open_phone: Texts
    remote: Flags


@dataclass(frozen=True, slots=True)
class _Tables:
    province: Texts
    head: Texts  # "省 市 区 "
    zip_code: Texts
    weights: Floats
    remote: Flags
    street: Texts
    surname: Texts


@cache
def _tables() -> _Tables:
    rows = places()
    streets = [f"{a}*街道{b}**路**号{c}" for a in _ROADS_A for b in _ROADS_B for c in _PLACES_C]
    return _Tables(
        province=texts([row[0] for row in rows]),
        head=texts([f"{row[0]} {row[1]} {row[2]} " for row in rows]),
        zip_code=texts([f"({row[3]})" for row in rows]),
        weights=np.array([row[4] for row in rows], dtype=np.float64),
        remote=np.array([row[0] in REMOTE for row in rows], dtype=np.bool_),
        street=texts(streets),
        surname=texts(list(_SURNAMES)),
    )


def home_of(buyer: Ints) -> Ints:
    """Return the index of each buyer's district."""
    return pick_weighted(unit(buyer, 11), _tables().weights)


def is_remote(buyer: Ints) -> Flags:
    """Tell whose parcels go to a far province."""
    return _tables().remote[home_of(buyer)]


def province_names() -> Texts:
    """Return the province of each district index that `home_of` gives."""
    return _tables().province


def describe(buyer: Ints) -> Buyers:
    """Return what the files show of these buyers; the same buyer always looks the same."""
    tables = _tables()
    home = home_of(buyer)
    surname = tables.surname[below(buyer, 12, len(_SURNAMES))]
    street = tables.street[below(buyer, 13, len(tables.street))]
    tail = below(buyer, 14, 10_000).tolist()
    house = below(buyer, 15, 60).tolist()
    head, zip_code = tables.head[home], tables.zip_code[home]
    members = member_names(buyer)
    nicks = masked_nicks(buyer)
    masked = unit(buyer, 16) < _MASKED_SHARE
    return Buyers(
        member=np.where(masked, nicks, members),
        nick=nicks,
        receiver=surname + "**",
        province=tables.province[home],
        address=head + street + zip_code,
        phone=texts([f"*******{t:04d}" for t in tail]),
        open_receiver=surname + texts([("女士", "先生")[t % 2] for t in tail]),
        open_address=head
        + texts(
            [
                f"示例街道示例路{h + 1}号{h % 9 + 1}栋{t % 20 + 1}0{h % 4 + 1}室"
                for h, t in zip(house, tail, strict=True)
            ]
        )
        + zip_code,
        open_phone=texts([f"1380000{t:04d}" for t in tail]),
        remote=tables.remote[home],
    )


def member_names(buyer: Ints) -> Texts:
    """Return a whole member name for each buyer; no two buyers share one."""
    style = below(buyer, 17, 40).tolist()
    # An odd multiplier modulo a power of two is a bijection, so the number alone keeps names apart.
    numbers = (((buyer * 2_654_435_761) % 2**22) + (buyer >> 22 << 22)).tolist()
    return texts([_member(s, n) for s, n in zip(style, numbers, strict=True)])


def _member(style: int, number: int) -> str:
    if style < 20:
        return f"{_LATIN[style]}_{number % 10_000:04d}{_base36(number // 10_000)}"
    return f"{_CHINESE[style - 20]}{number % 100:02d}{_base36(number // 100)}"


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits


def masked_nicks(buyer: Ints) -> Texts:
    """Return nicks as the platform masks them: first and last sign, stars between."""
    first = below(buyer, 18, 60).tolist()
    last = below(buyer, 19, 36).tolist()
    signs = [
        *_DIGITS[10:],
        *"小云晚木春海三苏一棉南青北阿豆九星米橘山雨风花月林夏秋冬乐安可心天如",
    ][:60]
    return texts(
        [f"{signs[a % len(signs)]}***{_DIGITS[b]}" for a, b in zip(first, last, strict=True)]
    )
