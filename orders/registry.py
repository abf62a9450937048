"""What higher apps hang on to orders: work to ask for when an import has changed them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from orders.choices import AuditRuleCode
from orders.rules.audit import AuditFacts, AuditRule, Need
from shopops.staff.models import User

AfterImport = Callable[[int, datetime], None]
_after_import: list[AfterImport] = []


def after_import(act: AfterImport) -> AfterImport:
    """Register what is to be asked for after an import changed orders: called with batch id and now.

    It runs in the transaction of the import's last step; it must not do the work, only ask for it.
    """
    if act not in _after_import:
        _after_import.append(act)
    return act


def tell_after_import(*, batch_id: int, now: datetime) -> None:
    """Call everything that was registered."""
    for act in _after_import:
        act(batch_id, now)


# What a higher app finds against orders: needs by tid. Called once for a thousand orders.
MoreNeeds = Callable[[Sequence[AuditFacts], datetime], Mapping[str, Sequence[Need]]]
_more_needs: list[MoreNeeds] = []
# Called in the transaction that approves orders, with their ids: gifts, stock. Gives by id why an
# order cannot be approved after all.
AfterApproval = Callable[[Sequence[int], datetime], Mapping[int, Need] | None]
_after_approval: list[AfterApproval] = []
_last_after_approval: list[AfterApproval] = []
# Called in the transaction in which orders leave or end, with their order numbers.
AfterMove = Callable[[Sequence[str], User | None, datetime], None]
_after_hand_over: list[AfterMove] = []
_after_part_left: list[AfterMove] = []
_after_take_back: list[AfterMove] = []
_after_cancel: list[AfterMove] = []


def audit_by(judge: MoreNeeds) -> MoreNeeds:
    """Let a higher app judge orders too: stock short, price under floor, gift out of stock."""
    if judge not in _more_needs:
        _more_needs.append(judge)
    return judge


# Who judges by a rule whose facts a higher app holds: needs by tid. Called once for a thousand orders,
# and by the trial of the rule on past orders.
RuleJudge = Callable[[Sequence[AuditFacts], AuditRule, datetime], Mapping[str, Sequence[Need]]]
_rule_judges: dict[AuditRuleCode, RuleJudge] = {}


def audit_rule_by(code: AuditRuleCode, judge: RuleJudge) -> RuleJudge:
    """Let a higher app judge by one of the shop's audit rules, with the values that the rule is set by."""
    _rule_judges[code] = judge
    return judge


def needs_by_rules(
    facts: Sequence[AuditFacts], rules: Sequence[AuditRule], now: datetime
) -> dict[str, list[Need]]:
    """Ask those who judge by these rules; give the needs by tid."""
    found: dict[str, list[Need]] = {}
    for rule in rules:
        judge = _rule_judges.get(rule.code)
        for tid, needs in (judge(facts, rule, now) if judge else {}).items():
            found.setdefault(tid, []).extend(needs)
    return found


def after_approval(act: AfterApproval, *, last: bool = False) -> AfterApproval:
    """Register what happens when orders pass audit, in the same transaction. It must be safe to repeat.

    `last`: after all others, for whoever needs what they add (stock for gifts).
    """
    acts = _last_after_approval if last else _after_approval
    if act not in acts:
        acts.append(act)
    return act


def after_hand_over(act: AfterMove) -> AfterMove:
    """Register what happens when orders are handed to the carrier, in the same transaction."""
    if act not in _after_hand_over:
        _after_hand_over.append(act)
    return act


def after_part_left(act: AfterMove) -> AfterMove:
    """Register what happens when a parcel leaves of orders of which others stay, in the same transaction."""
    if act not in _after_part_left:
        _after_part_left.append(act)
    return act


def after_take_back(act: AfterMove) -> AfterMove:
    """Register what happens when a hand-over or an approval is taken back, in the same transaction."""
    if act not in _after_take_back:
        _after_take_back.append(act)
    return act


