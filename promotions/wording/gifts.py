"""Gifts in sentences: what a rule says, and why an order got none."""

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from promotions.models import GiftRule
from promotions.rules.gifts import Why
from shopops.lib.words import phrases

_MISSED: dict[str, str] = {
    Why.QUOTA: gettext_noop("名额用完了"),
    Why.STOCK: gettext_noop("赠品没有货了"),
    Why.PICKING: gettext_noop("包裹已经在拣货"),
}


def missed_words(why: Why | None) -> str:
    """Say for the log, which is kept in Chinese, why an order got no gift."""
    with translation.override("zh-hans"):
        return _(_MISSED[why]) if why else ""


def why_missed(reason: str) -> str:
    """Say why an order got no gift, in the reader's language."""
    return _(_MISSED[reason]) if reason in _MISSED else reason


def rule_sentence(rule: GiftRule) -> str:
    """Say what a rule gives to whom; the goods that count and the dates stand beside it."""
    parts = []
    if rule.from_amount is not None:
        parts.append(_("满 ¥%(amount)s") % {"amount": rule.from_amount})
    if rule.every_pieces:
        parts.append(_("每 %(n)s 件") % {"n": rule.every_pieces})
    parts.append(_("送 %(code)s × %(n)s") % {"code": rule.gift_sku.code, "n": rule.pieces})
    if rule.most_times:
        parts.append(_("最多 %(n)s 份") % {"n": rule.most_times})
    if rule.first_orders:
        parts.append(_("前 %(n)s 单") % {"n": rule.first_orders})
    if rule.is_once_per_buyer:
        parts.append(_("每人一份"))
    return phrases(parts)
