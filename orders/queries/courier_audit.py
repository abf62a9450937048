"""What couriers have against orders at audit: nobody goes there, or the buyer names a strange one."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from orders.choices import HoldKind, KeywordAct
from orders.queries import audit
from orders.queries.couriers import carriers_at_work
from orders.rules.audit import AuditFacts, Need, cause_of
from orders.rules.couriers import CarrierFacts, named_carrier
from orders.rules.keywords import KeywordRule, matches


def courier_needs(facts: Sequence[AuditFacts], now: datetime) -> Mapping[str, Sequence[Need]]:
    """Give the needs of a thousand orders. Two queries over small tables.

    A shop without carriers at work has said nothing, and nothing is held.
    """
    carriers = carriers_at_work()
    if not carriers:
        return {}
    rules = audit.rules_in_force(now=now).keywords
    keywords = [rule for rule in rules if rule.act == KeywordAct.COURIER]
    found = {one.tid: _needs(one, carriers, keywords) for one in facts}
    return {tid: needs for tid, needs in found.items() if needs}


def _needs(
    facts: AuditFacts, carriers: Mapping[str, CarrierFacts], keywords: Sequence[KeywordRule]
) -> list[Need]:
    province, needs = facts.receiver_province, []
    if province and not any(one.serves(province) for one in carriers.values()):
        kind = HoldKind.REGION_NOT_SERVED
        needs.append(Need(kind, f"no_carrier|{province}", cause_of(kind, province)))
    if keywords and (facts.buyer_message or facts.seller_memo):
        said = matches(keywords, message=facts.buyer_message, memo=facts.seller_memo)
        strange = next((one.value for one in said if not named_carrier(one.value, carriers)), "")
        if strange:
            kind = HoldKind.SPECIAL_COURIER
            needs.append(Need(kind, f"strange_courier|{strange}", cause_of(kind, strange)))
    return needs
