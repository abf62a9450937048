"""Forecasts by SKU: a handful of models, each SKU's own chosen by what it would have said before.

The models are statsforecast's. Cheap ones on purpose: twenty thousand SKUs are tried in a minute, and
on shop data no costly one is reliably better (Makridakis' M5 says the same of intermittent demand).
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from products.metrics.demand import WEEK, demand_class

HORIZON = 28
WINDOWS = 3
# A SKU with less than this of its own history is forecast by its mean, and not back-tested.
LEAST_DAYS = 42
# What a back-test holds out, best first: days at a time, and how many times.
SHAPES = ((28, 3), (28, 2), (14, 3), (14, 2), (14, 1))
YEAR = 364
NAIVE = "naive"
MEAN = "mean"
YEARLY = "year_ago"
# How much the experience with other SKUs of the same class weighs beside a SKU's own, in windows:
# three windows of one SKU are few, and the luckiest of eight models is not the best.
KINSHIP = 2.0


@dataclass(frozen=True, slots=True)
class Model:
    """One way to forecast, and the kinds of demand it is tried on."""

    code: str
    make: Callable[[], Any]
    classes: frozenset[str]


_ALL = frozenset({"smooth", "erratic", "intermittent", "lumpy"})
_STEADY = frozenset({"smooth", "erratic"})
_RARE = frozenset({"intermittent", "lumpy"})


def models() -> tuple[Model, ...]:
    """Give the models that are tried; the naive one repeats last week."""
    # Compiled code that takes seconds to load: only a forecast pays for it.
    from statsforecast import models as made

    return (
        Model(NAIVE, lambda: made.SeasonalNaive(WEEK, alias=NAIVE), _ALL),
        Model("average", lambda: made.WindowAverage(28, alias="average"), _ALL),
        Model(
            "weekday",
            lambda: made.SeasonalWindowAverage(season_length=WEEK, window_size=6, alias="weekday"),
            _STEADY,
        ),
        Model(
            "smoothing", lambda: made.SimpleExponentialSmoothingOptimized(alias="smoothing"), _ALL
        ),
        Model(
            "seasonal",
            lambda: made.SeasonalExponentialSmoothingOptimized(WEEK, alias="seasonal"),
            _STEADY,
        ),
        Model("croston", lambda: made.CrostonSBA(alias="croston"), _RARE),
        Model("tsb", lambda: made.TSB(0.1, 0.1, alias="tsb"), _RARE),
        Model("adida", lambda: made.ADIDA(alias="adida"), _RARE),
    )


def shape_for(days: int) -> tuple[int, int]:
    """Give horizon and windows of the best back-test that so many days of history allow."""
    fitting = [shape for shape in SHAPES if days - shape[0] * shape[1] >= LEAST_DAYS]
    return fitting[0] if fitting else SHAPES[-1]


def back_test(
    demand: pd.DataFrame, *, horizon: int = HORIZON, windows: int = WINDOWS
) -> pd.DataFrame:
    """Choose each SKU's model by what the models would have said at earlier dates.

    :param demand: as `demand_frame` gives it
    :return: index sku_id; columns kind, model, error and naive_error (mean absolute error of a week's
        pieces), bias (mean of forecast less actual, a week), sigma (standard deviation of a week's
        miss), weeks (a list of [actual, forecast, naive], oldest first). NaN where nothing could be
        tried: too short a history.
    """
    values = demand.to_numpy(dtype="float64")
    kinds = demand_class(values)
    tried = {
        model.code: np.full((len(demand), windows, horizon // WEEK), np.nan) for model in models()
    }
    tried[YEARLY] = np.full_like(tried[NAIVE], np.nan)
    actual = np.full_like(tried[NAIVE], np.nan)
    for window in range(windows):
        cut = values.shape[1] - (windows - window) * horizon
        if cut < LEAST_DAYS:
            continue
        rows = np.flatnonzero((~np.isnan(values[:, :cut])).sum(axis=1) >= LEAST_DAYS)
        actual[rows, window] = _weekly(values[rows, cut : cut + horizon])
        for model in models():
            chosen = rows[np.isin(kinds[rows], list(model.classes))]
            tried[model.code][chosen, window] = _weekly(
                _forecast(values[chosen, :cut], model, horizon)
            )
        old = rows[(~np.isnan(values[rows, :cut])).sum(axis=1) >= 2 * YEAR]
        tried[YEARLY][old, window] = _weekly(_year_ago(values[old, :cut], horizon))
    return _choice(demand.index, kinds, actual, tried)


def forecast(
    demand: pd.DataFrame, chosen: Mapping[int, str] | pd.Series, *, horizon: int = HORIZON
) -> pd.DataFrame:
    """Forecast each SKU by its chosen model.

    :return: index sku_id, columns 1 to `horizon` (days after the last), pieces a day, never negative
    """
    values = demand.to_numpy(dtype="float64")
    names = pd.Series(chosen).reindex(demand.index).fillna(MEAN).to_numpy()
    out = np.zeros((len(demand), horizon))
    for model in models():
        rows = np.flatnonzero(names == model.code)
        out[rows] = _forecast(values[rows], model, horizon)
    rows = np.flatnonzero(names == YEARLY)
    out[rows] = _year_ago(values[rows], horizon)
    rows = np.flatnonzero(names == MEAN)
    if len(rows):
        recent = values[rows, -LEAST_DAYS:]
        alive = (~np.isnan(recent)).sum(axis=1)
        mean = np.divide(np.nansum(recent, axis=1), alive, out=np.zeros(len(rows)), where=alive > 0)
        out[rows] = mean[:, None]
    return pd.DataFrame(out, index=demand.index, columns=range(1, horizon + 1))


def held_out(
    demand: pd.DataFrame, *, horizon: int = HORIZON, windows: int = WINDOWS
) -> pd.DataFrame:
    """Judge the whole method on weeks that the choice has not seen: the last `horizon` days.

    :return: one row a kind of demand and one `all`; columns skus, actual, error, naive_error, ratio
        (error through naive error, pieces a week) and bias
    """
    past = demand.iloc[:, :-horizon]
    past = past[past.notna().sum(axis=1) >= LEAST_DAYS]
    test = demand.loc[past.index].iloc[:, -horizon:].to_numpy(dtype="float64")
    choice = back_test(past, horizon=horizon, windows=windows)
    said = _weekly(forecast(past, choice["model"], horizon=horizon).to_numpy())
    naive = pd.Series(NAIVE, index=past.index)
    plain = _weekly(forecast(past, naive, horizon=horizon).to_numpy())
    truth = _weekly(test)
    frame = pd.DataFrame(
        {
            "kind": choice["kind"],
            "actual": truth.mean(axis=1),
            "error": np.abs(said - truth).mean(axis=1),
            "naive_error": np.abs(plain - truth).mean(axis=1),
            "bias": (said - truth).mean(axis=1),
        }
    )
    groups = [
        ("all", frame),
        *((str(kind), part) for kind, part in frame.groupby("kind", sort=True)),
    ]
    rows = [
        {"kind": kind, "skus": len(part), **part.drop(columns="kind").mean().to_dict()}
        for kind, part in groups
    ]
    result = pd.DataFrame(rows).set_index("kind")
    result["ratio"] = result["error"] / result["naive_error"]
    return result


def _forecast(values: np.ndarray, model: Model, horizon: int) -> np.ndarray:
    from statsforecast import StatsForecast

    if not len(values):
        return np.zeros((0, horizon))
    length = values.shape[1]
    alive = ~np.isnan(values)
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(len(values)), alive.sum(axis=1)),
            "ds": np.broadcast_to(np.arange(length), values.shape)[alive],
            "y": values[alive].astype("float32"),
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        said = StatsForecast(models=[model.make()], freq=1, n_jobs=1).forecast(df=frame, h=horizon)
    out = said[model.code].to_numpy(dtype="float64").reshape(len(values), horizon)
    return np.asarray(np.clip(np.nan_to_num(out), 0.0, None))


def _year_ago(values: np.ndarray, horizon: int) -> np.ndarray:
    """Take the same weeks a year ago, smoothed, on today's level."""
    if not len(values):
        return np.zeros((0, horizon))
    length = values.shape[1]
    start = length - YEAR
    then = np.nan_to_num(values[:, start - 3 : start + horizon + 3])
    smooth = np.stack([then[:, n : n + WEEK].mean(axis=1) for n in range(horizon)], axis=1)
    level_now = np.nan_to_num(values[:, -LEAST_DAYS:]).mean(axis=1)
    level_then = np.nan_to_num(values[:, start - LEAST_DAYS : start]).mean(axis=1)
    ratio = np.divide(level_now, level_then, out=np.ones(len(values)), where=level_then > 0)
    return np.asarray(smooth * np.clip(ratio, 0.2, 5.0)[:, None])


