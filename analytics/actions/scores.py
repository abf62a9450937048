"""Work out what is kept of ratings and of the experience indicators; safe to repeat at any time.

A month of ratings is exact by itself (who counts is decided by calendar month), a day of indicators
too. Rows are written only where they differ.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from analytics.models import ExperienceDay, RatingDay, ShopRating
from analytics.queries.experience import day_parts, values_of
from analytics.queries.ratings import COUNTED, month_values
from analytics.rules.dsr import DAYS
from crm.models import Review
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User
from shopops.work.actions import request_run
from shopops.work.context import RunContext
from shopops.work.models import Run

KIND = "analytics.scores"
# What happens to orders of older days (late pickups, refunds) moves no indicator that is shown.
BACK_DAYS = 62
# A year of the trend needs the 180 days before it.
BACK_RATINGS = 365 + DAYS

_WRITE = f"""
WITH fresh AS MATERIALIZED ({COUNTED}),
gone AS (
  DELETE FROM analytics_ratingday d WHERE d.date >= %(first)s AND d.date <= %(last)s
    AND NOT EXISTS (SELECT FROM fresh f WHERE f.date = d.date AND f.score = d.score) RETURNING 1),
put AS (
  INSERT INTO analytics_ratingday AS d (date, score, count, total)
  SELECT date, score, count, total FROM fresh ORDER BY score, date
  ON CONFLICT (score, date) DO UPDATE SET count = excluded.count, total = excluded.total
    WHERE (d.count, d.total) IS DISTINCT FROM (excluded.count, excluded.total) RETURNING 1)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM put)
"""


def count_month(month: date) -> int:
    """Count the ratings of a calendar month anew; give how many days changed. In the caller's transaction."""
    values = month_values(month)
    after = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values | {"first": month, "last": after - timedelta(days=1)})
        return int(cursor.fetchone()[0])


def work_out_days(days: Sequence[date], *, now: datetime) -> None:
    """Work the indicators of some days out anew. In the caller's transaction."""
    if not days:
        return
    values = values_of(min(days), max(days), now=now)
    ExperienceDay.objects.bulk_create(
        [
            ExperienceDay(date=day, code=code, part=parts.part, base=parts.base, computed_at=now)
            for day in sorted(days)
            for code, parts in day_parts(day, values).items()
        ],
        update_conflicts=True,
        unique_fields=["date", "code"],
        update_fields=["part", "base", "computed_at"],
    )


def months_to_count(now: datetime) -> list[date]:
    """Give the months of which a trend of a year shows anything, the oldest first."""
    today = business_date(now)
    heard = (
        Review.objects.aggregate(at=Min("rated_at"))["at"],
        ShopRating.objects.aggregate(at=Min("rated_at"))["at"],
    )
    days = [business_date(at) for at in heard if at is not None]
    # What is kept of ratings that are gone by now (a file undone) must go too.
    kept = RatingDay.objects.aggregate(day=Min("date"))["day"]
    first = min([*days, *([kept] if kept else []), today])
    oldest = max(first, today - timedelta(days=BACK_RATINGS))
    month, months = oldest.replace(day=1), []
    while month <= today:
        months.append(month)
        month = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    return months


def request_scores(*, now: datetime, ring: bool = True) -> Run:
    """Ask for scores and indicators to be worked out anew; asked for while it runs, it runs once more."""
    return request_run(kind=KIND, key="scores", now=now, again=True, ring=ring)


@transaction.atomic
def ask_scores(*, by: User, now: datetime) -> Run:
    """Ask for it as a person, whose wish stands in the log."""
    operations.record(name="analytics.scores.asked", by=by, now=now)
    return request_scores(now=now)


def after_import(batch_id: int, now: datetime) -> None:
    """Ask after an import; the batch is of no interest."""
    request_scores(now=now)


def perform_scores(run: RunContext) -> dict[str, Any]:
    """Count the months of ratings, then work out the days, a few in a step."""
    months = months_to_count(run.now)
    today = business_date(run.now)
    days = [today - timedelta(days=back) for back in range(BACK_DAYS)]
    total, changed = len(months) + len(days), 0
    for number, month in enumerate(months, start=1):
        with run.step(done=number, total=total, text=_("数评分")):
            changed += count_month(month)
    for number in range(0, len(days), 7):
        part = days[number : number + 7]
        done = len(months) + number + len(part)
        with run.step(done=done, total=total, text=_("算体验指标")):
            work_out_days(part, now=run.now)
    return {"months": len(months), "days": len(days), "changed": changed}
