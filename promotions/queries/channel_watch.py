"""What changed of plans and items, and what one might do about it: the rules over stored days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from promotions.models import AdPlan
from promotions.queries.ad_margins import Margin, margins, settings_on
from promotions.queries.channel_money import caps_on
from promotions.queries.traffic import (
    ItemName,
    PlanId,
    Span,
    channel_days,
    item_days,
    item_names,
    plan_days,
    plans,
)
from promotions.rules.channel_parameters import ChannelSettings
from promotions.rules.traffic import Traffic, days_under, total
from promotions.rules.traffic_advice import WEEK, Advice, Change, Watched, advise, changes

LOOK_BACK = 14


@dataclass(frozen=True, slots=True)
class Seen:
    """One channel, plan or item with what changed and what is suggested. One of `plan`, `item`, or none."""

    channel: str
    day: Traffic | None
    changes: list[Change]
    advice: Advice | None
    under: int = 0
    plan: AdPlan | None = None
    item: ItemName | None = None
    margin: Margin | None = None


def _ordered(days: dict[date, Traffic], until: date, count: int) -> list[Traffic | None]:
    return [days.get(until - timedelta(days=n)) for n in range(count - 1, -1, -1)]


def _click_rate(rows: Iterable[dict[date, Traffic]], until: date) -> Traffic:
    since = until - timedelta(days=WEEK - 1)
    return total(one for days in rows for day, one in days.items() if since <= day <= until)


def channels_seen(until: date, settings: ChannelSettings) -> list[Seen]:
    """Compare each channel's day with the week before it. One query."""
    found = channel_days(Span(until - timedelta(days=WEEK), until))
    return [
        Seen(
            channel,
            days.get(until),
            changes(days.get(until), _ordered(days, until - timedelta(days=1), WEEK), settings),
            None,
        )
        for channel, days in found.items()
    ]


def items_seen(
    until: date, settings: ChannelSettings, *, item_nos: list[str] | None = None
) -> list[Seen]:
    """Look at every item that ads ran for in the last fortnight. Four queries."""
    by_item = item_days(Span(until - timedelta(days=LOOK_BACK - 1), until), item_nos=item_nos)
    names = item_names(sorted(by_item))
    known = margins(sorted(by_item), until=until, settings=settings)
    usual = _click_rate(by_item.values(), until).click_rate
    found = []
    for item_no, days in by_item.items():
        margin = known.get(item_no)
        line = margin.line if margin else None
        seen = _ordered(days, until, LOOK_BACK)
        found.append(
            Seen(
                "",
                seen[-1],
                changes(seen[-1], seen[-WEEK - 1 : -1], settings),
                advise(Watched(seen, line, None, usual), settings),
                days_under([one.roas if one else None for one in seen], line),
                item=names.get(item_no),
                margin=margin,
            )
        )
    return found


def plans_seen(
    until: date, settings: ChannelSettings, *, keys: list[PlanId] | None = None
) -> list[Seen]:
    """Look at every plan that ran in the last fortnight. Three queries.

    A plan sells many items: it has no break-even line of its own, so that only what changed, missing
    deals and weak creatives are told. Its items have theirs.
    """
    by_plan = plan_days(Span(until - timedelta(days=LOOK_BACK - 1), until), keys=keys)
    named, caps = plans(by_plan), caps_on(until)
    usual = _click_rate(by_plan.values(), until).click_rate
    found = []
    for key, days in by_plan.items():
        seen = _ordered(days, until, LOOK_BACK)
        found.append(
            Seen(
                key[0],
                seen[-1],
                changes(seen[-1], seen[-WEEK - 1 : -1], settings),
                advise(Watched(seen, None, caps.get(key), usual), settings),
                plan=named.get(key),
            )
        )
    return found


def under_break_even(until: date) -> list[Seen]:
    """Give the items whose return lay under break-even for as many days as the rule says. Five queries."""
    settings = settings_on(until)
    return [
        one
        for one in items_seen(until, settings)
        if one.under >= settings.under_days and one.advice is not None
    ]
