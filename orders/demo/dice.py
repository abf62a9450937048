"""Repeatable chance: a number drawn from an identity is the same whenever it is drawn."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

type Ints = NDArray[np.int64]
type Words = NDArray[np.uint64]
type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]
type Texts = NDArray[Any]  # an object array of str

_GOLDEN = 0x9E3779B97F4A7C15


def hash_ids(ids: Ints, salt: int) -> Words:
    """Return 64 well-mixed bits for each id (splitmix64); another `salt`, other bits."""
    mixed = ids.astype(np.uint64) + np.uint64((salt * _GOLDEN + _GOLDEN) % 2**64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def below(ids: Ints, salt: int, bound: int) -> Ints:
    """Return for each id a whole number in 0 … bound - 1."""
    return (hash_ids(ids, salt) % np.uint64(bound)).astype(np.int64)


def unit(ids: Ints, salt: int) -> Floats:
    """Return for each id a number in [0, 1)."""
    return (hash_ids(ids, salt) >> np.uint64(11)).astype(np.float64) / float(2**53)


def pick_weighted(uniform: Floats, weights: Floats) -> Ints:
    """Return for each number in [0, 1) the index that its place among the weights points at."""
    edges = np.cumsum(weights) / weights.sum()
    return np.minimum(np.searchsorted(edges, uniform, side="right"), len(weights) - 1)


def texts(values: list[str]) -> Texts:
    """Return the strings as an object array, so that an index array picks from it."""
    table = np.empty(len(values), dtype=object)
    table[:] = values
    return table
