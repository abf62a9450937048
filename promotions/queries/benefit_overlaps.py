"""Benefits that must not be on at the same time for the same SKU."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Q

from promotions.choices import BenefitKind
from promotions.models import Benefit, BenefitSku
from promotions.queries.offers import COUNTED_STATES

# One exclusive price tool, one 单品立减, one 官方立减 per item at a time (IT1, IT2, IT3/IT4).
_EXCLUSIVE: Mapping[str, tuple[str, ...]] = {
    BenefitKind.PRICE_TOOL: (BenefitKind.PRICE_TOOL,),
    BenefitKind.ITEM_OFF: (BenefitKind.ITEM_OFF, BenefitKind.ITEM_RATE),
    BenefitKind.ITEM_RATE: (BenefitKind.ITEM_OFF, BenefitKind.ITEM_RATE),
    BenefitKind.OFFICIAL: (BenefitKind.OFFICIAL,),
}


def exclusive_overlap(
    *,
    kind: str,
    audience: str,
    span: tuple[datetime, datetime],
    sku_ids: Sequence[int] | None,
    but: int | None = None,
    activity_id: int | None = None,
) -> Benefit | None:
    """Give a benefit that is on and must not meet one of this kind, None: there is none. Two queries.

    :param sku_ids: None for the whole shop
    :param but: a benefit that is not compared with itself
    :param activity_id: of the same activity's other benefits too, whatever its state
    """
    kinds = _EXCLUSIVE.get(kind)
    if kinds is None:
        return None
    states = Q(activity__isnull=True) | Q(activity__state__in=COUNTED_STATES)
    if activity_id is not None:
        states |= Q(activity_id=activity_id)
    rows = Benefit.objects.filter(
        states,
        is_on=True,
        kind__in=kinds,
        audience=audience,
        starts_at__lt=span[1],
        ends_at__gt=span[0],
    ).exclude(pk=but or 0)
    if sku_ids is None:
        return rows.order_by("pk").first()
    if whole := rows.filter(is_shop_wide=True).order_by("pk").first():
        return whole
    link = (
        BenefitSku.objects.filter(benefit__in=rows, sku_id__in=list(sku_ids))
        .select_related("benefit")
        .order_by("benefit_id", "pk")
        .first()
    )
    return link.benefit if link else None
