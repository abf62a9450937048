"""Stock moved by people: received, adjusted, scrapped, given away, returned, counted.

Each act is one transaction: the level's lock, one line of the ledger, the level, the operation log.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from products.actions import locks
from products.actions.errors import StockRefusedError
from products.choices import MoveKind
from products.models import Sku, StockLevel, StockMove
from shopops.staff import operations
from shopops.staff.models import User

NEGATIVE = "products.adjust_negative"
# What brings pieces, what takes them, and what may do either.
_ADDS = {MoveKind.RECEIPT, MoveKind.RETURN}
_TAKES = {MoveKind.SCRAP, MoveKind.GIFT}
_NEEDS_REASON = {MoveKind.ADJUST, MoveKind.SCRAP, MoveKind.GIFT}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line to be written: `quantity` with its sign."""

    sku_id: int
    quantity: int
    kind: MoveKind
    reference: str = ""
    reason: str = ""


def receive(
    *, sku_id: int, quantity: int, reference: str = "", reason: str = "", by: User, now: datetime
) -> StockMove:
    """Book pieces in that arrived. The first receipt begins to keep the SKU's stock.

    :raises Sku.DoesNotExist: if there is no such SKU
    :raises StockRefusedError: if the quantity is not positive, or the SKU is a bundle
    """
    return _move_one(Entry(sku_id, quantity, MoveKind.RECEIPT, reference, reason), by=by, now=now)


def adjust(*, sku_id: int, quantity: int, reason: str, by: User, now: datetime) -> StockMove:
    """Correct the stock by `quantity` (with its sign), for a reason that stays in the ledger.

    :raises StockRefusedError: if the reason is missing, or it would leave less than is set aside for
        orders and the person may not do that
    """
    return _move_one(Entry(sku_id, quantity, MoveKind.ADJUST, "", reason), by=by, now=now)


def scrap(*, sku_id: int, quantity: int, reason: str, by: User, now: datetime) -> StockMove:
    """Take broken pieces out; `quantity` is how many. Refuses as `adjust` does."""
    return _move_one(Entry(sku_id, -quantity, MoveKind.SCRAP, "", reason), by=by, now=now)


def give(
    *, sku_id: int, quantity: int, reason: str, reference: str = "", by: User, now: datetime
) -> StockMove:
    """Take pieces out that are given away without an order. Refuses as `adjust` does."""
    return _move_one(Entry(sku_id, -quantity, MoveKind.GIFT, reference, reason), by=by, now=now)


def bring_back(
    *, sku_id: int, quantity: int, reference: str = "", reason: str = "", by: User, now: datetime
) -> StockMove:
    """Book good pieces in that a buyer sent back, by hand; `reference` is the order or refund."""
    return _move_one(Entry(sku_id, quantity, MoveKind.RETURN, reference, reason), by=by, now=now)


@transaction.atomic
def _move_one(entry: Entry, *, by: User, now: datetime) -> StockMove:
    _refuse_senseless(entry)
    sku = Sku.objects.get(pk=entry.sku_id)
    move = write([entry], by=by, now=now, may_go_negative=by.has_perm(NEGATIVE))[0]
    operations.record(
        name=f"products.stock.{entry.kind}",
        by=by,
        now=now,
        object_type="sku",
        object_key=sku.code,
        old={"on_hand": move.on_hand_after - move.quantity},
        new={"on_hand": move.on_hand_after, "quantity": move.quantity},
        reason=entry.reason.strip(),
    )
    return move


def _refuse_senseless(entry: Entry) -> None:
    if entry.quantity == 0:
        raise StockRefusedError(_("数量不能是 0。"))
    if (entry.kind in _ADDS and entry.quantity < 0) or (
        entry.kind in _TAKES and entry.quantity > 0
    ):
        raise StockRefusedError(_("数量要大于 0。"))
    if entry.kind in _NEEDS_REASON and not entry.reason.strip():
        raise StockRefusedError(_("写下原因，它会留在流水里。"))


def write(
    entries: Sequence[Entry], *, by: User | None, now: datetime, may_go_negative: bool
) -> list[StockMove]:
    """Write lines of the ledger and the levels under their locks. The caller logs the operation.

    A SKU without a level gets one: from now on its stock is kept. Inside the caller's transaction.

    :raises StockRefusedError: if a SKU is a bundle, or fewer would be left than are set aside for orders
        (or than none), and that is not allowed
    """
    levels = _levels_of(entries, now=now)
    _refuse_bundles(levels)
    moves = []
    for entry in entries:
        level = levels[entry.sku_id]
        level.on_hand += entry.quantity
        moves.append(
            StockMove(
                sku_id=entry.sku_id,
                at=now,
                by=by,
                quantity=entry.quantity,
                on_hand_after=level.on_hand,
                kind=entry.kind,
                reference=entry.reference[:60],
                reason=entry.reason.strip()[:200],
            )
        )
    for entry in entries:
        level = levels[entry.sku_id]
        is_short = level.on_hand < level.allocated
        if is_short and entry.quantity < 0 and not may_go_negative:
            _refuse_short(level)
        level.may_be_negative = is_short
    StockMove.objects.bulk_create(moves, batch_size=5000)
    StockLevel.objects.bulk_update(levels.values(), ["on_hand", "may_be_negative"], batch_size=1000)
    return moves


def _refuse_bundles(sku_ids: Collection[int]) -> None:
    """Refuse pieces of a bundle. Under the levels' locks, which whoever makes a bundle takes, too."""
    made = Sku.objects.filter(pk__in=sku_ids, parts__isnull=False).order_by("pk").first()
    if made is not None:
        raise StockRefusedError(
            _("「%(code)s」是套装，没有自己的库存；改它的部件。") % {"code": made.code}
        )


def _levels_of(entries: Sequence[Entry], *, now: datetime) -> dict[int, StockLevel]:
    skus = sorted({entry.sku_id for entry in entries})
    levels = locks.locked_levels(skus)
    missing = [sku_id for sku_id in skus if sku_id not in levels]
    if missing:
        StockLevel.objects.bulk_create(
            [StockLevel(sku_id=sku_id, kept_since=now) for sku_id in missing],
            ignore_conflicts=True,
        )
        levels = locks.locked_levels(skus)
    return levels


def _refuse_short(level: StockLevel) -> None:
    raise StockRefusedError(
        _(
            "「%(code)s」会只剩 %(left)s 件，少于已占用的 %(allocated)s 件。"
            "先核对，真要这样请有「库存可调到负数」权限的人来做。"
        )
        % {
            "code": level.sku.code,
            "left": level.on_hand,
            "allocated": level.allocated,
        }
    )
