"""How orders and stock hang together: audit asks what is free, stages take, let go and bring back.

Registered by `OrdersConfig.ready`. What people do here goes through the hooks of `orders.registry` in
their own transaction; what files say of orders is settled by the run `orders.goods` right after them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from orders import registry
from orders.choices import LEFT_STAGES, HoldKind
from orders.models import Hold, Order
from orders.queries import goods as queries
from orders.rules.audit import AuditFacts, Need, cause_of
from products import registry as products_registry
from products.actions import allocation
from products.actions.allocation import Returned
from products.choices import GIFT_PREFIX, AllocateAt
from products.queries.rules import rule_in_force
from products.queries.stock_facts import (
    free_pieces,
    has_catalogue,
    keeps_stock,
    served_tids,
)
from products.rules.stock import Catalogue, Shortage
from shopops.staff.models import User
from shopops.work import actions as work
from shopops.work.context import RunContext
from shopops.work.registry import KindSpec, register_kind
from shopops.work.schedule import register_tick

KIND, KEY = "orders.goods", "settle"
STEP_ORDERS = 1000
_SHORT = (HoldKind.STOCK_SHORT, HoldKind.GIFT_OUT_OF_STOCK)


def register() -> None:
    """Hang on to the audit and the stages; called once by `OrdersConfig.ready`."""
    registry.audit_by(judge)
    registry.after_approval(allocate_approved, last=True)
    registry.after_hand_over(consume_left)
    registry.after_take_back(take_back)
    registry.after_cancel(release_cancelled)
    registry.after_import(settle_after_import)
    products_registry.register_daily_sales(queries.daily_sales)
    products_registry.register_open_lines(queries.open_lines)
    register_kind(
        KindSpec(KIND, gettext_lazy("库存跟上订单"), "quick", perform_settle, "products.view")
    )
    register_tick("goods", every=timedelta(minutes=10), run=request_settle)


# --- audit --------------------------------------------------------------------------------------


def judge(facts: Sequence[AuditFacts], now: datetime) -> dict[str, list[Need]]:
    """Say which of these orders stock keeps: short, gift short, unknown parts or codes.

    Each order is held against what is free, not against the others: who gets the last piece is
    decided when it is set aside. Six queries for a thousand orders.
    """
    rule = rule_in_force(now=now)
    gifts = queries.gifts_of([one.tid for one in facts])
    codes = {line.sku_code for one in facts for line in one.lines}
    codes |= {code for rows in gifts.values() for code, _quantity in rows}
    catalogue, free = free_pieces(codes)
    served = served_tids([one.tid for one in facts])
    knows_codes = rule.holds_unknown and has_catalogue()
    found = {}
    for one in facts:
        wants = [(line.sku_code, line.quantity) for line in one.lines if line.sku_code]
        needs = _unknown(wants, catalogue, is_strict=knows_codes)
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


# --- stages -------------------------------------------------------------------------------------


def allocate_approved(order_ids: Sequence[int], now: datetime) -> dict[int, Need]:
    """Set pieces aside for orders that passed; give by id those that are short.

    A shortage that a person settled (told the buyer, approved by force) does not stop the order again.
    """
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
            order__in=ids.values(), kind__in=_SHORT, closed_by__isnull=False
        ).values_list("order_id", "cause")
    )
    return {ids[tid]: need for tid, need in needs.items() if (ids[tid], need.cause) not in settled}


def _need_of(one: Shortage) -> Need:
    is_gift = one.line_key.startswith(GIFT_PREFIX)
    kind, word = (_SHORT[1], "gift_short") if is_gift else (_SHORT[0], "stock_short")
    return _need(kind, word, one.sku_code, one.wanted, one.free)


def consume_left(tids: Sequence[str], by: User | None, now: datetime) -> None:
    """Take the pieces of orders out that were handed over; one that had none gets them now, if there are."""
    ids = Order.objects.filter(tid__in=tids).values_list("pk", flat=True)
    allocation.allocate(queries.wanted_of(list(ids), has_left=True), now=now)
    allocation.consume(tids, by=by, now=now)


def take_back(tids: Sequence[str], by: User | None, now: datetime) -> None:
    """Put back what a mistaken hand-over took; let go what a mistaken approval set aside."""
    stages = dict(Order.objects.filter(tid__in=tids).values_list("tid", "stage"))
    passed = [tid for tid in tids if stages.get(tid) in queries.PASSED_STAGES]
    allocation.reinstate(passed, reason=_("撤回交接"), by=by, now=now)
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
    """Let stock follow orders: consume, release, set aside, book out and in; steps of a thousand."""
    return settle(now=run.now, run=run)


def settle(*, now: datetime, run: RunContext) -> dict[str, Any]:
    """Do the work of a run in its steps; each may be repeated."""
    rule = rule_in_force(now=now)
    at_payment = rule.allocate_at == AllocateAt.PAYMENT
    done = {"consumed": 0, "released": 0, "set_aside": 0, "left": 0, "returned": 0}
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

    Where the ledger has too few pieces nothing is booked: `products.stock_follows_orders` tells of it.
    """
    wanted = queries.wanted_of(order_ids, has_left=True)
    short = {one.tid for one in allocation.allocate(wanted, now=now)}
    tids = sorted({one.tid for one in wanted} - short)
    allocation.consume(tids, by=None, now=now)
    return len(tids)


def book_returns(*, now: datetime) -> int:
    """Book the pieces of finished returns in; give how many."""
    rows = queries.goods_back(now=now, size=STEP_ORDERS)
    returns = [Returned(tid, line, code, count, key) for key, tid, line, code, count in rows]
    return allocation.return_pieces(returns, by=None, now=now) if returns else 0
