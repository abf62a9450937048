"""The trade's own tree of causes: outside, rivals, ourselves; each branch filled from data or unknown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analytics.choices import Verdict
from analytics.models import CauseWord
from analytics.queries.causes import ourselves, outside, pages, rivals
from analytics.queries.causes.base import Asked, Cause

type Look = Callable[[Asked], Cause]


@dataclass(frozen=True, slots=True)
class Branch:
    """A part of the tree with its causes."""

    code: str
    label: str | Promise
    icon: str
    causes: Sequence[Cause]

    def count(self, verdict: str) -> int:
        """Count the causes of a verdict."""
        return sum(one.verdict == verdict for one in self.causes)


_TREE: tuple[tuple[str, str | Promise, str, tuple[Look, ...]], ...] = (
    (
        "outside",
        _("外部"),
        "calendar",
        (outside.weekday_and_holiday, outside.platform, outside.season, outside.weather),
    ),
    (
        "rivals",
        _("竞品"),
        "building-store",
        (rivals.price, rivals.sales, rivals.activity, rivals.advertising),
    ),
    (
        "ourselves",
        _("自身"),
        "home",
        (
            ourselves.bad_reviews,
            ourselves.search_traffic,
            ourselves.answers,
            ourselves.price,
            ourselves.stock,
            pages.page,
            ourselves.activity,
            ourselves.advertising,
        ),
    ),
)
# The codes of all branches, as people judge them.
CODES: tuple[str, ...] = (
    *("weekday", "platform", "season", "weather"),
    *("rival_price", "rival_sales", "rival_activity", "rival_ads"),
    *("bad_reviews", "search", "answers", "price", "stock", "page", "activity", "ads"),
)


def tree(asked: Asked) -> list[Branch]:
    """Fill the tree for a figure of a day; what a person said of a cause goes before the figures."""
    words = {
        word.branch: word
        for word in CauseWord.objects.filter(date=asked.day, figure=asked.code)
        .select_related("said_by")
        .order_by("pk")
    }
    return [
        Branch(code, label, icon, [_judged(look(asked), words) for look in looks])
        for code, label, icon, looks in _TREE
    ]


def _judged(cause: Cause, words: dict[str, CauseWord]) -> Cause:
    word = words.get(cause.code)
    return replace(cause, verdict=Verdict(word.verdict), word=word) if word else cause
