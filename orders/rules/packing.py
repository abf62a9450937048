"""What a parcel should weigh, and which cards may lie in it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Scales and cartons differ: so much is never remarkable.
LEAST_TOLERANCE_GRAMS = 50
TOLERANCE_RATE = 0.05


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of one SKU in a parcel: their name, what one weighs (None: nobody said), how many, how many scanned."""

    name: str
    grams: int | None
    quantity: int
    checked: int


@dataclass(frozen=True, slots=True)
class Weighing:
    """A weight held against what the parcel should weigh, in grams.

    `missing`: name and weight of what is not scanned yet. `is_explained`: the gap is just those.
    """

    weighed: int
    expected: int
    tolerance: int
    missing: tuple[tuple[str, int], ...]

    @property
    def gap(self) -> int:
        """Give how much is missing; negative: too heavy."""
        return self.expected - self.weighed

    @property
    def is_right(self) -> bool:
        """Say whether the weight is that of the whole parcel."""
        return abs(self.gap) <= self.tolerance

    @property
    def is_explained(self) -> bool:
        """Say whether the gap is what is not scanned yet."""
        absent = sum(grams for _name, grams in self.missing)
        return abs(self.gap - absent) <= self.tolerance


def expected_grams(pieces: Iterable[Pieces], *, material_grams: int) -> int | None:
    """Give what a whole parcel weighs, or None if the weight of a piece is not known."""
    total = material_grams
    for one in pieces:
        if one.grams is None:
            return None
        total += one.grams * one.quantity
    return total


def tolerance_grams(expected: int) -> int:
    """Give by how much a parcel may weigh more or less."""
    return max(LEAST_TOLERANCE_GRAMS, round(expected * TOLERANCE_RATE))


def weigh(weighed: int, pieces: Sequence[Pieces], *, material_grams: int) -> Weighing | None:
    """Hold a weight against the parcel's contents; None if the weight of a piece is not known."""
    expected = expected_grams(pieces, material_grams=material_grams)
    if expected is None:
        return None
    missing = tuple(
        (one.name, one.grams * (one.quantity - one.checked))
        for one in pieces
        if one.grams is not None and one.checked < one.quantity
    )
    return Weighing(weighed, expected, tolerance_grams(expected), missing)
