"""Tags: put by hand, or by a rule that is applied once a day and may take them away again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm.actions.customer_errors import CustomerRefusedError, StaleTagError
from crm.actions.recompute import locked_customers
from crm.models import Customer, CustomerTag, Tag
from crm.queries.segments import compile_conditions
from crm.rules.conditions import ConditionError, as_json, leaves, parse
from crm.wording.segments import error_words, sentence
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User


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
def save_rule(
    *,
    name: str,
    rule: Mapping[str, Any] | None,
    is_on: bool = True,
    version: int,
    by: User,
    now: datetime,
) -> Tag:
    """Give a tag a rule (empty: by hand only; None: the one it has), switch it on or off, and apply it.

    :param rule: conditions as segments keep them, see `crm.rules.conditions`
    :param version: what the person saw; 0: a tag that is not there yet
    :raises CustomerRefusedError: if the name is missing, or the conditions cannot be asked or ask for tags
    :raises StaleTagError: if a colleague changed it, or made one of that name, since
    """
    if not name.strip():
        raise CustomerRefusedError(_("写一下标签的名字。"))
    conditions = _checked(rule, now=now) if rule else {}
    tag = locked_tag(name.strip()[:30], version=version)
    old = {"rule": _rule_words(tag.rule), "is_on": tag.is_on}
    tag.rule = tag.rule if rule is None else conditions
    tag.is_on, tag.version = is_on, version + 1
    tag.save(update_fields=["rule", "is_on", "version"])
    apply_rule(tag, now=now)
    operations.record(
        name="crm.tag.rule_changed",
        by=by,
        now=now,
        object_type="tag",
        object_key=tag.name,
        old=old,
        new={"rule": _rule_words(tag.rule), "is_on": tag.is_on},
    )
    return tag


def locked_tag(name: str, *, version: int) -> Tag:
    """Lock a tag by its name as a person saw it; made where it is not there and was not seen.

    :raises StaleTagError: if it stands at another version
    """
    made = False
    if version == 0:
        _tag, made = Tag.objects.get_or_create(name=name)
    tag = Tag.objects.select_for_update(of=("self",)).filter(name=name).order_by("pk").first()
    if tag is None or (tag.version != version and not made):
        raise StaleTagError(name, seen=version, current=tag.version if tag else 0)
    return tag


def _checked(rule: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    try:
        node = parse(rule)
        compile_conditions(node, today=business_date(now))
    except ConditionError as error:
        raise CustomerRefusedError(error_words(error)) from error
    if any(leaf.fact == "tag" for leaf in leaves(node)):
        raise CustomerRefusedError(_("标签的规则里不能再拿标签当条件。"))
    return as_json(node)


def _rule_words(rule: Mapping[str, Any]) -> str:
    return sentence(parse(rule)) if rule else ""


def apply_rule(tag: Tag, *, now: datetime) -> int:
    """Put a tag to whom its rule names and take it where only the rule had put it; give how many moved."""
    put = CustomerTag.objects.filter(tag=tag, by__isnull=True)
    if not tag.rule or not tag.is_on:
        return put.delete()[0]
    meant = compile_conditions(parse(tag.rule), today=business_date(now))
    people = f"SELECT s.customer_id FROM crm_customerstat s WHERE {meant.where}"
    values = {**meant.values, "tag": tag.pk, "at": now}
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM crm_customertag WHERE tag_id = %(tag)s AND by_id IS NULL"
            f" AND customer_id NOT IN ({people})",
            values,
        )
        moved = int(cursor.rowcount)
        cursor.execute(
            "INSERT INTO crm_customertag (customer_id, tag_id, at)"
            f" SELECT p.customer_id, %(tag)s, %(at)s FROM ({people}) p ORDER BY p.customer_id"
            " ON CONFLICT (customer_id, tag_id) DO NOTHING",
            values,
        )
        return moved + int(cursor.rowcount)


@transaction.atomic
def apply_rules(*, now: datetime) -> int:
    """Apply the rules of all tags; give how many tags were put or taken."""
    return sum(apply_rule(tag, now=now) for tag in Tag.objects.exclude(rule={}).order_by("pk"))
