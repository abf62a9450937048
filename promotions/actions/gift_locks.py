"""The one place that locks gift rules and grants."""

from collections.abc import Collection

from django.db import connection

from promotions.actions.gift_errors import StaleGiftError
from promotions.models import GiftGrant, GiftRule


def locked_gift_rules(rule_ids: Collection[int]) -> list[GiftRule]:
    """Lock gift rules until the end of the transaction, in the order of their keys."""
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101
    rows = GiftRule.objects.filter(pk__in=list(rule_ids)).select_related("gift_sku")
    return list(rows.order_by("pk").select_for_update(of=("self",)))


def locked_gift_rule(*, rule_id: int, version: int) -> GiftRule:
    """Lock one gift rule that a person saw at `version`.

    :raises GiftRule.DoesNotExist: if there is none
    :raises StaleGiftError: if it changed since
    """
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101
    rows = GiftRule.objects.select_related("gift_sku", "activity")
    rule = rows.select_for_update(of=("self",)).get(pk=rule_id)
    if rule.version != version:
        raise StaleGiftError(rule.name, seen=version, current=rule.version)
    return rule


def locked_grants(grant_ids: Collection[int]) -> list[GiftGrant]:
    """Lock grants whose rules are locked already, in the order of their keys."""
    assert connection.in_atomic_block, "lock inside the action's transaction"  # noqa: S101
    rows = GiftGrant.objects.filter(pk__in=list(grant_ids)).order_by("pk")
    return list(rows.select_for_update(of=("self",)))
