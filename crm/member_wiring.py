"""What membership adds to the floors below: work, checks, words, its part of a person."""

from collections.abc import Sequence
from datetime import time, timedelta

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.actions import member_persons, point_settling, tier_trial, tiers
from crm.checks import members as checks
from crm.demo import tiers as demo
from crm.models import PointEntry, TierChange, TierLevel
from crm.queries.segments import ExtraFact, register_fact
from crm.queries.tiers import plan_in_force
from crm.queries.timeline import Event, timeline_source
from crm.wording import tiers as wording
from crm.wording.segments import word_values
from orders import registry
from shopops.lib.business_time import at_local
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_scheduled, register_tick

MOST_EVENTS = 60


def register() -> None:
    """Make all of it known; called once, when the apps are ready."""
    point_settling.follow()
    member_persons.register()
    for spec in (
        KindSpec(tiers.KIND, _("重算会员等级"), "quick", tiers.perform_tiers, "crm.view"),
        KindSpec(
            tier_trial.KIND, _("试算会员等级"), "quick", tier_trial.perform_trial, "crm.set_tiers"
        ),
        KindSpec(
            point_settling.KIND,
            _("积分跟上订单"),
            "quick",
            point_settling.perform_points,
            "crm.view",
        ),
        KindSpec(
            point_settling.EXPIRE_KIND,
            _("积分到期"),
            "quick",
            point_settling.perform_expire,
            "crm.view",
        ),
    ):
        register_kind(spec)
    register_scheduled(tiers.KIND, at=time(4, 45), catch_up_days=1)
    register_scheduled(point_settling.EXPIRE_KIND, at=time(0, 20), catch_up_days=1)
    register_tick("points", every=timedelta(minutes=1), run=point_settling.request_points)
    registry.after_import(point_settling.request_after_import)
    registry.fill_demo_with(demo.fill)
    checks.register()
    wording.name_all()
    register_fact("tier", ExtraFact(_OF_TIER, tier_options))
    word_values("tier", tier_words)
    timeline_source("points", point_events)
    timeline_source("tiers", tier_events)


# Whoever is of no tier has no row; that is asked as "not of any".
_OF_TIER = "s.customer_id IN (SELECT t.customer_id FROM crm_tierstate t WHERE t.level::text = ANY({values}))"


def tier_options() -> list[tuple[str, str]]:
    """Give all tiers there ever were as a segment's condition names them, by their newest name."""
    rows = TierLevel.objects.order_by("level", "-plan__valid_from").distinct("level")
    return [(str(level), name) for level, name in rows.values_list("level", "name")]


def tier_words(value: str) -> str:
    """Say the tier of a condition; its number, where no plan has it."""
    return dict(tier_options()).get(value, value)


def point_events(customer_id: int, _buyer_ids: Sequence[int]) -> Sequence[Event]:
    """Give a customer's newest points for their time-line."""
    rows = PointEntry.objects.filter(customer_id=customer_id).select_related("by").order_by("-pk")
    return [
        Event(
            at=one.at,
            kind="points",
            text=_entry_text(one),
            detail=one.reason or one.tid,
            who=one.by.name if one.by else "",
            tone="wait",
        )
        for one in rows[:MOST_EVENTS]
    ]


def tier_events(customer_id: int, _buyer_ids: Sequence[int]) -> Sequence[Event]:
    """Give when a customer rose or fell, for their time-line."""
    rows = TierChange.objects.filter(customer_id=customer_id).order_by("-on", "-pk")
    return [_tier_event(one) for one in rows[:MOST_EVENTS]]


def _entry_text(one: PointEntry) -> str:
    """Say what a line of points did."""
    words = gettext("积分 %(n)s") % {"n": f"{one.points:+d}"}
    if one.owed:
        words += gettext("，欠 %(n)s") % {"n": f"{one.owed:+d}"}
    return f"{one.get_kind_display()} · {words}"


def _tier_event(one: TierChange) -> Event:
    """Say that a customer rose or fell."""
    names = {level.level: level.name for level in plan_in_force(one.on).levels}
    return Event(
        at=at_local(one.on, time(4, 45)),
        kind="tier",
        text=gettext("会员等级：%(was)s → %(now)s")
        % {
            "was": names.get(one.was, gettext("非会员")),
            "now": names.get(one.now, gettext("非会员")),
        },
        detail=one.get_why_display(),
        tone="done" if one.now > one.was else "wait",
    )
