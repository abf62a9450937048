"""Book points. Every line is written under the locks of customer and balance, in this order, by key.

A key is booked once: whoever repeats an act finds its line there.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm.actions.member_errors import MemberRefusedError, StaleMemberError
from crm.actions.recompute import locked_customers
from crm.models import Customer, PointBalance, PointEntry, PointRule
from crm.queries import points as queries
from crm.rules import points as rules
from crm.rules.points import Change, NotEnoughPointsError, Purse
from crm.tier_choices import PointKind, SpentOn
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User

MOST_POINTS = 10_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of the ledger says beside its figures."""

    kind: PointKind
    key: str
    now: datetime
    by: User | None = None
    tid: str = ""
    reason: str = ""
    spent_on: str = ""
    expires_on: date | None = None


@dataclass(slots=True)
class Book:
    """The locked balances of some customers, and the lines that are booked on them now."""

    purses: dict[int, Purse]
    lines: list[PointEntry] = field(default_factory=list)

    def enter(self, customer_id: int, change: Change, line: Line) -> None:
        """Add a line, if it moves anything."""
        if not change.points and not change.owed:
            return
        purse = rules.after(self.purses[customer_id], change)
        self.purses[customer_id] = purse
        self.lines.append(
            PointEntry(
                customer_id=customer_id,
                at=line.now,
                by=line.by,
                points=change.points,
                owed=change.owed,
                balance_after=purse.balance,
                owed_after=purse.owed,
                expires_on=line.expires_on if change.points > 0 else None,
                kind=line.kind,
                spent_on=line.spent_on,
                tid=line.tid,
                key=line.key,
                reason=line.reason,
            )
        )

    def write(self) -> int:
        """Write lines and balances; give the number of lines. One statement each, whatever their number."""
        PointEntry.objects.bulk_create(self.lines, batch_size=2000)
        PointBalance.objects.bulk_create(
            [
                PointBalance(pk=pk, balance=self.purses[pk].balance, owed=self.purses[pk].owed)
                for pk in sorted({one.customer_id for one in self.lines})
            ],
            update_conflicts=True,
            unique_fields=["customer"],
            update_fields=["balance", "owed"],
            batch_size=2000,
        )
        return len(self.lines)


def open_book(customer_ids: Collection[int]) -> Book:
    """Lock customers and their balances, and begin to book on them; who has no balance has nothing."""
    there = locked_customers(sorted(customer_ids))
    balances = {row.pk: Purse(row.balance, row.owed) for row in locked_balances(there)}
    return Book({pk: balances.get(pk, Purse()) for pk in there})


def locked_balances(customer_ids: Collection[int]) -> list[PointBalance]:
    """Lock the balances of locked customers until the end of the transaction, by key."""
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101
    rows = PointBalance.objects.select_for_update(of=("self",)).filter(pk__in=customer_ids)
    return list(rows.order_by("pk"))


# --- by hand --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spending:
    """What a customer spends points on. `once`: a word of the form; sent twice it is booked once."""

    points: int
    on: SpentOn
    words: str
    once: str


