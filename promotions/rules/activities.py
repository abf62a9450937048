"""What activities may and may not: which of them must not meet, what must be ready before they run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from promotions.choices import ActivityKind, ActivityState

# The platform takes an item into one of these at a time.
EXCLUSIVE = frozenset({ActivityKind.FLASH, ActivityKind.CHANNEL})
# The shop's own: nobody has to pass them.
OWN = frozenset({ActivityKind.SHOP, ActivityKind.MEMBER, ActivityKind.ORDINARY})
# Whose items bind: a price tool of another activity on the same days must not touch them.
BINDING = (
    ActivityState.SIGNED_UP,
    ActivityState.IN_REVIEW,
    ActivityState.PASSED,
    ActivityState.PREPARED,
    ActivityState.RUNNING,
)
# Items, prices and times may change here without asking anybody.
OPEN_STATES = frozenset(
    {
        ActivityState.IDEA,
        ActivityState.SIGNED_UP,
        ActivityState.IN_REVIEW,
        ActivityState.PASSED,
        ActivityState.REFUSED,
        ActivityState.PREPARED,
    }
)
ENDED = frozenset({ActivityState.ENDED, ActivityState.SUMMED_UP, ActivityState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Side:
    """One of two activities that have a SKU in common: its kind, and whether it sets a price."""

    kind: str
    sets_price: bool


def may_meet(one: Side, other: Side) -> bool:
    """Tell whether two activities may have the same SKU on the same day.

    Two price tools of an item exclude each other (rule IT1), and the platform's flash sales and channel
    activities take an item only where no other of them has it.
    """
    if one.sets_price and other.sets_price:
        return False
    return not (one.kind in EXCLUSIVE and other.kind in EXCLUSIVE)


@dataclass(frozen=True, slots=True)
class Task:
    """One point of the preparation. `by_itself`: ShopOps sees it and ticks it, nobody else does."""

    code: str
    by_itself: bool = False


PREPARATION: tuple[Task, ...] = (
    Task("items", by_itself=True),
    Task("profit", by_itself=True),
    Task("stock", by_itself=True),
    Task("page"),
    Task("service"),
    Task("times"),
    Task("approval", by_itself=True),
)
BY_ITSELF = frozenset(task.code for task in PREPARATION if task.by_itself)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What ShopOps sees of an activity's preparation."""

    items: int
    is_checked: bool
    is_approved: bool
    # Points that failed or could not be answered, by question.
    bad_by_code: Mapping[str, int]
    # SKUs whose stock is short of what is promised or expected.
    short: int
    page_agrees: bool


def seen_done(evidence: Evidence) -> dict[str, bool]:
    """Say for each point that ShopOps sees whether it is done. `times` is only ever ticked, not unticked."""
    bad = evidence.bad_by_code
    money = sum(bad.get(code, 0) for code in ("floor", "cost", "week", "basket"))
    checked = evidence.is_checked and evidence.items > 0
    found = {
        "items": evidence.items > 0,
        "profit": checked and (money == 0 or evidence.is_approved),
        "stock": checked and (evidence.short == 0 or evidence.is_approved),
        "approval": checked and (sum(bad.values()) == 0 or evidence.is_approved),
    }
    return found | ({"times": True} if evidence.page_agrees else {})


@dataclass(frozen=True, slots=True)
class WantedItem:
    """One line of an item list: a code and its figures, as a person gave them."""

    line: int
    code: str
    price: Decimal | None = None
    was: Decimal | None = None
    promised: int | None = None


@dataclass(frozen=True, slots=True)
class KnownSku:
    """What is known of a code that was given."""

    sku_id: int
    list_amount: Decimal | None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be taken: `reason` is a code with its figures, as in `wording.activities`."""

    line: int
    code: str
    reason: str


MOST_AMOUNT = Decimal(1_000_000)


def bad_lines(
    lines: Sequence[WantedItem],
    known: Mapping[str, KnownSku],
    taken: Mapping[tuple[int, bool], tuple[str, date, date]],
) -> list[BadLine]:
    """Give the lines that cannot be taken, each with its first reason.

    :param taken: name and days of another activity by (SKU, whether our line sets a price) that must not
        meet this one
    """
    found: list[BadLine] = []
    seen: set[str] = set()
    for line in lines:
        sku = known.get(line.code)
        reason = "twice" if line.code in seen else _reason(line, sku)
        seen.add(line.code)
        if not reason and sku is not None:
            meets = taken.get((sku.sku_id, line.price is not None))
            reason = "|".join(["meets", *map(str, meets)]) if meets else ""
        if reason:
            found.append(BadLine(line.line, line.code, reason))
    return found


def _reason(line: WantedItem, sku: KnownSku | None) -> str:
    if sku is None:
        return "unknown_code"
    if line.promised is not None and not 0 < line.promised < 10_000_000:
        return "promised_not_positive"
    return _price_reason(line.price, sku.list_amount) or _was_reason(line.was, line.price)


def _price_reason(price: Decimal | None, list_amount: Decimal | None) -> str:
    if price is None:
        return ""
    if price <= 0:
        return "not_positive"
    if price > MOST_AMOUNT:
        return "too_large"
    over = list_amount is not None and price > list_amount
    return f"over_list|{price}|{list_amount}" if over else ""


def _was_reason(was: Decimal | None, price: Decimal | None) -> str:
    if was is None:
        return ""
    if was <= 0 or was > MOST_AMOUNT:
        return "was_not_positive"
    return f"was_below|{was}|{price}" if price is not None and was < price else ""


# No shop plans beyond these years; Postgres keeps dates that Python cannot read back.
YEARS = range(2000, 2101)


def span_error(starts_at: datetime, ends_at: datetime) -> str:
    """Say what is wrong with a span: `bad_year`, `ends_first`, `too_long`; empty if nothing is."""
    if is_far(starts_at, ends_at):
        return "bad_year"
    if ends_at <= starts_at:
        return "ends_first"
    return "too_long" if (ends_at - starts_at).days > 366 else ""


def is_far(*moments: datetime) -> bool:
    """Tell whether one of some moments lies out of all reason: a slip of the finger in the year."""
    return any(at.year not in YEARS for at in moments)
