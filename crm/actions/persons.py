"""What customer work holds about a person, and how it forgets."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model, Q

from crm.actions.follow import mark_some
from crm.actions.recompute import locked_customers, write_figures
from crm.models import (
    Consent,
    Customer,
    CustomerMerge,
    CustomerStat,
    CustomerTag,
    Identity,
    Keeping,
    Outlook,
    RfmBase,
    RfmChange,
    StaleCustomer,
)
from crm.queries.points import taken_in
from orders.registry import ForgottenPerson, PersonKeeper, keeps_persons
from shopops.lib.business_time import SHANGHAI

CODE = "customer"
OBJECT_TYPE = "customer"


def customer_ids(buyer_id: int | None) -> list[int]:
    """Give the customer that a buyer is, and those that were merged into it; others ask too."""
    if buyer_id is None:
        return []
    own = list(Identity.objects.filter(buyer_id=buyer_id).values_list("customer_id", flat=True))
    return [*own, *sorted(taken_in(own).keys() - set(own))]


def held(buyer_id: int | None, _order_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Give what is held about a buyer as a customer."""
    return [
        {
            **row_of(customer),
            "member_names": list(
                customer.identities.order_by("pk").values_list("buyer__nick", flat=True)
            ),
            "figures": [row_of(one) for one in CustomerStat.objects.filter(customer=customer)],
            "tags": list(customer.tags.order_by("pk").values_list("tag__name", flat=True)),
            "consents": [row_of(one) for one in customer.consents.order_by("pk")],
            "keepers": [
                {**row_of(one), "agent": one.agent.name}
                for one in customer.keepings.select_related("agent").order_by("pk")
            ],
        }
        for customer in Customer.objects.filter(pk__in=customer_ids(buyer_id)).order_by("pk")
    ]


def row_of(row: Model) -> dict[str, Any]:
    """Give a row's own columns that hold something, keys of ours left out."""
    found = {}
    for field in row._meta.concrete_fields:
        value = field.value_from_object(row)
        if field.is_relation or field.name in ("id", "version") or value in (None, "", {}, []):
            continue
        is_time = hasattr(value, "astimezone")
        found[field.name] = value.astimezone(SHANGHAI).isoformat() if is_time else value
    return found


def log_keys(buyer_id: int | None, _order_ids: Sequence[int]) -> Mapping[str, Sequence[str]]:
    """Give under which keys the log speaks of a buyer as a customer."""
    return {OBJECT_TYPE: [str(one) for one in customer_ids(buyer_id)]}


def erase(person: ForgottenPerson) -> None:
    """Forget a buyer as a customer. The bare row stays under the pseudonym: others may point to it.

    Nobody is that customer any more: it has no identity and no figures, so that no list, segment or
    campaign finds it. A person with other member names stays one by those.
    """
    if person.buyer_id is None:
        return
    mark_some([person.buyer_id])
    customers = customer_ids(person.buyer_id)
    locked_customers(customers)
    Identity.objects.filter(buyer_id=person.buyer_id).delete()
    StaleCustomer.objects.filter(pk=person.buyer_id).delete()
    for customer in Customer.objects.filter(pk__in=customers).order_by("pk"):
        others = customer.identities.order_by("since", "pk").select_related("buyer").first()
        if others is not None:
            _go_by(customer, others.buyer.nick, person.names)
        elif customer.merged_into_id is None or not _lives_on(customer):
            _forget(customer, person.pseudonym)
        else:
            _go_by(customer, person.pseudonym, person.names)
        merges = CustomerMerge.objects.filter(Q(kept=customer) | Q(gone=customer))
        merges.update(reason="***")
    write_figures(customers)
    RfmBase.objects.filter(customer__in=customers, customer__identities__isnull=True).delete()


def _lives_on(customer: Customer) -> bool:
    return Identity.objects.filter(customer=customer.merged_into).exists()


def _go_by(customer: Customer, nick: str, names: Sequence[str]) -> None:
    """Let a person who stays by another name go by that, and hide the erased one in words."""
    if customer.name in names:
        customer.name = nick[:80]
    customer.note = _hidden(customer.note, names)
    customer.save(update_fields=["name", "note"])
    for consent in customer.consents.order_by("pk"):
        consent.proof = _hidden(consent.proof, names)
        consent.withdrawn_by_words = _hidden(consent.withdrawn_by_words, names)
        consent.save(update_fields=["proof", "withdrawn_by_words"])


def _hidden(text: str, names: Sequence[str]) -> str:
    for name in names:
        text = text.replace(name, "***")
    return text


def _forget(customer: Customer, pseudonym: str) -> None:
    for model in (CustomerTag, Keeping, RfmChange, Outlook, RfmBase):
        model._default_manager.filter(customer=customer).delete()
    Consent.objects.filter(customer=customer).delete()
    Customer.objects.filter(pk=customer.pk).update(
        name=pseudonym, note="", birth_month=None, birth_day=None, agent=None
    )


def register() -> None:
    """Tell orders; called once, when the apps are ready."""
    keeps_persons(PersonKeeper(CODE, held, log_keys, erase, is_last=True))
