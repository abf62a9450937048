"""What people keep beside the reports of paid channels: caps, balances, states of plans, the rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from products.actions.errors import GoodsRefusedError, StaleGoodsError
from promotions.actions import channel_watch
from promotions.choices import Channel, PlanState
from promotions.models import AdPlan, ChannelAccount, ChannelBalance, ChannelCap, ChannelRule
from promotions.queries.ad_margins import rule_row
from promotions.rules.channel_parameters import start_parameters
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User


class ChannelRefusedError(GoodsRefusedError):
    """Something about paid channels cannot be noted so."""


@dataclass(frozen=True, slots=True)
class AccountValues:
    """What people keep of a channel. `cap`: a day, from today on; None is no cap."""

    is_used: bool
    cap: Decimal | None
    low_balance: Decimal | None


@dataclass(frozen=True, slots=True)
class PlanValues:
    """What people keep of a plan."""

    state: PlanState
    cap: Decimal | None
    note: str


@transaction.atomic
def keep_account(
    *, channel: Channel, values: AccountValues, version: int, by: User, now: datetime
) -> ChannelAccount:
    """Write a channel's cap, from today on, and when its balance is low. Locks the account.

    :param version: what the person saw; 0 where the channel was not kept yet
    :raises StaleGoodsError: if a colleague changed it since
    """
    row = locked_account(channel=channel)
    if row.version != version:
        raise StaleGoodsError(str(channel.label), seen=version, current=row.version)
    today = business_date(now)
    old = {
        "is_used": row.is_used,
        "cap": _text(cap_on(channel, "", today)),
        "low_balance": _text(row.low_balance_amount),
    }
    row.is_used, row.low_balance_amount = values.is_used, values.low_balance
    row.version, row.changed_at, row.changed_by = row.version + 1, now, by
    row.save()
    set_cap(channel, "", values.cap, by=by, now=now)
    operations.record(
        name="promotions.channel.changed",
        by=by,
        now=now,
        object_type="channel",
        object_key=channel,
        old=old,
        new={
            "is_used": values.is_used,
            "cap": _text(values.cap),
            "low_balance": _text(values.low_balance),
        },
    )
    channel_watch.request_findings(by=by, now=now)
    return row


@transaction.atomic
def note_balance(
    *,
    channel: Channel,
    day: date,
    amount: Decimal,
    version: int,
    by: User,
    now: datetime,
) -> ChannelBalance:
    """Note what stands on a channel's account on a day. Locks the account.

    :param version: what the person saw of that day's note; 0 where there was none
    :raises ChannelRefusedError: for a day that has not come yet
    :raises StaleGoodsError: if a colleague noted or changed it since
    """
    if day > business_date(now):
        raise ChannelRefusedError(_("这一天还没到，记不了余额。"), field="day")
    if amount < 0:
        raise ChannelRefusedError(_("余额不能是负数。"), field="amount")
    locked_account(channel=channel)
    row = ChannelBalance.objects.filter(channel=channel, date=day).first()
    current = row.version if row else 0
    if current != version:
        what = _("%(channel)s %(day)s 的余额") % {
            "channel": channel.label,
            "day": day.isoformat(),
        }
        raise StaleGoodsError(what, seen=version, current=current)
    old = _text(row.balance_amount) if row else None
    if row is None:
        row = ChannelBalance(channel=channel, date=day, version=0)
    row.balance_amount, row.version = amount, row.version + 1
    row.noted_at, row.noted_by = now, by
    row.save()
    operations.record(
        name="promotions.channel.balance_noted",
        by=by,
        now=now,
        object_type="channel",
        object_key=channel,
        old={"balance": old},
        new={"balance": _text(amount), "day": day.isoformat()},
    )
    channel_watch.request_findings(by=by, now=now)
    return row


@transaction.atomic
def keep_plan(*, plan_id: int, values: PlanValues, version: int, by: User, now: datetime) -> AdPlan:
    """Write a plan's state and note, and its cap from today on. Locks the plan.

    :raises AdPlan.DoesNotExist: if there is none
    :raises StaleGoodsError: if a colleague changed it since `version`
    """
    row = locked_plan(plan_id=plan_id)
    if row.version != version:
        raise StaleGoodsError(str(row), seen=version, current=row.version)
    today = business_date(now)
    old = {
        "state": row.state,
        "cap": _text(cap_on(Channel(row.channel), row.key, today)),
        "note": row.note,
    }
    row.state, row.note = values.state, values.note
    row.version, row.changed_at, row.changed_by = row.version + 1, now, by
    row.save()
    set_cap(Channel(row.channel), row.key, values.cap, by=by, now=now)
    operations.record(
        name="promotions.plan.changed",
        by=by,
        now=now,
        object_type="ad_plan",
        object_key=f"{row.channel} {row.key}",
        old=old,
        new={"state": values.state, "cap": _text(values.cap), "note": values.note},
    )
    channel_watch.request_findings(by=by, now=now)
    return row


@transaction.atomic
def change_rule(
    *, parameters: Mapping[str, Any], version: str, by: User, now: datetime
) -> ChannelRule:
    """Change by which figures traffic is judged, from today on; what counted before stays as a row.

    :param version: what the person saw (`rule_version`)
    :raises StaleGoodsError: if a colleague changed it since
    """
    today = business_date(now)
    _lock_rules()
    current = rule_row(today)
    if rule_version(current) != version:
        raise StaleGoodsError(_("推广的门槛"))
    old = current.parameters if current else start_parameters()
    row, made = ChannelRule.objects.get_or_create(
        valid_from=today,
        defaults={"parameters": dict(parameters), "changed_at": now, "changed_by": by},
    )
    if not made:
        row.parameters, row.version = dict(parameters), row.version + 1
        row.changed_at, row.changed_by = now, by
        row.save()
    operations.record(
        name="promotions.channel_rule.changed",
        by=by,
        now=now,
        object_type="channel_rule",
        object_key=today.isoformat(),
        old=old,
        new=dict(parameters),
    )
    channel_watch.request_findings(by=by, now=now)
    return row


def rule_version(row: ChannelRule | None) -> str:
    """Name the state of a rule as a form carries it."""
    return f"{row.pk}.{row.version}" if row else "0"


def cap_on(channel: Channel, plan_key: str, day: date) -> Decimal | None:
    """Give the cap in force on a day."""
    row = (
        ChannelCap.objects.filter(channel=channel, plan_key=plan_key, valid_from__lte=day)
        .order_by("-valid_from", "-pk")
        .first()
    )
    return row.cap_amount if row else None


def set_cap(
    channel: Channel, plan_key: str, amount: Decimal | None, *, by: User, now: datetime
) -> None:
    """Let a cap count from today on, or end; what counted before stays. Call it under a lock.

    :raises ChannelRefusedError: for a cap that is no amount
    """
    if amount is not None and amount <= 0:
        raise ChannelRefusedError(_("日限额要大于 0；不限就留空。"), field="cap")
    today = business_date(now)
    if cap_on(channel, plan_key, today) == amount:
        return
    ChannelCap.objects.update_or_create(
        channel=channel,
        plan_key=plan_key,
        valid_from=today,
        defaults={"cap_amount": amount, "changed_at": now, "changed_by": by},
    )


def locked_account(*, channel: Channel) -> ChannelAccount:
    """Lock what is kept of a channel, making it where there is nothing yet."""
    ChannelAccount.objects.bulk_create(
        [ChannelAccount(channel=channel, version=0)], ignore_conflicts=True
    )
    return ChannelAccount.objects.select_for_update(of=("self",)).get(channel=channel)


def locked_plan(*, plan_id: int) -> AdPlan:
    """Lock one plan.

    :raises AdPlan.DoesNotExist: if there is none
    """
    return AdPlan.objects.select_for_update(of=("self",)).get(pk=plan_id)


def _lock_rules() -> None:
    """Let one person at a time change the rule; there may be no row yet to lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('promotions.channel_rule'))")


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"
