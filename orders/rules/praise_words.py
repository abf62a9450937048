"""Words that pay for praise or fake trade, which the law forbids, in whatever is written to buyers. Pure.

网络反不正当竞争暂行规定 (2024-09-01) art. 9 and the revised 反不正当竞争法 (2025-10-15): no cash-back, red
packet or coupon for a good review, none for taking a bad one down, no invented orders. A list of words
finds what is said plainly, no more. To be checked before relying on it.
"""

import re

_GIVE = (
    r"(?:返现|返[0-9一二三五十百]+元?|返红包|返券|红包|优惠券|补偿|赔付|打款|转账"
    r"|现金|奖励|有奖|免单|礼品|补贴"
    r"|送(?![出达到货往])[^，。；！\s]{0,6}|赠[^，。；！\s]{0,6}|[0-9]+(?:\.[0-9]+)?元)"
)
_PRAISE = r"(?:好评|五星|5星|5\s*分|五分|满分|晒图|晒单|追评|买家秀)"
# What a draw or a club gives: only beside plain words of praise, for `5分` and `买家秀` stand there by right.
_PLAIN_PRAISE = r"(?:好评|五星|5星)"
_CHANCE = r"(?:抽奖|中奖|奖品|参加活动|参与活动|[得加换赚领][^，。；！\s]{0,4}积分|[0-9]+积分)"
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
        _PLAIN_PRAISE + _NEAR + _CHANCE,
        _CHANCE + _NEAR + _PLAIN_PRAISE,
        _REMOVE + _NEAR + _GIVE,
        _GIVE + _NEAR + _REMOVE,
        _CHANGE + _NEAR + _GIVE,
        _GIVE + _NEAR + _CHANGE,
    )
)
_FAKE = re.compile(r"刷单|补单|刷好评|刷销量|空包|代写(?:好?评|买家秀)")
# A card that begs for praise, and one that says it must not.
_BEGS = re.compile(
    r"求.{0,4}好评|给.{0,4}(?:好评|五星)|返现卡|好评卡"
    r"|(?:好评|五星|5星|晒图|晒单|追评|买家秀).{0,8}(?:领|奖|券|礼|退)"
    r"|(?:领|奖|券|礼).{0,8}(?:好评|五星|5星|晒图|晒单|追评)"
)
_FORBIDS = re.compile(r"不许|不准|不能|不要|不得|不放|禁止|严禁|别放")
# What people put between characters to slip past a filter.
_PADDING = re.compile(r"[\s*·.\-_~]+")
# Said of every buyer, with or without a review.
_EXEMPT = re.compile(
    r"(?:不需要|不用|不要求|无需|无须)(?:您|你|亲)?[^，。；！\s]{0,4}(?:好评|评价)"
    r"|(?:跟|和|与)(?:您|你|亲)?[^，。；！\s]{0,4}(?:好评|评价)(?:无关|没有?关系)"
)


def praise_for_pay(text: str) -> str:
    """Give the words that tie money to a review; empty if there are none.

    `不用好评` and `与评价无关` are no condition and are left out first.
    """
    plain = _bare(text)
    for pattern in _PATTERNS:
        if found := pattern.search(plain):
            return found.group(0)
    return ""


def forbidden_promise(text: str) -> str:
    """Give the words that pay for praise or fake trade in a text for buyers; empty if there are none."""
    found = _FAKE.search(_bare(text))
    return praise_for_pay(text) or (found.group(0) if found else "")


def asks_for_praise(text: str) -> str:
    """Give the words with which a card asks for praise, paid or not; empty if it does not.

    A sentence that forbids such a card is not one.
    """
    plain = _bare(text)
    if _FORBIDS.search(plain):
        return ""
    found = _BEGS.search(plain)
    return forbidden_promise(text) or (found.group(0) if found else "")


def praise_asked(text: str) -> str:
    """Give the words in a *promise's own reason* that ask for praise; there any mention is one.

    The reason of a compensation is about what went wrong; a review has no place in it.
    """
    plain = _bare(text)
    found = re.search(rf"{_PRAISE}|{_REMOVE}|{_CHANGE}", plain)
    return found.group(0) if found else ""


def _bare(text: str) -> str:
    return _EXEMPT.sub("", _PADDING.sub("", text))
