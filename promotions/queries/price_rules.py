"""The dated rows of the final price as the shop keeps them."""

from datetime import datetime

from promotions.models import PriceRuleRow
from promotions.rules.final_price import RuleRow, RuleSet


def rule_rows() -> list[RuleRow]:
    """Give all rows, whenever they hold. One query, under a hundred rows."""
    return [as_rule(row) for row in PriceRuleRow.objects.order_by("code", "valid_from", "pk")]


def as_rule(row: PriceRuleRow) -> RuleRow:
    """Give a row as the engine takes it."""
    return RuleRow(
        code=row.code,
        name=row.name,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        mark=row.mark,
        source=row.source,
        parameters=row.parameters,
        is_on=row.is_on,
    )


def rules_at(moment: datetime) -> RuleSet:
    """Give the rows in force at a moment. One query."""
    return RuleSet.at(rule_rows(), moment)
