"""Lines of points and changes of tiers in words."""

from datetime import time

from django.utils.translation import gettext as _

from crm.models import PointEntry, TierChange
from crm.queries.tiers import plan_in_force
from crm.queries.timeline import Event
from shopops.lib.business_time import at_local


def entry_text(one: PointEntry) -> str:
    """Say what a line of points did."""
    words = _("积分 %(n)s") % {"n": f"{one.points:+d}"}
    if one.owed:
        words += _("，欠 %(n)s") % {"n": f"{one.owed:+d}"}
    return f"{one.get_kind_display()} · {words}"


def tier_event(one: TierChange) -> Event:
    """Say that a customer rose or fell."""
    names = {level.level: level.name for level in plan_in_force(one.on).levels}
    return Event(
        at=at_local(one.on, time(4, 45)),
        kind="tier",
        text=_("会员等级：%(was)s → %(now)s")
        % {"was": names.get(one.was, _("非会员")), "now": names.get(one.now, _("非会员"))},
        detail=one.get_why_display(),
        tone="done" if one.now > one.was else "wait",
    )
