"""The rows by which goods are judged: the newest that has begun, filled with start values."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from products.choices import GoodsRuleCode
from products.models import GoodsRule, ListingWord
from products.rules.parameters import filled
from products.rules.words import WordRule


@dataclass(frozen=True, slots=True)
class RuleInForce:
    """What counts on a day. `row` None: the start values, which nobody has changed."""

    code: GoodsRuleCode
    parameters: dict[str, Any]
    row: GoodsRule | None

    @property
    def version(self) -> str:
        """Name what a person saw: a later change makes another name."""
        return f"{self.row.pk}.{self.row.version}" if self.row else "0"


def rule_in_force(code: GoodsRuleCode, *, day: date) -> RuleInForce:
    """Give what a code is judged by on a day. One query by an index."""
    row = GoodsRule.objects.filter(code=code, valid_from__lte=day).order_by("-valid_from").first()
    return RuleInForce(code, filled(code, row.parameters if row else None), row)


def parameters(code: GoodsRuleCode, *, day: date) -> dict[str, Any]:
    """Give only the figures of a rule on a day."""
    return rule_in_force(code, day=day).parameters


def word_rules() -> list[WordRule]:
    """Give all rows of the word list, whenever they count. One query, over a few hundred rows."""
    return [
        WordRule(
            word=row.word,
            reason=row.reason,
            category=row.category,
            is_forbidden=row.is_forbidden,
            exemptions=tuple(row.exemptions),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        for row in ListingWord.objects.order_by("pk")
    ]


def words_for(rules: list[WordRule], *, category: str, day: date) -> tuple[WordRule, ...]:
    """Choose the rows that count for a category on a day."""
    return tuple(rule for rule in rules if rule.is_in_force(day, category))
