"""From single payments to what models of repeat buying are fitted on."""

import numpy as np
import pandas as pd

DAYS_PER_WEEK = 7.0


def merge_same_day(payments: pd.DataFrame) -> pd.DataFrame:
    """Bring the payments of a customer on one day together: they are one purchase.

    `payments`: customer, date (datetime64), value. Gives the same columns, one row a customer and day.
    """
    merged = payments.groupby(["customer", "date"], as_index=False, sort=True)["value"].sum()
    return merged[["customer", "date", "value"]]


def repeat_summary(payments: pd.DataFrame, *, until: pd.Timestamp) -> pd.DataFrame:
    """Give per customer what BG/NBD and Gamma-Gamma read, over the payments up to and including `until`.

    frequency: repeat purchases, days after the first with a payment; recency: weeks from the first to
    the last; age: weeks from the first to `until`; value: mean amount of the repeat purchases whose
    amount is positive, `valued` their number (a day that was paid back whole counts as a purchase, not
    as a value). Index: customer. Customers whose first payment is later are left out.
    """
    days = merge_same_day(payments[payments["date"] <= until])
    first = days.groupby("customer")["date"].transform("min")
    repeats = days[days["date"] > first]
    positive = repeats[repeats["value"] > 0].groupby("customer")["value"].agg(["sum", "count"])
    found = days.groupby("customer")["date"].agg(["min", "max", "count"])
    summary = pd.DataFrame(
        {
            "frequency": found["count"] - 1,
            "recency": (found["max"] - found["min"]).dt.days / DAYS_PER_WEEK,
            "age": (until - found["min"]).dt.days / DAYS_PER_WEEK,
        }
    )
    summary["valued"] = positive["count"].reindex(summary.index).fillna(0).astype(int)
    total = positive["sum"].reindex(summary.index).fillna(0.0)
    summary["value"] = np.where(summary["valued"] > 0, total / summary["valued"].clip(lower=1), 0.0)
    return summary
