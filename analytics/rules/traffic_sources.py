"""What kind of traffic a source is, by its name as the platform writes it. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

type Kind = Literal["paid", "free", "own", "outside", "unknown"]
KINDS: tuple[Kind, ...] = ("free", "paid", "own", "outside", "unknown")
SEPARATOR = " / "
SEARCH = "搜索"
# The name of the group decides before that of the source: 付费流量 / 手淘搜索 is paid.
_GROUPS: tuple[tuple[str, Kind], ...] = (
    ("付费", "paid"),
    ("广告", "paid"),
    ("自主访问", "own"),
    ("淘外", "outside"),
    ("站外", "outside"),
    ("免费", "free"),
)
_NAMES: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("paid", ("直通车", "淘宝客", "钻石展位", "钻展", "引力魔方", "万相台", "万象台", "关键词推广", "人群推广",
              "精准人群", "全站推广", "超级推荐", "超级钻展", "品销宝", "品牌专区", "超级短视频", "超级直播", "推广")),
    ("own", ("购物车", "我的淘宝", "我的收藏", "收藏夹", "直接访问", "已买到", "宝贝收藏", "店铺收藏", "订阅")),
    ("outside", ("百度", "微信", "抖音", "小红书", "微博", "站外", "外部")),
    ("free", ("搜索", "首页", "推荐", "猜你喜欢", "逛逛", "淘内", "聚划算", "直播", "短视频", "天猫", "淘金币",
              "有好货", "详情页", "店铺", "会场", "问大家", "详情")),
)  # fmt: skip


def kind_of(key: str) -> Kind:
    """Say what kind of traffic a source is; unknown rather than guessed."""
    group, _mark, detail = key.partition(SEPARATOR)
    for word, kind in _GROUPS:
        if word in group:
            return kind
    for name in (detail, group):
        for kind, words in _NAMES:
            if name and any(word in name for word in words):
                return kind
    return "unknown"


def is_search(key: str) -> bool:
    """Say whether a source, or the group that it is of, is called a search; what is paid for is none."""
    return SEARCH in key and kind_of(key) != "paid"


def searched(visitors: Mapping[str, Decimal | None]) -> Decimal | None:
    """Add up the visitors of a day by search; None where no source is called so, or one is not counted.

    A group that is called so counts as a whole; its details are in it.
    """
    wholes = {key for key in visitors if SEPARATOR not in key and is_search(key)}
    told = [
        value
        for key, value in visitors.items()
        if is_search(key) and (key in wholes or key.partition(SEPARATOR)[0] not in wholes)
    ]
    if not told or None in told:
        return None
    return sum((one for one in told if one is not None), Decimal(0))
