"""The dated rows that say how benefits meet, and the choice of the row that a benefit falls under."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One dated row: in force from `valid_from` up to `valid_to`, not included."""

    code: str
    name: str
    valid_from: datetime
    valid_to: datetime | None
    mark: str
    source: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    is_on: bool = True

    def holds(self, at: datetime) -> bool:
        """Tell whether it is in force at a moment (whether or not it is switched on)."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


# What a shop without these rows gets: the plain reading of today.
_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "L2": {"basis": "parallel"},
    "L6": {"floor": "0.00"},
    "L7": {"remainder": "last"},
    "LOW": {"pieces": 10},
    "SH1": {"shop_group": "best_of"},
}


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rows in force at one moment: those that are on by code, and those that are off."""

    rows: Mapping[str, RuleRow]
    off: Mapping[str, RuleRow] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"RuleSet({', '.join(sorted(self.rows))})"

    @classmethod
    def at(cls, rows: Iterable[RuleRow], moment: datetime) -> "RuleSet":
        """Choose from all rows those in force; of several with one code the newest counts."""
        on: dict[str, RuleRow] = {}
        off: dict[str, RuleRow] = {}
        for row in sorted(
            (one for one in rows if one.holds(moment)), key=lambda one: one.valid_from
        ):
            on.pop(row.code, None)
            off.pop(row.code, None)
            (on if row.is_on else off)[row.code] = row
        return cls(on, off)

    def parameter(self, code: str, name: str) -> Any:  # noqa: ANN401
        """Give a figure or choice of a row, else that of a shop without such a row."""
        row = self.rows.get(code)
        fallback = _DEFAULTS.get(code, {}).get(name)
        return row.parameters.get(name, fallback) if row else fallback

    @property
    def is_parallel(self) -> bool:
        """Tell whether every threshold and percentage is taken on the 标价 sum."""
        return bool(self.parameter("L2", "basis") == "parallel")

    @property
    def is_best_of(self) -> bool:
        """Tell whether of coupon and multi-piece benefit only the larger counts per sub-order."""
        return bool(self.parameter("SH1", "shop_group") == "best_of")

    def row_of(self, kind: str, audience: str, named: str = "") -> RuleRow | None:
        """Give the row that a benefit falls under, on or off; None: nothing is known of it then."""
        if named:
            return self.rows.get(named) or self.off.get(named)
        for rows in (self.rows, self.off):
            for code in sorted(rows):
                if _is_for(rows[code].parameters, kind, audience):
                    return rows[code]
        return None


def _is_for(parameters: Mapping[str, Any], kind: str, audience: str) -> bool:
    return kind in parameters.get("kinds", ()) and audience in parameters.get(
        "audiences", ("public", "member", "returning", "first_order", "vip")
    )
