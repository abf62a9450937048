"""All that the page of scores shows: as shown, our own copy, the industry, what goes and what one rating does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from analytics.models import ScorePlan
from analytics.queries import ratings, shown
from analytics.queries.shown import Shown
from analytics.rules import dsr
from analytics.rules.dsr import Tally

# The page speaks of the last word within so many days; an older one is said to be old.
FRESH_DAYS = 3
SHOWN_BACK = 60


@dataclass(frozen=True, slots=True)
class ScoreNow:
    """One score: the last word of the platform with the day before it, and our own copy of today.

    `before`: what was shown on the day before `day`, None where nobody said. `own` and `own_before`:
    what counts today and counted yesterday.
    """

    score: str
    day: date | None
    shown: Shown
    before: Decimal | None
    own: Tally
    own_before: Tally
    recent: int

    @property
    def value(self) -> Decimal | None:
        """Give the score to speak of: as shown, else our own."""
        return self.shown.score if self.shown.score is not None else self.own.shown

    @property
    def against(self) -> str:
        """Say where it stands beside the industry."""
        return dsr.against(
            None if self.value is None else round(self.value, 2),
            None if self.shown.industry is None else round(self.shown.industry, 2),
        )


@dataclass(frozen=True, slots=True)
class Scores:
    """The three scores of a day, what was shown before, and the ratings by day that count."""

    today: date
    now: Mapping[str, ScoreNow]
    shown: Mapping[date, Mapping[str, Shown]]
    days: Mapping[str, Mapping[date, Tally]]


def scores(*, today: date, back: int = SHOWN_BACK) -> Scores:
    """Give the scores with so many days before. Four queries."""
    since = today - timedelta(days=back)
    said = shown.shown(since=since, until=today)
    days = ratings.kept_days(since=since, until=today)
    now = {name: _now(name, today, said, days[name]) for name in dsr.SCORES}
    return Scores(today, now, said, days)


def _now(
    name: str,
    today: date,
    said: Mapping[date, Mapping[str, Shown]],
    days: Mapping[date, Tally],
) -> ScoreNow:
    known = [day for day, words in said.items() if words[name].score is not None]
    day = max(known, default=None)
    word = said[day][name] if day else Shown()
    if day and word.industry is None:
        word = _with_last_industry(name, word, said)
    before = said.get(day - timedelta(days=1)) if day else None
    yesterday = today - timedelta(days=1)
    series = dsr.series(days, yesterday, today)
    recent = [tally for at, tally in days.items() if today - timedelta(days=30) < at <= today]
    count = sum(one.count for one in recent)
    return ScoreNow(
        score=name,
        day=day,
        shown=word,
        before=before[name].score if before else None,
        own=series[today],
        own_before=series[yesterday],
        recent=count,
    )


def _with_last_industry(name: str, word: Shown, said: Mapping[date, Mapping[str, Shown]]) -> Shown:
    """Take the industry of the last days that say it: it moves slowly and is read rarely."""
    for day in sorted(said, reverse=True)[:FRESH_DAYS]:
        if said[day][name].industry is not None:
            return Shown(word.score, said[day][name].industry, said[day][name].best, word.source)
    return word


def own_series(found: Scores, name: str, since: date, until: date) -> dict[date, Tally]:
    """Give our own copy of a score day by day."""
    return dsr.series(found.days[name], since, until)


def plans() -> dict[str, ScorePlan]:
    """Give the plans by score, with their levers. Two queries."""
    rows = ScorePlan.objects.select_related("owner", "changed_by").prefetch_related("levers__owner")
    return {row.score: row for row in rows.order_by("pk")}
