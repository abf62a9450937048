"""Tags: put by hand, or by a rule that is applied once a day and may take them away again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm.actions.customer_errors import CustomerRefusedError
from crm.actions.recompute import locked_customers
from crm.models import Customer, CustomerStat, CustomerTag, Tag
from shopops.staff import operations
from shopops.staff.models import User

# What a rule may ask: at least (min) or at most (max) of a kept figure. All conditions must hold.
RULE_FIELDS = (
    "orders",
    "paid_orders",
    "paid_days",
    "refunded_orders",
    "pieces",
    "paid_fen",
    "refund_fen",
)


def _locked(customer_id: int) -> Customer:
    locked_customers([customer_id])
    return Customer.objects.get(pk=customer_id)


@transaction.atomic
def put_tag(*, customer_id: int, name: str, by: User, now: datetime) -> CustomerTag:
    """Put a tag to a customer by hand; a tag nobody used yet is made.

    A tag that a rule had put stays for good when a person puts it too.

    :raises CustomerRefusedError: if the tag has no name, or is switched off
    """
    name = name.strip()[:30]
    if not name:
        raise CustomerRefusedError(_("写一下标签的名字。"))
    customer = _locked(customer_id)
    tag, _made = Tag.objects.get_or_create(name=name)
    if not tag.is_on:
        raise CustomerRefusedError(_("标签「%(name)s」已经停用。") % {"name": name})
    row, _made = CustomerTag.objects.update_or_create(
        customer=customer, tag=tag, defaults={"by": by}, create_defaults={"by": by, "at": now}
    )
    _record("crm.customer.tagged", customer, by=by, now=now, new={"tag": name})
    return row


@transaction.atomic
def take_tag(*, customer_id: int, tag_id: int, by: User, now: datetime) -> None:
    """Take a tag from a customer; a rule may put it there again.

    :raises CustomerTag.DoesNotExist: if the customer has no such tag
    """
    customer = _locked(customer_id)
    row = CustomerTag.objects.select_related("tag").get(customer=customer, tag_id=tag_id)
    name = row.tag.name
    row.delete()
    _record("crm.customer.untagged", customer, by=by, now=now, old={"tag": name})


def _record(name: str, customer: Customer, *, by: User, now: datetime, **values: Any) -> None:  # noqa: ANN401
    operations.record(
        name=name, by=by, now=now, object_type="customer", object_key=str(customer.pk), **values
    )


@transaction.atomic
def save_rule(*, name: str, rule: Mapping[str, Mapping[str, int]], by: User, now: datetime) -> Tag:
    """Give a tag a rule (empty: by hand only), and apply it.

    `rule`: {"paid_orders": {"min": 3, "max": 9}}; see `RULE_FIELDS`.

    :raises CustomerRefusedError: if the name is missing or the rule asks for what is not kept
    """
    if not name.strip():
        raise CustomerRefusedError(_("写一下标签的名字。"))
    if set(rule) - set(RULE_FIELDS) or any(
        set(one) - {"min", "max"} or not one for one in rule.values()
    ):
        raise CustomerRefusedError(_("规则里有不认识的条件。"))
    tag, _made = Tag.objects.get_or_create(name=name.strip()[:30])
    old = tag.rule
    tag.rule, tag.version = {key: dict(one) for key, one in rule.items()}, tag.version + 1
    tag.save(update_fields=["rule", "version"])
    apply_rule(tag, now=now)
    operations.record(
        name="crm.tag.rule_changed",
        by=by,
        now=now,
        object_type="tag",
        object_key=tag.name,
        old=old,
        new=tag.rule,
    )
    return tag


def apply_rule(tag: Tag, *, now: datetime) -> int:
    """Put a tag to whom its rule names and take it where only the rule had put it; give how many moved."""
    people = CustomerStat.objects.none()
    if tag.rule and tag.is_on:
        people = CustomerStat.objects.filter(
            **{
                f"{field}__{'gte' if end == 'min' else 'lte'}": value
                for field, ends in tag.rule.items()
                for end, value in ends.items()
            }
        )
    wrong = CustomerTag.objects.filter(tag=tag, by__isnull=True).exclude(
        customer__in=people.values("customer")
    )
    moved = wrong.delete()[0]
    if not people.query.is_empty():
        query, values = people.order_by("customer").values_list("customer").query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO crm_customertag (customer_id, tag_id, at)"
                f" SELECT p.id, %s, %s FROM ({query}) p(id) ON CONFLICT (customer_id, tag_id) DO NOTHING",
                [tag.pk, now, *values],
            )
            moved += int(cursor.rowcount)
    return moved


@transaction.atomic
def apply_rules(*, now: datetime) -> int:
    """Apply the rules of all tags; give how many tags were put or taken."""
    return sum(apply_rule(tag, now=now) for tag in Tag.objects.exclude(rule={}).order_by("pk"))
