"""The trace clock in sentences. The msgid is the Chinese text."""

from datetime import datetime

from django.utils.translation import gettext as _

from orders import wording
from orders.rules.traces import TraceDue, TraceLimit
from shopops.lib.words import listed


def trace_words(due: TraceDue, *, last_trace_at: datetime | None, now: datetime) -> str:
    """Say what the carrier must report, by when, and what it reported last."""
    sentence = {
        "pickup": _("交接后 %(hours)d 小时内要有揽收记录"),
        "first_trace": _("揽收后 %(hours)d 小时内要有新轨迹"),
        "silence": _("每 %(hours)d 小时内要有新轨迹"),
    }[due.code] % {"hours": due.hours}
    if due.code == "pickup" or last_trace_at is None:
        return sentence
    last = wording.time_words(last_trace_at, now=now)
    return _("%(rule)s；最后一条：%(last)s") % {"rule": sentence, "last": last}


def trace_rule_words(limit: TraceLimit) -> str:
    """Say what the trace clock asks before it runs."""
    return _(
        "交接后起算：%(pickup)d 小时揽收，再 %(first)d 小时更新，以后不断 %(silence)d 小时"
    ) % {
        "pickup": limit.pickup_hours,
        "first": limit.first_trace_hours,
        "silence": limit.silence_hours,
    }


def limit_words(limit: TraceLimit) -> str:
    """Say for which provinces a limit counts."""
    return listed(limit.provinces) if limit.provinces else _("其余省份")