def _weekly(daily: np.ndarray) -> np.ndarray:
    weeks = daily.shape[1] // WEEK
    return np.asarray(np.nan_to_num(daily).reshape(len(daily), weeks, WEEK).sum(axis=2))


def _choice(
    index: "pd.Index[Any]", kinds: np.ndarray, actual: np.ndarray, tried: Mapping[str, np.ndarray]
) -> pd.DataFrame:
    codes = list(tried)
    flat = {code: said.reshape(len(index), -1) for code, said in tried.items()}
    truth = actual.reshape(len(index), -1)
    errors = np.stack([_mean(np.abs(flat[code] - truth)) for code in codes], axis=1)
    naive = errors[:, codes.index(NAIVE)]
    scores = _with_kin(errors, naive, kinds, windows=actual.shape[1])
    best = np.where(np.isnan(scores), np.inf, scores).argmin(axis=1)
    nothing = np.isnan(scores).all(axis=1)
    rows = np.arange(len(index))
    said = np.stack([flat[code] for code in codes], axis=1)[rows, best]
    miss = said - truth
    return pd.DataFrame(
        {
            "kind": kinds,
            "model": np.where(nothing, MEAN, np.array(codes, dtype=object)[best]),
            "error": np.where(nothing, np.nan, errors[rows, best]),
            "naive_error": naive,
            "bias": np.where(nothing, np.nan, _mean(miss)),
            "sigma": np.where(nothing, np.nan, np.sqrt(_mean(miss**2))),
            "weeks": _weeks(truth, said, flat[NAIVE]),
        },
        index=index,
    )


