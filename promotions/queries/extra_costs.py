"""What comes with a SKU in an activity beside its price: gifts, return insurance, the platform's part."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from django.db.models import Q

from products.models import Sku
from promotions.choices import LIVE_STATES, Audience, BenefitKind
from promotions.models import Activity, Benefit, GiftRule
from promotions.queries.gifts import codes_of
from promotions.queries.lowest import LowestPrice

FEN = Decimal("0.01")
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Extras:
    """CNY a piece; `insurance` is a parcel. `gift` None: a gift whose cost nobody entered."""

    gift: Decimal | None = _ZERO
    insurance: Decimal = _ZERO
    borne: Decimal = _ZERO


@dataclass(frozen=True, slots=True)
class _Gift:
    """A gift that some buyers of a SKU get with it, from a benefit or a rule of the order audit."""

    code: str
    # None: unknown.
    piece_cost: Decimal | None
    pieces: int
    shop_share: Decimal = Decimal(1)
    sku_ids: frozenset[int] | None = None
    codes: frozenset[str] | None = None
    from_amount: Decimal | None = None
    every_pieces: int | None = None
    is_per_piece: bool = False

    def covers(self, sku: Sku) -> bool:
        if self.codes is not None:
            return sku.code in self.codes
        return self.sku_ids is None or sku.pk in self.sku_ids

    def a_piece(self, price: LowestPrice | None) -> Decimal | None:
        """Give its cost for a piece of the smallest order that has the lowest price and the gift."""
        if self.piece_cost is None:
            return None
        whole = self.piece_cost * self.pieces * self.shop_share
        if self.is_per_piece or price is None:
            return whole
        bought = max(price.quantity, self.every_pieces or 1)
        if self.from_amount is not None and price.amount > 0:
            needed = (self.from_amount / price.amount).to_integral_value(ROUND_CEILING)
            bought = max(bought, int(needed))
        return (whole / bought).quantize(FEN, ROUND_HALF_UP)


def extra_costs(
    activity: Activity, skus: Sequence[Sku], lowest: Mapping[int, LowestPrice]
) -> dict[int, Extras]:
    """Give what comes with each SKU while an activity runs, by SKU id. Seven queries at most.

    Quotas of gifts are not looked at: the first orders are to earn money too.
    """
    benefits = list(_benefits(activity))
    gifts = [*_promised(benefits), *_rules(activity)]
    insured = [
        (_insurance(row), _sku_ids(row))
        for row in benefits
        if row.kind == BenefitKind.RETURN_INSURANCE
    ]
    shares = platform_bears(activity)
    return {
        sku.pk: Extras(
            _gift_cost(gifts, sku, lowest.get(sku.pk)),
            sum((cost for cost, ids in insured if ids is None or sku.pk in ids), _ZERO),
            _borne(shares, lowest.get(sku.pk)),
        )
        for sku in skus
    }


def _benefits(activity: Activity) -> list[Benefit]:
    live = Q(activity=activity) | Q(activity__isnull=True) | Q(activity__state__in=LIVE_STATES)
    rows = Benefit.objects.filter(
        live,
        is_on=True,
        kind__in=(BenefitKind.GIFT, BenefitKind.RETURN_INSURANCE),
        audience=Audience.PUBLIC,
        starts_at__lt=activity.ends_at,
        ends_at__gt=activity.starts_at,
    )
    return list(rows.prefetch_related("skus").order_by("pk"))


def _sku_ids(row: Benefit) -> frozenset[int] | None:
    return None if row.is_shop_wide else frozenset(one.sku_id for one in row.skus.all())


def _insurance(row: Benefit) -> Decimal:
    return Decimal(str(row.parameters.get("cost") or 0)) * row.shop_share


# --- gifts -----------------------------------------------------------------------------------


def _promised(rows: Iterable[Benefit]) -> list[_Gift]:
    """Give the gifts of benefits; one without a cost of its own costs what its SKU costs."""
    gifts = [row for row in rows if row.kind == BenefitKind.GIFT]
    codes = {str(row.parameters.get("sku") or "") for row in gifts} - {""}
    costs = dict(Sku.objects.filter(code__in=codes).values_list("code", "cost_amount"))
    return [_promise(row, costs) for row in gifts]


def _promise(row: Benefit, costs: Mapping[str, Decimal | None]) -> _Gift:
    code, own = str(row.parameters.get("sku") or ""), row.parameters.get("cost")
    return _Gift(
        code=code,
        piece_cost=Decimal(str(own)) if own not in (None, "") else costs.get(code),
        pieces=int(row.parameters.get("quantity") or 1),
        shop_share=row.shop_share,
        sku_ids=_sku_ids(row),
        is_per_piece=True,
    )


def _rules(activity: Activity) -> list[_Gift]:
    """Give the gifts that the order audit will add while the activity runs."""
    live = Q(activity=activity) | Q(activity__isnull=True) | Q(activity__state__in=LIVE_STATES)
    rows = GiftRule.objects.filter(
        live, is_on=True, starts_at__lt=activity.ends_at, ends_at__gt=activity.starts_at
    )
    rules = list(rows.select_related("gift_sku").order_by("pk"))
    codes = codes_of([rule.pk for rule in rules if not rule.is_shop_wide])
    return [
        _Gift(
            code=rule.gift_sku.code,
            piece_cost=rule.gift_sku.cost_amount,
            pieces=rule.pieces,
            codes=None if rule.is_shop_wide else codes.get(rule.pk, frozenset()),
            from_amount=rule.from_amount,
            every_pieces=rule.every_pieces,
        )
        for rule in rules
    ]


def _gift_cost(gifts: Sequence[_Gift], sku: Sku, price: LowestPrice | None) -> Decimal | None:
    """Add up what comes with a SKU; of a promise and the rule that keeps it, the dearer one counts."""
    promised: dict[str, Decimal] = {}
    ruled: dict[str, Decimal] = {}
    for gift in gifts:
        if not gift.covers(sku):
            continue
        cost = gift.a_piece(price)
        if cost is None:
            return None
        kind = promised if gift.is_per_piece else ruled
        kind[gift.code] = kind.get(gift.code, _ZERO) + cost
    codes = promised.keys() | ruled.keys()
    return sum((max(promised.get(one, _ZERO), ruled.get(one, _ZERO)) for one in codes), _ZERO)


# --- the platform's part of the discount -----------------------------------------------------


def platform_bears(activity: Activity) -> dict[str, Decimal]:
    """Give the part that the platform bears by code of benefit, of those that it bears a part of."""
    rows = Benefit.objects.filter(
        shop_share__lt=1, starts_at__lt=activity.ends_at, ends_at__gt=activity.starts_at
    )
    return {code: 1 - share for code, share in rows.values_list("code", "shop_share")}


def _borne(shares: Mapping[str, Decimal], price: LowestPrice | None) -> Decimal:
    """Give what the platform gives back a piece, rounded down to the fen."""
    if price is None or not shares or not price.rests_on(shares):
        return _ZERO
    found = _ZERO
    for line in price.quote().lines:
        for one in line.shares:
            found += shares.get(one.code, _ZERO) * one.off_cents
    return Decimal(int(found / price.quantity)) / 100
