"""Automatic audit: a thousand orders at a time pass, or get the holds that they need."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext_noop

from orders import registry
from orders.actions import counts
from orders.actions.shortages import end_by_themselves
from orders.choices import BY_ITSELF, HOLD_DEFAULTS, SHORTAGES, Stage
from orders.models import Hold, Order
from orders.queries import audit as audit_queries
from orders.queries.audit import Case, RuleSet
from orders.rules.audit import Need, Verdict, audit_order, may_run, unsettled
from orders.wording.audit import reason_words
from shopops.staff.models import Operation, User
from shopops.work import actions as work
from shopops.work.context import RunContext
from shopops.work.models import Run

KIND = audit_queries.AUDIT_RUN
# The run that the clock asks for, and the one that a person asks for, at any hour.
BY_CLOCK, BY_HAND = "auto", "hand"
# One step: about half a second, and no longer a wait for whoever opens one of these orders.
STEP_ORDERS = 1000
# What nobody reads as it is written is kept in the language of the msgids (`shopops.lib.words`).
LOG_LANGUAGE = "zh-hans"


@dataclass(slots=True)
class Tally:
    """What an audit did, by word."""

    seen: int = 0
    approved: int = 0
    held: int = 0
    released: int = 0
    kinds: Counter[str] = field(default_factory=Counter)

    def add_to(self, cursor: dict[str, Any]) -> None:
        """Add these counts to a run's cursor."""
        for name in ("seen", "approved", "held", "released"):
            cursor[name] = cursor.get(name, 0) + getattr(self, name)
        kinds = Counter(cursor.get("kinds", {}))
        kinds.update(self.kinds)
        cursor["kinds"] = dict(kinds)


@dataclass(slots=True)
class _Changes:
    """What one step writes; each list is one statement."""

    now: datetime
    approved: list[Order] = field(default_factory=list)
    moved: list[Order] = field(default_factory=list)
    opened: list[Hold] = field(default_factory=list)
    closed: list[Hold] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)

    def log(self, name: str, order: Order, old: str, new: dict[str, Any], reason: str = "") -> None:
        self.operations.append(
            Operation(
                at=self.now,
                name=name,
                object_type="order",
                object_key=order.tid,
                old={"stage": old},
                new=new,
                reason=reason[:300],
            )
        )


def request_audit(now: datetime) -> None:
    """Ask for an audit of what waits, if the shop audits by itself at this hour."""
    if may_run(audit_queries.rules_in_force(now=now).rules, now=now):
        work.request_run(kind=KIND, key=BY_CLOCK, now=now, again=True)


def request_audit_now(*, by: User, now: datetime) -> Run:
    """Ask for an audit at once, whatever the hour; a second wish joins the first."""
    return work.request_run(kind=KIND, key=BY_HAND, by=by, now=now, again=True)


def perform_audit(run: RunContext) -> dict[str, Any]:
    """Audit every order that waits, in steps by id; a killed worker goes on where the last step ended."""
    cursor = dict(run.cursor)
    rules = audit_queries.rules_in_force(now=run.now)
    if run.key == BY_CLOCK and not may_run(rules.rules, now=run.now):
        return {"outside_hours": True}
    ids_left = [pk for pk in audit_queries.waiting_ids() if pk > cursor.get("after", 0)]
    total = cursor.setdefault("total", len(ids_left))
    for ids in batched(ids_left, STEP_ORDERS, strict=False):
        with run.step(cursor=cursor, total=total, text=gettext_noop("自动审单")) as step:
            audit_orders(ids, rules=rules, now=run.now).add_to(cursor)
            cursor["after"] = ids[-1]
            step.done = cursor["seen"]
    if cursor.get("approved") or cursor.get("held") or cursor.get("released"):
        counts.request_count(run.now)
    return {name: cursor.get(name, 0) for name in ("seen", "approved", "held", "released", "kinds")}


@transaction.atomic
def audit_orders(ids: Sequence[int], *, rules: RuleSet, now: datetime) -> Tally:
    """Judge orders and write the verdicts. Locks them; an order that a person holds open is left for later.

    Cost: a dozen statements, however many orders.
    """
    orders = _locked(ids)
    cases = audit_queries.cases_of(orders)
    facts = [case.facts for case in cases]
    more = registry.more_needs(facts, now)
    by_rules = registry.needs_by_rules(facts, rules.rules, now)
    changes, tally = _Changes(now), Tally(seen=len(orders))
    with translation.override(LOG_LANGUAGE):
        for case in cases:
            verdict = audit_order(case.facts, rules=rules.rules, keywords=rules.keywords, now=now)
            tid = case.facts.tid
            needs = [*verdict.needs, *by_rules.get(tid, ()), *more.get(tid, ())]
            _apply(case, verdict, needs, changes, tally)
    _write(changes)
    if changes.approved:
        short = registry.tell_approved([order.pk for order in changes.approved], now)
        _hold_after_all(changes.approved, short, tally, now)
    return tally