def _with_kin(
    errors: np.ndarray, naive: np.ndarray, kinds: np.ndarray, *, windows: int
) -> np.ndarray:
    """Shrink each SKU's error, as a share of the naive one, towards its class's."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share = errors / np.where(naive > 0, naive, np.nan)[:, None]
    own = np.where(np.isnan(share) & ~np.isnan(errors), 1.0, share)
    scores = np.full_like(errors, np.nan)
    for kind in np.unique(kinds.astype(str)):
        rows = np.flatnonzero(kinds == kind)
        with np.errstate(invalid="ignore", divide="ignore"):
            kin = np.nansum(errors[rows], axis=0) / np.nansum(
                np.where(np.isnan(errors[rows]), np.nan, naive[rows][:, None]), axis=0
            )
        kin = np.where(np.isfinite(kin), kin, 1.0)
        scores[rows] = (windows * own[rows] + KINSHIP * kin[None, :]) / (windows + KINSHIP)
    return scores


def _mean(values: np.ndarray) -> np.ndarray:
    count = (~np.isnan(values)).sum(axis=1)
    total = np.nansum(values, axis=1)
    mean = np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)
    return np.asarray(mean)


def _weeks(truth: np.ndarray, said: np.ndarray, naive: np.ndarray) -> list[list[list[float]]]:
    out: list[list[list[float]]] = []
    for row in range(len(truth)):
        known = np.flatnonzero(~np.isnan(truth[row]))
        out.append(
            [
                [float(truth[row, n]), round(float(said[row, n]), 2), float(naive[row, n])]
                for n in known
            ]
        )
    return out
