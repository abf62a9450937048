"""Causes at the watched rivals: what was last seen of them against what was seen before."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.choices import Verdict
from analytics.queries.causes.base import Asked, Cause, verdict_of
from products.models import CompetitorSnapshot
from shopops.lib.templatetags.shop import day_words, money
from shopops.lib.words import clauses

# What was seen longer ago says nothing of the day.
SEEN_WITHIN = timedelta(days=3)
EARLIER_WITHIN = timedelta(days=21)
MOST_NAMED = 2
SOLD_MORE = Decimal("0.10")


@dataclass(frozen=True, slots=True)
class Pair:
    """One rival as last seen by the day, and as seen by the day it is compared with."""

    name: str
    before: CompetitorSnapshot
    after: CompetitorSnapshot


def _pairs(asked: Asked) -> list[Pair]:
    rows = (
        CompetitorSnapshot.objects.filter(
            competitor__is_on=True, date__range=(asked.against - EARLIER_WITHIN, asked.day)
        )
        .select_related("competitor")
        .order_by("competitor_id", "date", "pk")
    )
    before: dict[int, CompetitorSnapshot] = {}
    after: dict[int, CompetitorSnapshot] = {}
    for row in rows:
        if row.date <= asked.against:
            before[row.competitor_id] = row
        if row.date >= asked.day - SEEN_WITHIN:
            after[row.competitor_id] = row
    return [
        Pair(f"{after[key].competitor.shop} {after[key].competitor.title}", before[key], after[key])
        for key in after
        if key in before and before[key].pk != after[key].pk
    ]


def _cause(
    asked: Asked,
    code: str,
    label: str | Promise,
    moves: Callable[[Pair], tuple[int, str] | None],
    calm: str,
) -> Cause:
    """Judge by every rival: `moves` gives where it pushes *our* figures and the words, None if unknown."""
    url = reverse("products:competitors")
    told = [(pair, moves(pair)) for pair in _pairs(asked)]
    known = [(pair, one) for pair, one in told if one is not None]
    if not known:
        text = _("三天内没有人记过对手，或者没有更早的可比")
        return Cause(code, label, Verdict.UNKNOWN, text, "", url)
    newest: date = max(pair.after.date for pair, _one in known)
    source = _("对手记录 %(day)s") % {"day": day_words(newest, None)}
    pushing = [words for _pair, (side, words) in known if side == asked.side and side]
    if pushing:
        text = clauses(pushing[:MOST_NAMED])
        return Cause(code, label, verdict_of(asked.side, asked.side), text, source, url)
    other = [words for _pair, (side, words) in known if side]
    text = clauses(other[:MOST_NAMED]) if other else calm % {"n": len(known)}
    return Cause(code, label, Verdict.NO, text, source, url)


def price(asked: Asked) -> Cause:
    """Whether a rival became cheaper (pushes us down) or dearer (up)."""

    def moves(pair: Pair) -> tuple[int, str] | None:
        old, new = pair.before.price_amount, pair.after.price_amount
        if old is None or new is None:
            return None
        words = _("%(name)s %(old)s → %(new)s") % {
            "name": pair.name,
            "old": money(old),
            "new": money(new),
        }
        return (1 if new > old else -1 if new < old else 0), words

    calm = _("盯的 %(n)d 家都没有改价")
    return _cause(asked, "rival_price", gettext_lazy("价格"), moves, calm)


def sales(asked: Asked) -> Cause:
    """Whether a rival sells at least a tenth more (down) or less (up) than before."""

    def moves(pair: Pair) -> tuple[int, str] | None:
        old, new = pair.before.monthly_sales, pair.after.monthly_sales
        if old is None or new is None:
            return None
        words = _("%(name)s 月销 %(old)d → %(new)d") % {"name": pair.name, "old": old, "new": new}
        if abs(new - old) < old * SOLD_MORE:
            return 0, words
        return (-1 if new > old else 1), words

    calm = _("盯的 %(n)d 家月销变化都不到一成")
    return _cause(asked, "rival_sales", gettext_lazy("销量"), moves, calm)


def activity(asked: Asked) -> Cause:
    """Whether a rival went into an activity (down) or out of one (up)."""

    def moves(pair: Pair) -> tuple[int, str] | None:
        old, new = pair.before.activity, pair.after.activity
        words = _("%(name)s %(what)s") % {
            "name": pair.name,
            "what": _("在做「%(name)s」") % {"name": new} if new else _("活动结束"),
        }
        return (0 if bool(old) == bool(new) else -1 if new else 1), words

    calm = _("盯的 %(n)d 家活动没有变")
    return _cause(asked, "rival_activity", gettext_lazy("活动"), moves, calm)


def advertising(asked: Asked) -> Cause:
    """Whether a rival advertises harder (down) or less (up), as people saw it."""

    def moves(pair: Pair) -> tuple[int, str] | None:
        old, new = pair.before.ad_pressure, pair.after.ad_pressure
        if old is None or new is None:
            return None
        words = _("%(name)s 投放力度 %(old)d → %(new)d") % {
            "name": pair.name,
            "old": old,
            "new": new,
        }
        return (-1 if new > old else 1 if new < old else 0), words

    calm = _("盯的 %(n)d 家投放力度没有变")
    return _cause(asked, "rival_ads", gettext_lazy("广告"), moves, calm)
