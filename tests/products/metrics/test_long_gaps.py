"""Stock-outs longer than the weeks that usually stand in for them."""

from datetime import date, timedelta

import pandas as pd

from products.metrics.demand import demand_frame
from products.metrics.forecast import MEAN, forecast

START = date(2026, 1, 5)


def sold_daily(days, pieces=4):
    return pd.DataFrame(
        [(7, START + timedelta(days=n), pieces) for n in range(days)],
        columns=["sku_id", "date", "pieces"],
    )


def without(first, last):
    rows = [(7, START + timedelta(days=n)) for n in range(first, last + 1)]
    return pd.DataFrame(rows, columns=["sku_id", "date"])


def test_a_stock_out_of_ten_weeks_is_not_the_end_of_demand():
    frame = demand_frame(
        sold_daily(70),
        since=START,
        until=START + timedelta(days=139),
        without_stock=without(70, 139),
    )

    said = forecast(frame, pd.Series({7: MEAN}), horizon=7)

    assert frame.loc[7].iloc[-1] == 4
    assert said.loc[7].tolist() == [4.0] * 7


def test_days_before_the_first_sale_do_not_stand_in_for_days_without_stock():
    sales = sold_daily(3)
    sales["date"] = sales["date"] + timedelta(days=28)
    later = sold_daily(28)
    later["date"] = later["date"] + timedelta(days=42)

    frame = demand_frame(
        pd.concat([sales, later]),
        since=START,
        until=START + timedelta(days=69),
        without_stock=without(31, 41),
    )

    assert frame.loc[7].iloc[28:].tolist() == [4.0] * 42


def test_a_sku_that_was_never_known_to_have_stock_has_no_demand():
    frame = demand_frame(
        sold_daily(1, pieces=0),
        since=START,
        until=START + timedelta(days=9),
        without_stock=without(0, 9),
    )

    assert frame.loc[7].isna().all()
