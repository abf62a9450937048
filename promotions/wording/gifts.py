"""Gifts in sentences: what a rule says, and why an order got none."""

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from promotions.rules.gifts import GiftTerms, Why
from shopops.lib.money import from_fen
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


def rule_sentence(terms: GiftTerms) -> str:
    """Say what a rule gives to whom; the goods that count and the dates stand beside it."""
    parts = []
    if terms.from_cents is not None:
        parts.append(_("满 ¥%(amount)s") % {"amount": from_fen(terms.from_cents)})
    if terms.every_pieces:
        parts.append(_("每 %(n)s 件") % {"n": terms.every_pieces})
    parts.append(_("送 %(code)s × %(n)s") % {"code": terms.gift_code, "n": terms.pieces})
    if terms.most_times:
        parts.append(_("最多 %(n)s 份") % {"n": terms.most_times})
    if terms.first_orders:
        parts.append(_("前 %(n)s 单") % {"n": terms.first_orders})
    if terms.is_once_per_buyer:
        parts.append(_("每人一份"))
    return phrases(parts)
