"""Words that pay for praise, which the law forbids: compensation must never be tied to a review. Pure.

网络反不正当竞争暂行规定 (2024-09-01) art. 9: no cash-back, red packet or coupon for a good review, and
none for taking a bad one down. To be checked before relying on it.
"""

import re

_GIVE = (
    r"(?:返现|返[0-9一二三五十百]+元?|返红包|红包|优惠券|补偿|赔付|打款|转账"
    r"|送[^，。；！\s]{0,6}|赠[^，。；！\s]{0,6}|[0-9]+(?:\.[0-9]+)?元)"
)
_PRAISE = r"(?:好评|五星|5星|5\s*分|五分|满分|晒图|晒单|追评)"
_REMOVE = r"(?:删除?|撤销?|改掉?|修改|追改|隐藏|取消)[^，。；！\s]{0,4}(?:差评|中评|评价|评论)"
_CHANGE = r"(?:差评|中评|评价|评论)[^，。；！\s]{0,4}(?:删|撤|改|隐藏|取消)"
_NEAR = r"[^。！!\n]{0,16}"

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"好评返现",
        r"返现好评",
        _PRAISE + _NEAR + _GIVE,
        _GIVE + _NEAR + _PRAISE,
        _REMOVE + _NEAR + _GIVE,
        _GIVE + _NEAR + _REMOVE,
        _CHANGE + _NEAR + _GIVE,
        _GIVE + _NEAR + _CHANGE,
    )
)
# Said of every buyer, with or without a review.
_EXEMPT = re.compile(
    r"(?:不需要|不用|不要求|无需|无须)(?:您|你|亲)?[^，。；！\s]{0,4}(?:好评|评价)"
    r"|(?:跟|和|与)(?:您|你|亲)?[^，。；！\s]{0,4}(?:好评|评价)(?:无关|没有?关系)"
)


def praise_for_pay(text: str) -> str:
    """Give the words that tie money to a review; empty if there are none.

    `不用好评` and `与评价无关` are no condition and are left out first.
    """
    plain = _EXEMPT.sub("", re.sub(r"[ \t]+", "", text))
    for pattern in _PATTERNS:
        if found := pattern.search(plain):
            return found.group(0)
    return ""


def praise_asked(text: str) -> str:
    """Give the words in a *promise's own reason* that ask for praise; there any mention is one.

    The reason of a compensation is about what went wrong; a review has no place in it.
    """
    plain = _EXEMPT.sub("", re.sub(r"[ \t]+", "", text))
    found = re.search(rf"{_PRAISE}|{_REMOVE}|{_CHANGE}", plain)
    return found.group(0) if found else ""
