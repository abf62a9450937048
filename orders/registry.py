"""What higher apps hang on to orders: work to ask for when an import has changed them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from orders.rules.audit import AuditFacts, Need

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
# Called in the transaction that approves orders, with their ids: gifts, stock.
AfterApproval = Callable[[Sequence[int], datetime], None]
_after_approval: list[AfterApproval] = []


def audit_by(judge: MoreNeeds) -> MoreNeeds:
    """Let a higher app judge orders too: stock short, price under floor, gift out of stock."""
    if judge not in _more_needs:
        _more_needs.append(judge)
    return judge


def after_approval(act: AfterApproval) -> AfterApproval:
    """Register what happens when orders pass audit, in the same transaction. It must be safe to repeat."""
    if act not in _after_approval:
        _after_approval.append(act)
    return act


def more_needs(facts: Sequence[AuditFacts], now: datetime) -> dict[str, list[Need]]:
    """Ask everything registered; give the needs by tid."""
    found: dict[str, list[Need]] = {}
    for judge in _more_needs:
        for tid, needs in judge(facts, now).items():
            found.setdefault(tid, []).extend(needs)
    return found


def tell_approved(order_ids: Sequence[int], now: datetime) -> None:
    """Tell everything registered that orders passed."""
    for act in _after_approval:
        act(order_ids, now)


# How many pieces of each SKU are at hand, by code; codes that are left out have none.
StockAtHand = Callable[[Sequence[str]], Mapping[str, int]]
_stock: list[StockAtHand] = []


def count_stock_by(count: StockAtHand) -> StockAtHand:
    """Register who knows the stock. One app keeps it; a second registration replaces the first."""
    _stock[:] = [count]
    return count


def stock_at_hand(sku_codes: Sequence[str]) -> Mapping[str, int] | None:
    """Say how many pieces are at hand; None while nobody keeps stock."""
    return _stock[0](sku_codes) if _stock else None


# Gifts. An app that decides over gifts (promotions) registers by `after_approval` an act that calls
# `orders.actions.gifts.add_gift` with a `source` of its own, such as "promotion:17": an order gets a
# gift of one source once, however often it is audited. Quota and stock of gifts are that app's part.
