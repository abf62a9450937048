"""How the pieces of a parcel are laid into several. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """Pieces of one line or one gift that lie in a parcel. `key` names the row that they come from."""

    key: int
    sku_code: str
    quantity: int


type Portion = dict[int, int]
"""Quantities by key of piece."""


class UnknownWeightError(Exception):
    """The weights of some SKUs are not known."""

    def __init__(self, sku_codes: Sequence[str]) -> None:
        self.sku_codes = tuple(sku_codes)
        super().__init__(", ".join(sku_codes))


class TooHeavyError(Exception):
    """One piece alone is heavier than a parcel may be."""

    def __init__(self, sku_code: str, grams: int) -> None:
        self.sku_code = sku_code
        self.grams = grams
        super().__init__(f"{sku_code}: {grams} g")


def by_weight(
    pieces: Sequence[Piece], *, grams: Mapping[str, int | None], most_grams: int
) -> list[Portion]:
    """Lay pieces into as few parcels as first-fit by falling weight finds, none over `most_grams`.

    `grams`: the weight of one piece by SKU code. Pieces of one line stay together where they fit.

    :raises UnknownWeightError: naming every SKU whose weight is not known
    :raises TooHeavyError: if a single piece is over the limit
    """
    unknown = sorted({one.sku_code for one in pieces if not grams.get(one.sku_code)})
    if unknown:
        raise UnknownWeightError(unknown)
    weights = {one.key: grams[one.sku_code] or 0 for one in pieces}
    portions: list[Portion] = []
    room: list[int] = []
    for one in sorted(pieces, key=lambda one: (-weights[one.key], one.key)):
        weight, left = weights[one.key], one.quantity
        if weight > most_grams:
            raise TooHeavyError(one.sku_code, weight)
        for at, portion in enumerate(portions):
            fits = min(left, room[at] // weight)
            if fits:
                portion[one.key] = fits
                room[at] -= fits * weight
                left -= fits
        while left:
            fits = min(left, most_grams // weight)
            portions.append({one.key: fits})
            room.append(most_grams - fits * weight)
            left -= fits
    return portions


def by_stock(pieces: Sequence[Piece], *, at_hand: Mapping[str, int]) -> tuple[Portion, Portion]:
    """Part pieces into those that are at hand and those that are short; SKUs not named have none."""
    left = dict(at_hand)
    here: Portion = {}
    short: Portion = {}
    for one in pieces:
        taken = min(one.quantity, max(left.get(one.sku_code, 0), 0))
        left[one.sku_code] = left.get(one.sku_code, 0) - taken
        if taken:
            here[one.key] = taken
        if one.quantity - taken:
            short[one.key] = one.quantity - taken
    return here, short
