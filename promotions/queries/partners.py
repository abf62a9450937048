"""Distributors, partners and tools: who stands where, what is due, what it comes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Max, Prefetch, Q, QuerySet

from promotions.choices import (
    BREACHES,
    CYCLE_MONTHS,
    BillingCycle,
    DistributorState,
    ExchangeSide,
)
from promotions.models import (
    AgreedPrice,
    Distributor,
    Exchange,
    ExchangeFigures,
    Partner,
    SeenPrice,
    Subscription,
)
from promotions.rules.partners import MEASURES, balance, monthly, renewal, total, yearly
from shopops.staff.models import User

OPEN_STATES = tuple(one for one in DistributorState if one != DistributorState.ENDED)


def distributors() -> QuerySet[Distributor]:
    """Give distributors with their breaches and the newest look, those to be asked first in front."""
    return (
        Distributor.objects.select_related("owner")
        .annotate(
            breach_count=Count("seen", filter=Q(seen__breach__in=BREACHES)),
            unsaid_count=Count(
                "seen", filter=Q(seen__breach__in=BREACHES, seen__warned_at__isnull=True)
            ),
            seen_last=Max("seen__seen_at"),
        )
        .order_by("follow_up_on", "pk")
    )


@dataclass(frozen=True, slots=True)
class Lane:
    """One column of the board."""

    state: DistributorState
    rows: list[Distributor]


def board() -> list[Lane]:
    """Give all distributors by how far it has come. One query."""
    found = list(distributors())
    return [Lane(state, [row for row in found if row.state == state]) for state in DistributorState]


@dataclass(frozen=True, slots=True)
class PriceNow:
    """What is agreed for a SKU on a day; `was`: the rows before, the newest first."""

    price: AgreedPrice
    was: list[AgreedPrice]


def agreed_prices(distributor: Distributor, *, day: date) -> list[PriceNow]:
    """Give by SKU the price that counts on a day, or the first one ahead. One query."""
    rows = distributor.prices.select_related("sku", "set_by").order_by("sku__code", "-valid_from")
    by_sku: dict[int, list[AgreedPrice]] = {}
    for one in rows:
        by_sku.setdefault(one.sku_id, []).append(one)
    found = []
    for prices in by_sku.values():
        current = next((one for one in prices if one.valid_from <= day), prices[-1])
        found.append(PriceNow(current, [one for one in prices if one is not current]))
    return found


def seen_prices(distributor: Distributor, *, limit: int = 100) -> list[SeenPrice]:
    """Give what was seen of a distributor, the newest first."""
    rows = distributor.seen.select_related("sku", "seen_by").order_by("-seen_at", "-pk")
    return list(rows[:limit])


def due_distributors(*, day: date) -> list[Distributor]:
    """Give distributors whom somebody wanted to ask by a day."""
    rows = Distributor.objects.select_related("owner").filter(
        state__in=OPEN_STATES, follow_up_on__lte=day
    )
    return list(rows.order_by("follow_up_on", "pk"))


def forgotten_distributors(*, limit: int = 20) -> list[Distributor]:
    """Give distributors one works with whom nobody follows up on any day."""
    rows = Distributor.objects.filter(state__in=OPEN_STATES, follow_up_on__isnull=True)
    return list(rows.order_by("pk")[:limit])


def unsaid_breaches(*, limit: int = 50) -> list[SeenPrice]:
    """Give breaches of agreed prices about which nobody spoke yet, the oldest first."""
    rows = SeenPrice.objects.select_related("distributor", "sku").filter(
        breach__in=BREACHES, warned_at__isnull=True, distributor__state__in=OPEN_STATES
    )
    return list(rows.order_by("seen_at", "pk")[:limit])


def to_end() -> list[Distributor]:
    """Give distributors with a second breach that are not ended."""
    rows = Distributor.objects.filter(state__in=OPEN_STATES, seen__breach="ending").distinct()
    return list(rows.order_by("pk"))


@dataclass(frozen=True, slots=True)
class ExchangeRow:
    """An exchange with both sides by measure; None is unknown."""

    exchange: Exchange
    gave: dict[str, int | Decimal | None]
    got: dict[str, int | Decimal | None]
    balance: dict[str, int | Decimal | None]


def exchanges(partner_ids: Sequence[int]) -> dict[int, list[ExchangeRow]]:
    """Give the exchanges of partners, the newest first. Two queries."""
    rows = (
        Exchange.objects.filter(partner__in=partner_ids)
        .prefetch_related(Prefetch("figures", queryset=ExchangeFigures.objects.order_by("side")))
        .order_by("-starts_on", "-pk")
    )
    found: dict[int, list[ExchangeRow]] = {pk: [] for pk in partner_ids}
    for one in rows:
        sides = {row.side: _figures(row) for row in one.figures.all()}
        gave = sides.get(ExchangeSide.GAVE, _nothing())
        got = sides.get(ExchangeSide.GOT, _nothing())
        found[one.partner_id].append(ExchangeRow(one, gave, got, balance(gave, got)))
    return found


def _figures(row: ExchangeFigures) -> dict[str, int | Decimal | None]:
    return {name: getattr(row, name) for name in MEASURES}


def _nothing() -> dict[str, int | Decimal | None]:
    return dict.fromkeys(MEASURES)


def sum_of(rows: Sequence[ExchangeRow]) -> dict[str, int | Decimal | None]:
    """Add up the balances of exchanges by measure; one that is unknown is left out, all unknown is None."""
    found: dict[str, int | Decimal | None] = {}
    for name in MEASURES:
        known = [value for row in rows if (value := row.balance[name]) is not None]
        found[name] = sum(known) if known else None
    return found


def partners(*, with_ended: bool = False) -> QuerySet[Partner]:
    """Give partners, those to be asked first in front."""
    rows = Partner.objects.select_related("owner").annotate(exchange_count=Count("exchanges"))
    if not with_ended:
        rows = rows.filter(is_on=True)
    return rows.order_by("follow_up_on", "name", "pk")


def due_partners(*, day: date) -> list[Partner]:
    """Give partners whom somebody wanted to ask by a day."""
    rows = Partner.objects.filter(is_on=True, follow_up_on__lte=day)
    return list(rows.order_by("follow_up_on", "pk"))


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """A tool with what it comes to; `nearness`: past, near, far, or empty when it is cancelled."""

    row: Subscription
    users: list[User]
    monthly: Decimal
    yearly: Decimal
    nearness: str

    @property
    def is_unused(self) -> bool:
        """Say whether nobody who still works here uses it."""
        return not any(one.is_active for one in self.users)


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """All tools, those to decide about first, with what those that go on come to."""

    rows: list[SubscriptionRow]
    monthly: Decimal
    yearly: Decimal


def subscriptions(*, today: date) -> Subscriptions:
    """Give all tools. Two queries."""
    found = Subscription.objects.select_related("owner").prefetch_related(
        Prefetch("users", queryset=User.objects.order_by("name", "pk"))
    )
    rows = [_subscription(one, today) for one in found.order_by("renews_on", "pk")]
    rows.sort(key=lambda one: (not one.nearness, one.row.renews_on, one.row.pk))
    running = [one for one in rows if one.nearness]
    return Subscriptions(
        rows,
        total([one.monthly for one in running]),
        total([one.yearly for one in running]),
    )


def _subscription(one: Subscription, today: date) -> SubscriptionRow:
    months = CYCLE_MONTHS[BillingCycle(one.cycle)]
    nearness = (
        ""
        if one.cancelled_on
        else renewal(renews_on=one.renews_on, notice_days=one.notice_days, today=today)
    )
    return SubscriptionRow(
        row=one,
        users=list(one.users.all()),
        monthly=monthly(one.cost_amount, months),
        yearly=yearly(one.cost_amount, months),
        nearness=nearness,
    )
