"""Demand by SKU and day, cleared of what is not demand: days nobody knows, days without stock."""

from collections.abc import Collection
from datetime import date

import numpy as np
import pandas as pd

WEEK = 7
# How many known same weekdays on each side stand in for a day that is unknown.
NEIGHBOURS = 4


def demand_frame(
    sales: pd.DataFrame,
    *,
    since: date,
    until: date,
    unknown: Collection[date] = (),
    without_stock: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Spread sales over every day of a period.

    :param sales: columns sku_id, date, pieces; a day that is missing sold nothing
    :param since: the first day, included
    :param until: the last day, included
    :param unknown: days whose sales nobody knows; they are no zeros
    :param without_stock: columns sku_id, date: days on which a SKU could not be sold
    :return: one row a SKU (index sku_id, sorted), one column a day (dates, ascending), float pieces.
        Days before a SKU's first sale are NaN: it was not on sale. Unknown days and days without
        stock are the mean of the same weekday around them.
    """
    days = pd.date_range(since, until, freq="D").date
    wide = (
        sales.groupby(["sku_id", "date"], sort=True)["pieces"]
        .sum()
        .unstack("date")
        .reindex(columns=list(days))
    )
    values = wide.to_numpy(dtype="float64", na_value=np.nan)
    sold = np.nan_to_num(values) > 0
    first = np.where(sold.any(axis=1), sold.argmax(axis=1), values.shape[1])
    columns = np.arange(values.shape[1])[None, :]
    filled = np.where(np.isnan(values), 0.0, values)
    missing = np.zeros_like(sold)
    gone = {day for day in unknown if since <= day <= until}
    missing[:, [place for place, day in enumerate(days) if day in gone]] = True
    if without_stock is not None and len(without_stock):
        missing |= _marks(without_stock, index=list(wide.index), days=list(days)) & ~sold
    # Before the first sale nothing is known: neither a zero nor something to stand in for a gap.
    filled[columns < first[:, None]] = np.nan
    filled = _like_the_same_weekdays(filled, missing & (columns >= first[:, None]))
    return pd.DataFrame(filled, index=wide.index, columns=list(days))


def _marks(rows: pd.DataFrame, *, index: list[int], days: list[date]) -> np.ndarray:
    places, columns = (
        {key: n for n, key in enumerate(index)},
        {day: n for n, day in enumerate(days)},
    )
    marks = np.zeros((len(index), len(days)), dtype=bool)
    for sku_id, day in zip(rows["sku_id"], rows["date"], strict=True):
        if sku_id in places and day in columns:
            marks[places[sku_id], columns[day]] = True
    return marks


def _like_the_same_weekdays(values: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """Put the mean of the four known same weekdays before and after in the place of what is missing.

    However far away they are: a SKU that was out of stock for a season would have no demand else.
    Zero where none is known at all. `values` is NaN where nothing counts.
    """
    if not missing.any():
        return values
    known = np.where(missing, np.nan, values)
    total, count = np.zeros_like(values), np.zeros_like(values)
    for weekday in range(min(WEEK, values.shape[1])):
        column = slice(weekday, None, WEEK)
        for step in (1, -1):
            sums, counts = _of_the_last_known(known[:, column][:, ::step])
            total[:, column] += sums[:, ::step]
            count[:, column] += counts[:, ::step]
    mean = np.divide(total, count, out=np.zeros_like(total), where=count > 0)
    return np.where(missing, mean, values)


def _of_the_last_known(known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give sum and number of the last four known values before each place of a row."""
    last = np.full((NEIGHBOURS, len(known)), np.nan)
    sums, counts = np.zeros_like(known), np.zeros_like(known)
    for place in range(known.shape[1]):
        sums[:, place] = np.nansum(last, axis=0)
        counts[:, place] = (~np.isnan(last)).sum(axis=0)
        here = known[:, place]
        last = np.where(np.isnan(here), last, np.vstack([last[1:], here]))
    return sums, counts


def demand_class(values: np.ndarray) -> np.ndarray:
    """Name each row's kind of demand by Syntetos and Boylan's limits.

    :param values: rows of pieces a day, NaN before the first sale
    :return: smooth, erratic, intermittent or lumpy; `none` for a row that never sold

    Mean interval between days with sales over 1.32 is intermittent; squared variation of the sizes
    over 0.49 is erratic; both is lumpy.
    """
    alive = ~np.isnan(values)
    sold = np.where(alive, values, 0.0) > 0
    days, times = alive.sum(axis=1), sold.sum(axis=1)
    interval = np.divide(days, times, out=np.full(len(days), np.inf), where=times > 0)
    sizes = np.where(sold, values, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        total = np.nansum(sizes, axis=1)
        mean = np.divide(total, times, out=np.zeros(len(days)), where=times > 0)
        square = np.nansum((sizes - mean[:, None]) ** 2, axis=1)
        variation = np.divide(square, times * mean**2, out=np.zeros(len(days)), where=mean > 0)
    rare, wild = interval > 1.32, variation > 0.49
    names = np.select(
        [times == 0, rare & wild, rare, wild],
        ["none", "lumpy", "intermittent", "erratic"],
        default="smooth",
    )
    return np.asarray(names, dtype=object)
