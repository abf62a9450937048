"""The daily sweep: yesterday's missed and short orders, each with an owner until it is settled."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from orders.actions.errors import OrderRefusedError, StaleSweepError
from orders.choices import LEFT_STAGES, HoldKind, Stage, SweepKind, SweepOutcome
from orders.models import Hold, SweepItem
from orders.queries.risk import RiskBook
from orders.queries.sweep import workdays_after
from orders.rules import sweep as rules
from shopops.lib.business_time import business_date, day_bounds
from shopops.notices.actions import News, tell
from shopops.notices.models import Notice
from shopops.staff import operations
from shopops.staff.models import User
from shopops.staff.queries import shop_platform
from shopops.work.context import RunContext

KIND = "orders.sweep"
STEP_ITEMS = 1000
SWEPT_NEWS = gettext_noop("日清 {date}：{count} 单等你跟")
# Orders are due at the latest so long after their payment; what left is found by its payment date.
_DUE_WITHIN_DAYS = 31

# Due within the day, paid, no refund open, and not out of the house by its end. The first half are
# still here, by the index of open orders; the second left after the day ended.
_MISSED = """
  SELECT o.id, o.tid, o.stage FROM orders_order o
  WHERE o.stage IN %(open)s AND o.ship_due_at >= %(start)s AND o.ship_due_at < %(end)s
    AND NOT o.has_open_refund AND o.id > %(after)s
  UNION ALL
  SELECT o.id, o.tid, o.stage FROM orders_order o
  WHERE o.paid_date BETWEEN %(first_paid)s AND %(date)s AND o.stage IN %(left)s
    AND o.ship_due_at >= %(start)s AND o.ship_due_at < %(end)s
    AND coalesce(o.handed_over_at, o.consigned_at) >= %(end)s AND o.id > %(after)s
  ORDER BY id LIMIT %(size)s"""


def perform_sweep(run: RunContext) -> dict[str, Any]:
    """Sweep the day before the run's business date, then settle what has ended and price the rest.

    Every step is safe to repeat: an item stands once for an order and a kind.

    :raises ValueError: if the run has no business date
    """
    if run.business_date is None:
        raise ValueError("a sweep needs its business date")
    day = run.business_date - timedelta(days=1)
    cursor = dict(run.cursor)
    for kind, find in ((SweepKind.MISSED, missed_orders), (SweepKind.SHORT, short_orders)):
        while not cursor.get(f"{kind}_done"):
            with run.step(cursor=cursor, text=gettext_noop("日清")) as step:
                found = find(day, after=cursor.get(f"{kind}_after", 0))
                count = add_items(found, kind=kind, day=day, now=run.now)
                cursor[kind] = cursor.get(kind, 0) + count
                cursor[f"{kind}_done"] = len(found) < STEP_ITEMS
                cursor[f"{kind}_after"] = found[-1][0] if found else 0
                step.cursor = cursor
    with run.step(cursor=cursor, text=gettext_noop("日清")) as step:
        cursor["settled"] = settle_ended(now=run.now)
        price_open(now=run.now)
        tell_owners(day=day, now=run.now)
        step.cursor = cursor
    return {name: cursor.get(name, 0) for name in (*SweepKind.values, "settled")}


type Found = tuple[int, str, str]


def missed_orders(day: date, *, after: int) -> list[Found]:
    """Give (id, tid, stage) of orders that were due on a day and had not left by its end."""
    start, end = day_bounds(day)
    with connection.cursor() as cursor:
        cursor.execute(
            _MISSED.replace("%(open)s", "('awaiting_audit', 'held', 'approved', 'in_wave',"
                            " 'picked', 'checked')").replace("%(left)s", _left_list()),
            {
                "start": start,
                "end": end,
                "date": day,
                "first_paid": day - timedelta(days=_DUE_WITHIN_DAYS),
                "after": after,
                "size": STEP_ITEMS,
            },
        )  # fmt: skip
        return list(cursor.fetchall())


def _left_list() -> str:
    return "(" + ", ".join(f"'{stage}'" for stage in LEFT_STAGES) + ")"


def short_orders(day: date, *, after: int) -> list[Found]:
    """Give (id, tid, stage) of orders that were short of goods when a day ended."""
    _start, end = day_bounds(day)
    holds = Hold.objects.filter(
        kind=HoldKind.STOCK_SHORT, closed_at__isnull=True, opened_at__lt=end, order_id__gt=after
    )
    rows = holds.order_by("order_id", "pk").values_list("order_id", "order__tid", "order__stage")
    return list(rows[:STEP_ITEMS])


@transaction.atomic
def add_items(found: Sequence[Found], *, kind: str, day: date, now: datetime) -> int:
    """Keep what was found, with cause and owner role; give how many are new."""
    ids = [pk for pk, _tid, _stage in found]
    known = set(
        SweepItem.objects.filter(order__in=ids, kind=kind).values_list("order_id", flat=True)
    )
    holds = dict(
        Hold.objects.filter(order__in=ids, closed_at__isnull=True)
        .order_by("-pk")
        .values_list("order_id", "kind")
    )
    follow_up_on = workdays_after(day)[0]
    items = []
    for pk, _tid, stage in found:
        cause = rules.cause_of(kind=kind, stage=stage)
        items.append(
            SweepItem(
                order_id=pk,
                kind=kind,
                date=day,
                found_at=now,
                follow_up_on=follow_up_on,
                cause=cause,
                owner_role=rules.owner_role_of(cause, hold_kind=holds.get(pk, "")),
            )
        )
    SweepItem.objects.bulk_create(items, ignore_conflicts=True, batch_size=STEP_ITEMS)
    return sum(1 for pk in ids if pk not in known)


def settle_due(now: datetime) -> int:
    """Settle what ended by itself; a tick of the scheduler."""
    return settle_ended(now=now)


@transaction.atomic
def settle_ended(*, now: datetime) -> int:
    """Settle items whose order left, was cancelled or refunded, saying how; give how many."""
    book = RiskBook(platform=shop_platform())
    count = 0
    for item in _locked_open():
        order = item.order
        has_left = order.stage in LEFT_STAGES
        outcome = rules.outcome_of(
            stage=order.stage,
            status=order.status,
            has_refund=order.refund_amount > 0,
            has_left=has_left,
        )
        if outcome is None:
            continue
        left_at = (order.handed_over_at or order.consigned_at) if has_left else None
        at = left_at or now
        item.predicted_amount = book.risk(order, now=at).now_amount if has_left else 0
        item.settled_at, item.outcome = now, outcome
        item.version += 1
        item.save(update_fields=["predicted_amount", "settled_at", "outcome", "version"])
        _log(item, "orders.sweep.settled", by=None, now=now, new={"outcome": outcome})
        count += 1
    return count


def _locked_open() -> list[SweepItem]:
    """Lock the open items whose order has ended its way through the house."""
    items = SweepItem.objects.select_for_update(of=("self",), skip_locked=True)
    ended = items.filter(settled_at__isnull=True, order__stage__in=[*LEFT_STAGES, Stage.CANCELLED])
    return list(ended.select_related("order").order_by("pk"))


def price_open(*, now: datetime) -> None:
    """Work out what each open item costs if nothing is done until the end of its follow-up day.

    A cause moves with the order's stage, so that the list says where it sticks now.
    """
    book = RiskBook(platform=shop_platform())
    open_items = SweepItem.objects.filter(settled_at__isnull=True).select_related("order")
    changed = []
    for item in open_items.order_by("pk").iterator(chunk_size=STEP_ITEMS):
        _start, end = day_bounds(max(item.follow_up_on, business_date(now)))
        amount = book.risk(item.order, now=end).now_amount
        cause = rules.cause_of(kind=item.kind, stage=item.order.stage)
        if (amount, cause) != (item.predicted_amount, item.cause):
            item.predicted_amount, item.cause = amount, cause
            changed.append(item)
    SweepItem.objects.bulk_update(changed, ["predicted_amount", "cause"], batch_size=STEP_ITEMS)


def tell_owners(*, day: date, now: datetime) -> None:
    """Tell each owner role how many of a day's items are open; once a day and role."""
    rows = SweepItem.objects.filter(date=day, settled_at__isnull=True).order_by("pk")
    counts: dict[str, int] = {}
    for role in rows.values_list("owner_role", flat=True):
        counts[role] = counts.get(role, 0) + 1
    for role, count in sorted(counts.items()):
        news = News(
            key=f"orders.sweep:{day.isoformat()}:{role}",
            tone=Notice.Tone.SOON,
            text=SWEPT_NEWS.format(date=day.isoformat(), count=count),
            url=reverse("orders:sweep") + f"?date={day.isoformat()}&scope=role",
        )
        tell(news, roles=[role], now=now)


