"""What the models of repeat buying are fitted on, from the narrow facts.

Amounts are net: paid less refunds, postage included, of a day's orders, in yuan.
"""

from datetime import date

import numpy as np
import pandas as pd
from django.db import connection

from crm.metrics.purchases import repeat_summary
from crm.models import PaidDay


def summary_as_of(as_of: date) -> pd.DataFrame:
    """Give frequency, recency, age (weeks) and value of every customer who paid by a day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id, date, (paid_fen - refund_fen) / 100.0 FROM crm_paidday WHERE date <= %s",
            [as_of],
        )
        rows = cursor.fetchall()
    payments = pd.DataFrame(rows, columns=["customer", "date", "value"])
    payments["date"] = pd.to_datetime(payments["date"])
    payments["value"] = payments["value"].astype(float)
    return repeat_summary(payments, until=pd.Timestamp(as_of))


def repeats_by_week(as_of: date) -> list[int]:
    """Give the number of repeat days of payment by week since the shop's first payment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (date - start) / 7, count(*) FILTER (WHERE date > first) FROM ("
            " SELECT date, min(date) OVER (PARTITION BY customer_id) AS first, min(date) OVER () AS start"
            " FROM crm_paidday WHERE date <= %s) d GROUP BY 1 ORDER BY 1",
            [as_of],
        )
        found = dict(cursor.fetchall())
    return [found.get(week, 0) for week in range(max(found, default=-1) + 1)]


def firsts_by_week(people: pd.DataFrame) -> np.ndarray:
    """Give how many customers began in each week since the first of them did."""
    start = people["age"].max()
    weeks = np.floor(start - people["age"]).astype(int)
    return np.bincount(weeks)


def first_day() -> date | None:
    """Give the first day on which anybody paid."""
    return PaidDay.objects.order_by("date").values_list("date", flat=True).first()
