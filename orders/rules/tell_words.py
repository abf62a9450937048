"""Words for buyers: what templates fill in, and what they may never promise. Pure."""

import re
from collections.abc import Mapping

VARIABLES = ("tid", "receiver", "item", "ship_time")

_PLACE = re.compile(r"\{(\w*)\}")
# What people put between characters to slip past a filter.
_PADDING = re.compile(r"[\s*·.。\-_~]+")
_PRAISE = r"(?:好评|五星|5星|全五分|追评|晒图|晒单|买家秀)"
_REWARD = (
    r"(?:返现|返红包|返券|返\d|红包|现金|赠送|送[您你一个份小]|奖励|有奖|免单|优惠券|礼品|补贴)"
)
_PROMISES = (
    re.compile(f"{_PRAISE}.{{0,12}}{_REWARD}"),
    re.compile(f"{_REWARD}.{{0,12}}{_PRAISE}"),
    re.compile(r"刷单|补单|刷好评|刷销量|空包|代写(?:好?评|买家秀)"),
)


def filled(words: str, values: Mapping[str, str]) -> str:
    """Put an order's values in the places of a text; a place of unknown name stays as written."""
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), words)


def unknown_places(words: str) -> list[str]:
    """Name the places of a text that nothing fills, each once."""
    return list(dict.fromkeys(place for place in _PLACE.findall(words) if place not in VARIABLES))


def forbidden_promise(words: str) -> str:
    """Give the words that buy praise or fake trade, "" where there are none.

    Source: 网络反不正当竞争暂行规定 (2024-09-01) art. 9 and the revised 反不正当竞争法 (2025-10-15). A list
    of words finds what is said plainly, no more.
    """
    plain = _PADDING.sub("", words)
    for promise in _PROMISES:
        if found := promise.search(plain):
            return found[0]
    return ""
