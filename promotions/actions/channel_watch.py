"""The watch of paid traffic as runs: what the shop earned by day, and the findings when reports came."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext_noop

from promotions.choices import Channel
from promotions.models import ShopDay
from promotions.queries.channel_money import order_days, over_spent
from promotions.queries.traffic import Span
from shopops.checks.actions import run_check
from shopops.checks.registry import checks
from shopops.lib.business_time import business_date
from shopops.notices.actions import News, tell
from shopops.notices.models import Notice
from shopops.staff.models import User
from shopops.work.actions import request_run
from shopops.work.context import RunContext
from shopops.work.models import Run

DAYS = "promotions.shop_days"
FINDINGS = "promotions.channel_findings"
OURS = "promotions.channel_"
# Refunds change what a day earned for a while; older days stand.
KEPT_FRESH = 45
# A page looks back no further than two spans of 90 days.
FARTHEST = 180
OVER = gettext_noop("{channel} 今天超了日限额")
OVER_SUB = gettext_noop("{day} 花了 ¥{spend}，限额 ¥{cap}")


def look_again(*, days: Sequence[tuple[str, date]], now: datetime) -> None:
    """Tell of caps that were passed, and have the findings worked out anew. In the caller's transaction."""
    _tell_of_caps({day for _channel, day in days}, now=now)
    request_findings(by=None, now=now)
    if days:
        request_run(kind=DAYS, key="now", now=now, again=True)


def _tell_of_caps(days: Iterable[date], *, now: datetime) -> None:
    for day in sorted(days):
        for one in over_spent(day):
            name = one.plan_name or str(Channel(one.channel).label)
            news = News(
                key=f"promotions.over|{one.channel}|{one.plan_key}|{day:%Y-%m-%d}",
                tone=Notice.Tone.LATE,
                text=str(OVER).format(channel=name),
                sub=str(OVER_SUB).format(
                    day=day.isoformat(), spend=f"{one.spend:.2f}", cap=f"{one.cap:.2f}"
                ),
                url=reverse("promotions:channels"),
            )
            tell(news, roles=("promotion", "manager"), now=now)


def request_findings(*, by: User | None, now: datetime) -> Run:
    """Ask for the findings about paid traffic anew: one that is mended closes itself."""
    key = business_date(now).isoformat()
    return request_run(kind=FINDINGS, key=key, by=by, now=now, again=True)


def perform_findings(run: RunContext) -> dict[str, object]:
    """Do the work of a `promotions.channel_findings` run: one step a check."""
    ours = [check for check in checks() if check.code.startswith(OURS)]
    after, day, count = str(run.cursor.get("after", "")), business_date(run.now), 0
    for number, check in enumerate(ours, start=1):
        if check.code <= after:
            continue
        with run.step(cursor={"after": check.code}, done=number, total=len(ours)):
            count += len(run_check(check, day=day, now=run.now).findings)
    return {"findings": count}


def perform_days(run: RunContext) -> dict[str, object]:
    """Do the work of a `promotions.shop_days` run: the last weeks anew, older days that are missing."""
    known = order_days()
    if known is None:
        return {"days": 0}
    today = business_date(run.now)
    wanted = _wanted(known, today)
    after = str(run.cursor.get("after", ""))
    for number, day in enumerate(wanted, start=1):
        if day.isoformat() <= after:
            continue
        with run.step(cursor={"after": day.isoformat()}, done=number, total=len(wanted)):
            record_day(day=day, now=run.now)
    return {"days": len(wanted)}


def _wanted(known: Span, today: date) -> list[date]:
    since = max(known.since, today - timedelta(days=FARTHEST))
    until = min(known.until, today)
    if since > until:
        return []
    there = set(ShopDay.objects.filter(date__range=(since, until)).values_list("date", flat=True))
    fresh = today - timedelta(days=KEPT_FRESH)
    return [day for day in Span(since, until).days if day >= fresh or day not in there]


# Lines that were paid back in full bring nothing and cost nothing: the goods come back. A buyer is
# new on the day when the first order that we know of was paid.
_DAY = """
INSERT INTO promotions_shopday (date, computed_at, buyers, first_buyers, net_amount, costed_amount,
  cost_amount)
SELECT %(day)s, %(now)s, b.buyers, b.first_buyers, l.net, l.costed, l.cost
FROM (
  SELECT count(DISTINCT o.buyer_id) AS buyers, count(DISTINCT o.buyer_id) FILTER (
    WHERE (y.first_order_at AT TIME ZONE 'Asia/Shanghai')::date
      >= coalesce(o.created_date, o.paid_date)) AS first_buyers
  FROM orders_order o LEFT JOIN orders_buyer y ON y.id = o.buyer_id WHERE o.paid_date = %(day)s) b,
(
  SELECT coalesce(sum(l.paid_amount - l.refund_amount), 0) AS net,
    coalesce(sum(l.paid_amount - l.refund_amount) FILTER (WHERE k.cost_amount IS NOT NULL), 0)
      AS costed,
    coalesce(sum(l.quantity * k.cost_amount) FILTER (WHERE l.refund_amount < l.paid_amount), 0)
      AS cost
  FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
  LEFT JOIN products_sku k ON k.code = l.sku_code
  WHERE o.paid_date = %(day)s AND l.paid_amount IS NOT NULL) l
ON CONFLICT (date) DO UPDATE SET computed_at = excluded.computed_at, buyers = excluded.buyers,
  first_buyers = excluded.first_buyers, net_amount = excluded.net_amount,
  costed_amount = excluded.costed_amount, cost_amount = excluded.cost_amount
"""


def record_day(*, day: date, now: datetime) -> None:
    """Work out what the shop earned on a day of payment. Reads that day's orders; safe to repeat."""
    with connection.cursor() as cursor:
        cursor.execute(_DAY, {"day": day, "now": now})
