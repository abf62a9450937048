"""Parcels for those who move or show them: what a parcel waits for, and what lies in an order's parcels."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from orders.choices import OPEN_STAGES, ParcelState, Stage
from orders.models import GiftLine, Order, Parcel, ParcelChange, ParcelLine
from orders.queries.contents import contents_of


class Waits(TextChoices):
    """Why a parcel may not move on."""

    REFUND = "refund", _("买家正在退款")
    CLOSED = "closed", _("订单已关闭")
    HELD = "held", _("被挂起")
    AUDIT = "audit", _("还没审单")


@dataclass(frozen=True, slots=True)
class Waiting:
    """The order for which a parcel waits, and why."""

    tid: str
    why: Waits


_PASSED = (*(stage for stage in OPEN_STAGES if stage not in ("awaiting_audit", "held")),)
# Of several reasons the strongest. An order is in a parcel by its pieces, or because it was made for it.
_WAITING_SQL = f"""
SELECT DISTINCT ON (i.parcel_id) i.parcel_id, o.tid,
  CASE WHEN o.has_open_refund THEN 'refund' WHEN o.stage = 'held' THEN 'held'
    WHEN o.stage = 'awaiting_audit' THEN 'audit' ELSE 'closed' END AS why
FROM (
  SELECT l.parcel_id, l.order_id FROM orders_parcelline l WHERE l.parcel_id = ANY(%(ids)s)
  UNION SELECT p.id, p.order_id FROM orders_parcel p WHERE p.id = ANY(%(ids)s)) i
JOIN orders_order o ON o.id = i.order_id
WHERE o.has_open_refund OR NOT o.stage IN ({", ".join(f"'{stage}'" for stage in _PASSED)})
ORDER BY i.parcel_id, o.has_open_refund DESC, o.stage = 'cancelled' DESC, o.id
"""


def parcels_waiting(parcel_ids: Collection[int]) -> dict[int, Waiting]:
    """Give the parcels that may not enter a wave or move on in it, each with the order that keeps it.

    A parcel moves only when all its orders have passed audit, none is held, closed or under refund.
    One query; a parcel that is not in the answer may go.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WAITING_SQL, {"ids": list(parcel_ids)})
        return {row[0]: Waiting(tid=row[1], why=Waits(row[2])) for row in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class PackedLine:
    """Pieces in a parcel as people see them. `tid`: the order that they belong to."""

    tid: str
    line_id: int | None
    gift_id: int | None
    sku_code: str
    title: str
    quantity: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PackedParcel:
    """One parcel of an order with everything in it, also that of other orders."""

    parcel: Parcel
    lines: tuple[PackedLine, ...]
    tids: tuple[str, ...]
    waiting: Waiting | None = None


@dataclass(frozen=True, slots=True)
class OrderParcels:
    """What an order's page shows of its parcels."""

    parcels: tuple[PackedParcel, ...]
    changes: tuple[ParcelChange, ...]
    gifts: tuple[GiftLine, ...]
    partners: tuple[str, ...]

    @property
    def can_undo_id(self) -> int | None:
        """Give the newest change that still stands: the only one that may be undone."""
        return next((one.pk for one in self.changes if one.undone_at is None), None)


def order_parcels(order: Order) -> OrderParcels:
    """Read an order's living parcels, their history and its gifts. At most seven queries."""
    ids = set(ParcelLine.objects.filter(order=order).values_list("parcel_id", flat=True))
    rows = ParcelLine.objects.filter(parcel__in=ids).exclude(parcel__state=ParcelState.DROPPED)
    lines: dict[int, list[ParcelLine]] = defaultdict(list)
    parcels: dict[int, Parcel] = {}
    for row in rows.select_related("parcel__wave", "order", "line", "gift").order_by("pk"):
        lines[row.parcel_id].append(row)
        parcels[row.parcel_id] = row.parcel
    waiting = parcels_waiting(parcels) if parcels else {}
    changes = order.parcel_changes.select_related("made_by", "undone_by").order_by("-pk")
    return OrderParcels(
        parcels=tuple(_packed(parcels[pk], lines[pk], waiting.get(pk)) for pk in sorted(parcels)),
        changes=tuple(changes[:50]),
        gifts=tuple(order.gifts.order_by("pk")),
        partners=_partners(order),
    )


def _packed(parcel: Parcel, rows: Sequence[ParcelLine], waiting: Waiting | None) -> PackedParcel:
    return PackedParcel(
        parcel=parcel,
        lines=tuple(
            PackedLine(
                tid=row.order.tid,
                line_id=row.line_id,
                gift_id=row.gift_id,
                sku_code=row.sku_code,
                title=(row.line.title if row.line else row.gift.title if row.gift else ""),
                quantity=row.quantity,
                amount=row.amount,
            )
            for row in rows
        ),
        tids=tuple(dict.fromkeys(row.order.tid for row in rows)),
        waiting=waiting,
    )


def _partners(order: Order) -> tuple[str, ...]:
    if order.merge_key is None or order.stage not in {
        Stage.AWAITING_AUDIT,
        Stage.HELD,
        Stage.APPROVED,
    }:
        return ()
    rows = Order.objects.filter(merge_key=order.merge_key, stage__in=OPEN_STAGES)
    return tuple(rows.exclude(pk=order.pk).order_by("pk").values_list("tid", flat=True)[:20])


def whole_order(order: Order) -> tuple[PackedLine, ...]:
    """Give what the first parcel of an order would hold that has none yet. Three queries."""
    titles = dict(order.lines.values_list("pk", "title"))
    gifts = dict(order.gifts.values_list("pk", "title"))
    return tuple(
        PackedLine(
            tid=order.tid,
            line_id=one.line_id,
            gift_id=one.gift_id,
            sku_code=one.sku_code,
            title=titles[one.line_id] if one.line_id else gifts[one.gift_id or 0],
            quantity=one.quantity,
            amount=one.amount,
        )
        for one in contents_of([order]).get(order.pk, ())
    )
