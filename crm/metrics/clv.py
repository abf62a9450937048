"""Expected purchases and value: BG/NBD with Gamma-Gamma. How and why: docs/algorithms/clv.md.

Fader, Hardie and Lee, "Counting Your Customers" the Easy Way (2005); Fader and Hardie, The Gamma-Gamma
Model of Monetary Value (2013). Everything is in the unit of time of its input (here: weeks).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1, logsumexp

type Vector = npt.NDArray[np.float64]

# Logarithms of parameters stay within e^±14: beyond it the likelihood is flat and says nothing.
_BOUND = 14.0
_PENALTY = 1e12
# Where a + b is larger all drop out with nearly one probability (Beta's deviation is under 1 % of it): the
# hypergeometric series overflows there, and its limit is exact to about 1 / (a + b).
_ALIKE = 1e4
FEWEST_CUSTOMERS = 50
FEWEST_REPEATERS = 20


class UnfittableError(ValueError):
    """There is too little to fit a model on, or no start came to an end."""


@dataclass(frozen=True, slots=True)
class BgNbd:
    """Buying: rate ~ Gamma(r, alpha); dropping out after a purchase: ~ Beta(a, b)."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """Amounts: Gamma(p, nu) about a mean of its own, nu ~ Gamma(q, v)."""

    p: float
    q: float
    v: float
    log_likelihood: float


def fit_bg_nbd(frequency: Vector, recency: Vector, age: Vector, *, grid: bool = True) -> BgNbd:
    """Fit the four parameters by maximum likelihood over several starts.

    Equal customers are counted once with a weight. `grid` False: from one start only.

    :raises UnfittableError: with fewer than `FEWEST_CUSTOMERS`, or none who came again
    """
    if len(frequency) < FEWEST_CUSTOMERS or not (frequency > 0).any():
        raise UnfittableError("too few customers")
    rows, weights = np.unique(
        np.column_stack([frequency, recency, age]), axis=0, return_counts=True
    )
    # Time in units of the mean age, so that alpha is of the order of one whatever the unit.
    scale = float(np.average(rows[:, 2], weights=weights)) or 1.0
    x, t_x, t = rows[:, 0], rows[:, 1] / scale, rows[:, 2] / scale

    def loss(logs: Vector) -> float:
        r, alpha, a, b = np.exp(logs)
        each = _bg_nbd_each(x, t_x, t, r=r, alpha=alpha, a=a, b=b)
        return -float(np.dot(weights, each)) / len(frequency)

    starts = [(1.0, 1.0, 1.0, 1.0), (0.25, 0.2, 0.8, 2.5), (3.0, 5.0, 0.3, 6.0)]
    logs = _best(loss, starts if grid else starts[:1])
    r, alpha, a, b = (float(one) for one in np.exp(logs))
    whole = float(np.dot(weights, _bg_nbd_each(x, t_x, t, r=r, alpha=alpha, a=a, b=b)))
    # The density was over scaled times: x factors of `scale` a customer.
    whole -= float(np.dot(weights, x)) * float(np.log(scale))
    return BgNbd(r=r, alpha=alpha * scale, a=a, b=b, log_likelihood=whole)


def bg_nbd_log_likelihood(model: BgNbd, frequency: Vector, recency: Vector, age: Vector) -> float:
    """Give the log-likelihood of customers under parameters."""
    each = _bg_nbd_each(frequency, recency, age, r=model.r, alpha=model.alpha, a=model.a, b=model.b)
    return float(each.sum())


def _bg_nbd_each(  # noqa: PLR0913 - the formula's own letters
    x: Vector, t_x: Vector, t: Vector, *, r: float, alpha: float, a: float, b: float
) -> Vector:
    """Give the log-likelihood of each: never leaves the logarithms, so nothing over- or underflows."""
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    drop = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    alive = -(r + x) * np.log(alpha + t)
    with np.errstate(divide="ignore"):
        gone = np.where(
            x > 0,
            np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x),
            -np.inf,
        )
    found: Vector = common + drop + np.logaddexp(alive, gone)
    return found


def fit_gamma_gamma(frequency: Vector, value: Vector) -> GammaGamma:
    """Fit the three parameters on customers with repeat purchases of positive mean `value`.

    :raises UnfittableError: with fewer than `FEWEST_REPEATERS`
    """
    chosen = (frequency > 0) & (value > 0)
    x, z = frequency[chosen], value[chosen]
    if len(x) < FEWEST_REPEATERS:
        raise UnfittableError("too few customers who came again")
    scale = float(z.mean())

    def loss(logs: Vector) -> float:
        p, q, v = np.exp(logs)
        return -float(_gamma_gamma_each(x, z / scale, p=p, q=q, v=v).mean())

    logs = _best(loss, [(5.0, 4.0, 1.0), (1.0, 2.0, 1.0), (10.0, 10.0, 1.0)])
    p, q, v = (float(one) for one in np.exp(logs))
    whole = float(_gamma_gamma_each(x, z / scale, p=p, q=q, v=v).sum()) - len(x) * float(
        np.log(scale)
    )
    return GammaGamma(p=p, q=q, v=v * scale, log_likelihood=whole)


def _gamma_gamma_each(x: Vector, z: Vector, *, p: float, q: float, v: float) -> Vector:
    found: Vector = (
        gammaln(p * x + q)
        - gammaln(p * x)
        - gammaln(q)
        + q * np.log(v)
        + (p * x - 1) * np.log(z)
        + p * x * np.log(x)
        - (p * x + q) * np.log(x * z + v)
    )
    return found


def _best(loss: Callable[[Vector], float], starts: Sequence[Sequence[float]]) -> Vector:
    """Minimise over logarithms of parameters from several starts; the lowest counts."""

    def guarded(logs: Vector) -> float:
        if np.abs(logs).max() > _BOUND:
            return _PENALTY
        found = loss(logs)
        return found if np.isfinite(found) else _PENALTY

    results = []
    for start in starts:
        found = minimize(
            guarded,
            np.log(np.asarray(start)),
            method="Nelder-Mead",
            options={"maxiter": 4000, "xatol": 1e-7, "fatol": 1e-11, "adaptive": True},
        )
        results.append((float(found.fun), found.x))
    lowest, logs = min(results, key=lambda one: one[0])
    if lowest >= _PENALTY:
        raise UnfittableError("no start came to an end")
    best: Vector = logs
    return best


def p_alive(model: BgNbd, frequency: Vector, recency: Vector, age: Vector) -> Vector:
    """Give the probability that each is still a customer; 1 for who never came again."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    x = np.maximum(frequency, 1)
    odds = (
        np.log(a)
        - np.log(b + x - 1)
        + (r + frequency) * (np.log(alpha + age) - np.log(alpha + recency))
    )
    found: Vector = np.where(frequency > 0, 1.0 / (1.0 + np.exp(np.minimum(odds, 700.0))), 1.0)
    return found


