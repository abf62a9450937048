"""What the shop offers over a span of time, as the price engine takes it: benefits and activity prices."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, QuerySet

from promotions.choices import LIVE_STATES, ActivityState
from promotions.models import ActivityItem, Benefit, BenefitSku
from promotions.rules.final_price import Perk, PerkError, check_perk
from promotions.rules.final_price.tools import PRICELESS
from shopops.lib.money import to_fen

# What an activity that is over still changed while it ran.
COUNTED_STATES = (*LIVE_STATES, ActivityState.ENDED, ActivityState.SUMMED_UP)


@dataclass(frozen=True, slots=True)
class Offer:
    """A benefit (or an activity's prices) with its span; `name` for people."""

    perk: Perk
    starts_at: datetime
    ends_at: datetime
    name: str
    benefit_id: int | None = None
    activity_id: int | None = None

    def holds(self, since: datetime, until: datetime) -> bool:
        """Tell whether it is in force over the whole of a span."""
        return self.starts_at <= since and until <= self.ends_at


def activity_code(activity_id: int) -> str:
    """Give the code under which an activity's own prices stand in a sum."""
    return f"A{activity_id}"


def offers_between(
    since: datetime,
    until: datetime,
    codes: Mapping[int, str],
    *,
    without_activity: int | None = None,
    with_activity: int | None = None,
) -> list[Offer]:
    """Give all that is offered for these SKUs within a span, of every audience. Three queries.

    :param codes: SKU codes by id
    :param with_activity: counts whatever state it is in, its benefits even when switched off
    """
    states = Q(activity__state__in=COUNTED_STATES)
    own = states | Q(activity_id=with_activity) if with_activity else states
    benefits = Benefit.objects.filter(
        Q(is_on=True) | Q(activity_id=with_activity, activity_id__isnull=False),
        Q(activity__isnull=True) | own,
        starts_at__lt=until,
        ends_at__gt=since,
    ).exclude(kind__in=PRICELESS)
    items = ActivityItem.objects.filter(
        own, price_amount__isnull=False, activity__starts_at__lt=until, activity__ends_at__gt=since
    )
    if without_activity is not None:
        benefits = benefits.exclude(activity_id=without_activity)
        items = items.exclude(activity_id=without_activity)
    return [*_benefit_offers(benefits, codes), *_activity_offers(items, codes)]


def _benefit_offers(benefits: QuerySet[Benefit], codes: Mapping[int, str]) -> list[Offer]:
    rows = list(benefits.order_by("pk"))
    chosen: dict[int, dict[str, int | None]] = {}
    links = BenefitSku.objects.filter(benefit_id__in=[row.pk for row in rows])
    for benefit_id, sku_id, amount in _narrowed(links, codes).values_list(
        "benefit_id", "sku_id", "amount"
    ):
        own = None if amount is None else to_fen(amount)
        if sku_id in codes:
            chosen.setdefault(benefit_id, {})[codes[sku_id]] = own
    found = []
    for row in rows:
        mine = chosen.get(row.pk, {})
        if (row.is_shop_wide or mine) and is_readable(row, mine):
            found.append(offer_of(row, mine))
    return found


# Up to so many SKUs the database picks their rows; beyond, reading all rows once is quicker.
_FEW = 5000


def _narrowed[Model: (BenefitSku, ActivityItem)](
    rows: QuerySet[Model], codes: Mapping[int, str]
) -> QuerySet[Model]:
    return rows.filter(sku_id__in=list(codes)) if len(codes) <= _FEW else rows


def is_readable(row: Benefit, chosen: Mapping[str, int | None]) -> bool:
    """Tell whether a benefit's figures make sense; one that does not is named by a daily check."""
    try:
        check_perk(offer_of(row, chosen).perk)
    except PerkError:
        return False
    return True


def offer_of(row: Benefit, chosen: Mapping[str, int | None]) -> Offer:
    """Give a benefit as an offer. `chosen`: its SKUs with their own cents."""
    perk = Perk(
        code=row.code,
        kind=row.kind,
        parameters=row.parameters,
        skus=None if row.is_shop_wide else frozenset(chosen),
        audience=row.audience,
        amounts={sku: own for sku, own in chosen.items() if own is not None},
    )
    return Offer(perk, row.starts_at, row.ends_at, row.name, row.pk, row.activity_id)


def _activity_offers(items: QuerySet[ActivityItem], codes: Mapping[int, str]) -> list[Offer]:
    spans: dict[int, tuple[datetime, datetime, str]] = {}
    prices: dict[int, dict[str, int]] = {}
    for activity_id, sku_id, amount, starts_at, ends_at, name in _narrowed(
        items, codes
    ).values_list(
        "activity_id",
        "sku_id",
        "price_amount",
        "activity__starts_at",
        "activity__ends_at",
        "activity__name",
    ):
        if sku_id in codes and amount is not None:
            spans[activity_id] = (starts_at, ends_at, name)
            prices.setdefault(activity_id, {})[codes[sku_id]] = to_fen(amount)
    found = []
    for activity_id, amounts in prices.items():
        starts_at, ends_at, name = spans[activity_id]
        perk = Perk(
            activity_code(activity_id), "price_tool", {}, frozenset(amounts), amounts=amounts
        )
        found.append(Offer(perk, starts_at, ends_at, name, None, activity_id))
    return found


def moments(
    since: datetime, until: datetime, offers: Iterable[Offer], others: Collection[datetime] = ()
) -> list[datetime]:
    """Give the moments within a span at which something begins or ends, the span's own ends included."""
    inner = {at for offer in offers for at in (offer.starts_at, offer.ends_at)} | set(others)
    return sorted({since, until} | {at for at in inner if since < at < until})


def for_sku(offers: Iterable[Offer], code: str) -> list[Offer]:
    """Give the offers that are for one SKU, each narrowed to it."""
    found = []
    for offer in offers:
        if offer.perk.covers(code):
            own = offer.perk.amounts.get(code)
            perk = replace(offer.perk, skus=None, amounts={} if own is None else {code: own})
            found.append(replace(offer, perk=perk))
    return found
