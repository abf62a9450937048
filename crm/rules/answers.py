"""Variables of standard answers, and questions brought together by their key words. Pure."""

import re
from collections.abc import Mapping

from crm.rules.topics import cut

# What a standard answer may insert; the page fills in what is known of the order.
VARIABLES = ("昵称", "商品", "规格", "订单尾号", "快递", "运单号", "店铺", "客服")
_VARIABLE = re.compile(r"\{([^{}\n]{1,20})\}")
_NUMBERS = re.compile(r"[0-9]{4,}")
_STOP = frozenset(
    [
        "的",
        "了",
        "吗",
        "呢",
        "啊",
        "吧",
        "呀",
        "么",
        "嘛",
        "哦",
        "我",
        "你",
        "您",
        "亲",
        "亲亲",
        "这",
        "那",
        "这个",
        "那个",
        "是",
        "有",
        "在",
        "要",
        "想",
        "请问",
        "一下",
        "可以",
        "能",
        "会",
        "都",
        "也",
        "就",
        "还",
        "和",
        "与",
        "给",
        "到",
        "对",
        "好",
        "好的",
        "嗯",
        "谢谢",
        "你好",
        "您好",
        "在吗",
        "什么",
        "怎么",
        "多少",
        "几",
        "个",
        "一",
        "不",
        "没",
        "没有",
        "下",
        "上",
        "去",
        "来",
        "吧",
        "哈",
        "款",
        "件",
        "买",
        "说",
        "看",
    ]
)
_ASKS = re.compile(
    r"[?？]|吗|呢|么|怎么|什么|多少|几|哪|能不能|可不可以|是不是|有没有|多久|为什么|会不会"
)


def unknown_variables(text: str) -> list[str]:
    """Give the variables of a text that nothing can fill in."""
    return [name for name in _VARIABLE.findall(text) if name not in VARIABLES]


def fill(text: str, values: Mapping[str, str]) -> str:
    """Fill in what is known; an unknown variable stays visible in its braces."""
    return _VARIABLE.sub(lambda found: values.get(found.group(1)) or found.group(0), text)


def is_question(text: str) -> bool:
    """Say whether a line of a chat asks something."""
    return 2 <= len(text.strip()) <= 200 and bool(_ASKS.search(text))


def question_key(text: str) -> str:
    """Give the key words of a question, sorted: the same question in other words has the same key.

    Empty if nothing is left that says what it is about.
    """
    words = {word for word in cut(text.lower()) if _counts(word)}
    return " ".join(sorted(words))[:120]


def _counts(word: str) -> bool:
    return word not in _STOP and not word.isdigit() and any(sign.isalnum() for sign in word)


def hide_numbers(text: str) -> str:
    """Hide what may be a phone, an order or an account."""
    return _NUMBERS.sub("****", text)
