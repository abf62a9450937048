"""Caps, balances and what was spent over them; what the shop earned beside it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Max, Min, Sum

from orders.models import Order
from promotions.models import AdPlan, ChannelAccount, ChannelBalance, ChannelCap, ShopDay
from promotions.queries.traffic import Span, channel_days, plan_days
from promotions.rules.traffic import Traffic, ratio, total

_ZERO = Decimal(0)


def caps_on(day: date) -> dict[tuple[str, str], Decimal]:
    """Give the caps in force on a day by channel and plan (empty: the channel's). One query."""
    rows = (
        ChannelCap.objects.filter(valid_from__lte=day)
        .order_by("channel", "plan_key", "-valid_from", "-pk")
        .distinct("channel", "plan_key")
    )
    return {(row.channel, row.plan_key): row.cap_amount for row in rows if row.cap_amount}


@dataclass(frozen=True, slots=True)
class OverSpend:
    """A day on which a channel, or one of its plans, spent more than its cap."""

    channel: str
    plan_key: str
    plan_name: str
    plan_id: int | None
    date: date
    spend: Decimal
    cap: Decimal


def over_spent(day: date) -> list[OverSpend]:
    """Give what spent more than its cap on a day, most first. Four queries."""
    caps, span = caps_on(day), Span(day, day)
    if not caps:
        return []
    spent: dict[tuple[str, str], Traffic] = {
        (channel, ""): days[day] for channel, days in channel_days(span).items() if day in days
    }
    wanted = [key for key in caps if key[1]]
    if wanted:
        spent |= {
            key: days[day] for key, days in plan_days(span, keys=wanted).items() if day in days
        }
    over = [
        (key, one.spend_amount, caps[key])
        for key, one in spent.items()
        if key in caps and one.spend_amount is not None and one.spend_amount > caps[key]
    ]
    named = {
        (row.channel, row.key): row
        for row in AdPlan.objects.filter(key__in=[key[1] for key, *_ in over if key[1]])
    }
    found = []
    for key, spend, cap in over:
        plan = named.get(key)
        found.append(
            OverSpend(
                key[0], key[1], str(plan) if plan else key[1], plan.pk if plan else None, day,
                spend, cap,
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: one.cap - one.spend)


@dataclass(frozen=True, slots=True)
class Balance:
    """What a channel's account holds, as noted and as it should stand by now.

    `left` is the note less what reports say was spent since; `lasts_days` at the pace of the last
    seven known days. None is unknown.
    """

    channel: str
    noted: Decimal | None
    noted_on: date | None
    left: Decimal | None
    pace: Decimal | None
    low_at: Decimal | None

    @property
    def lasts_days(self) -> Decimal | None:
        """How long it lasts."""
        return (
            ratio(max(self.left, _ZERO), self.pace) if self.left is not None and self.pace else None
        )

    def is_low(self, *, days: int) -> bool:
        """Whether it lies under what somebody set, or lasts fewer days than wanted."""
        if self.left is None:
            return False
        if self.low_at is not None and self.left < self.low_at:
            return True
        lasts = self.lasts_days
        return lasts is not None and lasts < days


def balances(today: date) -> list[Balance]:
    """Give the balances of the channels in use. Three queries."""
    accounts = ChannelAccount.objects.filter(is_used=True).order_by("channel")
    noted = {
        row.channel: row
        for row in ChannelBalance.objects.filter(date__lte=today)
        .order_by("channel", "-date")
        .distinct("channel")
    }
    first = min((row.date for row in noted.values()), default=today)
    days = channel_days(Span(min(first, today - timedelta(days=14)), today))
    return [
        _balance(account, noted.get(account.channel), days.get(account.channel, {}))
        for account in accounts
    ]


def _balance(
    account: ChannelAccount, note: ChannelBalance | None, days: dict[date, Traffic]
) -> Balance:
    known = [days[day] for day in sorted(days)][-7:]
    week = total(known)
    pace = week.spend_amount / week.days if week.spend_amount is not None and week.days else None
    left = None
    if note is not None:
        spent = total(one for day, one in days.items() if day > note.date).spend_amount
        left = note.balance_amount - (spent or _ZERO)
    return Balance(
        account.channel,
        note.balance_amount if note else None,
        note.date if note else None,
        left,
        pace,
        account.low_balance_amount,
    )


@dataclass(frozen=True, slots=True)
class Earned:
    """What the shop earned over days. `days`: how many are known. Costs of part of the net only.

    `gross_profit` is the net of lines whose SKU has a cost, less that cost; `costed_rate` is how much
    of the net that is.
    """

    days: int = 0
    first_buyers: int | None = None
    net_amount: Decimal | None = None
    costed_amount: Decimal | None = None
    cost_amount: Decimal | None = None

    @property
    def gross_profit(self) -> Decimal | None:
        """What is left after the goods."""
        if self.costed_amount is None or self.cost_amount is None:
            return None
        return self.costed_amount - self.cost_amount

    @property
    def costed_rate(self) -> Decimal | None:
        """The part of the net whose costs are known."""
        return ratio(self.costed_amount, self.net_amount)


def earned(span: Span) -> Earned:
    """Add up what the shop earned on the known days of a span. One query."""
    rows = ShopDay.objects.filter(date__range=(span.since, span.until))
    values = rows.aggregate(
        first=Sum("first_buyers"),
        net=Sum("net_amount"),
        costed=Sum("costed_amount"),
        cost=Sum("cost_amount"),
        days=Sum(1),
    )
    return Earned(
        values["days"] or 0, values["first"], values["net"], values["costed"], values["cost"]
    )


def shop_days(span: Span) -> dict[date, Earned]:
    """Give what the shop earned by day. One query."""
    rows = ShopDay.objects.filter(date__range=(span.since, span.until))
    return {
        row.date: Earned(1, row.first_buyers, row.net_amount, row.costed_amount, row.cost_amount)
        for row in rows
    }


def order_days() -> Span | None:
    """Give the days that paid orders reach over. One query by index."""
    found = Order.objects.filter(paid_date__isnull=False).aggregate(
        first=Min("paid_date"), last=Max("paid_date")
    )
    return Span(found["first"], found["last"]) if found["first"] else None


def whole_return(spend: Decimal | None, shop: Earned) -> Decimal | None:
    """Give the gross profit per yuan of all spend; None where a side is unknown."""
    return ratio(shop.gross_profit, spend)


def buyer_cost(spend: Decimal | None, shop: Earned) -> Decimal | None:
    """Give what a first-time buyer cost; None where a side is unknown."""
    return ratio(spend, shop.first_buyers)


def missing_days(known: Iterable[date], span: Span) -> list[date]:
    """Give the days of a span that are not known."""
    there = set(known)
    return [day for day in span.days if day not in there]
