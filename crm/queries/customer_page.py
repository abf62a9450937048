"""One customer on one screen: who, by which names, with what beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from crm.models import (
    Consent,
    Customer,
    CustomerMerge,
    CustomerStat,
    CustomerTag,
    Identity,
    Outlook,
    RfmChange,
)
from orders.models import BlackListEntry, OrderContact, OrderLine

MOST_GOODS = 8
MOST_PROPOSED = 5


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a customer, orders left out."""

    customer: Customer
    stat: CustomerStat | None
    outlook: Outlook | None
    identities: Sequence[Identity]
    tags: Sequence[CustomerTag]
    consents: Sequence[Consent]
    black_list: Sequence[BlackListEntry]
    merges: Sequence[CustomerMerge]
    changes: Sequence[RfmChange]

    @property
    def buyer_ids(self) -> list[int]:
        """Give the keys of their member names."""
        return [one.pk for one in self.identities]


def known(customer_id: int, *, today: date) -> Known:
    """Give all that is known of a customer.

    :raises Customer.DoesNotExist: if there is none, or their data was erased
    """
    customer = Customer.objects.select_related("agent", "merged_into").get(pk=customer_id)
    identities = list(customer.identities.select_related("buyer", "by").order_by("pk"))
    if not identities and customer.merged_into_id is None:
        raise Customer.DoesNotExist
    entries = BlackListEntry.objects.filter(
        buyer__in=[one.pk for one in identities], removed_at__isnull=True
    ).filter(Q(until_date__isnull=True) | Q(until_date__gte=today))
    return Known(
        customer=customer,
        stat=CustomerStat.objects.filter(pk=customer_id).first(),
        outlook=Outlook.objects.filter(pk=customer_id).first(),
        identities=identities,
        tags=list(customer.tags.select_related("tag", "by").order_by("pk")),
        consents=list(customer.consents.select_related("by").order_by("-given_at", "-pk")),
        black_list=list(entries.select_related("buyer", "added_by").order_by("pk")),
        merges=list(
            customer.took_in.filter(parted_at__isnull=True)
            .select_related("gone", "merged_by")
            .order_by("-pk")
        ),
        changes=list(RfmChange.objects.filter(customer=customer).order_by("-as_of")[:12]),
    )


def proposed(buyer_ids: Sequence[int], *, customer_id: int) -> list[Customer]:
    """Give other customers whose orders went to the same phone: perhaps one person, never surely."""
    phones = OrderContact.objects.filter(order__buyer__in=buyer_ids, phone_index__isnull=False)
    indexes = list(phones.order_by().values_list("phone_index", flat=True).distinct()[:50])
    same = OrderContact.objects.filter(phone_index__in=indexes).exclude(order__buyer__in=buyer_ids)
    others = Identity.objects.filter(
        buyer__in=same.exclude(order__buyer=None).values("order__buyer")
    )
    return list(
        Customer.objects.filter(pk__in=others.values("customer"))
        .exclude(pk=customer_id)
        .order_by("pk")[:MOST_PROPOSED]
    )


def favourite_goods(buyer_ids: Sequence[int]) -> list[tuple[str, str, int, int]]:
    """Give what they bought most: code, title, pieces, orders."""
    lines = OrderLine.objects.filter(order__buyer__in=buyer_ids, order__paid_at__isnull=False)
    found: dict[str, list[object]] = {}
    rows = lines.order_by("pk").values_list("sku_code", "title", "spec", "quantity", "order")
    for code, title, spec, quantity, order in rows[:2000]:
        one = found.setdefault(code or title, ["", 0, set()])
        one[0] = f"{title} {spec}".strip()
        one[1] += quantity  # type: ignore[operator]
        one[2].add(order)  # type: ignore[attr-defined]
    goods = [
        (code, str(one[0]), int(str(one[1])), len(one[2]))  # type: ignore[arg-type]
        for code, one in found.items()
    ]
    return sorted(goods, key=lambda one: (-one[2], one[0]))[:MOST_GOODS]