# --- what people do with an item


def _locked_item(item_id: int, version: int | None) -> SweepItem:
    items = SweepItem.objects.select_for_update(of=("self",)).select_related("order", "owner")
    item = items.get(pk=item_id)
    if version is not None and item.version != version:
        raise StaleSweepError(
            _("这一条在你打开之后同事跟过（%(note)s），看一下再记。")
            % {"note": item.note[:60] or item.get_outcome_display() or _("换了负责人")}
        )
    if item.settled_at is not None:
        raise OrderRefusedError(
            _("这一条已经了结：%(how)s。") % {"how": item.get_outcome_display()}
        )
    return item


def _save(item: SweepItem, *fields: str) -> None:
    item.version = F("version") + 1
    item.save(update_fields=[*fields, "version"])
    item.refresh_from_db(fields=["version"])


def _log(
    item: SweepItem,
    name: str,
    *,
    by: User | None,
    now: datetime,
    new: dict[str, Any],
    reason: str = "",
) -> None:
    operations.record(
        name=name,
        by=by,
        now=now,
        object_type="order",
        object_key=item.order.tid,
        new={"sweep": item.pk, "kind": item.kind, **new},
        reason=reason[:300],
    )


@transaction.atomic
def follow_up(
    *, item_id: int, note: str, by: User, now: datetime, version: int | None = None
) -> SweepItem:
    """Note what was found and done; the item comes back on the next working day. Locks it.

    :raises SweepItem.DoesNotExist: if there is none
    :raises OrderRefusedError: if nothing is noted, it is settled, or changed since `version`
    """
    if not note.strip():
        raise OrderRefusedError(_("写下查到什么、做了什么。"))
    item = _locked_item(item_id, version)
    item.note, item.owner = note.strip()[:300], item.owner or by
    item.follow_up_count += 1
    item.follow_up_on = workdays_after(business_date(now))[0]
    _save(item, "note", "owner", "follow_up_count", "follow_up_on")
    new = {"follow_up_on": item.follow_up_on.isoformat()}
    _log(item, "orders.sweep.followed", by=by, now=now, new=new, reason=item.note)
    return item


