"""Ratings that count: from reviews with stars, and from ratings that no review tells.

`counted_sql` gives in one statement what `rules.dsr.counted` gives of the same rows; a test holds both
together.
"""

from datetime import date, timedelta
from typing import Any

from django.db import connection

from analytics.models import RatingDay
from analytics.rules.dsr import A_MONTH, DAYS, SCORES, Tally
from crm.models import Review
from shopops.lib.business_time import day_bounds

_BUYER = """CASE WHEN r.buyer_id IS NOT NULL THEN 'b' || r.buyer_id
        WHEN r.is_masked OR r.nick = '' THEN '' ELSE 'n' || r.nick END"""

# A review that says more than words, of the same time as what is asked for.
_STARRED = """v.rated_at >= %(since)s AND v.rated_at < %(until)s AND v.taken_back_at IS NULL
      AND num_nonnulls(v.score_goods, v.score_service, v.score_logistics) > 0"""

# Both kinds of ratings of some instants: who, when, stars. A review goes before a rating of the same
# order, and of the same member in the same minute; a review that was taken back counts no more.
RATINGS = f"""
  SELECT {_BUYER} AS buyer, r.rated_at, 0 AS kind, r.id,
    r.score_goods AS goods, r.score_service AS service, r.score_logistics AS delivery
  FROM crm_review r
  WHERE r.rated_at >= %(since)s AND r.rated_at < %(until)s AND r.taken_back_at IS NULL
    AND num_nonnulls(r.score_goods, r.score_service, r.score_logistics) > 0
  UNION ALL
  SELECT {_BUYER}, r.rated_at, 1, r.id, r.goods, r.service, r.delivery
  FROM analytics_shoprating r
  WHERE r.is_current AND r.rated_at >= %(since)s AND r.rated_at < %(until)s
    AND NOT EXISTS (SELECT FROM crm_review v WHERE {_STARRED} AND r.tid <> '' AND v.tid = r.tid)
    AND NOT EXISTS (SELECT FROM crm_review v WHERE {_STARRED} AND r.nick <> '' AND NOT r.is_masked
      AND v.nick = r.nick
      AND date_trunc('minute', v.rated_at) = date_trunc('minute', r.rated_at))
"""

_PLACED = f"""
SELECT *, CASE WHEN buyer = '' THEN 1 ELSE
    row_number() OVER (PARTITION BY buyer, date_trunc('month', day)
                       ORDER BY day, rated_at, kind, id) END AS place
FROM (SELECT *, (rated_at AT TIME ZONE 'Asia/Shanghai')::date AS day FROM ({RATINGS}) r) dated
"""

COUNTED = f"""
SELECT s.score, p.day AS date, count(*)::int AS count, sum(s.stars)::int AS total
FROM ({_PLACED}) p
CROSS JOIN LATERAL (VALUES ('goods', p.goods), ('service', p.service), ('delivery', p.delivery))
  AS s(score, stars)
WHERE p.place <= {A_MONTH} AND s.stars IS NOT NULL
GROUP BY s.score, p.day
"""


def month_values(month: date) -> dict[str, Any]:
    """Give the values of `COUNTED` for a calendar month: who counts is decided month by month."""
    after = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    return {"since": day_bounds(month)[0], "until": day_bounds(after)[0]}


def counted_of(month: date) -> dict[str, dict[date, Tally]]:
    """Work a month out from the ratings themselves. One statement."""
    found: dict[str, dict[date, Tally]] = {name: {} for name in SCORES}
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, month_values(month))
        for score, day, count, total in cursor.fetchall():
            found[score][day] = Tally(count, total)
    return found


def kept_days(*, since: date, until: date) -> dict[str, dict[date, Tally]]:
    """Give what is kept of the days of a span and of the 180 days before it. One query."""
    found: dict[str, dict[date, Tally]] = {name: {} for name in SCORES}
    rows = RatingDay.objects.filter(date__gte=since - timedelta(days=DAYS), date__lte=until)
    for row in rows.values_list("score", "date", "count", "total"):
        found[row[0]][row[1]] = Tally(row[2], row[3])
    return found


def reviews_between(*, since: date, until: date) -> int:
    """Count the reviews of a span, with or without stars."""
    start, end = day_bounds(since)[0], day_bounds(until)[1]
    return Review.objects.filter(
        rated_at__gte=start, rated_at__lt=end, taken_back_at__isnull=True
    ).count()
