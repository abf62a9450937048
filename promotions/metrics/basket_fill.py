"""With which other SKUs a basket reaches a sum, with as little beside it as possible. Arrays, whole cents."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Cents = NDArray[np.int64]
type Flags = NDArray[np.bool_]

# First lines tried with every second one: the cheapest ones, and those that weigh least for their price.
_FIRST = 96
# No sum beyond it is filled up.
MOST_CENTS = 1_000_000
# A sum passed by less than one in so many is as good as hit: a cent on twenty CNY.
_CLOSE = 2000


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Lines (SKU, pieces) by what they add to the sum, with the lightest of those that add as much."""

    sku: Cents
    pieces: Cents
    base: Cents
    weight: Cents
    # By place: the place of the least weight from here on.
    lightest: Cents

    @classmethod
    def of(cls, sku: Cents, pieces: Cents, base: Cents, weight: Cents) -> "_Sorted":
        order = np.lexsort((weight, base))
        sku, pieces, base, weight = sku[order], pieces[order], base[order], weight[order]
        least = np.minimum.accumulate(weight[::-1])[::-1]
        places = np.arange(len(weight), dtype=np.int64)
        marks = np.where(weight == least, places, len(weight))
        lightest = np.minimum.accumulate(marks[::-1])[::-1]
        return cls(sku, pieces, base, weight, lightest)

    def place(self, lack: Cents) -> Cents:
        """Give the lightest line that adds so much; -1: none does."""
        at = np.searchsorted(self.base, lack)
        inside = at < len(self.base)
        return np.where(inside, self.lightest[np.minimum(at, len(self.base) - 1)], -1)

    def without(self, sku: int) -> "_Sorted":
        keep = self.sku != sku
        return _Sorted.of(self.sku[keep], self.pieces[keep], self.base[keep], self.weight[keep])

    def firsts(self) -> Cents:
        """Give the lines that begin a pair."""
        if len(self.base) <= 2 * _FIRST:
            return np.arange(len(self.base), dtype=np.int64)
        ratio = np.argpartition(self.weight / np.maximum(self.base, 1), _FIRST)[:_FIRST]
        return np.unique(np.concatenate([np.arange(_FIRST), ratio])).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Fills:
    """The SKUs that one benefit covers, as lines to fill a basket up with."""

    by: dict[str, _Sorted]
    # By weight: the cheapest SKU and the one after it.
    two: dict[str, tuple[int, int]]

    def cheapest(self, skus: Cents, key: str) -> Cents:
        """Give the covered SKU that weighs least a piece and is another one than each of these."""
        first, second = self.two[key]
        return np.where(skus == first, second, first)

    def least(
        self, lack: Cents, skus: Cents, key: str, *, pairs: bool, even: bool = False
    ) -> tuple[Cents, Cents]:
        """Give (others, pieces), two columns each, that add at least `lack` and weigh least; -1: none.

        :param even: of pairs those of which neither is most of it: one large line would take a coupon first
        """
        lines = self.by[key]
        who = np.full((len(lack), 2), -1, np.int64)
        many = np.zeros((len(lack), 2), np.int64)
        wanted = np.flatnonzero((lack > 0) & (lack <= MOST_CENTS))
        if not len(wanted) or not len(lines.base):
            return who, many
        first, second = _chosen(lines, lack[wanted], pairs=pairs, even=even)
        for places, column in ((first, 0), (second, 1)):
            there = places >= 0
            who[wanted[there], column] = lines.sku[places[there]]
            many[wanted[there], column] = lines.pieces[places[there]]
        own = np.flatnonzero((who == skus[:, None]).any(axis=1))
        for row in own:
            rest = lines.without(int(skus[row]))
            who[row], many[row] = -1, 0
            if not len(rest.base):
                continue
            chosen = _chosen(rest, lack[row : row + 1], pairs=pairs, even=even)
            for column, places in enumerate(chosen):
                if places[0] >= 0:
                    who[row, column], many[row, column] = (
                        rest.sku[places[0]],
                        rest.pieces[places[0]],
                    )
        return who, many


def _chosen(lines: _Sorted, lack: Cents, *, pairs: bool, even: bool = False) -> tuple[Cents, Cents]:
    """Give the place of a first and of a second line for each sum."""
    none = np.full(len(lack), -1, np.int64)
    if not pairs:
        return lines.place(lack), none
    single = lines.place(lack)
    alone = np.where(single >= 0, lines.weight[single], np.iinfo(np.int64).max)
    # One line that hits the sum almost exactly leaves a pair nothing to gain.
    near = (single >= 0) & (lines.base[single] - lack <= lack // _CLOSE)
    loose = np.arange(len(lack)) if even else np.flatnonzero(~near)
    sums, places = np.unique(lack[loose], return_inverse=True)
    first, second = none.copy(), none.copy()
    least = np.full(len(sums), np.iinfo(np.int64).max)
    if not even:
        np.minimum.at(least, places, alone[loose])
    one, two = np.full(len(sums), -1, np.int64), np.full(len(sums), -1, np.int64)
    for begin in lines.firsts() if len(sums) else ():
        other = lines.place(sums - lines.base[begin])
        weight = np.where(other >= 0, lines.weight[begin] + lines.weight[other], least)
        if even:
            larger = np.maximum(lines.base[begin], lines.base[other])
            weight = np.where(larger * 4 <= sums * 3, weight, least)
        better = weight < least
        least = np.where(better, weight, least)
        one, two = np.where(better, begin, one), np.where(better, other, two)
    first[loose], second[loose] = one[places], two[places]
    return first, second


def fills_of(price: Cents, net: Cents, covers: Flags, most: int) -> Fills:
    """Make the covered SKUs ready, each in 1 to `most` pieces."""
    skus = np.flatnonzero(covers).astype(np.int64)
    counts = np.arange(1, most + 1, dtype=np.int64)
    sku, pieces = np.repeat(skus, most), np.tile(counts, len(skus))
    base = price[sku] * pieces
    keep = (base <= MOST_CENTS) | (pieces == 1)
    sku, pieces, base = sku[keep], pieces[keep], base[keep]
    weights = {"base": base, "net": net[sku] * pieces}
    two = {}
    for key, each in (("base", price), ("net", net)):
        order = skus[np.argsort(each[skus], kind="stable")[:2]].tolist()
        two[key] = (*order, -1, -1)[:2]
    return Fills({key: _Sorted.of(sku, pieces, base, one) for key, one in weights.items()}, two)
