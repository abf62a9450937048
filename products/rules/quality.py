"""Quality per SKU: counts of pieces and people first, a rate second, and when packing looks twice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class QualityFacts:
    """What buyers brought back of one SKU in a period. Pieces and people are different counts."""

    sku_code: str
    sold_pieces: int = 0
    sold_people: int = 0
    returned: int = 0
    quality_returned: int = 0
    complaints: int = 0
    wrong_pieces: int = 0
    damaged: int = 0
    complaining_people: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def faults(self) -> int:
        """Give how often a piece was bad, wrong or broken: what a second look at packing can catch."""
        return self.quality_returned + self.wrong_pieces + self.damaged

    @property
    def fault_rate(self) -> float | None:
        """Give faults by sold pieces; None without sales, which is unknown and not zero."""
        return self.faults / self.sold_pieces if self.sold_pieces else None


def second_check(facts: QualityFacts, settings: Mapping[str, Any]) -> bool | None:
    """Tell whether packing looks twice: True on, False off, None leave it as it is.

    On needs the rate, enough pieces and enough people: one buyer who sends back three is one buyer.
    Off needs the rate below a lower line, so that it does not flicker. Without sales nothing changes.
    """
    rate = facts.fault_rate
    if rate is None:
        return None
    enough = (
        facts.sold_pieces >= settings["minimum_pieces"]
        and facts.complaining_people >= settings["minimum_people"]
    )
    if rate >= settings["on_rate"] and enough:
        return True
    if rate < settings["off_rate"]:
        return False
    return None


def switch_reason(facts: QualityFacts, settings: Mapping[str, Any]) -> str:
    """Give the reason that is stored with a switch: `quality|faults|pieces|people|rate|line`."""
    rate = facts.fault_rate or 0
    parts = (facts.faults, facts.sold_pieces, facts.complaining_people)
    return "quality|" + "|".join(map(str, parts)) + f"|{rate:.4f}|{settings['on_rate']}"
