"""Moments as seconds on the Shanghai wall clock."""

from typing import Final

import numpy as np

from orders.demo.dice import Ints, Texts

NEVER: Final = 2**40  # later than any real moment, and still safe to add days to


def show(moments: Ints, *, hidden: str = "") -> Texts:
    """Return `2026-09-17 15:18:00` for each moment, `hidden` for NEVER."""
    if not len(moments):
        return np.empty(0, dtype=object)
    known = moments < NEVER
    stamps = np.datetime_as_string(np.where(known, moments, 0).astype("datetime64[s]"))
    signs = stamps.view("<U1").reshape(len(stamps), -1).copy()
    signs[:, 10] = " "
    shown = signs.view(f"<U{signs.shape[1]}").ravel().astype(object)
    shown[~known] = hidden
    return shown