@transaction.atomic
def give_item(
    *, item_id: int, to: User, by: User, now: datetime, version: int | None = None
) -> SweepItem:
    """Give an item to a person, who is told. Locks it.

    :raises SweepItem.DoesNotExist: if there is none
    :raises OrderRefusedError: if that person left or has it, it is settled, or changed meanwhile
    """
    item = _locked_item(item_id, version)
    if not to.is_active:
        raise OrderRefusedError(_("%(name)s 已经停用，交给别人。") % {"name": to.name})
    if item.owner_id == to.pk:
        raise OrderRefusedError(_("这一条已经是 %(name)s 的。") % {"name": to.name})
    item.owner = to
    _save(item, "owner")
    _log(item, "orders.sweep.given", by=by, now=now, new={"owner": to.pk, "name": to.name})
    return item


@transaction.atomic
def settle_item(
    *, item_id: int, how: str, by: User, now: datetime, version: int | None = None
) -> SweepItem:
    """End an item by hand, saying how. Locks it.

    :raises SweepItem.DoesNotExist: if there is none
    :raises OrderRefusedError: if nothing is said, it is settled, or changed meanwhile
    """
    if not how.strip():
        raise OrderRefusedError(_("写下怎么了结的。"))
    item = _locked_item(item_id, version)
    item.note, item.settled_at, item.settled_by = how.strip()[:300], now, by
    item.outcome = SweepOutcome.BY_HAND
    _save(item, "note", "settled_at", "settled_by", "outcome")
    new = {"outcome": item.outcome}
    _log(item, "orders.sweep.settled", by=by, now=now, new=new, reason=item.note)
    return item
