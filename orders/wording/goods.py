"""Why stock keeps an order, in words; stored as `code|value|…` like every reason of the audit."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

_REASONS = {
    "stock_short": gettext_noop("%(a)s 要 %(b)s 件，可用 %(c)s 件"),
    "gift_short": gettext_noop("赠品 %(a)s 要 %(b)s 件，可用 %(c)s 件"),
    "gift_quota_out": gettext_noop("赠品 %(a)s 要 %(b)s 件，名额用完了"),
    "gift_none_left": gettext_noop("赠品 %(a)s 要 %(b)s 件，没有货了"),
    "part_unknown": gettext_noop("套装 %(a)s 里的 %(b)s 不在商品表"),
    "code_doubtful": gettext_noop("商家编码 %(a)s 同时对上 %(b)s，分不清是哪个"),
    "code_unknown": gettext_noop("%(a)s 不在商品表，共 %(b)s 个编码"),
}


def goods_words(code: str, values: dict[str, str]) -> str | None:
    """Say a reason that has to do with stock; None for any other."""
    sentence = _REASONS.get(code)
    return _(sentence) % values if sentence else None
