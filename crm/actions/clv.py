"""Fit the models of repeat buying and keep what is to be expected of each customer."""

import io
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
from django.db import connection, transaction

from crm.metrics import clv
from crm.metrics.clv import BgNbd, GammaGamma, UnfittableError
from crm.models import ClvRun
from crm.queries import clv as queries

# What is to be expected is said for so many weeks ahead.
AHEAD_WEEKS = 52
# A fit on so many customers, evenly taken by key, says all that a fit on more would.
MOST_FITTED = 100_000
SHOWN_COUNTS = 7
_COLUMNS = ("frequency", "recency", "age")


@dataclass(frozen=True, slots=True)
class Fitted:
    """One fit over the customers of a day."""

    as_of: date
    people: pd.DataFrame
    bought: BgNbd
    spent: GammaGamma | None

    @property
    def parameters(self) -> dict[str, float | None]:
        """Give the seven parameters by their letters; those of amounts None where they are unknown."""
        bought, spent = self.bought, self.spent
        return {
            "r": bought.r,
            "alpha": bought.alpha,
            "a": bought.a,
            "b": bought.b,
            "p": spent.p if spent else None,
            "q": spent.q if spent else None,
            "v": spent.v if spent else None,
        }


def fit_as_of(as_of: date) -> Fitted:
    """Fit both models on everybody who paid by a day; writes nothing.

    Of more than `MOST_FITTED` customers every n-th is taken for the fit.

    :raises UnfittableError: if there is too little to fit on
    """
    people = queries.summary_as_of(as_of)
    chosen = people.iloc[:: max(1, -(-len(people) // MOST_FITTED))]
    bought = clv.fit_bg_nbd(*(chosen[name].to_numpy(float) for name in _COLUMNS))
    try:
        spent = clv.fit_gamma_gamma(
            chosen["valued"].to_numpy(float), chosen["value"].to_numpy(float)
        )
    except UnfittableError:
        spent = None
    return Fitted(as_of, people, bought, spent)


def keep_clv(*, as_of: date, now: datetime) -> ClvRun:
    """Fit, and keep the fit and what is expected of each customer.

    :raises UnfittableError: if there is too little to fit on; what was kept stays
    """
    fitted = fit_as_of(as_of)
    fit = _compared(fitted)
    with transaction.atomic():
        _write_outlook(_expected(fitted))
        return ClvRun.objects.update_or_create(
            as_of=as_of,
            defaults={
                "customers": len(fitted.people),
                "repeaters": int((fitted.people["valued"] > 0).sum()),
                "log_likelihood": fitted.bought.log_likelihood,
                "parameters": fitted.parameters,
                "fit": fit,
                "computed_at": now,
            },
        )[0]


def _expected(fitted: Fitted) -> pd.DataFrame:
    people = fitted.people
    x, t_x, age = (people[name].to_numpy(float) for name in _COLUMNS)
    found = pd.DataFrame(index=people.index)
    found["p_alive"] = clv.p_alive(fitted.bought, x, t_x, age)
    found["orders"] = clv.expected_purchases(fitted.bought, x, t_x, age, within=AHEAD_WEEKS)
    found["value_fen"] = np.nan
    if fitted.spent:
        each = clv.expected_value(
            fitted.spent, people["valued"].to_numpy(float), people["value"].to_numpy(float)
        )
        found["value_fen"] = np.round(found["orders"].to_numpy() * each * 100)
    return found


def _write_outlook(found: pd.DataFrame) -> None:
    """Store by COPY into a temporary table and one statement; customers in the order of their keys."""
    text = io.StringIO()
    table = found[["p_alive", "orders", "value_fen"]].copy()
    table["value_fen"] = table["value_fen"].astype("Int64")
    table.sort_index().to_csv(text, header=False)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE clv_new (customer_id bigint, p_alive float8, orders float8,"
            " value_fen bigint) ON COMMIT DROP"
        )
        with cursor.copy("COPY clv_new FROM STDIN (FORMAT csv)") as copy:
            copy.write(text.getvalue())
        cursor.execute(
            "INSERT INTO crm_outlook AS k (customer_id, p_alive, orders, value_fen, due_by)"
            " SELECT n.*, '' FROM (SELECT customer_id, p_alive, orders, value_fen FROM clv_new"
            " WHERE EXISTS (SELECT 1 FROM crm_customerstat s WHERE s.customer_id = clv_new.customer_id)"
            " ORDER BY customer_id) n"
            " ON CONFLICT (customer_id) DO UPDATE SET p_alive = excluded.p_alive,"
            " orders = excluded.orders, value_fen = excluded.value_fen"
            " WHERE (k.p_alive, k.orders, k.value_fen)"
            " IS DISTINCT FROM (excluded.p_alive, excluded.orders, excluded.value_fen)"
        )
        cursor.execute("DROP TABLE clv_new")


def _compared(fitted: Fitted) -> dict[str, Any]:
    """Give what was counted beside what the model says: customers by repeats, repeats by week."""
    people = fitted.people
    repeats = people["frequency"].to_numpy(int)
    counted = np.bincount(np.minimum(repeats, SHOWN_COUNTS), minlength=SHOWN_COUNTS + 1)
    ages = people["age"].to_numpy(float)
    if len(ages) > MOST_FITTED:
        ages = ages[:: -(-len(ages) // MOST_FITTED)]
    shares = clv.count_probabilities(fitted.bought, ages, up_to=SHOWN_COUNTS)
    actual = np.cumsum(queries.repeats_by_week(fitted.as_of))
    firsts = queries.firsts_by_week(people)
    lengths = np.arange(1, len(actual) + 1, dtype=float)
    # Who began in week w has had n - w weeks, less half of their first one on average, by week n.
    half = clv.expected_mean(fitted.bought, np.maximum(lengths - 0.5, 0.01))
    expected = np.convolve(firsts, half)[: len(actual)]
    return {
        "counts": [int(one) for one in counted],
        "expected_counts": [round(float(one) * len(people), 1) for one in shares],
        "weeks": [int(one) for one in actual],
        "expected_weeks": [round(float(one), 1) for one in expected],
        "amounts": asdict(fitted.spent) if fitted.spent else None,
    }