def after_cancel(act: AfterMove) -> AfterMove:
    """Register what happens when orders end without leaving, in the same transaction.

    What a file says of orders is told by `after_import`, not here.
    """
    if act not in _after_cancel:
        _after_cancel.append(act)
    return act


def more_needs(facts: Sequence[AuditFacts], now: datetime) -> dict[str, list[Need]]:
    """Ask everything registered; give the needs by tid."""
    found: dict[str, list[Need]] = {}
    for judge in _more_needs:
        for tid, needs in judge(facts, now).items():
            found.setdefault(tid, []).extend(needs)
    return found


def tell_approved(order_ids: Sequence[int], now: datetime) -> dict[int, Need]:
    """Tell everything registered that orders passed; give by id which cannot after all, and why."""
    found: dict[int, Need] = {}
    for act in (*_after_approval, *_last_after_approval):
        found.update(act(order_ids, now) or {})
    return found


def tell_handed_over(tids: Sequence[str], by: User | None, now: datetime) -> None:
    """Tell everything registered that orders left."""
    for act in _after_hand_over:
        act(tids, by, now)


def tell_part_left(tids: Sequence[str], by: User | None, now: datetime) -> None:
    """Tell everything registered that a parcel of these orders left and another one did not."""
    for act in _after_part_left:
        act(tids, by, now)


def tell_taken_back(tids: Sequence[str], by: User | None, now: datetime) -> None:
    """Tell everything registered that a step of these orders was taken back."""
    for act in _after_take_back:
        act(tids, by, now)


def tell_cancelled(tids: Sequence[str], by: User | None, now: datetime) -> None:
    """Tell everything registered that orders ended without leaving."""
    for act in _after_cancel:
        act(tids, by, now)


# How many pieces of each SKU are at hand, by code, for these orders (what is set aside for them counts);
# codes that are left out have none.
StockAtHand = Callable[[Sequence[str], Collection[int]], Mapping[str, int] | None]
_stock: list[StockAtHand] = []


def count_stock_by(count: StockAtHand) -> StockAtHand:
    """Register who knows the stock. One app keeps it; a second registration replaces the first."""
    _stock[:] = [count]
    return count


def stock_at_hand(sku_codes: Sequence[str], order_ids: Collection[int]) -> Mapping[str, int] | None:
    """Say how many pieces are at hand; None while nobody keeps stock."""
    return _stock[0](sku_codes, order_ids) if _stock else None


# Gifts. An app that decides over gifts (promotions) registers by `after_approval` an act that calls
# `orders.actions.gifts.add_gift` (for many orders `add_gifts`) with a `source` of its own, such as
# "promotion:17": an order gets a gift of one source once, however often it is audited. Quota and stock
# of gifts are that app's part. It also says in words what its sources are, with the page of the rule.
SourceNames = Callable[[Collection[str]], Mapping[str, tuple[str, str]]]
_source_names: list[SourceNames] = []


def name_gift_sources_by(names: SourceNames) -> SourceNames:
    """Register who can say of a gift's source what it is: words and address by source."""
    if names not in _source_names:
        _source_names.append(names)
    return names


def gift_sources(sources: Collection[str]) -> dict[str, tuple[str, str]]:
    """Give words and address of those sources that somebody knows."""
    found: dict[str, tuple[str, str]] = {}
    for names in _source_names if sources else ():
        found.update(names(sources))
    return found


# The demo shop. A higher app brings its part after goods and orders are in and before people work.
DemoPart = Callable[[Mapping[str, User], datetime], None]
_demo_parts: list[DemoPart] = []


def fill_demo_with(part: DemoPart) -> DemoPart:
    """Register what fills the demo shop with a higher app's rows; called with the people by name."""
    if part not in _demo_parts:
        _demo_parts.append(part)
    return part


def fill_demo(by_name: Mapping[str, User], now: datetime) -> None:
    """Let everything registered fill its part of the demo shop."""
    for part in _demo_parts:
        part(by_name, now)
