"""Pieces for orders: set aside, taken out, let go, brought back. By the thousand, in a few statements.

Every act locks the levels that it touches in the order of their SKUs and is safe to repeat: a line has
its pieces of a SKU once.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from products.actions import locks
from products.choices import GIFT_PREFIX, AllocationState, MoveKind
from products.models import Allocation, StockMove
from products.queries.catalogue_of import catalogue_of
from products.queries.stock_facts import taken_by
from products.rules.stock import Level, Share, Shortage, Wanted, plan_allocation
from shopops.staff.models import User


@dataclass(frozen=True, slots=True)
class Returned:
    """Good pieces of a line that came back. `key`: what brought them (a refund's number); it counts once."""

    tid: str
    line_key: str
    sku_code: str
    quantity: int
    key: str


@transaction.atomic
def allocate(lines: Sequence[Wanted], *, now: datetime) -> list[Shortage]:
    """Set pieces aside for order lines; an order's lines must follow one another.

    Orders are served in the order given, each wholly or not at all; those that cannot be are told with
    figures. Locks the levels. Six statements, however many lines.
    """
    catalogue = catalogue_of({line.sku_code for line in lines})
    levels = locks.locked_levels(catalogue.sku_ids)
    if not levels:
        return []
    free = {
        sku_id: Level(level.on_hand - level.allocated, level.kept_since)
        for sku_id, level in levels.items()
    }
    # After the levels are locked: whoever held them before us may have served the same line.
    plan = plan_allocation(lines, catalogue, free, taken_by(lines))
    if plan.shares:
        _set_aside(plan.shares, now=now)
    return list(plan.shortages)


def _set_aside(shares: Sequence[Share], *, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO products_allocation (sku_id, made_at, quantity, state, tid, line_key)"
            " SELECT v.sku_id, %s, v.quantity, 'held', v.tid, v.line_key"
            " FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[])"
            " AS v (sku_id, quantity, tid, line_key)",
            [
                now,
                [share.sku_id for share in shares],
                [share.quantity for share in shares],
                [share.tid for share in shares],
                [share.line_key for share in shares],
            ],
        )
    sums: Counter[int] = Counter()
    for share in shares:
        sums[share.sku_id] += share.quantity
    _shift(sums, on_hand=0, allocated=1)


def _shift(sums: Mapping[int, int], *, on_hand: int, allocated: int) -> None:
    """Add `sums` times -1, 0 or 1 to the two figures of locked levels."""
    skus = sorted(sums)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE products_stocklevel l SET on_hand = l.on_hand + %(on_hand)s * v.quantity,"
            " allocated = l.allocated + %(allocated)s * v.quantity,"
            " may_be_negative = l.may_be_negative AND l.on_hand + %(on_hand)s * v.quantity"
            " < l.allocated + %(allocated)s * v.quantity"
            " FROM unnest(%(skus)s::bigint[], %(sums)s::int[]) AS v (sku_id, quantity)"
            " WHERE l.sku_id = v.sku_id",
            {
                "on_hand": on_hand,
                "allocated": allocated,
                "skus": skus,
                "sums": [sums[sku] for sku in skus],
            },
        )


_CONSUME = """
WITH ended AS (
  UPDATE products_allocation SET state = 'consumed', ended_at = %(now)s
  WHERE (tid = ANY(%(tids)s) OR line_key = ANY(%(lines)s)) AND state = 'held'
    AND sku_id = ANY(%(skus)s)
  RETURNING id, sku_id, quantity, tid, line_key
),
moved AS (
  INSERT INTO products_stockmove (sku_id, at, by_id, quantity, on_hand_after, kind, reference, reason)
  SELECT e.sku_id, %(now)s, %(by)s, -e.quantity,
    l.on_hand - sum(e.quantity) OVER (PARTITION BY e.sku_id ORDER BY e.id),
    CASE WHEN starts_with(e.line_key, %(gift)s) THEN 'gift' ELSE 'sale' END, e.tid, ''
  FROM ended e JOIN products_stocklevel l ON l.sku_id = e.sku_id ORDER BY e.sku_id, e.id
)
SELECT sku_id, sum(quantity)::int FROM ended GROUP BY sku_id
"""


@transaction.atomic
def consume(
    tids: Collection[str], *, line_keys: Collection[str] = (), by: User | None, now: datetime
) -> int:
    """Take out what is set aside for orders (or single lines) that leave, a line of the ledger each; give the pieces.

    Locks the levels. Four statements, however many orders.
    """
    skus = _locked_skus({*_held(tids), *_held_lines(line_keys)})
    with connection.cursor() as cursor:
        cursor.execute(
            _CONSUME,
            {
                "tids": list(tids),
                "lines": list(line_keys),
                "skus": skus,
                "now": now,
                "by": by.pk if by else None,
                "gift": GIFT_PREFIX,
            },
        )
        sums = dict(cursor.fetchall())
    _shift(sums, on_hand=-1, allocated=-1)
    return sum(sums.values())


@transaction.atomic
def release(tids: Collection[str] = (), *, line_keys: Collection[str] = (), now: datetime) -> int:
    """Let go what is set aside for orders (or single lines) that will not leave; give the pieces.

    Locks the levels. Four statements, however many orders.
    """
    skus = _locked_skus({*_held(tids), *_held_lines(line_keys)})
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH ended AS (UPDATE products_allocation SET state = 'released', ended_at = %(now)s"
            " WHERE (tid = ANY(%(tids)s) OR line_key = ANY(%(lines)s)) AND state = 'held'"
            " AND sku_id = ANY(%(skus)s) RETURNING sku_id, quantity)"
            " SELECT sku_id, sum(quantity)::int FROM ended GROUP BY sku_id",
            {"tids": list(tids), "lines": list(line_keys), "skus": skus, "now": now},
        )
        sums = dict(cursor.fetchall())
    _shift(sums, on_hand=0, allocated=-1)
    return sum(sums.values())


