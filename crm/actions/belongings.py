"""What is kept for a person goes with them when they are merged, and back when they are parted.

`CustomerMerge.moved` names the rows that went, so that just these go back. What stood with both (a campaign
that drew both, a channel both refused) stays where it stood. Call both under the locks of the two customers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from crm.actions.keeping import note_keepers
from crm.choices import MemberState
from crm.models import (
    CampaignMember,
    Consent,
    Customer,
    CustomerMerge,
    DrawEntry,
    FollowTask,
    OptOut,
)
from crm.review_choices import FollowKind, FollowState
from shopops.staff.models import User


@dataclass(frozen=True, slots=True)
class Carried:
    """A table whose rows, those `which`, go with a person.

    A person has one row of each `once`; where `when` is given, only among the rows that it holds for.
    """

    model: type[Model]
    once: tuple[str, ...]
    which: Q = field(default_factory=Q)
    when: Q = field(default_factory=Q)

    @property
    def name(self) -> str:
        """Give the name under which a merge keeps the rows that went."""
        return str(self.model._meta.label_lower)

    def of(self, customer: Customer) -> QuerySet[Model]:
        """Give a customer's rows."""
        return self.model._default_manager.filter(customer=customer)


_carried: list[Carried] = [
    # A message that was handed over and not settled yet is known outside by its customer's key.
    Carried(
        CampaignMember,
        ("campaign",),
        ~Q(state__in=(MemberState.CLAIMED, MemberState.UNKNOWN)),
    ),
    Carried(OptOut, ("channel",)),
    Carried(FollowTask, (), when=Q(kind=FollowKind.CARE, state=FollowState.OPEN)),
    Carried(DrawEntry, ("draw",), Q(draw__drawn_at__isnull=True)),
]


def carry(one: Carried) -> None:
    """Have a further table go with a person; called once, when the apps are ready."""
    if one.name not in {other.name for other in _carried}:
        _carried.append(one)


def bring(kept: Customer, gone: Customer, *, by: User, now: datetime) -> dict[str, Any]:
    """Give to `kept` what was kept for `gone`; say what went, as `give_back` wants it."""
    moved: dict[str, Any] = {Consent._meta.label_lower: _bring_consents(kept, gone)}
    for one in _carried:
        same = {name: OuterRef(name) for name in one.once}
        clash = Exists(one.of(kept).filter(one.when, **same))
        rows = one.of(gone).filter(one.which).exclude(one.when & Q(clash))
        moved[one.name] = _move(rows, kept)
    return moved | _fill(kept, gone, by=by, now=now)


def _move(rows: QuerySet[Any], to: Customer) -> list[int]:
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    # Asked again with what it hangs on: a message may have been claimed between the two statements.
    rows.model._default_manager.filter(pk__in=rows.filter(pk__in=keys).values("pk")).update(
        customer=to
    )
    return keys


def _bring_consents(kept: Customer, gone: Customer) -> list[int]:
    """Bring consents with their proof, but none in force by a channel of which `kept` said something."""
    said = kept.consents.values_list("channel", flat=True)
    return _move(gone.consents.filter(Q(withdrawn_at__isnull=False) | ~Q(channel__in=said)), kept)


def _fill(kept: Customer, gone: Customer, *, by: User, now: datetime) -> dict[str, Any]:
    """Write birthday, note and who looks after them where nothing was known."""
    filled: dict[str, Any] = {}
    if kept.birth_month is None and gone.birth_month is not None:
        filled |= {"birth_month": gone.birth_month, "birth_day": gone.birth_day}
    if not kept.note and gone.note:
        filled["note"] = gone.note
    moved = {"filled": filled, "agent": gone.agent_id, "got_agent": False}
    if gone.agent_id is not None:
        Customer.objects.filter(pk=gone.pk).update(agent=None)
        note_keepers({gone.pk: None}, by=by, now=now)
        if kept.agent_id is None:
            note_keepers({kept.pk: gone.agent_id}, by=by, now=now)
            moved["got_agent"] = True
            Customer.objects.filter(pk=kept.pk).update(agent=gone.agent_id)
    if filled:
        Customer.objects.filter(pk=kept.pk).update(**filled)
    return moved


def give_back(made: CustomerMerge, *, by: User, now: datetime) -> None:
    """Give back what went, as far as nobody changed it; a refusal heard meanwhile counts for both."""
    kept, gone, moved = made.kept, made.gone, made.moved
    for one in (Carried(Consent, ()), *_carried):
        one.of(kept).filter(pk__in=moved.get(one.name, [])).filter(one.which).update(customer=gone)
    _refuse_for_both(made)
    _unfill(kept, gone, moved, by=by, now=now)


def _refuse_for_both(made: CustomerMerge) -> None:
    """Copy the refusals heard since the merge: nobody knows under which name they were meant."""
    there = set(OptOut.objects.filter(customer=made.gone).values_list("channel", flat=True))
    heard = OptOut.objects.filter(customer=made.kept, recorded_at__gte=made.merged_at)
    for one in heard.exclude(channel__in=there).order_by("pk"):
        one.pk, one.customer = None, made.gone
        one.save(force_insert=True)


def _unfill(
    kept: Customer, gone: Customer, moved: Mapping[str, Any], *, by: User, now: datetime
) -> None:
    filled = moved.get("filled", {})
    empty = {"birth_month": None, "birth_day": None, "note": ""}
    if filled and all(getattr(kept, name) == value for name, value in filled.items()):
        Customer.objects.filter(pk=kept.pk).update(**{name: empty[name] for name in filled})
    agent = moved.get("agent")
    if agent is None:
        return
    if moved.get("got_agent") and kept.agent_id == agent:
        Customer.objects.filter(pk=kept.pk).update(agent=None)
        note_keepers({kept.pk: None}, by=by, now=now)
    Customer.objects.filter(pk=gone.pk).update(agent=agent)
    note_keepers({gone.pk: agent}, by=by, now=now)
