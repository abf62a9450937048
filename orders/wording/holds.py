"""How a hold ends, in words; the msgid is the Chinese text."""

from django.utils.translation import gettext as _

from orders.choices import HOLD_DEFAULTS, SHORTAGES, HoldKind

# What nobody can settle: as long as it is so, the next audit holds the order again.
_UNTIL = (HoldKind.REFUND_OPEN, HoldKind.PLATFORM_FORBIDS)


def ending_words(kind: HoldKind) -> str:
    """Say how holds of a kind end: by a clock, by themselves, or by whom and after what."""
    defaults = HOLD_DEFAULTS[kind]
    if defaults.is_timed:
        return _("到时间自动结束")
    if kind in _UNTIL:
        return _("原因没了自动结束；提前结束的，下次审单再挂起")
    if kind in SHORTAGES:
        return _("来了货自动结束，按付款先后；货没来就先告知买家，再由人结束")
    if defaults.self_releases:
        return _("原因没了自动结束，或由人结束")
    if defaults.must_tell:
        return _("告知买家、记下回答以后由人结束")
    return _("处理好由人结束，回到待审单")