def _hold_after_all(
    approved: Sequence[Order], needs: Mapping[int, Need], tally: Tally, now: datetime
) -> None:
    """Hold the orders that passed and cannot leave: another one of the same thousand took the last piece."""
    changes = _Changes(now)
    for order in approved:
        need = needs.get(order.pk)
        if need is None:
            continue
        order.stage, order.approved_at = Stage.HELD, None
        changes.moved.append(order)
        changes.opened.append(_hold(order, need, now))
        new = {"stage": order.stage, "kind": need.kind}
        changes.log("orders.order.held", order, Stage.APPROVED, new, need.reason)
        tally.approved -= 1
        tally.held += 1
        tally.kinds[need.kind] += 1
    if changes.moved:
        _write(changes)


def _locked(ids: Sequence[int]) -> list[Order]:
    rows = Order.objects.filter(pk__in=ids, stage__in=[Stage.AWAITING_AUDIT, Stage.HELD])
    return list(rows.order_by("pk").select_for_update(of=("self",), skip_locked=True))


def _apply(
    case: Case, verdict: Verdict, needs: Iterable[Need], changes: _Changes, tally: Tally
) -> None:
    """Compare what an order needs with the holds that it has, and note what is to be written."""
    order, old_stage = case.order, case.order.stage
    wanted = unsettled(needs, case.settled)
    open_kinds = {hold.kind for hold in case.open_holds}
    ended = [hold for hold in case.open_holds if hold.kind not in wanted and _ends_by_itself(hold)]
    opened = [
        _hold(order, need, changes.now) for need in wanted.values() if need.kind not in open_kinds
    ]
    still_held = len(case.open_holds) - len(ended) + len(opened)
    is_marked = _take_marks(order, verdict)
    for hold in ended:
        hold.closed_at, hold.resolution = changes.now, BY_ITSELF
        tally.released += 1
    changes.closed += ended
    changes.opened += opened
    order.stage = Stage.HELD if still_held else Stage.APPROVED
    if order.stage == Stage.APPROVED:
        order.approved_at = changes.now
        changes.approved.append(order)
        changes.log(
            "orders.order.approved", order, old_stage, {"stage": order.stage, "by": "rules"}
        )
        tally.approved += 1
    for hold in opened:
        tally.kinds[hold.kind] += 1
        changes.log(
            "orders.order.held",
            order,
            old_stage,
            {"stage": order.stage, "kind": hold.kind},
            reason_words(hold.reason),
        )
    tally.held += bool(opened)
    if order.stage != old_stage or opened or ended or is_marked:
        changes.moved.append(order)


def _ends_by_itself(hold: Hold) -> bool:
    """Say whether a hold whose cause is gone may end without a person."""
    if hold.is_hand_set or not HOLD_DEFAULTS[hold.kind].self_releases:  # type: ignore[index]
        return False
    return hold.kind in SHORTAGES or not hold.must_tell_buyer or hold.told_at is not None


def _take_marks(order: Order, verdict: Verdict) -> bool:
    """Take over what keywords say: urgent, courier. What a person marked stays."""
    is_new = False
    if verdict.is_urgent and not order.is_urgent:
        order.is_urgent = is_new = True
    if verdict.courier and verdict.courier != order.requested_courier:
        order.requested_courier, is_new = verdict.courier, True
    return is_new


def _hold(order: Order, need: Need, now: datetime) -> Hold:
    defaults = HOLD_DEFAULTS[need.kind]
    return Hold(
        order=order,
        kind=need.kind,
        owner_role=defaults.owner_role,
        reason=need.reason,
        cause=need.cause,
        is_hand_set=False,
        must_tell_buyer=defaults.must_tell,
        opened_at=now,
        due_at=need.due_at or now + timedelta(hours=defaults.due_hours),
    )


def _write(changes: _Changes) -> None:
    Hold.objects.bulk_create(changes.opened, batch_size=1000)
    _close(changes.closed, now=changes.now)
    _move(changes.moved)
    Operation.objects.bulk_create(changes.operations, batch_size=1000)


def _close(holds: Sequence[Hold], *, now: datetime) -> None:
    end_by_themselves([hold.pk for hold in holds], now=now)


def _move(orders: Sequence[Order]) -> None:
    if not orders:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_order o SET stage = v.stage, approved_at = v.approved_at,"
            " is_urgent = v.is_urgent, requested_courier = v.courier, version = o.version + 1"
            " FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::bool[], %s::text[])"
            " AS v (id, stage, approved_at, is_urgent, courier) WHERE o.id = v.id",
            [
                [order.pk for order in orders],
                [str(order.stage) for order in orders],
                [order.approved_at for order in orders],
                [order.is_urgent for order in orders],
                [order.requested_courier for order in orders],
            ],
        )
