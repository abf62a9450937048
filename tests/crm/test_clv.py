"""The models of repeat buying: known parameters come back, published ones are reproduced."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crm.metrics import clv, purchases

CDNOW = Path(os.environ.get("SHOPOPS_SAMPLES", "")) / "cdnow/CDNOW_sample.txt"


def cdnow():
    rows = pd.read_csv(
        CDNOW, sep=r"\s+", header=None, names=["master", "customer", "date", "pieces", "value"]
    )
    rows["date"] = pd.to_datetime(rows["date"].astype(str), format="%Y%m%d")
    return purchases.repeat_summary(rows, until=pd.Timestamp("1997-09-30"))


@pytest.mark.skipif(
    not os.environ.get("SHOPOPS_SAMPLES"), reason="SHOPOPS_SAMPLES names no folder of samples"
)
def test_the_published_parameters_of_cdnow_come_from_its_raw_transactions():
    people = cdnow()

    bought = clv.fit_bg_nbd(*(people[n].to_numpy(float) for n in ("frequency", "recency", "age")))
    spent = clv.fit_gamma_gamma(people["valued"].to_numpy(float), people["value"].to_numpy(float))

    assert len(people) == 2357
    assert bought.r == pytest.approx(0.243, rel=0.01)
    assert bought.alpha == pytest.approx(4.414, rel=0.01)
    assert bought.a == pytest.approx(0.793, rel=0.01)
    assert bought.b == pytest.approx(2.426, rel=0.01)
    assert bought.log_likelihood == pytest.approx(-9582.4, abs=0.1)
    assert (spent.p, spent.q, spent.v) == pytest.approx((6.25, 3.74, 15.44), rel=0.01)


@pytest.mark.skipif(
    not os.environ.get("SHOPOPS_SAMPLES"), reason="SHOPOPS_SAMPLES names no folder of samples"
)
def test_our_preparation_of_cdnow_is_the_published_one():
    published = pd.read_csv(CDNOW.parent / "cdnow_customers_summary.csv", index_col="ID")

    ours = cdnow()

    assert (ours["frequency"] == published["frequency"]).all()
    assert np.allclose(ours["recency"], published["recency"], atol=0.01)
    assert np.allclose(ours["age"], published["T"], atol=0.01)


def population(count, *, r, alpha, a, b, weeks, seed):
    """Let customers live by the model itself; give frequency, recency, age."""
    dice = np.random.default_rng(seed)
    rate, leave = dice.gamma(r, 1 / alpha, count), dice.beta(a, b, count)
    ages = dice.uniform(weeks / 2, weeks, count)
    bought, last = np.zeros(count), np.zeros(count)
    for one in range(count):
        at = dice.exponential(1 / rate[one])
        while at <= ages[one]:
            bought[one] += 1
            last[one] = at
            if dice.random() < leave[one]:
                break
            at += dice.exponential(1 / rate[one])
    return bought, last, ages


def test_the_parameters_of_a_made_population_come_back():
    people = population(6_000, r=0.8, alpha=6.0, a=0.9, b=3.0, weeks=80, seed=7)

    found = clv.fit_bg_nbd(*people)

    assert found.r == pytest.approx(0.8, rel=0.15)
    assert found.alpha == pytest.approx(6.0, rel=0.2)
    assert found.a / (found.a + found.b) == pytest.approx(0.9 / 3.9, rel=0.1)
    truth = clv.BgNbd(0.8, 6.0, 0.9, 3.0, 0)
    assert found.log_likelihood >= clv.bg_nbd_log_likelihood(truth, *people)
    assert clv.bg_nbd_log_likelihood(found, *people) == pytest.approx(found.log_likelihood)


def test_expected_purchases_are_those_that_a_made_population_makes():
    truth = clv.BgNbd(0.8, 6.0, 0.9, 3.0, 0)
    whole = population(12_000, r=0.8, alpha=6.0, a=0.9, b=3.0, weeks=60, seed=3)

    shares = clv.count_probabilities(truth, whole[2], up_to=6)
    counted = np.bincount(np.minimum(whole[0].astype(int), 6), minlength=7) / len(whole[0])

    assert shares.sum() == pytest.approx(1.0)
    assert np.allclose(shares, counted, atol=0.012)
    means = clv.expected_mean(truth, whole[2])
    assert means.sum() == pytest.approx(whole[0].sum(), rel=0.03)


def test_who_came_long_ago_after_coming_often_is_hardly_a_customer_any_more():
    model = clv.BgNbd(0.243, 4.414, 0.793, 2.426, 0)
    frequency, recency, age = np.array([0.0, 8, 8]), np.array([0.0, 10, 38]), np.full(3, 38.86)

    alive = clv.p_alive(model, frequency, recency, age)
    coming = clv.expected_purchases(model, frequency, recency, age, within=39)

    assert alive[0] == 1.0
    assert alive[1] < 0.05 < 0.8 < alive[2]
    assert coming[1] < coming[0] < coming[2]


def test_the_published_example_of_expected_purchases():
    """Fader, Hardie and Lee: x = 2, t_x = 30.43, T = 38.86, 39 weeks ahead: 1.226."""
    model = clv.BgNbd(0.243, 4.414, 0.793, 2.426, 0)

    found = clv.expected_purchases(
        model, np.array([2.0]), np.array([30.43]), np.array([38.86]), within=39
    )

    assert found[0] == pytest.approx(1.226, abs=0.002)


def test_amounts_of_a_made_population_come_back_and_lean_to_the_mean_of_all():
    dice = np.random.default_rng(11)
    nu = dice.gamma(4.0, 1 / 60.0, 8000)
    times = dice.integers(1, 12, 8000).astype(float)
    means = dice.gamma(6.0 * times, 1 / (nu * times))

    found = clv.fit_gamma_gamma(times, means)
    expected = clv.expected_value(found, np.array([1.0, 30.0]), np.array([500.0, 500.0]))

    # p and v are told apart by little but their product, which is the level of amounts.
    assert (found.q, found.p * found.v) == pytest.approx((4.0, 360.0), rel=0.12)
    assert means.mean() < expected[0] < expected[1] < 500


def test_too_few_customers_are_refused():
    with pytest.raises(clv.UnfittableError):
        clv.fit_bg_nbd(np.zeros(10), np.zeros(10), np.ones(10))
    with pytest.raises(clv.UnfittableError):
        clv.fit_gamma_gamma(np.ones(5), np.ones(5))


def test_payments_of_one_day_are_one_purchase_and_a_day_paid_back_has_no_value():
    payments = pd.DataFrame(
        {
            "customer": [1, 1, 1, 1, 2, 3],
            "date": pd.to_datetime(
                ["2026-01-01", "2026-01-15", "2026-01-15", "2026-01-29", "2026-01-08", "2026-03-01"]
            ),
            "value": [10.0, 20.0, 30.0, 0.0, 5.0, 7.0],
        }
    )

    found = purchases.repeat_summary(payments, until=pd.Timestamp("2026-02-05"))

    assert list(found.index) == [1, 2]
    assert found.loc[1].to_dict() == {
        "frequency": 2, "recency": 4.0, "age": 5.0, "valued": 1, "value": 50.0,
    }  # fmt: skip
    assert found.loc[2, ["frequency", "age"]].tolist() == [0, 4.0]


@pytest.mark.parametrize("many", [2e4, 1e6, 1e9])
def test_a_fit_in_which_all_drop_out_alike_still_expects_finite_purchases(many):
    """Few customers of few weeks end there: Beta without any spread."""
    share, weeks = 0.3, np.array([1.0, 13.0, 52.0])
    wide = clv.BgNbd(r=0.8, alpha=6.0, a=9.9e3 * share, b=9.9e3 * (1 - share), log_likelihood=0.0)
    alike = clv.BgNbd(r=0.8, alpha=6.0, a=many * share, b=many * (1 - share), log_likelihood=0.0)
    seen = (np.array([0.0, 2.0, 5.0]), np.array([0.0, 8.0, 20.0]), np.array([30.0, 30.0, 30.0]))

    assert clv.expected_mean(alike, weeks) == pytest.approx(
        clv.expected_mean(wide, weeks), rel=2e-3
    )
    assert clv.expected_purchases(alike, *seen, within=13) == pytest.approx(
        clv.expected_purchases(wide, *seen, within=13), rel=2e-3
    )
    assert (clv.expected_purchases(alike, *seen, within=13) > 0).all()
