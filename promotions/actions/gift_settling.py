"""Gifts follow their orders: what was cancelled before it left, or taken off, goes back to the quota."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from promotions.actions import gift_locks
from promotions.actions.gifts import shift_used
from promotions.choices import GrantState
from promotions.models import GiftGrant, GiftRule
from promotions.queries.gift_state import Change, changed_grants
from shopops.staff.models import Operation, User
from shopops.work import actions as work
from shopops.work.context import RunContext

KIND, KEY = "promotions.gifts", "settle"
RETURNED_NAME = "promotions.gift.returned"
GIVEN_AGAIN_NAME = "promotions.gift.given_again"
STEP_GRANTS = 1000
# An order that ended leaves the house in this time or never; older grants are left alone.
LOOK_BACK = timedelta(days=60)


def settle_after_import(batch_id: int, now: datetime) -> None:
    """Ask that gifts follow what a file said of orders."""
    request_settle(now)


def settle_after_cancel(tids: Sequence[str], by: User | None, now: datetime) -> None:
    """Ask that the gifts of orders that ended go back."""
    request_settle(now)


def request_settle(now: datetime) -> None:
    """Ask that gifts follow their orders; nothing where no rule ever gave one."""
    if GiftGrant.objects.exists():
        work.request_run(kind=KIND, key=KEY, now=now, again=True)


def perform_settle(run: RunContext) -> dict[str, Any]:
    """Let gifts follow their orders, a thousand grants a step; each step may be repeated."""
    done = {"returned": 0, "taken_off": 0, "given": 0}
    after = 0
    while changes := changed_grants(since=run.now - LOOK_BACK, after=after, size=STEP_GRANTS):
        with run.step(text=gettext_noop("赠品名额跟上订单")):
            for state, count in settle_grants(changes, now=run.now).items():
                done[state] += count
        after = changes[-1].grant_id
    return done


@transaction.atomic
def settle_grants(changes: Sequence[Change], *, now: datetime) -> dict[str, int]:
    """Write what became of grants; give how many, by state. Locks their rules, then the grants.

    One that gives its pieces back leaves room for others. An order that came back to life has its gift
    again as long as there is room.
    """
    becomes = {one.grant_id: one for one in changes}
    rules = {rule.pk: rule for rule in gift_locks.locked_gift_rules({c.rule_id for c in changes})}
    grants = gift_locks.locked_grants(becomes)
    moved = [one for one in grants if _moves(one, becomes[one.pk], rules)]
    for one in moved:
        one.state, one.ended_at = becomes[one.pk].state, now
    GiftGrant.objects.bulk_update(moved, ["state", "ended_at"], batch_size=500)
    Operation.objects.bulk_create([_words(one, becomes[one.pk], rules, now) for one in moved])
    sums: dict[str, int] = {}
    for one in moved:
        sums[one.state] = sums.get(one.state, 0) + 1
    return sums


def _moves(grant: GiftGrant, change: Change, rules: dict[int, GiftRule]) -> bool:
    """Count one grant out of its locked rule, or in again; False where nothing is to be done any more."""
    if grant.state == change.state:
        return False
    rule, is_given = rules[grant.rule_id], change.state == GrantState.GIVEN
    pieces = grant.pieces if is_given else -grant.pieces
    if is_given and not _has_room(rule, grant):
        return False
    rule.used_pieces += pieces
    rule.used_orders += 1 if is_given else -1
    shift_used({rule.pk: (pieces, 1 if is_given else -1)})
    return True


def _has_room(rule: GiftRule, grant: GiftGrant) -> bool:
    if rule.quota is not None and rule.used_pieces + grant.pieces > rule.quota:
        return False
    if rule.first_orders is not None and rule.used_orders >= rule.first_orders:
        return False
    if not grant.is_only or grant.buyer_id is None:
        return True
    others = GiftGrant.objects.filter(rule=rule, buyer=grant.buyer_id, state=GrantState.GIVEN)
    return not others.exists()


def _words(
    grant: GiftGrant, change: Change, rules: dict[int, GiftRule], now: datetime
) -> Operation:
    name = GIVEN_AGAIN_NAME if change.state == GrantState.GIVEN else RETURNED_NAME
    new = {"gift": rules[grant.rule_id].name, "pieces": grant.pieces, "state": change.state}
    return Operation(at=now, name=name, object_type="order", object_key=change.tid, new=new)
