"""What ratings hold about a person, and how they forget."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from analytics.models import ShopRating
from analytics.rules.dsr import SCORES
from orders.models import Order
from orders.registry import ForgottenPerson, PersonKeeper, keeps_persons

CODE = "ratings"


def _ratings(buyer_id: int | None, order_ids: Sequence[int]) -> QuerySet[ShopRating]:
    tids = list(Order.objects.filter(pk__in=order_ids).values_list("tid", flat=True))
    mine = Q(tid__in=[tid for tid in tids if tid])
    if buyer_id is not None:
        mine |= Q(buyer=buyer_id)
    return ShopRating.objects.filter(mine).order_by("pk")


def held(buyer_id: int | None, order_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Give a person's ratings."""
    return [
        {"rated_at": row.rated_at.isoformat(), "nick": row.nick, "tid": row.tid}
        | {name: getattr(row, name) for name in SCORES}
        for row in _ratings(buyer_id, order_ids)
    ]


def log_keys(buyer_id: int | None, order_ids: Sequence[int]) -> Mapping[str, Sequence[str]]:
    """Give under which keys the log speaks of a person here."""
    keys = _ratings(buyer_id, order_ids).values_list("pk", flat=True)
    return {"shop_rating": [str(key) for key in keys]}


def erase(person: ForgottenPerson) -> None:
    """Blank the name; the stars stay, and whose they were among themselves, without the person."""
    _ratings(person.buyer_id, person.order_ids).update(nick=person.pseudonym[:80])


def register() -> None:
    """Tell orders; called once, when the apps are ready."""
    keeps_persons(PersonKeeper(CODE, held, log_keys, erase))
