"""Demand series, cleared of what is not demand."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from products.metrics.demand import demand_class, demand_frame

START = date(2026, 6, 1)


def day(n):
    return START + timedelta(days=n)


def sales(*rows):
    return pd.DataFrame(rows, columns=["sku_id", "date", "pieces"])


def test_a_day_without_sales_is_zero_and_days_before_the_first_sale_are_not():
    frame = demand_frame(
        sales((7, day(2), 3), (7, day(2), 1), (7, day(4), 2)), since=START, until=day(5)
    )

    assert list(frame.columns) == [day(n) for n in range(6)]
    assert np.isnan(frame.loc[7].to_numpy()[:2]).all()
    assert frame.loc[7].to_list()[2:] == [4, 0, 2, 0]


def test_a_day_nobody_knows_is_like_the_same_weekdays_around_it():
    rows = [(1, day(n), 10 if n % 7 == 0 else 1) for n in range(28) if n != 14]
    frame = demand_frame(sales(*rows), since=START, until=day(27), unknown={day(14)})

    assert frame.loc[1, day(14)] == 10


def test_a_day_without_stock_is_no_demand_of_zero_but_one_with_sales_counts():
    rows = [(1, day(n), 4) for n in range(28) if n not in (13, 20)]
    empty = pd.DataFrame({"sku_id": [1, 1, 1], "date": [day(13), day(20), day(6)]})
    frame = demand_frame(sales(*rows), since=START, until=day(27), without_stock=empty)

    assert frame.loc[1, day(13)] == 4
    assert frame.loc[1, day(20)] == 4
    assert frame.loc[1, day(6)] == 4


def test_kinds_of_demand_go_by_interval_and_variation():
    steady = np.full(60, 5.0)
    wild = np.tile([1.0, 1.0, 1.0, 20.0], 15)
    rare = np.tile([3.0, 0.0, 0.0], 20)
    lumpy = np.tile([1.0, 0.0, 0.0, 30.0, 0.0, 0.0], 10)
    never = np.zeros(60)

    kinds = demand_class(np.stack([steady, wild, rare, lumpy, never]))

    assert list(kinds) == ["smooth", "erratic", "intermittent", "lumpy", "none"]
