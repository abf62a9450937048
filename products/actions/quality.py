"""Quality per SKU: worked out set-based once a day, and the second check at packing that follows."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from products import registry
from products.choices import GoodsRuleCode
from products.models import QualityRecord, Sku
from products.queries.goods_rules import parameters
from products.rules.quality import QualityFacts, second_check, switch_reason

BLOCK = 5000
_FIELDS = (
    *("days", "sold_pieces", "sold_people", "returned", "quality_returned", "complaints"),
    *("wrong_pieces", "damaged", "complaining_people", "reasons"),
)


@dataclass(frozen=True, slots=True)
class QualityDone:
    """What a day's work came to. `is_known` False: no app brings sales and faults."""

    skus: int
    switched: int
    is_known: bool


@transaction.atomic
def record_quality(*, day: date, now: datetime) -> QualityDone:
    """Work out the counts of the days up to the one before `day`, and switch second checks by them.

    Safe to repeat: a SKU has one record a day. Cost: two queries a source, one upsert per 5,000 SKUs.
    """
    settings = parameters(GoodsRuleCode.QUALITY, day=day)
    days = int(settings["days"])
    found = registry.quality_facts(since=day - timedelta(days=days), until=day - timedelta(days=1))
    if found is None:
        return QualityDone(0, 0, is_known=False)
    codes = {facts.sku_code for facts in found}
    ids = dict(Sku.objects.filter(code__in=codes).values_list("code", "pk"))
    known = [facts for facts in found if facts.sku_code in ids]
    for start in range(0, len(known), BLOCK):
        QualityRecord.objects.bulk_create(
            [
                _row(facts, ids[facts.sku_code], day=day, days=days)
                for facts in known[start : start + BLOCK]
            ],
            update_conflicts=True,
            unique_fields=["sku", "date"],
            update_fields=list(_FIELDS),
        )
    wanted = {facts.sku_code: second_check(facts, settings) for facts in known}
    reasons = {facts.sku_code: switch_reason(facts, settings) for facts in known}
    switches = {code: reasons[code] if on else "" for code, on in wanted.items() if on is not None}
    return QualityDone(len(known), registry.switch_second_checks(switches, now), is_known=True)


def _row(facts: QualityFacts, sku_id: int, *, day: date, days: int) -> QualityRecord:
    return QualityRecord(
        sku_id=sku_id,
        date=day,
        days=days,
        sold_pieces=facts.sold_pieces,
        sold_people=facts.sold_people,
        returned=facts.returned,
        quality_returned=facts.quality_returned,
        complaints=facts.complaints,
        wrong_pieces=facts.wrong_pieces,
        damaged=facts.damaged,
        complaining_people=facts.complaining_people,
        reasons=dict(facts.reasons),
    )
