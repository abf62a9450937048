"""Where an order stands by its parcels. Needs `orders.choices`, so `orders.rules` does not re-export it."""

from collections.abc import Iterable

from orders.choices import ParcelState, Stage

# How far a parcel is, and what an order is called whose least advanced parcel is that far.
STAGE_OF_PARCEL: dict[str, Stage] = {
    ParcelState.PLANNED: Stage.APPROVED,
    ParcelState.IN_WAVE: Stage.IN_WAVE,
    ParcelState.PICKED: Stage.PICKED,
    ParcelState.CHECKED: Stage.CHECKED,
    ParcelState.HANDED_OVER: Stage.HANDED_OVER,
}
_RANK = {state: rank for rank, state in enumerate(STAGE_OF_PARCEL)}

# Only an order in one of these follows its parcels: what waits for audit or is held stays so, and
# what the carrier or the platform says of the road is never taken back by a parcel.
FOLLOWING_STAGES: tuple[Stage, ...] = (
    Stage.APPROVED,
    Stage.IN_WAVE,
    Stage.PICKED,
    Stage.CHECKED,
    Stage.HANDED_OVER,
)


def stage_by_parcels(stage: str, states: Iterable[str]) -> Stage:
    """Give the stage of an order: as far as the least advanced of its parcels.

    Dropped parcels do not count. Without parcels, or outside the warehouse, it stays where it is;
    and so does one that a file or a person called handed over while none of its parcels has left.
    """
    counted = [state for state in states if state in _RANK]
    if not counted or stage not in FOLLOWING_STAGES:
        return Stage(stage)
    if stage == Stage.HANDED_OVER and ParcelState.HANDED_OVER not in counted:
        return Stage.HANDED_OVER
    return STAGE_OF_PARCEL[min(counted, key=_RANK.__getitem__)]
