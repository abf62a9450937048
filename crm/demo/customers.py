"""What people did with customers in the demo shop: tags, a note, consent, one merge, one on the black list."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from crm.actions import caring, follow, merging, recompute, tags, valuing
from crm.actions.caring import About
from crm.models import Customer, CustomerStat
from shopops.lib.business_time import business_date
from shopops.staff.models import User


def customers_life(by_name: Mapping[str, User], now: datetime) -> None:
    """Bring all customers up, value them as of yesterday and a week before, let people do their part."""
    follow.mark_everybody()
    recompute.recompute_all_marked(now=now)
    lead, service = _person(by_name, "service_lead"), _person(by_name, "service")
    tags.save_rule(
        name="常客",
        rule={"fact": "paid_orders", "op": "least", "a": 3},
        version=0,
        by=lead,
        now=now,
    )
    tags.save_rule(
        name="爱退货",
        rule={"fact": "refunded_orders", "op": "least", "a": 2},
        version=0,
        by=lead,
        now=now,
    )
    yesterday = business_date(now) - timedelta(days=1)
    valuing.value_all(as_of=yesterday - timedelta(days=7), now=now - timedelta(days=7))
    valuing.value_all(as_of=yesterday, now=now)
    best = list(CustomerStat.objects.order_by("-paid_orders", "-paid_fen", "pk")[:12])
    _care(best, service, now)
    if len(best) > 11:
        _merge(best[10].pk, best[11].pk, lead, now)


def _person(by_name: Mapping[str, User], role: str) -> User:
    for person in by_name.values():
        if person.roles.filter(code=role).exists():
            return person
    return next(iter(by_name.values()))


def _care(best: list[CustomerStat], by: User, now: datetime) -> None:
    words = ("喜欢深色，不要枕套配色太花", "民宿老板，每季换一批", "对羽绒过敏，推荐棉的")
    for place, stat in enumerate(best[: len(words)]):
        row = Customer.objects.get(pk=stat.pk)
        about = About(words[place], 3 + place, 8 + place, by.pk)
        caring.change_customer(customer_id=row.pk, version=row.version, about=about, by=by, now=now)
        tags.put_tag(customer_id=row.pk, name="老朋友", by=by, now=now)
    for stat in best[:8]:
        caring.give_consent(
            customer_id=stat.pk, channel="sms", proof="旺旺里说可以发新品短信", by=by, now=now
        )
    if len(best) > 8:
        caring.withdraw_consent(
            customer_id=best[7].pk, channel="sms", words="回复 T", by=None, now=now
        )
        caring.black_list(
            customer_id=best[8].pk,
            reason="三次仅退款不退货",
            until=business_date(now) + timedelta(days=90),
            by=by,
            now=now,
        )


def _merge(kept: int, gone: int, by: User, now: datetime) -> None:
    rows = {row.pk: row for row in Customer.objects.filter(pk__in=(kept, gone))}
    merging.merge_customers(
        kept=kept,
        gone=gone,
        versions=(rows[kept].version, rows[gone].version),
        reason="本人在旺旺里说换了号",
        by=by,
        now=now,
    )
    recompute.recompute_all_marked(now=now)
