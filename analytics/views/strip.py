"""The countdown strip: what must leave by the next hand-over, where it stands, whether it fits."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from orders.choices import OPEN_STAGES, Stage
from orders.models import CarrierPickup, ShippingDay
from orders.queries import queues
from orders.rules.plan import Plan, backward_plan
from shopops.lib import words
from shopops.lib.business_time import SHANGHAI, business_date
from shopops.lib.charts import Segment
from shopops.staff.models import Shop

_TONES = {
    Stage.AWAITING_AUDIT: "us",
    Stage.HELD: "soon",
    Stage.APPROVED: "us2",
    Stage.IN_WAVE: "us3",
    Stage.PICKED: "us3",
    Stage.CHECKED: "us4",
}
_MOST_PICKUPS = 3


@dataclass(frozen=True, slots=True)
class Strip:
    """The strip, as the template takes it."""

    cutoff_at: datetime | None
    handover_at: datetime | None
    minutes_left: int
    count: int
    detail: str
    none_reason: str
    segments: list[Segment]
    plan_title: str
    plan_tone: str
    plan_text: str
    url: str
    label: str


def strip(*, shop: Shop, may_see_orders: bool, now: datetime) -> Strip | None:
    """Give the strip for the next hand-over; None where no calendar is worked out. Three queries."""
    day = _next_day(now)
    if day is None or day.cutoff_at is None or day.handover_at is None:
        return None
    steps = queues.steps_before_cutoff(handover_at=day.handover_at, now=now)
    plan = backward_plan(
        steps,
        minutes_per_order=shop.packing_minutes,
        hands=max(shop.packing_hands, 1),
        now=now,
        cutoff_at=day.cutoff_at,
    )
    left = day.cutoff_at - now
    title, tone = _plan_title(plan, is_closed=left < timedelta())
    waiting = steps.get(Stage.AWAITING_AUDIT, 0)
    is_today = day.date == business_date(now)
    return Strip(
        cutoff_at=day.cutoff_at,
        handover_at=day.handover_at,
        minutes_left=int(left.total_seconds() // 60),
        count=plan.orders,
        detail=_pickups(day.date),
        none_reason="" if is_today else _not_today(day.date, day.cutoff_at, now),
        segments=_segments(steps),
        plan_title=title,
        plan_tone=tone,
        plan_text=_plan_text(plan, shop),
        url=_queue_url(waiting) if may_see_orders and plan.orders else "",
        label=_("去审单 %(n)d") % {"n": waiting} if waiting else _("看今天要发的"),
    )


def _next_day(now: datetime) -> ShippingDay | None:
    days = ShippingDay.objects.filter(ships=True, handover_at__gt=now, date__gte=business_date(now))
    return days.order_by("date").first()


def _not_today(day: date, cutoff_at: datetime, now: datetime) -> str:
    clock = cutoff_at.astimezone(SHANGHAI).strftime("%H:%M")
    when = _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}
    if day == business_date(now) + timedelta(days=1):
        when = _("明天")
    return _("今天不再交接，下一次 %(when)s %(clock)s 截单") % {"when": when, "clock": clock}


def _segments(steps: dict[str, int]) -> list[Segment]:
    return [
        Segment(str(stage.label), steps[stage], _TONES[stage])
        for stage in OPEN_STAGES
        if steps.get(stage)
    ]


def _plan_title(plan: Plan, *, is_closed: bool) -> tuple[str, str]:
    if not plan.orders:
        return _("都已交接"), "done"
    if is_closed:
        return _("已截单，还有 %(n)d 单没交接") % {"n": plan.orders}, "late"
    if plan.is_short:
        return _("照现在差 %(n)d 分钟") % {"n": max(plan.short_by_minutes, 1)}, "late"
    return _("照现在 %(clock)s 做完") % {"clock": _clock(plan.done_at)}, "done"


def _plan_text(plan: Plan, shop: Shop) -> str:
    if not plan.orders:
        return ""
    text = _("%(n)d 单 × %(each)s 分 ÷ %(hands)d 人 = %(needed)d 分") % {
        "n": plan.orders,
        "each": f"{shop.packing_minutes.normalize():f}",
        "hands": max(shop.packing_hands, 1),
        "needed": plan.needed_minutes,
    }
    if not plan.is_short:
        return text
    more = _("加 1 人 %(clock)s 完") % {"clock": _clock(plan.done_at_with_one_more)}
    return words.clauses([text, more])


def _pickups(day: date) -> str:
    rows = CarrierPickup.objects.filter(is_active=True, weekdays__contains=[day.weekday()])
    return words.listed(
        _("%(carrier)s %(clock)s 揽收") % {"carrier": row.carrier, "clock": f"{row.pickup:%H:%M}"}
        for row in rows.order_by("pickup", "pk")[:_MOST_PICKUPS]
    )


def _queue_url(waiting: int) -> str:
    return reverse("orders:queue", args=["awaiting_audit" if waiting else "due_today"])


def _clock(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%H:%M")
