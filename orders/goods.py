"""How orders and stock hang together: audit asks what is free, stages take, let go and bring back.

Registered by `OrdersConfig.ready`. What people do here goes through the hooks of `orders.registry` in
their own transaction; what files say of orders is settled by the run `orders.goods` right after them.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from orders import registry
from orders.actions import audit
from orders.actions.shortages import end_met_shortages
from orders.choices import LEFT_STAGES, SHORTAGES, HoldKind
from orders.models import Hold, Order, OrderLine
from orders.queries import goods as queries
from orders.rules.audit import AuditFacts, Need, cause_of
from products import registry as products_registry
from products.actions import allocation
from products.actions.allocation import Returned
from products.choices import GIFT_PREFIX, AllocateAt
from products.queries.catalogue_of import Named, meant_by, own_code
from products.queries.rules import rule_in_force
from products.queries.stock_facts import (
    aside_for,
    free_pieces,
    has_catalogue,
    keeps_stock,
    may_keep_orders,
    served_tids,
)
from products.rules.stock import Catalogue, Shortage
from shopops.checks.registry import CheckOutcome, Finding, outcome_of, register_check
from shopops.lib.words import listed
from shopops.staff.models import User
from shopops.work import actions as work
from shopops.work.context import RunContext
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_tick

KIND, KEY = "orders.goods", "settle"
LEFT_CHECK = "orders.left_orders_are_booked"
STEP_ORDERS = 1000


def register() -> None:
    """Hang on to the audit and the stages; called once by `OrdersConfig.ready`."""
    registry.audit_by(judge)
    registry.after_approval(allocate_approved, last=True)
    registry.after_hand_over(consume_left)
    registry.after_part_left(consume_part)
    registry.after_take_back(take_back)
    registry.after_cancel(release_cancelled)
    registry.after_import(settle_after_import)
    registry.count_stock_by(pieces_at_hand)
    products_registry.register_daily_sales(queries.daily_sales)
    products_registry.register_open_lines(queries.open_lines)
    register_kind(
        KindSpec(KIND, gettext_lazy("库存跟上订单"), "quick", perform_settle, "products.view")
    )
    register_tick("goods", every=timedelta(minutes=10), run=request_settle)
    register_check(
        LEFT_CHECK, gettext_lazy("发出的订单都扣了库存"), "warehouse_lead", left_orders_are_booked
    )


# --- audit --------------------------------------------------------------------------------------


def judge(facts: Sequence[AuditFacts], now: datetime) -> dict[str, list[Need]]:
    """Say which of these orders stock keeps: short, gift short, unknown parts or codes.

    Each order is held against what is free, not against the others: who gets the last piece is
    decided when it is set aside. Seven queries for a thousand orders.
    """
    rule = rule_in_force(now=now)
    if not rule.holds_unknown and not may_keep_orders():
        return {}
    gifts = queries.gifts_of([one.tid for one in facts])
    meant = meant_by({(line.sku_code, line.spec) for one in facts for line in one.lines})
    codes = {code for found in meant.values() for code in found}
    codes |= {code for rows in gifts.values() for code, _quantity in rows}
    catalogue, free = free_pieces(codes)
    served = served_tids([one.tid for one in facts])
    knows_codes = rule.holds_unknown and has_catalogue()
    found = {}
    for one in facts:
        lines = [line for line in one.lines if line.sku_code]
        wants = [
            (own, line.quantity)
            for line in lines
            if (own := own_code(meant, (line.sku_code, line.spec)))
        ]
        needs = _unknown(wants, catalogue, is_strict=knows_codes)
        if knows_codes and not needs:
            needs = _untold({(line.sku_code, line.spec) for line in lines}, meant)
        if one.tid not in served:
            needs += _short(wants, gifts.get(one.tid, ()), catalogue, free)
        if needs:
            found[one.tid] = needs
    return found


def _unknown(
    wants: Sequence[tuple[str, int]], catalogue: Catalogue, *, is_strict: bool
) -> list[Need]:
    needs = []
    for code, _quantity in wants:
        if code in catalogue.broken:
            part = catalogue.broken[code]
            needs.append(_need(HoldKind.COMBO_PART_UNKNOWN, "part_unknown", code, part))
            break
    unknown = sorted({code for code, _quantity in wants} & catalogue.unknown)
    if is_strict and unknown:
        needs.append(_need(HoldKind.UNKNOWN_CODE, "code_unknown", unknown[0], len(unknown)))
    return needs


def _untold(named: Collection[Named], meant: Mapping[Named, tuple[str, ...]]) -> list[Need]:
    """Give the need of lines whose code several specs share, and none or several of them fit."""
    lost = sorted(pair for pair in named if not own_code(meant, pair))
    if not lost:
        return []
    code, fits = lost[0][0], meant.get(lost[0], ())
    if fits:
        return [_need(HoldKind.UNKNOWN_CODE, "code_doubtful", code, listed(fits))]
    return [_need(HoldKind.UNKNOWN_CODE, "code_unknown", code, len({one for one, _spec in lost}))]


def _short(
    wants: Sequence[tuple[str, int]],
    gifts: Sequence[tuple[str, int]],
    catalogue: Catalogue,
    free: Mapping[int, int],
) -> list[Need]:
    """Give the needs of an order by itself: sold pieces first, gifts from what is left."""
    wanted: dict[int, int] = {}
    needs: dict[HoldKind, Need] = {}
    for kind, word, rows in (
        (HoldKind.STOCK_SHORT, "stock_short", wants),
        (HoldKind.GIFT_OUT_OF_STOCK, "gift_short", gifts),
    ):
        for code, quantity in rows:
            for part in () if code in catalogue.broken else catalogue.parts.get(code, ()):
                if part.sku_id not in free:
                    continue
                wanted[part.sku_id] = wanted.get(part.sku_id, 0) + part.quantity * quantity
                if wanted[part.sku_id] > free[part.sku_id]:
                    figures = wanted[part.sku_id], max(free[part.sku_id], 0)
                    needs[kind] = _need(kind, word, part.code, *figures)
    return list(needs.values())


def _need(kind: HoldKind, word: str, code: str, *values: object) -> Need:
    parts = [word, code, *map(str, values)]
    return Need(kind, "|".join(one.replace("|", "｜") for one in parts)[:300], cause_of(kind, code))


# --- split by stock -----------------------------------------------------------------------------

# A SKU whose stock nobody keeps keeps no order.
_PLENTY = 1_000_000


def pieces_at_hand(codes: Sequence[str], order_ids: Collection[int]) -> dict[str, int] | None:
    """Say how many pieces of each code these orders can have; None where nobody keeps stock. Eight queries.

    Of a code that several specs share: of those that the orders name, the fewest.
    """
    if not keeps_stock():
        return None
    meant = _meant_in(order_ids, codes)
    catalogue, free = free_pieces({own for owns in meant.values() for own in owns})
    tids = Order.objects.filter(pk__in=order_ids).values_list("tid", flat=True)
    own = aside_for(list(tids))
    found = {}
    for code in {code for code in codes if not meant[code] & catalogue.broken.keys()}:
        parts = [part for own in meant[code] for part in catalogue.parts.get(own, ())]
        kept = [part for part in parts if part.sku_id in free]
        pieces = [(free[p.sku_id] + own.get(p.sku_id, 0)) // p.quantity for p in kept]
        found[code] = max(min(pieces, default=_PLENTY), 0)
    return found


def _meant_in(order_ids: Collection[int], codes: Sequence[str]) -> dict[str, set[str]]:
    """Give the SKUs that these orders mean by each code; where specs differ, all of them."""
    lines = OrderLine.objects.filter(order__in=order_ids, sku_code__in=list(codes))
    found: dict[str, set[str]] = {code: set() for code in codes}
    for (code, _spec), owns in meant_by(set(lines.values_list("sku_code", "spec"))).items():
        found[code].update(owns if len(owns) == 1 else ())
    return {code: owns or {code} for code, owns in found.items()}


# --- stages -------------------------------------------------------------------------------------


def allocate_approved(order_ids: Sequence[int], now: datetime) -> dict[int, Need]:
    """Set pieces aside for orders that passed; give by id those that are short.

    A shortage that a person settled (told the buyer, approved by force) does not stop the order again.
    """
    if not keeps_stock():
        return {}
    shortages = allocation.allocate(queries.wanted_of(order_ids), now=now)
    if not shortages:
        return {}
    needs: dict[str, Need] = {}
    for one in shortages:
        needs.setdefault(one.tid, _need_of(one))
    rows = Order.objects.filter(tid__in=needs, pk__in=order_ids)
    ids = dict(rows.values_list("tid", "pk"))
    settled = set(
        Hold.objects.filter(
            order__in=ids.values(), kind__in=SHORTAGES, closed_by__isnull=False
        ).values_list("order_id", "cause")
    )
    return {ids[tid]: need for tid, need in needs.items() if (ids[tid], need.cause) not in settled}


def _need_of(one: Shortage) -> Need:
    is_gift = one.line_key.startswith(GIFT_PREFIX)
    kind, word = (
        (HoldKind.GIFT_OUT_OF_STOCK, "gift_short")
        if is_gift
        else (HoldKind.STOCK_SHORT, "stock_short")
    )
    return _need(kind, word, one.sku_code, one.wanted, one.free)


def consume_left(tids: Sequence[str], by: User | None, now: datetime) -> None:
    """Take the pieces of orders out that were handed over; one that had none gets them now, if there are."""
    if not keeps_stock():
        return
    ids = Order.objects.filter(tid__in=tids).values_list("pk", flat=True)
    allocation.allocate(queries.wanted_of(list(ids), has_left=True), now=now)
    allocation.consume(tids, by=by, now=now)


def consume_part(tids: Sequence[str], by: User | None, now: datetime) -> None:
    """Take out the lines that lie in parcels that left, of orders of which other parcels stay.

    A line that lies in several parcels leaves with the last of them. What had no pieces set aside gets
    some when its order has left.
    """
    if keeps_stock():
        allocation.consume((), line_keys=queries.left_line_keys(tids), by=by, now=now)


def take_back(tids: Sequence[str], by: User | None, now: datetime) -> None:
    """Put back what a mistaken hand-over took; let go what a mistaken approval set aside.

    What lies in another parcel of the order that is still out stays out.
    """
    if not keeps_stock():
        return
    stages = dict(Order.objects.filter(tid__in=tids).values_list("tid", "stage"))
    passed = [tid for tid in tids if stages.get(tid) in queries.PASSED_STAGES]
    out = queries.left_line_keys(passed)
    allocation.reinstate(passed, but_not=out, reason=_("撤回交接"), by=by, now=now)
    if rule_in_force(now=now).allocate_at == AllocateAt.APPROVAL:
        allocation.release([tid for tid in tids if tid not in passed], now=now)


def release_cancelled(tids: Sequence[str], by: User | None, now: datetime) -> None:
    """Let the pieces of orders go that ended without leaving."""
    allocation.release(tids, now=now)


# --- what files say -----------------------------------------------------------------------------


def settle_after_import(batch_id: int, now: datetime) -> None:
    """Ask that the stock follow what a file said of orders."""
    request_settle(now)


def request_settle(now: datetime) -> None:
    """Ask that the stock follow the orders, wherever these were moved; nothing where none is kept."""
    if keeps_stock():
        work.request_run(kind=KIND, key=KEY, now=now, again=True)


def perform_settle(run: RunContext) -> dict[str, Any]:
    """Let stock follow orders: consume, release, set aside, book out and in, end shortages; in steps."""
    return settle(now=run.now, run=run)


def settle(*, now: datetime, run: RunContext) -> dict[str, Any]:
    """Do the work of a run in its steps; each may be repeated."""
    rule = rule_in_force(now=now)
    at_payment = rule.allocate_at == AllocateAt.PAYMENT
    done = {"consumed": 0, "released": 0, "set_aside": 0, "left": 0, "returned": 0, "met": 0}
    text = gettext_noop("库存跟上订单")
    while True:
        with run.step(text=text):
            gone = settle_gone(now=now)
        done["consumed"] += gone[0]
        done["released"] += gone[1]
        if not any(gone):
            break
    for word, next_ids, act in (
        ("set_aside", _unserved(at_payment=at_payment), allocate_open),
        ("left", _left(now=now), book_left),
    ):
        after = 0
        while ids := next_ids(after):
            with run.step(text=text):
                done[word] += act(ids, now=now)
            after = ids[-1]
    if rule.returns_at_refund:
        with run.step(text=text):
            done["returned"] = book_returns(now=now)
    with run.step(text=text):
        done["met"] = end_met_shortages(now=now)
        if done["met"]:
            audit.request_audit(now)
    return done


def _unserved(*, at_payment: bool) -> Any:  # noqa: ANN401 - a function of the last id
    return lambda after: queries.unserved_ids(at_payment=at_payment, after=after, size=STEP_ORDERS)


def _left(*, now: datetime) -> Any:  # noqa: ANN401 - a function of the last id
    return lambda after: queries.left_ids(now=now, after=after, size=STEP_ORDERS)


def settle_gone(*, now: datetime) -> tuple[int, int]:
    """Consume for orders that left, release for lines that are gone; give the pieces of both."""
    rows = queries.gone_allocations(size=STEP_ORDERS)
    left = {tid for tid, _line, stage in rows if stage in LEFT_STAGES}
    lines = [line for tid, line, _stage in rows if tid not in left]
    consumed = allocation.consume(sorted(left), by=None, now=now) if left else 0
    released = allocation.release(line_keys=lines, now=now) if lines else 0
    return consumed, released


def allocate_open(order_ids: Sequence[int], *, now: datetime) -> int:
    """Set pieces aside for open orders that have none; give the number of orders."""
    wanted = queries.wanted_of(order_ids)
    short = {one.tid for one in allocation.allocate(wanted, now=now)}
    return len({one.tid for one in wanted} - short)


def book_left(order_ids: Sequence[int], *, now: datetime) -> int:
    """Book orders out that left without our doing; give the number of orders.

    Where the ledger has too few pieces nothing is booked: the check `LEFT_CHECK` tells of it.
    """
    wanted = queries.wanted_of(order_ids, has_left=True)
    short = {one.tid for one in allocation.allocate(wanted, now=now)}
    tids = sorted({one.tid for one in wanted} - short)
    allocation.consume(tids, by=None, now=now)
    return len(tids)


def left_orders_are_booked(day: date, now: datetime) -> CheckOutcome:
    """Fail while orders left of whose pieces the ledger knows nothing: it had too few of them."""
    ids = queries.left_ids(now=now, after=0, size=STEP_ORDERS)
    if not ids:
        return outcome_of([])
    tids = Order.objects.filter(pk__in=ids[:3]).order_by("pk").values_list("tid", flat=True)
    finding = Finding(
        title=_("有 %(n)s 单发出了，库存流水里没有") % {"n": len(ids)},
        evidence=_("账上的件数不够扣，盘一下这些商品：%(tids)s") % {"tids": listed(tids)},
        severity="soon",
        owner_role="warehouse_lead",
        url="/stock/counts/",
    )
    return outcome_of([finding])


def book_returns(*, now: datetime) -> int:
    """Book the pieces of finished returns in; give how many."""
    rows = queries.goods_back(now=now, size=STEP_ORDERS)
    returns = [Returned(tid, line, code, count, key) for key, tid, line, code, count in rows]
    return allocation.return_pieces(returns, by=None, now=now) if returns else 0