@transaction.atomic
def spend(*, customer_id: int, spending: Spending, by: User, now: datetime) -> PointEntry:
    """Spend a customer's points. Of two at once who ask for more than there is, one is refused.

    :raises Customer.DoesNotExist: if there is none
    :raises MemberRefusedError: if there are fewer, or it is not said what for
    """
    _refuse_number(spending.points)
    words = _said(spending.words, _("写下换了什么。"))
    book, customer = _book_of(customer_id)
    key = f"spend:{spending.once}"[:80]
    if (there := PointEntry.objects.filter(key=key).first()) is not None:
        return there
    try:
        change = rules.spend(book.purses[customer_id], spending.points)
    except NotEnoughPointsError as error:
        raise _too_few(customer, error.balance) from error
    line = Line(PointKind.SPEND, key, now, by, reason=words, spent_on=spending.on)
    return _booked(book, customer, change, line, "crm.points.spent")


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What is given (positive) or taken (negative) by hand, and why."""

    points: int
    reason: str
    once: str


@transaction.atomic
def adjust(*, customer_id: int, adjustment: Adjustment, by: User, now: datetime) -> PointEntry:
    """Give or take points by hand. Points that are given expire by the rule of today.

    :raises Customer.DoesNotExist: if there is none
    :raises MemberRefusedError: if more is taken than there is, or no reason is given
    """
    _refuse_number(abs(adjustment.points))
    reason = _said(adjustment.reason, _("写下为什么调整。"))
    book, customer = _book_of(customer_id)
    key = f"adjust:{adjustment.once}"[:80]
    if (there := PointEntry.objects.filter(key=key).first()) is not None:
        return there
    purse = book.purses[customer_id]
    try:
        change = (
            rules.gain(purse, adjustment.points)
            if adjustment.points > 0
            else rules.spend(purse, -adjustment.points)
        )
    except NotEnoughPointsError as error:
        raise _too_few(customer, error.balance) from error
    today = business_date(now)
    line = Line(
        PointKind.ADJUST,
        key,
        now,
        by,
        reason=reason,
        expires_on=last_day(queries.rule_on(queries.rules(), today), today),
    )
    return _booked(book, customer, change, line, "crm.points.adjusted")


def last_day(rule: queries.Rule | None, on: date) -> date | None:
    """Give the last day of points that come on a day; None: they do not expire."""
    if rule is None or rule.expire_days is None:
        return None
    return on + timedelta(days=rule.expire_days)


def _book_of(customer_id: int) -> tuple[Book, Customer]:
    book = open_book([customer_id])
    customer = Customer.objects.get(pk=customer_id)
    if customer.merged_into_id is not None:
        raise MemberRefusedError(
            _("「%(name)s」已经并入别的客户，到那边去改。") % {"name": customer.name}
        )
    return book, customer


def _refuse_number(points: int) -> None:
    if not 0 < points <= MOST_POINTS:
        words = _("积分写 1 到 %(most)s 之间，减的前面加负号。") % {"most": f"{MOST_POINTS:,}"}
        raise MemberRefusedError(words, field="points")


def _said(text: str, otherwise: str) -> str:
    if not text.strip():
        raise MemberRefusedError(otherwise, field="reason")
    return text.strip()[:200]


def _too_few(customer: Customer, balance: int) -> MemberRefusedError:
    words = _("「%(name)s」只有 %(n)s 分，不够。") % {"name": customer.name, "n": balance}
    return MemberRefusedError(words, field="points")


def _booked(book: Book, customer: Customer, change: Change, line: Line, name: str) -> PointEntry:
    before = book.purses[customer.pk]
    book.enter(customer.pk, change, line)
    book.write()
    now = book.purses[customer.pk]
    operations.record(
        name=name,
        by=line.by,
        now=line.now,
        object_type="customer",
        object_key=str(customer.pk),
        old={"balance": before.balance},
        new={"balance": now.balance, "points": change.points - change.owed},
        reason=line.reason,
    )
    return book.lines[-1]


# --- the rule -------------------------------------------------------------------------------------


@transaction.atomic
def save_rule(
    *,
    valid_from: date,
    points_per_yuan: Decimal,
    expire_days: int | None,
    version: int,
    by: User,
    now: datetime,
) -> PointRule:
    """Write how points are earned from a day on, not in the past. Points that were given stay as they are.

    :raises MemberRefusedError: if the day is over, or a figure can be none
    :raises StaleMemberError: if a colleague wrote a rule for that day since
    """
    if valid_from < business_date(now):
        raise MemberRefusedError(_("只能从今天或以后改，以前的已经算过了。"), field="valid_from")
    if not 0 <= points_per_yuan <= 1000:
        raise MemberRefusedError(_("每元 0 到 1000 分。"), field="points_per_yuan")
    row = locked_rule(valid_from)
    if (row.version if row else 0) != version:
        raise StaleMemberError(_("积分规则"), seen=version, current=row.version if row else 0)
    old: dict[str, Any] = rule_json(row) if row else {}
    row = row or PointRule(valid_from=valid_from, version=0)
    row.points_per_yuan, row.expire_days = points_per_yuan, expire_days
    row.changed_at, row.changed_by = now, by
    row.version += 1
    row.save()
    operations.record(
        name="crm.points.rule_saved",
        by=by,
        now=now,
        object_type="point_rule",
        object_key=valid_from.isoformat(),
        old=old,
        new=rule_json(row),
    )
    return row


def locked_rule(valid_from: date) -> PointRule | None:
    """Lock the rule that begins on a day; None if there is none."""
    rows = PointRule.objects.select_for_update(of=("self",)).filter(valid_from=valid_from)
    return rows.order_by("pk").first()


def rule_json(row: PointRule) -> dict[str, Any]:
    """Give a rule as the log keeps it."""
    return {"points_per_yuan": str(row.points_per_yuan), "expire_days": row.expire_days}


def blank_words(customer_ids: Sequence[int]) -> int:
    """Blank the words of ledger lines about persons who are erased; the only change the ledger lets through."""
    rows = PointEntry.objects.filter(customer__in=customer_ids).exclude(reason="")
    return rows.update(reason="***")
