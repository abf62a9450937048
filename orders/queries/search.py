"""Finding an order by whatever a person has at hand."""

import re

from django.db.models import Q
from django.db.models.functions import Right

from orders.choices import ParcelState
from orders.models import Buyer, Order, OrderLine, Parcel, Shipment

# More hits than a person reads: ask for more characters instead.
MOST_HITS = 500
MOST_BUYERS = 200


def find_orders(*, text: str, may_see_contact: bool) -> list[int]:
    """Give the ids of orders that `text` may mean, at most 500.

    Understood: a whole order number or its last digits (five and more), a waybill number, a member name or a
    part of it (three characters and more; two match its beginning), a merchant code, the phone's last
    four (only for people who may see contacts). Each way is one indexed query.
    """
    text = text.strip()
    if not text:
        return []
    ids: dict[int, None] = {}
    for found in _ways(text, may_see_contact=may_see_contact):
        ids.update(dict.fromkeys(found))
        if len(ids) >= MOST_HITS:
            break
    return list(ids)[:MOST_HITS]


def _ways(text: str, *, may_see_contact: bool) -> list[list[int]]:
    if re.fullmatch(r"\d{4}", text):
        return [_by_phone_tail(text)] if may_see_contact else []
    ways = [_by_waybill(text), _by_sku(text)]
    if text.isdigit() and len(text) > 4:
        ways.insert(0, _by_tid(text))
    else:
        ways.append(_by_buyer(text))
    return ways


def _by_tid(digits: str) -> list[int]:
    whole = list(Order.objects.filter(tid=digits).values_list("pk", flat=True))
    if whole or len(digits) < 6:
        return whole or _by_short_tail(digits)
    tail = Order.objects.annotate(tail=Right("tid", 6)).filter(tail=digits[-6:])
    if len(digits) > 6:
        tail = tail.filter(tid__endswith=digits)
    return list(tail.order_by("-pk").values_list("pk", flat=True)[:MOST_HITS])


def _by_short_tail(digits: str) -> list[int]:
    # Five digits: ten tails of six, each one index probe.
    tails = [f"{lead}{digits}" for lead in range(10)]
    rows = Order.objects.annotate(tail=Right("tid", 6)).filter(tail__in=tails)
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:MOST_HITS])


def _by_waybill(text: str) -> list[int]:
    number = text.upper()
    rows = Shipment.objects.filter(waybill_no=number)
    travelled = rows.order_by("-order_id").values_list("order_id", flat=True)[:MOST_HITS]
    # Labelled, and still in the house.
    here = Parcel.objects.exclude(waybill_no="").exclude(state=ParcelState.DROPPED)
    inside = here.filter(waybill_no=number).values_list("lines__order", "order")
    labelled = (filled or lead for filled, lead in inside.order_by("lines__order")[:MOST_HITS])
    return [*travelled, *labelled]


def _by_sku(text: str) -> list[int]:
    rows = OrderLine.objects.filter(sku_code=text).exclude(sku_code="")
    return list(rows.order_by("-order_id").values_list("order_id", flat=True)[:MOST_HITS])


def _by_buyer(text: str) -> list[int]:
    name = Q(nick__icontains=text) if len(text) > 2 else Q(key__startswith=text)
    buyers = list(
        Buyer.objects.filter(name).order_by("pk").values_list("pk", flat=True)[:MOST_BUYERS]
    )
    if not buyers:
        return []
    rows = Order.objects.filter(buyer_id__in=buyers)
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:MOST_HITS])


def _by_phone_tail(digits: str) -> list[int]:
    rows = Order.objects.annotate(tail=Right("receiver_phone", 4)).filter(tail=digits)
    rows = rows.exclude(receiver_phone="")
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:MOST_HITS])