_REINSTATE = """
WITH again AS (
  UPDATE products_allocation
  SET state = 'held', ended_at = NULL, quantity = quantity - returned, returned = 0
  WHERE tid = ANY(%(tids)s) AND state = 'consumed' AND sku_id = ANY(%(skus)s) AND quantity > returned
    AND NOT line_key = ANY(%(kept)s)
  RETURNING id, sku_id, quantity, tid
),
moved AS (
  INSERT INTO products_stockmove (sku_id, at, by_id, quantity, on_hand_after, kind, reference, reason)
  SELECT a.sku_id, %(now)s, %(by)s, a.quantity,
    l.on_hand + sum(a.quantity) OVER (PARTITION BY a.sku_id ORDER BY a.id), 'return', a.tid, %(reason)s
  FROM again a JOIN products_stocklevel l ON l.sku_id = a.sku_id ORDER BY a.sku_id, a.id
)
SELECT sku_id, sum(quantity)::int FROM again GROUP BY sku_id
"""


@transaction.atomic
def reinstate(
    tids: Collection[str],
    *,
    reason: str,
    by: User | None,
    now: datetime,
    but_not: Collection[str] = (),
) -> int:
    """Put pieces back whose hand-over was a mistake; they are set aside for the same orders again.

    Those that a refund brought back already are on the shelf and stay free.

    :param but_not: lines that are still out
    """
    gone = Allocation.objects.filter(tid__in=list(tids), state=AllocationState.CONSUMED)
    skus = _locked_skus(gone.values_list("sku_id", flat=True).distinct())
    with connection.cursor() as cursor:
        cursor.execute(
            _REINSTATE,
            {
                "tids": list(tids),
                "skus": skus,
                "now": now,
                "by": by.pk if by else None,
                "kept": list(but_not),
                "reason": reason[:200],
            },
        )
        sums = dict(cursor.fetchall())
    _shift(sums, on_hand=1, allocated=1)
    return sum(sums.values())


def _held(tids: Collection[str]) -> Collection[int]:
    rows = Allocation.objects.filter(tid__in=list(tids), state=AllocationState.HELD)
    return rows.values_list("sku_id", flat=True).distinct()


def _held_lines(line_keys: Collection[str]) -> Collection[int]:
    if not line_keys:
        return ()
    rows = Allocation.objects.filter(line_key__in=list(line_keys), state=AllocationState.HELD)
    return rows.values_list("sku_id", flat=True).distinct()


def _locked_skus(skus: Collection[int]) -> list[int]:
    return sorted(locks.locked_levels(sorted(skus)))


@transaction.atomic
def return_pieces(returns: Sequence[Returned], *, by: User | None, now: datetime) -> int:
    """Book good pieces in that came back from buyers; give how many.

    Only what left through the ledger comes back into it, at most as many as left, however many refunds
    a line has. Each key counts once for a SKU. Locks the levels. Seven statements, however many.
    """
    catalogue = catalogue_of({one.sku_code for one in returns})
    levels = locks.locked_levels(catalogue.sku_ids)
    left = _consumed(returns)
    known = _returned_before(returns)
    moves: list[StockMove] = []
    back: Counter[tuple[str, int]] = Counter()
    on_hand = {sku_id: level.on_hand for sku_id, level in levels.items()}
    for one in returns:
        for part in catalogue.parts.get(one.sku_code, ()):
            place = (one.line_key, part.sku_id)
            pieces = min(one.quantity * part.quantity, left.get(place, 0))
            if pieces <= 0 or part.sku_id not in levels or (one.key, part.sku_id) in known:
                continue
            known.add((one.key, part.sku_id))
            left[place] -= pieces
            on_hand[part.sku_id] += pieces
            moves.append(
                StockMove(
                    sku_id=part.sku_id,
                    at=now,
                    by=by,
                    quantity=pieces,
                    on_hand_after=on_hand[part.sku_id],
                    kind=MoveKind.RETURN,
                    reference=one.key[:60],
                    reason=one.tid,
                )
            )
            back[place] += pieces
    StockMove.objects.bulk_create(moves)
    _note_returned(back)
    sums: Counter[int] = Counter()
    for move in moves:
        sums[move.sku_id] += move.quantity
    _shift(sums, on_hand=1, allocated=0)
    return sum(sums.values())


def _note_returned(back: Mapping[tuple[str, int], int]) -> None:
    places = list(back)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE products_allocation a SET returned = a.returned + v.pieces"
            " FROM unnest(%s::text[], %s::bigint[], %s::int[]) AS v (line_key, sku_id, pieces)"
            " WHERE a.line_key = v.line_key AND a.sku_id = v.sku_id AND a.state = 'consumed'",
            [
                [line_key for line_key, _sku_id in places],
                [sku_id for _line_key, sku_id in places],
                [back[place] for place in places],
            ],
        )


def _consumed(returns: Sequence[Returned]) -> dict[tuple[str, int], int]:
    """Give how many pieces of lines are still out."""
    rows = Allocation.objects.filter(
        line_key__in=[one.line_key for one in returns], state=AllocationState.CONSUMED
    )
    return {
        (line_key, sku_id): quantity - returned
        for line_key, sku_id, quantity, returned in rows.values_list(
            "line_key", "sku_id", "quantity", "returned"
        )
    }


def _returned_before(returns: Sequence[Returned]) -> set[tuple[str, int]]:
    rows = StockMove.objects.filter(
        reference__in=[one.key[:60] for one in returns if one.key], kind=MoveKind.RETURN
    )
    return set(rows.values_list("reference", "sku_id"))
