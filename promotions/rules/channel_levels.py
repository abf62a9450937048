"""Which single level of a channel's day answers a question: levels tell the same spend again. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from promotions.choices import Level

_L = Level
# Who answers first. The total comes from the report that leaves nothing out; an item's figures from
# the finest that names items.
ORDER: Mapping[str, tuple[Level, ...]] = {
    "total": (_L.ACCOUNT, _L.PLAN, _L.UNIT, _L.ITEM_IN_PLAN, _L.ITEM),
    "plans": (_L.PLAN, _L.UNIT, _L.ITEM_IN_PLAN),
    "items": (_L.ITEM_IN_PLAN, _L.ITEM, _L.UNIT),
}
_SHANGHAI = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class LevelDay:
    """One level of a channel's day: when its newest report was written, whether its rows name items."""

    level: Level
    date: date
    exported_at: datetime
    names_items: bool = True

    @property
    def is_final(self) -> bool:
        """Whether the report was written after the day was over."""
        return self.exported_at.astimezone(_SHANGHAI).date() > self.date


def serving(view: str, levels: Sequence[LevelDay]) -> Level | None:
    """Choose the one level that answers; None if none can.

    A report written after the day beats one that was written while it went on; then `ORDER` decides.
    """
    order = ORDER[view]
    able = [one for one in levels if one.level in order and (view != "items" or one.names_items)]
    if not able:
        return None
    return min(able, key=lambda one: (not one.is_final, order.index(one.level))).level
