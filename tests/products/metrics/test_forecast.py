"""Each SKU's model is chosen by what it would have said before."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from products.metrics.forecast import MEAN, YEARLY, back_test, forecast, held_out, shape_for

START = date(2025, 1, 6)


def frame(rows):
    columns = [START + timedelta(days=n) for n in range(len(rows[0]))]
    return pd.DataFrame(rows, index=range(1, len(rows) + 1), columns=columns, dtype=float)


def test_a_weekly_pattern_is_found_and_carried_on():
    week = np.array([10.0, 2, 2, 2, 2, 20, 30])
    demand = frame([np.tile(week, 26)])
    choice = back_test(demand)

    said = forecast(demand, choice["model"]).to_numpy()[0]

    assert choice.loc[1, "error"] == pytest.approx(0, abs=0.01)
    assert np.allclose(said, np.tile(week, 4), atol=0.5)


def test_rare_demand_is_forecast_by_its_rate_not_by_its_last_week():
    rng = np.random.default_rng(5)
    demand = frame((rng.random((40, 182)) < 0.15) * rng.integers(1, 5, (40, 182)))
    choice = back_test(demand)

    assert set(choice["kind"]) <= {"intermittent", "lumpy"}
    assert choice["error"].mean() < 0.85 * choice["naive_error"].mean()


def test_the_back_test_shows_each_week_as_it_was_and_as_it_was_said():
    demand = frame([np.full(140, 3.0)])
    choice = back_test(demand, windows=2)
    weeks: list[list[float]] = choice["weeks"].to_dict()[1]

    assert len(weeks) == 8
    assert weeks[0] == [21.0, pytest.approx(21.0, abs=0.1), 21.0]


def test_what_is_new_is_forecast_by_its_own_mean_and_not_judged():
    young = np.full(140, np.nan)
    young[-10:] = 4.0
    demand = frame([young])
    choice = back_test(demand)

    assert choice.loc[1, "model"] == MEAN
    assert np.isnan(choice["error"].to_dict()[1])
    assert forecast(demand, choice["model"]).loc[1, 1] == 4.0


def test_two_years_of_history_let_the_season_come_back():
    days = np.arange(3 * 364)
    season = 5 + 45 * ((days % 364) >= 336)  # a rush in the last four weeks of each year
    demand = frame([season[: 2 * 364 + 336]])
    said = forecast(demand, {1: YEARLY}).to_numpy()[0]

    assert said[7:].mean() > 35


def test_judged_on_weeks_it_has_not_seen_the_choice_beats_last_week():
    rng = np.random.default_rng(11)
    level = rng.lognormal(-0.5, 1.2, 150)
    demand = frame(rng.poisson(level[:, None] * np.ones(196)[None, :]))

    table = held_out(demand)

    assert table.loc["all", "skus"] == 150
    whole = {name: float(table[name].to_dict()["all"]) for name in ("ratio", "bias", "actual")}
    assert whole["ratio"] < 0.9
    assert abs(whole["bias"]) < 0.1 * whole["actual"] + 0.5


def test_a_back_test_holds_out_as_much_as_the_history_allows():
    assert shape_for(365) == (28, 3)
    assert shape_for(100) == (28, 2)
    assert shape_for(90) == (14, 3)
    assert shape_for(10) == (14, 1)
