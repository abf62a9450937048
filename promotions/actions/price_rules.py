"""The dated rows of the final price: what a new shop begins with, and changing one."""

from django.db import transaction

from promotions.models import PriceRuleRow
from promotions.rules.price_rule_rows import start_rows


@transaction.atomic
def ensure_price_rules() -> None:
    """Fill in the start rows where there are none. Safe to run at every start."""
    if PriceRuleRow.objects.exists():
        return
    PriceRuleRow.objects.bulk_create(
        PriceRuleRow(
            code=row.code,
            name=row.name,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            mark=row.mark,
            source=row.source,
            parameters=dict(row.parameters),
            is_on=row.is_on,
            changed_at=row.valid_from,
        )
        for row in start_rows()
    )
