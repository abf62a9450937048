"""The card of what the next sending to the same people should be, in words."""

from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.actions.campaigns import CampaignValues, copied_values
from crm.metrics.next_sending import Advice, Arm, Next, next_sending
from crm.models import Campaign
from crm.queries import campaigns as queries
from crm.queries.campaigns import ArmResult, Result
from crm.views.campaign_parts import Data
from crm.views.campaign_result import points, yuan

# What is tagged how: words are found when a page is made, in the language of its reader.
TONES = {
    "use": "done",
    "tied": "done",
    "again": "us",
    "stop": "late",
    "annoys": "late",
}
LEAST_HELD_OUT = 20
EARLIER = 3


def advice_of(row: Campaign, result: Result, *, by_profit: bool) -> Next | None:
    """Work out the advice of a campaign whose window is over; None where nothing can be said."""
    if result.why_not or any(one.outcome is None for one in result.arms):
        return None
    arms = [Arm(one.sums, one.outcome.message_fen) for one in result.arms if one.outcome]
    people = int(row.funnel.get("drawn") or 0)
    return next_sending(arms, result.held_out, people=people, by_profit=by_profit)


def next_card(row: Campaign, result: Result, *, now: datetime, by_profit: bool) -> Data:
    """Give what the card shows."""
    advice = advice_of(row, result, by_profit=by_profit)
    if advice is None:
        return {"rows": [], "why_not": _why_not(row, result)}
    people = int(row.funnel.get("drawn") or 0)
    level = f"{advice.level * 100:.1f}".removesuffix(".0")
    rows = [
        {
            "name": one.arm.name,
            "benefit": one.arm.benefit,
            "says": _says(one, found, level=level, people=people, by_profit=by_profit),
            "tag": _tag(found.say, by_profit=by_profit),
            "tone": TONES.get(found.say, ""),
            "say": found.say,
        }
        for one, found in zip(result.arms, advice.arms, strict=True)
    ]
    return {
        "rows": rows,
        "why_not": "",
        "level": level,
        "groups": len(rows),
        "has_draft": advice.has_draft,
        "holdout": holdout_of(row, advice),
        "earlier": _earlier(row, now=now) if by_profit else [],
    }


def next_values(row: Campaign, *, now: datetime, by_profit: bool) -> CampaignValues | None:
    """Give a draft of the texts that are advised; None where none is."""
    result = queries.result_of(row, now=now)
    advice = advice_of(row, result, by_profit=by_profit)
    if advice is None or not advice.has_draft:
        return None
    pairs = zip(result.arms, advice.arms, strict=True)
    return copied_values(
        row,
        starts_at=max(row.starts_at, now),
        positions={one.arm.position for one, found in pairs if found.is_kept},
        holdout_percent=holdout_of(row, advice),
    )


def holdout_of(row: Campaign, advice: Next) -> int:
    """Give how many of a hundred the next draft holds out."""
    return max(row.holdout_percent or LEAST_HELD_OUT, advice.holdout_percent)


def _why_not(row: Campaign, result: Result) -> str:
    if result.why_not == "early":
        return _("窗口还没过完，过完才说得出下一次怎么发。")
    if result.why_not == "no_holdout":
        return _("这次没有留出，学不到东西。下一次留出 %(percent)d%% 再发。") % {
            "percent": LEAST_HELD_OUT
        }
    return _("有的组人太少，比不出。每组和留出至少要有 2 人。")


def _tag(say: str, *, by_profit: bool) -> str:
    if say == "use" and not by_profit:
        return _("多买")
    return {
        "use": _("用"),
        "tied": _("也可用"),
        "second": _("不用"),
        "stop": _("停"),
        "annoys": _("停"),
        "buyers": _("不用"),
        "none": _("先不用"),
        "again": _("再试"),
        "later": _("以后试"),
        "small": _("人不够"),
    }[say]


def _says(one: ArmResult, found: Advice, *, level: str, people: int, by_profit: bool) -> str:
    gain = _gain(found, level=level, by_profit=by_profit)
    if found.say == "annoys":
        assert found.opt_outs is not None  # noqa: S101
        return _(
            "退订 %(count)d 人，比别的组多 %(more)s 点（%(level)s%% 在 %(low)s 到 %(high)s）。"
        ) % {
            "count": one.sums.opt_outs,
            "more": points(found.opt_outs.value),
            "level": level,
            "low": points(found.opt_outs.low),
            "high": points(found.opt_outs.high),
        }
    if found.say == "stop" and found.lift.high < 0:
        return _("%(gain)s，买的人反而少。") % {"gain": _buyers(found, level=level)}
    if found.say == "buyers":
        return _("%(buyers)s；可是%(gain)s，多买的不够本。") % {
            "buyers": _buyers(found, level=level),
            "gain": gain,
        }
    fixed = {
        "use": _("%(gain)s，区间全在 0 右边。"),
        "tied": _("%(gain)s，区间全在 0 右边，和最好的一组分不出高低。"),
        "second": _("%(gain)s，可每人比最好的一组少赚，不是碰巧。"),
        "stop": _("%(gain)s，区间全在 0 左边。"),
        "none": _("%(gain)s，跨 0；量到的也没有多，不值得为它再发。"),
    }
    if found.say in fixed:
        return fixed[found.say] % {"gain": gain}
    if found.size is None:
        return _("%(gain)s，跨 0；量到的太小，再多人也看不清。") % {"gain": gain}
    sizes = {
        "gain": gain,
        "group": f"{found.size.group:,}",
        "held": f"{found.size.held_out:,}",
        "people": f"{people:,}",
    }
    return {
        "again": _("%(gain)s，跨 0，没准。这一组发 %(group)s 人、留出 %(held)s 人再试。"),
        "later": _(
            "%(gain)s，跨 0，没准。要发 %(group)s 人、留出 %(held)s 人，和别的组一起发人不够，分开试。"
        ),
        "small": _(
            "%(gain)s，跨 0，没准。真有这么多也要发 %(group)s 人、留出 %(held)s 人才看得清，"
            "这个人群只有 %(people)s 人。"
        ),
    }[found.say] % sizes


def _gain(found: Advice, *, level: str, by_profit: bool) -> str:
    if not by_profit:
        return _buyers(found, level=level)
    return _("多赚 %(value)s（%(level)s%% 在 %(low)s 到 %(high)s）") % {
        "value": _money(found.profit.value),
        "level": level,
        "low": _money(found.profit.low),
        "high": _money(found.profit.high),
    }


def _buyers(found: Advice, *, level: str) -> str:
    return _("多买 %(value)s 点（%(level)s%% 在 %(low)s 到 %(high)s）") % {
        "value": points(found.lift.value),
        "level": level,
        "low": points(found.lift.low),
        "high": points(found.lift.high),
    }


def _money(fen: float) -> str:
    value: Decimal = yuan(fen)
    return f"{'−' if value < 0 else ''}¥{abs(value):,}"


def _earlier(row: Campaign, *, now: datetime) -> list[Data]:
    """Give texts that gained for sure when they were sent to the same people before."""
    found = []
    for other, result in queries.over_before(row, now=now, most=EARLIER):
        advice = advice_of(other, result, by_profit=True)
        for one, said in zip(result.arms, advice.arms if advice else (), strict=False):
            if said.say in ("use", "tied"):
                found.append(
                    {
                        "url": reverse("crm:campaign", args=[other.pk]),
                        "campaign": other.name,
                        "name": one.arm.name,
                        "benefit": one.arm.benefit,
                        "profit": yuan(said.profit.value),
                    }
                )
    return found
