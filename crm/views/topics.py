"""What reviews speak of: topics with their tone, over months, by SKU; each figure leads to its reviews."""

from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.queries import reviews as queries
from crm.review_choices import Topic
from shopops.lib.business_time import business_date
from shopops.staff.access import requires

SPANS = (30, 90, 180, 365)


@require_GET
@requires("crm.reviews")
def review_topics(request: HttpRequest) -> HttpResponse:
    """Show topics by complaint and praise, complaints by month, and the SKUs most complained of."""
    until = business_date(timezone.now())
    asked = request.GET.get("days", "")
    days = int(asked) if asked.isdecimal() and int(asked) in SPANS else 180
    since = until - timedelta(days=days - 1)
    sku = request.GET.get("sku", "")[:80]
    table = queries.topic_table(since=since, until=until, sku=sku)
    times = queries.topic_times(since=since, until=until, sku=sku)
    months = sorted({at for counts in times.values() for at in counts})
    context = {
        "days": days,
        "sku": sku,
        "spans": [
            {
                "label": _("近 %(n)s 天") % {"n": span},
                "url": f"?{urlencode({'days': span, 'sku': sku})}",
                "current": span == days,
            }
            for span in SPANS
        ],
        "months": months,
        "rows": [
            {
                "label": Topic(row["topic"]).label,
                "total": row["total"],
                "bad": row["bad"],
                "good": row["good"],
                "bad_url": _link(row["topic"], "bad", sku, since=since),
                "good_url": _link(row["topic"], "good", sku, since=since),
                "cells": [
                    {
                        "n": times.get(row["topic"], {}).get(month, 0),
                        "url": _link(row["topic"], "bad", sku, since=since, month=month),
                    }
                    for month in months
                ],
            }
            for row in table
        ],
        "skus": [
            {
                "code": row["review__sku__code"],
                "title": row["review__sku__product__title"] or row["review__sku__title"],
                "topic": Topic(row["topic"]).label,
                "bad": row["bad"],
                "url": _link(row["topic"], "bad", row["review__sku__code"], since=since),
                "sku_url": f"?{urlencode({'days': days, 'sku': row['review__sku__code']})}",
            }
            for row in ([] if sku else queries.topic_skus(since=since, until=until))
        ],
    }
    return render(request, "crm/review_topics.html", context)


def _link(topic: str, tone: str, sku: str, *, since: date, month: date | None = None) -> str:
    query = {"tab": "all", "topic": topic, "tone": tone, "sku": sku, "since": since.isoformat()}
    if month is not None:
        query["month"] = f"{month:%Y-%m}"
    kept = {name: value for name, value in query.items() if value}
    return f"{reverse('crm:reviews')}?{urlencode(kept)}"