def expected_purchases(
    model: BgNbd, frequency: Vector, recency: Vector, age: Vector, *, within: float
) -> Vector:
    """Give how many purchases are to be expected of each in the coming time `within`."""
    r, alpha, b, x = model.r, model.alpha, model.b, frequency
    a = _off_one(model.a)
    odds = np.where(
        x > 0,
        np.exp(
            np.minimum(
                np.log(a)
                - np.log(b + np.maximum(x, 1) - 1)
                + (r + x) * (np.log(alpha + age) - np.log(alpha + recency)),
                700.0,
            )
        ),
        0.0,
    )
    if model.a + b > _ALIKE:
        left: Vector = _with_one_drop(model, r + x, alpha + age, within) / (1 + odds)
        return left
    z = within / (alpha + age + within)
    log_ratio = (r + x) * (np.log(alpha + age) - np.log(alpha + age + within))
    series = hyp2f1(r + x, b + x, a + b + x - 1, z)
    found = (a + b + x - 1) / (a - 1) * (1 - np.exp(log_ratio) * series) / (1 + odds)
    clean: Vector = np.where(np.isfinite(found), np.maximum(found, 0.0), 0.0)
    return clean


def expected_mean(model: BgNbd, within: Vector) -> Vector:
    """Give how many repeat purchases a new customer makes on average in each time of `within`."""
    if model.a + model.b > _ALIKE:
        return _with_one_drop(model, np.full_like(within, model.r), np.asarray(model.alpha), within)
    a = _off_one(model.a)
    z = within / (model.alpha + within)
    ratio = (model.alpha / (model.alpha + within)) ** model.r
    series = hyp2f1(model.r, model.b, a + model.b - 1, z)
    found: Vector = (a + model.b - 1) / (a - 1) * (1 - ratio * series)
    return found


def _with_one_drop(model: BgNbd, shape: Vector, rate: Vector, within: Vector | float) -> Vector:
    """Give expected purchases where everybody drops out with the same probability after each.

    Of a rate λ they are (1 - exp(-λ p t)) / p; the mean over λ ~ Gamma(shape, rate).
    """
    drop = model.a / (model.a + model.b)
    found: Vector = -np.expm1(-shape * np.log1p(drop * within / rate)) / drop
    return found


def _off_one(a: float) -> float:
    """Step off a = 1, where the closed form divides by zero and its limit is smooth."""
    return a if abs(a - 1.0) > 1e-5 else 1.0 + 1e-5


def expected_value(model: GammaGamma, frequency: Vector, value: Vector) -> Vector:
    """Give the expected mean amount of each: own mean and that of all, weighted by what is known."""
    if model.p * frequency.max(initial=0.0) + model.q <= 1:
        return np.full_like(value, np.nan)
    known: Vector = (
        model.p
        * (model.v + frequency * value)
        / np.maximum(model.p * frequency + model.q - 1, 1e-9)
    )
    return known


def count_probabilities(model: BgNbd, age: Vector, *, up_to: int) -> Vector:
    """Give the share of customers to be expected with 0, 1, … `up_to` - 1 repeat purchases, then more."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    none = r * (np.log(alpha) - np.log(alpha + age))
    orders = np.arange(up_to)
    # P(x) of a plain NBD process, a row a customer, in logarithms; 0 * log 0 is 0.
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.log(age) - np.log(alpha + age)
        power = np.where(orders[None, :] > 0, orders[None, :] * step[:, None], 0.0)
    plain = gammaln(r + orders) - gammaln(r) - gammaln(orders + 1) + none[:, None] + power
    found = np.empty(up_to + 1)
    for x in range(up_to):
        stays = np.exp(betaln(a, b + x) - betaln(a, b) + plain[:, x])
        leaves = np.zeros_like(age)
        if x > 0:
            below = np.exp(np.minimum(logsumexp(plain[:, :x], axis=1), 0.0))
            leaves = np.exp(betaln(a + 1, b + x - 1) - betaln(a, b)) * (1 - below)
        found[x] = float((stays + leaves).mean())
    found[up_to] = max(1.0 - float(found[:up_to].sum()), 0.0)
    return found
