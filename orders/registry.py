"""What higher apps hang on to orders: work to ask for when an import has changed them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.backends.utils import CursorWrapper
from django.db.models import Model
from django.utils.functional import Promise

from orders.choices import AuditRuleCode
from orders.models import Order
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


# What a higher app says of orders on their page, in a word or two: until when the price is protected.
@dataclass(frozen=True, slots=True)
class OrderMark:
    """A mark of an order: its words, the sentence behind it, its icon."""

    words: str
    title: str
    icon: str


OrderMarks = Callable[[Sequence[Order], datetime], Mapping[int, Sequence[OrderMark]]]
_order_marks: list[OrderMarks] = []


def mark_orders_by(marks: OrderMarks) -> OrderMarks:
    """Register who has something to say of orders; called with all orders of a page at once."""
    if marks not in _order_marks:
        _order_marks.append(marks)
    return marks


def marks_of(orders: Sequence[Order], now: datetime) -> dict[int, list[OrderMark]]:
    """Ask everything registered; give the marks by order."""
    found: dict[int, list[OrderMark]] = {}
    for marks in _order_marks:
        for order_id, more in marks(orders, now).items():
            found.setdefault(order_id, []).extend(more)
    return found


# Pages of higher apps that speak of one order, linked from its page for those who may see them.
@dataclass(frozen=True, slots=True)
class OrderLink:
    """A link on the page of an order: its words, its address, the rights that it needs."""

    words: str | Promise
    url: Callable[[Order], str]
    rights: Sequence[str]


_order_links: list[OrderLink] = []


def link_orders(link: OrderLink) -> None:
    """Register a page that speaks of one order."""
    if link not in _order_links:
        _order_links.append(link)


def links_of(order: Order, may: Callable[[str], bool]) -> list[tuple[str | Promise, str]]:
    """Give words and address of the pages that speak of an order, those that this person may see."""
    return [(one.words, one.url(order)) for one in _order_links if all(map(may, one.rights))]


# The demo shop. A higher app brings its part after goods and orders are in and before people work.
DemoPart = Callable[[Mapping[str, User], datetime], None]
_demo_parts: list[DemoPart] = []


# Files of the invented shop that a higher app writes beside the orders': `part(folder, truth, seed, end)`
# gives their names. `truth` is the document of `truth.json`.
ExportPart = Callable[[Path, Mapping[str, Any], int, datetime], Sequence[str]]
_export_parts: list[ExportPart] = []


def write_exports_with(part: ExportPart) -> ExportPart:
    """Register what writes a higher app's files of the invented shop."""
    if part not in _export_parts:
        _export_parts.append(part)
    return part


def write_exports(folder: Path, truth: Mapping[str, Any], *, seed: int, end: datetime) -> list[str]:
    """Let everything registered write its files; give their names, in order."""
    return [name for part in _export_parts for name in part(folder, truth, seed, end)]


def fill_demo_with(part: DemoPart) -> DemoPart:
    """Register what fills the demo shop with a higher app's rows; called with the people by name."""
    if part not in _demo_parts:
        _demo_parts.append(part)
    return part


def fill_demo(by_name: Mapping[str, User], now: datetime) -> None:
    """Let everything registered fill its part of the demo shop."""
    for part in _demo_parts:
        part(by_name, now)


# What follows buyers: a higher app's figures of a person. `mark` is called in the transaction that
# changes orders with a SELECT of the keys of their buyers (nulls among them) and its values, before and
# after the change; it must do no more than note them. `leave` is called with a SELECT of buyers who are
# about to be deleted because nothing but `models` points to them: it deletes what it may, and a buyer
# to whom something still points stays.
@dataclass(frozen=True, slots=True)
class BuyerFollower:
    """How a higher app follows buyers."""

    models: Sequence[type[Model]]
    mark: Callable[[CursorWrapper, str, Mapping[str, Any] | None], None]
    leave: Callable[[CursorWrapper, str], None]


_followers: list[BuyerFollower] = []


def follow_buyers(follower: BuyerFollower) -> BuyerFollower:
    """Register who follows buyers."""
    if follower not in _followers:
        _followers.append(follower)
    return follower


def mark_buyers(
    cursor: CursorWrapper, buyers: str, params: Mapping[str, Any] | None = None
) -> None:
    """Tell all followers that orders of these buyers change in this transaction."""
    for follower in _followers:
        follower.mark(cursor, buyers, params)


def following_models() -> tuple[type[Model], ...]:
    """Give the models whose rows alone do not keep a buyer here."""
    return tuple(model for follower in _followers for model in follower.models)


def leave_buyers(cursor: CursorWrapper, buyers: str) -> None:
    """Tell all followers that these buyers go unless something of theirs keeps them."""
    for follower in _followers:
        follower.leave(cursor, buyers)


# What higher apps hold about a person. `buyer_id` is None for an order of nobody known. `held` gives
# a document of plain values; `log_keys` gives under which object keys, by object type, the operation log
# speaks of the person; `erase` deletes or blanks every row in its own tables that tells of the person,
# in the transaction that erases the person, after orders did theirs: `names` are the names they went by,
# `pseudonym` stands in their place. It must be safe to repeat.
@dataclass(frozen=True, slots=True)
class PersonKeeper:
    """What an app holds about a person, under which key of the exported document, and how it forgets."""

    code: str
    held: Callable[[int | None, Sequence[int]], Any]
    log_keys: Callable[[int | None, Sequence[int]], Mapping[str, Sequence[str]]]
    erase: Callable[["ForgottenPerson"], None]
    # Erased in this order; whoever holds the row that others point to comes last.
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class ForgottenPerson:
    """Whom to forget. The buyer's row and the orders stay, under the pseudonym."""

    buyer_id: int | None
    order_ids: Sequence[int]
    names: Sequence[str]
    pseudonym: str
    now: datetime


_keepers: dict[str, PersonKeeper] = {}


def keeps_persons(keeper: PersonKeeper) -> PersonKeeper:
    """Register what an app holds about a person.

    :raises ValueError: if another one stands under this code
    """
    if _keepers.setdefault(keeper.code, keeper) is not keeper:
        raise ValueError(f"registered twice: {keeper.code}")
    return keeper


def also_held(buyer_id: int | None, order_ids: Sequence[int]) -> dict[str, Any]:
    """Ask all higher apps what they hold about a person, by their codes."""
    return {keeper.code: keeper.held(buyer_id, order_ids) for keeper in _keepers.values()}


def also_logged(buyer_id: int | None, order_ids: Sequence[int]) -> dict[str, list[str]]:
    """Ask all higher apps under which keys the log speaks of a person, by object type."""
    found: dict[str, list[str]] = {}
    for keeper in _keepers.values():
        for kind, keys in keeper.log_keys(buyer_id, order_ids).items():
            found.setdefault(kind, []).extend(keys)
    return found


def forget_also(person: ForgottenPerson) -> None:
    """Have all higher apps forget a person, those last to whose rows others point."""
    for keeper in sorted(_keepers.values(), key=lambda one: one.is_last):
        keeper.erase(person)
