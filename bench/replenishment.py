"""How long the forecast of all SKUs takes. Run: `python -m bench.replenishment`.

Made-up sales of a year: Poisson-gamma counts with a weekly shape, a drifting level and a fifth of the
SKUs that began within the year. The baseline of the same run is one pass of the naive model. Time
includes the loading of the models' compiled code. One process, as the worker does it.
"""

import argparse
import json
import time
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from products.metrics import forecast as forecasts
from products.rules.replenishment import Supply, replenishment

SKUS, QUICK_SKUS, DAYS = 20_000, 500, 365
LIMIT_SECONDS = 120.0
TODAY = date(2026, 9, 17)


def main() -> None:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small size, to see that it works")
    parser.add_argument("--skus", type=int)
    options = parser.parse_args()
    skus = options.skus or (QUICK_SKUS if options.quick else SKUS)
    print(json.dumps(measure(skus=skus), indent=1))  # noqa: T201


def measure(*, skus: int) -> dict[str, Any]:
    """Back-test, forecast and plan every SKU."""
    demand = made_up_demand(skus=skus, days=DAYS)
    begin = time.perf_counter()
    choice = forecasts.back_test(demand)
    tested = time.perf_counter()
    said = forecasts.forecast(demand, choice["model"])
    for row, (sigma, days) in enumerate(zip(choice["sigma"], said.to_numpy(), strict=True)):
        supply = Supply(
            free=row % 50, arrivals={}, lead_days=7, review_days=7, service_level=0.95, pack_size=6
        )
        replenishment(days.tolist(), float(sigma), supply, today=TODAY)
    end = time.perf_counter()
    forecasts.forecast(demand, pd.Series(forecasts.NAIVE, index=demand.index))
    naive = time.perf_counter() - end
    judged = forecasts.held_out(demand).loc[["all"]]
    return {
        "skus": skus,
        "days": DAYS,
        "seconds": round(end - begin, 1),
        "limit_seconds": LIMIT_SECONDS,
        "back_test_seconds": round(tested - begin, 1),
        "times_a_naive_pass": round((end - begin) / naive, 1),
        "held_out_error_through_naive": round(judged["ratio"].item(), 3),
        "held_out_bias_through_actual": round(judged["bias"].item() / judged["actual"].item(), 3),
    }


def made_up_demand(*, skus: int, days: int) -> pd.DataFrame:
    """Give a year's sales of a shop of many SKUs, as `demand_frame` would."""
    rng = np.random.default_rng(2026)
    level = rng.lognormal(-0.8, 1.5, skus)
    weekday = 1 + 0.3 * np.sin(np.arange(days) * 2 * np.pi / 7)
    drift = np.exp(np.cumsum(rng.normal(0, 0.015, (skus, days)), axis=1))
    rate = level[:, None] * weekday[None, :] * drift
    sold = rng.negative_binomial(2, 2 / (2 + rate)).astype(float)
    begun = rng.integers(0, days, skus) * (rng.random(skus) < 0.2)
    sold[np.arange(days)[None, :] < begun[:, None]] = np.nan
    columns = [TODAY - timedelta(days=days - place) for place in range(days)]
    return pd.DataFrame(sold, index=range(1, skus + 1), columns=columns)


def table(result: dict[str, Any]) -> str:
    """Write the result as a Markdown table."""
    return "\n".join(
        [
            f"{result['skus']:,} SKUs, {result['days']} days, one process;"
            f" aim {result['limit_seconds']:.0f} s.",
            "",
            "| seconds | of them the back-test | times a naive pass | error on held-out weeks / naive | bias / sales |",
            "|---:|---:|---:|---:|---:|",
            f"| {result['seconds']} | {result['back_test_seconds']} | {result['times_a_naive_pass']}"
            f" | {result['held_out_error_through_naive']} | {result['held_out_bias_through_actual']} |",
        ]
    )


if __name__ == "__main__":
    main()
